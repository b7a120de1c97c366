#include "devices/pcsc/pcsc_channel.hpp"

#include <reader.h>

#include <array>

namespace imprimatur::devices {

namespace {

// The largest answer that an extended APDU has, with room to spare: a buffer that is too small is an error
// after the card has executed the command.
constexpr std::size_t kReceiveBytes = 65'548;
constexpr std::size_t kPropertiesMax = 264;
constexpr std::size_t kShortApduMax = 256;

const SCARD_IO_REQUEST* header_of(DWORD protocol) {
  return protocol == SCARD_PROTOCOL_T0 ? &g_rgSCardT0Pci : &g_rgSCardT1Pci;
}

// The value of one tag in a list of tag (1), length (1), value; empty when it is not there.
Bytes find_property(ByteView list, std::uint8_t tag) {
  for (std::size_t at = 0; at + 2 <= list.size();) {
    const std::size_t length = list[at + 1];
    if (at + 2 + length > list.size()) return {};
    if (list[at] == tag) return copy_of(list.subspan(at + 2, length));
    at += 2 + length;
  }
  return {};
}

Bytes control(SCARDHANDLE card, DWORD code) {
  std::array<std::uint8_t, kPropertiesMax> answer{};
  DWORD size = 0;
  const LONG result = SCardControl(card, code, nullptr, 0, answer.data(), answer.size(), &size);
  if (pcsc_code(result) != kPcscSuccess || size > answer.size()) return {};
  return {answer.begin(), answer.begin() + static_cast<std::ptrdiff_t>(size)};
}

}  // namespace

PcscChannel::PcscChannel(std::shared_ptr<PcscContext> context, SCARDHANDLE card, DWORD protocol,
                         std::string reader, DWORD card_events)
    : context_(std::move(context)),
      card_(card),
      protocol_(protocol),
      reader_(std::move(reader)),
      card_events_(card_events),
      buffer_(kReceiveBytes) {}

PcscChannel::~PcscChannel() {
  SCardDisconnect(card_, SCARD_UNPOWER_CARD);
}

Result<Bytes> PcscChannel::transmit(ByteView command) {
  if (swapped_) return card_error(kPcscRemovedCard, reader_);
  SCARD_IO_REQUEST received{};
  received.cbPciLength = sizeof received;
  DWORD size = buffer_.size();
  const PcscCode code = pcsc_code(SCardTransmit(card_, header_of(protocol_), command.data(), command.size(),
                                                &received, buffer_.data(), &size));
  if (code != kPcscSuccess) return card_error(code, reader_);
  if (size < 2 || size > buffer_.size()) {
    // A card that died in mid APDU is reported as a success with nothing or half a status word.
    return unknown("card.transport",
                   "reader " + reader_ + ": the card answered " + std::to_string(size) + " bytes",
                   "The card may have executed the command: read it before anything is done with it.");
  }
  return copy_of(ByteView(buffer_).first(size));
}

Result<Bytes> PcscChannel::reset() {
  const PcscCode code = pcsc_code(SCardReconnect(
      card_, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, SCARD_UNPOWER_CARD, &protocol_));
  if (code != kPcscSuccess) return card_error(code, reader_);
  // pcscd reconnects to whatever card is there now and forgets that the one before was taken out.
  auto view = context_->look_at(reader_);
  if (!view) return unknown("card.transport", view.error().message);
  swapped_ = swapped_ || view.value().card_events != card_events_ || view.value().atr.empty();
  if (swapped_) return card_error(kPcscRemovedCard, reader_);
  atr_ = std::move(view.value().atr);
  return atr_;
}

bool PcscChannel::ask_extended_length() const {
  const Bytes feature =
      find_property(control(card_, CM_IOCTL_GET_FEATURE_REQUEST), FEATURE_GET_TLV_PROPERTIES);
  if (feature.size() != 4) return false;
  const Bytes size =
      find_property(control(card_, read_be(feature)), PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize);
  if (size.size() != 4) return false;
  const Bytes big_endian(size.rbegin(), size.rend());  // properties are little-endian
  return read_be(big_endian) > kShortApduMax;
}

}  // namespace imprimatur::devices
