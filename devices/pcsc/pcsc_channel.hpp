// One exclusive connection to a card. Made by PcscReader; ends with SCARD_UNPOWER_CARD. One thread.
#pragma once

#include <memory>

#include "chip/card_channel.hpp"
#include "devices/pcsc/pcsc_context.hpp"

namespace imprimatur::devices {

class PcscChannel final : public chip::CardChannel {
 public:
  // `card_events`: pcscd's count of the cards that came and left, from before the connection was made.
  // Another count later means another card.
  PcscChannel(std::shared_ptr<PcscContext> context, SCARDHANDLE card, DWORD protocol, std::string reader,
              DWORD card_events);
  PcscChannel(const PcscChannel&) = delete;
  PcscChannel& operator=(const PcscChannel&) = delete;
  ~PcscChannel() override;

  Result<Bytes> transmit(ByteView command) override;
  Result<Bytes> reset() override;
  const Bytes& atr() const override { return atr_; }
  bool extended_length() const override { return extended_length_; }

  // What the reader says of itself: its properties by PC/SC part 10.
  bool ask_extended_length() const;
  void set_atr(Bytes value) { atr_ = std::move(value); }
  void set_extended_length(bool value) { extended_length_ = value; }

 private:
  std::shared_ptr<PcscContext> context_;
  SCARDHANDLE card_;
  DWORD protocol_;
  std::string reader_;
  DWORD card_events_;
  Bytes atr_;
  bool swapped_ = false;  // the connection is to another card than it was made for
  bool extended_length_ = false;
  Bytes buffer_;  // of answers; its size is fixed
};

}  // namespace imprimatur::devices
