// A PC/SC context that is made when it is first needed, and made again when pcscd was restarted. One thread.
#pragma once

#include <winscard.h>

#include <optional>
#include <string>

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

  // pcscd's count of the cards that came to and left a reader; nothing when the reader is not there. Reaches
  // no card.
  std::optional<DWORD> card_events(const std::string& reader) {
    SCARD_READERSTATE state{};
    state.szReader = reader.c_str();
    state.dwCurrentState = SCARD_STATE_UNAWARE;
    const PcscCode code =
        with([&](SCARDCONTEXT handle) { return SCardGetStatusChange(handle, 0, &state, 1); });
    if (code != kPcscSuccess) return {};
    return state.dwEventState >> 16;
  }

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
