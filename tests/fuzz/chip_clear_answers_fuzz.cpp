// A card that knows no keys: whatever it answers in clear, an inspection ends, and never with a pass.
#include "base/check.hpp"
#include "chip/inspect.hpp"
#include "tests/fuzz/answer_script.hpp"

using namespace imprimatur;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::ScriptChannel channel({data, size});
  SeededRandom random(1);
  chip::InspectionRequest request;
  request.can = "362849";
  request.at = WallTime{std::chrono::seconds(1'790'000'000)};
  const auto report = chip::inspect(channel, request, random);
  CHECK(!report || !report.value().passed());
  return 0;
}
