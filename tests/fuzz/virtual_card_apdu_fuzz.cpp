// Commands to a virtual card: u8 kind of blank, then commands, each u16 big-endian length and bytes. A length
// of FFFF is a power cycle. Every command has an answer of at least a status word, no answer is longer than
// its form of command allows, and the card's file gives the same card again.
#include "base/byte_reader.hpp"
#include "base/check.hpp"
#include "devices/virtual_card/card.hpp"

using namespace imprimatur;
using namespace imprimatur::devices;

namespace {

constexpr std::size_t kCommandsMax = 64;
constexpr std::uint64_t kPowerCycle = 0xFFFF;

CardKind kind_of(std::uint8_t byte) {
  return {.dialect = static_cast<Dialect>(byte % 3),
          .lengths = static_cast<Lengths>(byte / 3 % 3),
          .older = (byte & 0x80) != 0};
}

Memory blank_of(CardKind kind) {
  const Bytes key(16, 0x40);
  return Memory::make_blank({.serial = "B000001",
                             .card_class = "fuzz",
                             .cplc = Bytes(kCplcSize, 0x11),
                             .diversification = Bytes(kDiversificationSize, 0),
                             .s16 = false,
                             .kind = kind},
                            {Secret::copy_of(key), Secret::copy_of(key), Secret::copy_of(key)});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader(ByteView(data, size), "fuzz input");
  const auto kind = reader.take_u8();
  if (!kind) return 0;
  SeededRandom random(1);
  Card card(blank_of(kind_of(kind.value())), random);
  card.power_on();
  for (std::size_t i = 0; i < kCommandsMax && !reader.at_end(); ++i) {
    const auto length = reader.take_be(2);
    if (!length) break;
    if (length.value() == kPowerCycle) {
      card.power_off();
      card.power_on();
      continue;
    }
    const auto apdu =
        reader.take(std::min<std::size_t>(static_cast<std::size_t>(length.value()), reader.left()));
    const Bytes answer = card.process(apdu.value());
    CHECK(answer.size() >= 2 && answer.size() <= kAnswerDataMax + 2);
  }
  const Bytes file = card.take_unsaved();
  const auto again = Memory::load(file);
  CHECK(again.has_value() && again.value().loaded_size() == file.size());
  CHECK(again.value().application_life() == card.memory().application_life());
  return 0;
}
