#include "devices/virtual_card/faults.hpp"

#include "devices/virtual_card/time_model.hpp"
#include "terminal.hpp"

namespace imprimatur::devices::testing {
namespace {

const Bytes kInstall = hex("80E620000D000007A000000247100100000000");

class FaultyCard : public ::testing::Test {
 protected:
  SeededRandom random_{1};
  Card card_{blank(), random_};
  Host host_{card_, transport_keys()};
  void give(std::string_view fault) {
    const auto parsed = parse_fault(fault);
    ASSERT_TRUE(parsed.has_value()) << fault;
    card_.set_fault(parsed.value());
  }
};

TEST(Faults, AreReadFromText) {
  EXPECT_EQ(parse_fault("cut 7 300").value().command, 7U);
  EXPECT_EQ(parse_fault("cut 7 300").value().bytes, 300U);
  EXPECT_EQ(parse_fault("slow 20").value().factor, 20U);
  EXPECT_EQ(parse_fault("mute").value().kind, FaultKind::mute);
  EXPECT_EQ(parse_fault("tear 2 64").value().kind, FaultKind::tear);
  EXPECT_EQ(parse_fault("wrong_chip_key").value().kind, FaultKind::wrong_chip_key);
  EXPECT_EQ(parse_fault("no_command D8").value().instruction, 0xD8);
  for (const char* bad : {"", "broken", "cut", "cut 1", "cut 0 5", "cut x 5", "slow", "dead 1", "mute 1 2",
                          "cut 1 99999999", "no_command", "no_command D8D8", "no_command x", "same_identity",
                          "same_identity B000002", "tear 1"}) {
    EXPECT_EQ(parse_fault(bad).error().code, "transport.syntax") << bad;
  }
}

TEST(Faults, AreTheSameForTheSameSeed) {
  std::size_t faulty = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string serial = "B" + std::to_string(i);
    const Fault first = fault_by_seed(7, serial, 100);
    const Fault second = fault_by_seed(7, serial, 100);
    EXPECT_EQ(first.kind, second.kind);
    EXPECT_EQ(first.command, second.command);
    faulty += first.kind == FaultKind::none ? 0U : 1U;
  }
  EXPECT_GT(faulty, 60U);
  EXPECT_LT(faulty, 140U);
  EXPECT_EQ(fault_by_seed(7, "B1", 0).kind, FaultKind::none);
}

TEST_F(FaultyCard, GivesNoAnswerToResetWhenDead) {
  give("dead");
  EXPECT_TRUE(card_.power_on().empty());
  EXPECT_TRUE(card_.process(hex("80CA9F7F00")).empty());
}

TEST_F(FaultyCard, HangsFromACommandOn) {
  give("mute 3");
  card_.power_on();
  EXPECT_EQ(status_of(card_.process(hex("80CA9F7F00"))), 0x9000);
  EXPECT_EQ(status_of(card_.process(hex("80CA9F7F00"))), 0x9000);
  EXPECT_TRUE(card_.process(hex("80CA9F7F00")).empty());
  EXPECT_TRUE(card_.hanging());
}

TEST_F(FaultyCard, ShowsAnotherAnswerToReset) {
  const Bytes right = card_.power_on();
  give("wrong_atr");
  const Bytes wrong = card_.power_on();
  EXPECT_NE(to_hex(right), to_hex(wrong));
  std::uint8_t check = 0;
  for (std::uint8_t byte : ByteView(wrong).subspan(1)) check = static_cast<std::uint8_t>(check ^ byte);
  EXPECT_EQ(check, 0) << "TCK is right";
}

TEST_F(FaultyCard, DoesNotKnowItsKeysWhenCounterfeit) {
  give("wrong_keys");
  card_.power_on();
  EXPECT_EQ(host_.open(0x01), 1) << "the card cryptogram is wrong";
  EXPECT_EQ(host_.open(0x01, 0x30, true), 0x6300);
}

TEST_F(FaultyCard, ReportsMemoryThatIsStuck) {
  give("stuck_memory");
  card_.power_on();
  EXPECT_EQ(host_.open(0x01), 0x6581);
}

TEST_F(FaultyCard, KeepsWholePagesWhenPowerIsCut) {
  card_.power_on();
  ASSERT_EQ(host_.open(0x03), 0x9000);             // commands 1, 2
  ASSERT_EQ(host_.send_status(kInstall), 0x9000);  // 3
  give("cut 5 134");                               // the file's entry (6) and one page
  const Bytes stream = dgi(0x0102, pattern(400, 2));
  ASSERT_EQ(host_.store(ByteView(stream).first(5), false, false), 0x9000);
  EXPECT_EQ(host_.store(ByteView(stream).subspan(5), false, false), 0x0000) << "no answer";
  EXPECT_FALSE(card_.powered());
  const File* file = card_.memory().file(0x0102);
  ASSERT_NE(file, nullptr);
  EXPECT_FALSE(file->complete);
  EXPECT_EQ(to_hex(ByteView(file->content).first(128)), to_hex(ByteView(pattern(400, 2)).first(128)));
  EXPECT_EQ(to_hex(ByteView(file->content).subspan(128)), to_hex(Bytes(272, 0xFF)));
  EXPECT_FALSE(card_.power_on().empty()) << "the cut happens once";
}

TEST_F(FaultyCard, LosesPowerInATornPage) {
  card_.power_on();
  ASSERT_EQ(host_.open(0x03), 0x9000);             // commands 1, 2
  ASSERT_EQ(host_.send_status(kInstall), 0x9000);  // 3
  give("tear 4 144");                              // the file's entry (6), one page, 10 bytes of the next
  const Bytes content = pattern(220, 2);
  EXPECT_EQ(host_.store(dgi(0x0102, content), false, false), 0x0000) << "no answer";
  const File* file = card_.memory().file(0x0102);
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(to_hex(file->content), to_hex(concat({ByteView(content).first(138), Bytes(82, 0xFF)})));
  EXPECT_FALSE(card_.power_on().empty()) << "the tear happens once";
}

TEST(Tear, LeavesAnErasedRestInTheCardsFile) {
  Memory memory = blank();
  ASSERT_EQ(memory.begin_file(0x0101, 200), sw::kDone);
  ASSERT_EQ(memory.write_bytes(0x0101, 0, Bytes(200, 0x11)), sw::kDone);
  memory.cut_power_after(140, true);
  EXPECT_EQ(memory.write_bytes(0x0101, 0, Bytes(200, 0x22)), sw::kMemoryFailure);
  EXPECT_TRUE(memory.power_lost());
  const auto reloaded = Memory::load(memory.take_unsaved());
  ASSERT_TRUE(reloaded.has_value());
  EXPECT_EQ(to_hex(reloaded.value().file(0x0101)->content),
            to_hex(concat({Bytes(140, 0x22), Bytes(60, 0xFF)})));
}

TEST_F(FaultyCard, LacksACommand) {
  give("no_command D8");
  card_.power_on();
  EXPECT_EQ(to_hex(card_.process(hex("80D8000000"))), "6D00");
  EXPECT_EQ(status_of(card_.process(hex("80CA9F7F00"))), 0x9000);
}

TEST_F(FaultyCard, ShowsTheIdentityOfAnotherBlank) {
  Fault fault;
  fault.kind = FaultKind::same_identity;
  fault.cplc = pattern(42, 7);
  card_.set_fault(fault);
  card_.power_on();
  EXPECT_EQ(to_hex(card_.process(hex("80CA9F7F00"))), "9F7F2A" + to_hex(pattern(42, 7)) + "9000");
  EXPECT_EQ(host_.open(0x01), 0x9000) << "its keys are its own";
  card_.set_fault({});
  EXPECT_EQ(to_hex(card_.process(hex("80CA9F7F00"))), "6982");
  EXPECT_EQ(to_hex(card_.process(hex("80CA9F7F00"))).substr(0, 12), "9F7F2A4790D6");
}

TEST_F(FaultyCard, ExecutesTheCommandWhoseAnswerIsLost) {
  card_.power_on();
  ASSERT_EQ(host_.open(0x01), 0x9000);
  give("lost_answer 3");
  EXPECT_EQ(host_.send_status(hex("80F0800F00")), 0x0000);
  EXPECT_EQ(card_.memory().card_life(), CardLife::secured);
  card_.power_on();
  EXPECT_EQ(host_.open(0x01), 0x9000);
}

TEST_F(FaultyCard, HasOldOrNewKeysAfterACutInPutKey) {
  const json::object all = vectors("scp03.json");
  const Bytes put_key = hex_member(member_array(all, "put_key").value()->at(0).as_object(), "plain_apdu");
  for (const char* fault : {"cut 3 20", "cut 3 200"}) {
    Card card(blank(), random_);
    Host host(card, transport_keys());
    card.power_on();
    ASSERT_EQ(host.open(0x01), 0x9000);
    card.set_fault(parse_fault(fault).value());
    EXPECT_EQ(host.send_status(put_key), 0x0000);
    const bool old_keys = equal(card.memory().key_set(0x30)->keys.enc.reveal(), transport_keys().enc);
    EXPECT_EQ(old_keys, std::string_view(fault) == "cut 3 20");
  }
}

TEST(TimeModel, AddsUpLineMemoryAndCiphers) {
  EXPECT_EQ(duration_us(kInstant, {.bytes_on_line = 1000, .pages_written = 10, .ciphers = {}}), 0U);
  const TimeModel model{.bits_per_second = 100'000,
                        .bits_per_byte = 10,
                        .command_us = 100,
                        .page_us = 1000,
                        .aes_block_us = 3,
                        .des_block_us = 5,
                        .power_on_us = 7};
  EXPECT_EQ(
      duration_us(model,
                  {.bytes_on_line = 90, .pages_written = 2, .ciphers = {.aes_blocks = 4, .des_blocks = 6}}),
      10'000U + 100 + 2000 + 12 + 30);
}

TEST(TimeModel, AddsUpKeysAndPenalties) {
  TimeModel model;
  model.bits_per_second = 1'000'000;
  model.curve_multiplication_us = 1000;
  model.rsa_2048_signature_us = 8000;
  model.penalty_us = 50;
  WorkDone work;
  work.curve_multiplications = 3;
  work.rsa_signature_bits = 1024;
  work.penalties = 2;
  EXPECT_EQ(duration_us(model, {.bytes_on_line = 0, .pages_written = 0, .ciphers = work}),
            3000U + 1000 + 100);
}

TEST(TimeModel, MakesARealCardTakeSecondsForAPhoto) {
  SeededRandom random(1);
  Card card(blank(), random, kRealContact);
  personalise(card, 20000);
  const std::uint64_t taken = card.take_elapsed_us();
  EXPECT_GT(taken, 1'000'000U);
  EXPECT_LT(taken, 10'000'000U);
  EXPECT_EQ(card.take_elapsed_us(), 0U);
}

}  // namespace
}  // namespace imprimatur::devices::testing
