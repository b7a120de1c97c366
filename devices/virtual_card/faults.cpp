#include "devices/virtual_card/faults.hpp"

#include <charconv>
#include <vector>

#include "base/encoding.hpp"
#include "crypto/digest.hpp"

namespace imprimatur::devices {

namespace {

struct FaultForm {
  std::string_view name;
  FaultKind kind;
  std::size_t numbers_min;
  std::size_t numbers_max;
};

constexpr FaultForm kForms[] = {
    {"none", FaultKind::none, 0, 0},
    {"dead", FaultKind::dead, 0, 0},
    {"mute", FaultKind::mute, 0, 1},
    {"slow", FaultKind::slow, 1, 1},
    {"cut", FaultKind::cut, 2, 2},
    {"lost_answer", FaultKind::lost_answer, 1, 1},
    {"wrong_keys", FaultKind::wrong_keys, 0, 0},
    {"wrong_atr", FaultKind::wrong_atr, 0, 0},
    {"stuck_memory", FaultKind::stuck_memory, 0, 0},
    {"tear", FaultKind::tear, 2, 2},
    {"wrong_chip_key", FaultKind::wrong_chip_key, 0, 0},
};
// Those by chance are the first ones: the faults of a seed stay what they were.
constexpr std::size_t kFormsByChance = 9;
constexpr std::size_t kNumberMax = 1'000'000;

Error bad_fault() {
  return fail("transport.syntax",
              "the fault is not one of none, dead, mute [k], slow FACTOR, cut k n, tear k n, lost_answer k, "
              "wrong_keys, wrong_chip_key, wrong_atr, stuck_memory, no_command INS, same_identity SERIAL");
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

Result<std::size_t> number_of(std::string_view word) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size() || number > kNumberMax) return bad_fault();
  return number;
}

// "D8": two hexadecimal digits.
Result<Fault> missing_command(std::string_view word) {
  const auto byte = from_hex(word);
  if (!byte || byte.value().size() != 1) return bad_fault();
  Fault fault;
  fault.kind = FaultKind::no_command;
  fault.instruction = byte.value()[0];
  return fault;
}

}  // namespace

Result<Fault> parse_fault(std::string_view text) {
  const auto words = words_of(text);
  if (words.empty()) return bad_fault();
  if (words[0] == "no_command" && words.size() == 2) return missing_command(words[1]);
  for (const FaultForm& form : kForms) {
    if (form.name != words[0]) continue;
    if (words.size() - 1 < form.numbers_min || words.size() - 1 > form.numbers_max) return bad_fault();
    Fault fault;
    fault.kind = form.kind;
    std::vector<std::size_t> numbers;
    for (std::size_t i = 1; i < words.size(); ++i) {
      TRY(auto number, number_of(words[i]));
      numbers.push_back(number);
    }
    if (numbers.empty()) return fault;
    if (numbers[0] == 0) return bad_fault();
    (form.kind == FaultKind::slow ? fault.factor : fault.command) = numbers[0];
    if (numbers.size() == 2) fault.bytes = numbers[1];
    return fault;
  }
  return bad_fault();
}

Fault fault_by_seed(std::uint64_t seed, std::string_view serial, unsigned per_thousand) {
  Bytes input;
  append_be(input, seed, 8);
  const crypto::Sha256 dice = crypto::sha256({input, bytes_of(serial)});
  const ByteView view = dice;
  if (read_be(view.first(4)) % 1000 >= per_thousand) return {};
  Fault fault;
  fault.kind = kForms[1 + read_be(view.subspan(4, 4)) % (kFormsByChance - 1)].kind;
  fault.command = 1 + static_cast<std::size_t>(read_be(view.subspan(8, 4)) % 150);
  fault.bytes = static_cast<std::size_t>(read_be(view.subspan(12, 4)) % 1024);
  return fault;
}

}  // namespace imprimatur::devices
