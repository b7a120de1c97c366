// A PC/SC context that is made when it is first needed, and made again when pcscd was restarted. One thread.
#pragma once

#include <winscard.h>

#include <algorithm>
#include <string>

#include "base/bytes.hpp"
#include "devices/pcsc/pcsc_errors.hpp"

namespace imprimatur::devices {

inline PcscCode pcsc_code(LONG result) {
  return static_cast<PcscCode>(static_cast<unsigned long>(result) & 0xFFFFFFFFUL);
}

class PcscContext {
 public:
  PcscContext() = default;
  PcscContext(const PcscContext&) = delete;
  PcscContext& operator=(const PcscContext&) = delete;
  ~PcscContext() { release(); }

  // Calls `use(SCARDCONTEXT)`; when it says that pcscd is lost, once more with a new context. Only for calls
  // that reach no card. (SCardIsValidContext is of no help: it says yes after pcscd has gone.)
  template <class Use>
  PcscCode with(Use use) {
    const bool fresh = !established_;
    PcscCode code = establish();
    if (code == kPcscSuccess) code = pcsc_code(use(handle_));
    if (fresh || !is_service_lost(code)) return code;
    release();
    code = establish();
    return code == kPcscSuccess ? pcsc_code(use(handle_)) : code;
  }

  // What pcscd knows of a reader and the card in it. Reaches no card. Two exchanges with pcscd, like
  // SCardStatus, which does not tell the count.
  struct ReaderView {
    DWORD card_events = 0;  // count of the cards that came and left
    Bytes atr;              // of the card's last power-up; empty without a card
  };
  // Errors as reader_error.
  Result<ReaderView> look_at(const std::string& reader) {
    SCARD_READERSTATE state{};
    state.szReader = reader.c_str();
    state.dwCurrentState = SCARD_STATE_UNAWARE;  // answered at once
    const PcscCode code =
        with([&](SCARDCONTEXT handle) { return SCardGetStatusChange(handle, 0, &state, 1); });
    if (code != kPcscSuccess) return reader_error(code, reader);
    const std::size_t size = std::min<std::size_t>(state.cbAtr, sizeof state.rgbAtr);
    return ReaderView{events_of(state), Bytes(state.rgbAtr, state.rgbAtr + size)};
  }

  static DWORD events_of(const SCARD_READERSTATE& state) { return state.dwEventState >> 16; }

  void release() {
    if (established_) SCardReleaseContext(handle_);
    established_ = false;
  }

 private:
  PcscCode establish() {
    if (established_) return kPcscSuccess;
    const PcscCode code = pcsc_code(SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &handle_));
    established_ = code == kPcscSuccess;
    return code;
  }

  SCARDCONTEXT handle_ = 0;
  bool established_ = false;
};

}  // namespace imprimatur::devices
