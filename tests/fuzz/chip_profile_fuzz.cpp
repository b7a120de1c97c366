// Chip profiles: a text that is accepted keeps the rules that a finished card depends on, and its command
// templates can be filled; one that is refused names a line.
#include "base/bytes.hpp"
#include "base/check.hpp"
#include "chip/profile.hpp"

using namespace imprimatur;

namespace {

void fill_all(const std::vector<chip::CardStep>& steps) {
  for (const chip::CardStep& step : steps) {
    chip::SlotValues values;
    for (const chip::Slot slot : step.data.slots()) values[slot] = Secret(Bytes(300, 0x5A));
    CHECK(step.header.size() == 4 && step.data.fill(values));
    CHECK(step.data.empty() || step.data.slots().empty() || !step.data.fill({}));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(ByteView(data, size));
  const auto profile = chip::parse_profile(text, "fuzz.json", chip::TestKeys::allowed);
  if (!profile) {
    CHECK(profile.error().code == "chip.profile");
    return 0;
  }
  const chip::ChipProfile& made = profile.value();
  CHECK(made.find(lds::FileId::dg1) != nullptr && made.find(lds::FileId::sod) != nullptr);
  CHECK(made.closes_with(chip::ClosingStep::activate));
  CHECK(made.offers(chip::AccessProtocol::pace) == !made.pace.empty());
  CHECK(chip::parse_profile(text, "fuzz.json").has_value() == !made.for_test_keys_only());
  for (const auto* steps : {&made.commands.before, &made.commands.create, &made.commands.keys,
                            &made.commands.activate, &made.commands.closed}) {
    fill_all(*steps);
  }
  return 0;
}
