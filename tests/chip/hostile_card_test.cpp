// Cards that answer anything: every function comes to an end, with an error or a finding, and never trusts a
// length.
#include "tests/chip/test_trust.hpp"

namespace imprimatur::chip {
namespace {

// Answers with random bytes, or with what a real card answered with some bytes changed.
class HostileChannel final : public CardChannel {
 public:
  HostileChannel(devices::Card* card, std::uint64_t seed) : card_(card), engine_(seed) {
    atr_ = card_ == nullptr ? hex("3B8580018073C821401B") : card_->power_on();
  }
  Result<Bytes> transmit(ByteView command) override {
    if (++commands > kCommandsMax) return unknown("card.transport", "that was enough");
    if (card_ == nullptr) return random_answer();
    Bytes answer = card_->process(command);
    if (answer.size() < 2) return unknown("card.transport", "no answer");
    if (engine_() % 6 == 0) change(answer);
    return answer;
  }
  Result<Bytes> reset() override { return atr_; }
  const Bytes& atr() const override { return atr_; }
  bool extended_length() const override { return true; }

  static constexpr std::size_t kCommandsMax = 5000;
  std::size_t commands = 0;

 private:
  Bytes random_answer() {
    Bytes answer(engine_() % 4 == 0 ? engine_() % 3000 : engine_() % 60);
    for (std::uint8_t& byte : answer) byte = static_cast<std::uint8_t>(engine_());
    constexpr std::array<std::uint16_t, 6> kWords{0x9000, 0x9000, 0x6282, 0x6110, 0x6C05, 0x6A82};
    append_be(answer, kWords[engine_() % kWords.size()], 2);
    return answer;
  }
  void change(Bytes& answer) {
    const std::size_t at = engine_() % answer.size();
    switch (engine_() % 3) {
      case 0:
        answer[at] = static_cast<std::uint8_t>(engine_());
        break;
      case 1:
        answer.erase(answer.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      default:
        answer.insert(answer.begin() + static_cast<std::ptrdiff_t>(at), static_cast<std::uint8_t>(engine_()));
    }
    while (answer.size() < 2) answer.push_back(0x90);
  }

  devices::Card* card_;
  std::mt19937_64 engine_;
  Bytes atr_;
};

const testing::TestTrust& trust() {
  static const testing::TestTrust made;
  return made;
}

TEST(HostileCard, RandomAnswersNeverPass) {
  const ChipProfile profile = testing::load_test_profile();
  const ChipContent content = trust().content(testing::specimen_groups(2000));
  testing::CardKeyVault vault;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SeededRandom random(seed);
    HostileChannel channel(nullptr, seed);
    const InspectionRequest request{
        .mrz = content.mrz, .anchors = {trust().csca()}, .at = testing::today(), .profile = &profile};
    const auto report = inspect(channel, request, random);
    ASSERT_TRUE(report) << report.error().code;  // whatever a card says is a finding
    EXPECT_FALSE(report.value().passed());
    EXPECT_FALSE(write_chip(channel, profile, content, vault, random));
    EXPECT_FALSE(close_chip(channel, profile, vault, random));
    EXPECT_LT(channel.commands, HostileChannel::kCommandsMax);
    (void)read_chip_state(channel, profile).has_value();
  }
}

TEST(HostileCard, ChangedAnswersNeverMakeAGoodCard) {
  const ChipProfile profile = testing::load_test_profile();
  const ChipContent content = trust().content(testing::specimen_groups(2000));
  testing::CardKeyVault vault;
  SeededRandom card_random(1);
  std::size_t written = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SeededRandom random(seed);
    devices::Card card(testing::make_blank(), card_random);
    HostileChannel channel(&card, seed);
    const auto report = write_chip(channel, profile, content, vault, random);
    if (!report) continue;
    ++written;  // every change was harmless, or was found by a MAC and nothing was
    EXPECT_EQ(report.value().read_back, content.files);
  }
  EXPECT_LT(written, 30U);
}

}  // namespace
}  // namespace imprimatur::chip
