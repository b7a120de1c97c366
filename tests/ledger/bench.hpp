// What a test of the ledger needs around it: a folder, a clock that the test moves, made-up jobs and blanks.
#pragma once

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "ledger/ledger.hpp"
#include "ledger/reader.hpp"
#include "tests/ledger/evidence.hpp"
#include "tests/ledger/kept_journals.hpp"
#include "tests/ledger/test_vault.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::test_support {

class TestClock final : public Clock {
 public:
  WallTime time = parse_rfc3339("2026-11-24T08:00:00Z").value();
  std::chrono::hours jumped{0};  // of `time`, by which the steady clock has not moved
  WallTime now() const override { return time; }
  SteadyTime steady() const override { return SteadyTime{time.time_since_epoch() - jumped}; }
};

inline const ledger::LedgerIdentity kIdentity{"test-station", "perso.example/log-1"};
inline const std::string kClass = "test-blank";

// Marked texts: a search for them in files shows whether personal data got out.
inline constexpr const char* kMarkedName = "MARKEDNAME";
inline constexpr const char* kMarkedNumber = "079123456";  // three digits are added

inline std::string serial_of(int number) {
  const std::string digits = std::to_string(number);
  return "B" + std::string(6 - digits.size(), '0') + digits;
}
inline std::string chip_of(int number) {
  Bytes cplc(42, 0x40);
  cplc[0] = static_cast<std::uint8_t>(number >> 8);
  cplc[1] = static_cast<std::uint8_t>(number);
  return to_hex(cplc);
}
inline std::string receipt(int first, int last, const std::string& blank_class = kClass) {
  std::string csv = "serial,class,chip_id\n";
  for (int i = first; i <= last; ++i) csv += serial_of(i) + "," + blank_class + "," + chip_of(i) + "\n";
  return csv;
}

inline std::string uuid_of(int number) {
  const std::string digits = std::to_string(number);
  return "00000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
}

inline ledger::NewJob new_job(int number) {
  ledger::NewJob job;
  job.document.id = uuid_of(number);
  job.document.campaign = "spring";
  job.document.unit = "unit-" + std::to_string(number % 2);
  job.document.batch = "batch-1";
  job.document.not_after = parse_rfc3339("2027-01-01T00:00:00Z").value();
  job.document.product = "utopia-id";
  job.document.holder.personal_number = kMarkedNumber + std::to_string(100 + number);
  job.envelope_digest = digest_of("envelope " + std::to_string(number));
  job.document_text = std::string("{\"holder\":\"") + kMarkedName + "\",\"number\":\"" +
                      job.document.holder.personal_number + "\"}";
  job.salt = Bytes(32, static_cast<std::uint8_t>(number));
  job.images["face"] = copy_of(bytes_of(std::string("JPEG-") + kMarkedName));
  job.approval = {{"payload", "cGF5bG9hZA"}, {"signatures", json::array{}}};
  job.approval_id = uuid_of(900000 + number);
  job.approval_digest = "approval-digest-" + std::to_string(number);
  return job;
}

class LedgerBench : public testing::Test {
 protected:
  void SetUp() override {
    auto made = ledger::Ledger::create(file, kIdentity, {clock, random, vault});
    ASSERT_TRUE(made) << made.error().message;
    ledger = std::move(made).value();
  }

  void TearDown() override { keep_journal(file); }

  // Runs `work` as one group and commits it.
  template <class Work>
  auto in_group(Work work) {
    EXPECT_TRUE(ledger->begin_group());
    auto answer = work();
    EXPECT_TRUE(ledger->commit_group());
    return answer;
  }

  void reopen() {
    ledger.reset();
    auto opened = ledger::Ledger::open(file, kIdentity, {clock, random, vault});
    ASSERT_TRUE(opened) << opened.error().message;
    ledger = std::move(opened).value();
  }

  std::unique_ptr<ledger::LedgerReader> reader() const {
    auto opened = ledger::LedgerReader::open(file);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(opened).value();
  }

  std::vector<ledger::JournalEntry> stored_entries() const {
    auto read = reader()->journal(0, 10000);
    EXPECT_TRUE(read);
    return std::move(read).value();
  }
  std::vector<ledger::StockBalance> balances() const {
    auto read = reader()->stock_balance();
    EXPECT_TRUE(read);
    return std::move(read).value();
  }

  std::vector<json::object> journal() const {
    std::vector<json::object> entries;
    for (const auto& entry : stored_entries()) {
      entries.push_back(parse_json_object(entry.bytes).value());
    }
    return entries;
  }
  // Types without "org.imprimatur." and ".v1".
  std::vector<std::string> types_from(std::size_t first) const {
    std::vector<std::string> types;
    for (const auto& entry : journal()) {
      const std::string type(entry.at("type").as_string());
      types.push_back(type.substr(15, type.size() - 18));
    }
    types.erase(types.begin(), types.begin() + static_cast<std::ptrdiff_t>(std::min(first, types.size())));
    return types;
  }

  void receive(const ledger::NewJob& job) {
    const auto received = in_group([&] { return ledger->receive_job(job); });
    ASSERT_TRUE(received) << received.error().message;
  }
  void stock(int first, int last) {
    const auto count = in_group([&] { return ledger->receive_blanks(receipt(first, last), {}); });
    ASSERT_TRUE(count) << count.error().message;
  }
  ledger::JobClaim claim() {
    auto claimed = in_group([&] { return ledger->claim_next({"utopia-id"}); });
    EXPECT_TRUE(claimed && claimed.value());
    return *claimed.value();
  }
  static ledger::BeginBlank begin_of(const ledger::JobClaim& claim, int blank) {
    return {claim.job, claim.fence, chip_of(blank),     kClass,
            "line-1",  "reader-1",  hash_of("profile"), hash_of("template")};
  }
  ledger::Ledger::AttemptKey begin(int blank) {
    const auto claimed = claim();
    const auto attempt = in_group([&] { return ledger->begin_blank(begin_of(claimed, blank)); });
    EXPECT_TRUE(attempt) << attempt.error().message;
    return {attempt.value().id, claimed.fence};
  }
  void step(const ledger::Ledger::AttemptKey& key, job::AttemptState state) {
    const auto done = in_group([&] { return ledger->record_step(key, state, step_evidence(state)); });
    ASSERT_TRUE(done) << done.error().message;
  }
  void steps_to_verified(const ledger::Ledger::AttemptKey& key) {
    using enum job::AttemptState;
    for (const auto state : {chip_written, chip_verified, sent, out, verified}) step(key, state);
  }

  TemporaryFolder folder;
  std::filesystem::path file = folder / "ledger.sqlite";
  TestClock clock;
  SeededRandom random{7};
  TestVault vault;
  std::unique_ptr<ledger::Ledger> ledger;
};

}  // namespace imprimatur::test_support
