// Lines of a batch: however the body is cut, the same lines within the limits come out.
#include "api/batch_lines.hpp"
#include "base/bytes.hpp"
#include "base/check.hpp"

namespace {

using namespace imprimatur;
constexpr std::size_t kLineMax = 64;
constexpr std::size_t kLinesMax = 16;

std::vector<std::string> lines_of(std::string_view body, std::size_t piece) {
  api::BatchLines lines({kLineMax, kLinesMax});
  bool whole = true;
  for (std::size_t at = 0; whole && at < body.size(); at += piece) {
    whole = lines.add(body.substr(at, piece)).has_value();
  }
  whole = whole && lines.finish().has_value();
  if (!whole) return {"refused"};
  return lines.take(kLinesMax + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string body(text_of(ByteView{data + 1, size - 1}));
  const auto lines = lines_of(body, body.size() + 1);
  CHECK(lines.size() <= kLinesMax);
  for (const std::string& line : lines) CHECK(!line.empty() && line.size() <= kLineMax);
  const auto again = lines_of(body, std::size_t{data[0]} % 7 + 1);
  CHECK(lines == again);
  return 0;
}
