#include <sqlite3.h>

#include "base/files.hpp"
#include "ledger/ledger.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::ledger {
namespace {

using test_support::new_job;
using test_support::uuid_of;

class LedgerPersonal : public test_support::LedgerBench {
 protected:
  // Everything that lies in the folder, side by side.
  std::string all_bytes() const {
    std::string all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
      if (entry.is_regular_file()) all += imprimatur::text_of(read_file(entry.path()).value());
    }
    return all;
  }
  void issue(int number) {
    const auto key = begin(number);
    steps_to_verified(key);
    ASSERT_TRUE(in_group([&] { return ledger->finish_good(key); }));
  }
};

TEST_F(LedgerPersonal, ComesBackAsItWasGiven) {
  receive(new_job(1));
  reopen();
  const auto personal = ledger->personal(uuid_of(1));
  ASSERT_TRUE(personal) << personal.error().message;
  EXPECT_EQ(personal.value().document_text, new_job(1).document_text);
  EXPECT_EQ(personal.value().salt, new_job(1).salt);
  EXPECT_EQ(personal.value().images, new_job(1).images);
}

TEST_F(LedgerPersonal, StandsInNoFileInPlainText) {
  stock(1, 3);
  for (int i = 1; i <= 3; ++i) receive(new_job(i));
  issue(1);
  const std::string all = all_bytes();
  EXPECT_NE(all.find(uuid_of(1)), std::string::npos) << "the search looks at the right files";
  EXPECT_EQ(all.find(test_support::kMarkedName), std::string::npos);
  EXPECT_EQ(all.find(test_support::kMarkedNumber), std::string::npos);
  EXPECT_EQ(all.find(to_base64(new_job(1).images.at("face"))), std::string::npos);
  EXPECT_EQ(all.find(imprimatur::text_of(new_job(1).salt)), std::string::npos);
  for (const auto& entry : stored_entries()) {
    EXPECT_EQ(entry.bytes.find(test_support::kMarkedNumber), std::string::npos);
  }
}

TEST_F(LedgerPersonal, IsErasedOnlyWhenNothingCanBeMadeOfItAnyMore) {
  stock(1, 1);
  receive(new_job(1));
  const auto erase = [&] { return in_group([&] { return ledger->erase({uuid_of(1)}); }); };
  EXPECT_EQ(erase().error().code, "ledger.state");
  issue(1);
  ASSERT_TRUE(erase());
  EXPECT_EQ(ledger->personal(uuid_of(1)).error().code, "ledger.erased");
  EXPECT_EQ(types_from(0).back(), "data.erased");
  EXPECT_EQ(in_group([&] { return ledger->erase({uuid_of(7)}); }).error().code, "ledger.no_job");
  EXPECT_EQ(ledger->job(uuid_of(1)).value().state, job::JobState::issued) << "the record stays";
}

TEST_F(LedgerPersonal, DayKeysDieWithTheirLastJobButNotBeforeTheCommit) {
  stock(1, 2);
  receive(new_job(1));
  receive(new_job(2));
  issue(1);
  issue(2);
  ASSERT_TRUE(vault.has_key("day-2026-11-24").value());
  ASSERT_TRUE(in_group([&] { return ledger->erase({uuid_of(1)}); }));
  clock.time += std::chrono::hours(24);
  EXPECT_EQ(ledger->destroy_day_keys().value(), 0) << "job 2 needs it";
  ASSERT_TRUE(ledger->begin_group());
  ASSERT_TRUE(ledger->erase({uuid_of(2)}));
  ledger->roll_back_group();
  EXPECT_EQ(ledger->destroy_day_keys().value(), 0);
  EXPECT_TRUE(ledger->personal(uuid_of(2)));
  ASSERT_TRUE(in_group([&] { return ledger->erase({uuid_of(2)}); }));
  vault.out_of_order = true;
  EXPECT_EQ(ledger->destroy_day_keys().error().code, "vault.token");
  vault.out_of_order = false;
  EXPECT_EQ(ledger->destroy_day_keys().value(), 1);
  EXPECT_FALSE(vault.has_key("day-2026-11-24").value());
  EXPECT_EQ(journal().back().at("data").as_object().at("day_keys").as_array().at(0).as_string(),
            "day-2026-11-24");
  EXPECT_EQ(ledger->destroy_day_keys().value(), 0);
}

TEST_F(LedgerPersonal, GoesOnWhenAnEarlierCallDestroyedTheKeyAndCouldNotSaySo) {
  stock(1, 1);
  receive(new_job(1));
  issue(1);
  ASSERT_TRUE(in_group([&] { return ledger->erase({uuid_of(1)}); }));
  clock.time += std::chrono::hours(24);
  ASSERT_TRUE(vault.destroy_key("day-2026-11-24"));
  EXPECT_EQ(ledger->destroy_day_keys().value(), 1);
}

TEST_F(LedgerPersonal, LeavesNoShreddedBytesInTheFiles) {
  stock(1, 1);
  NewJob job = new_job(1);
  job.images["face"] = Bytes(20000, 0x41);  // on pages of its own
  receive(job);
  issue(1);
  const auto sealed = [&] {
    sqlite3* raw = nullptr;
    EXPECT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(raw, "SELECT substr(sealed, 40, 64) FROM personal", -1, &statement, nullptr);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, 0));
    const std::string piece(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement, 0)));
    sqlite3_finalize(statement);
    sqlite3_close(raw);
    return piece;
  }();
  ASSERT_NE(all_bytes().find(sealed), std::string::npos);
  ASSERT_TRUE(in_group([&] { return ledger->erase({uuid_of(1)}); }));
  ASSERT_TRUE(ledger->destroy_day_keys());
  EXPECT_EQ(all_bytes().find(sealed), std::string::npos);
}

TEST_F(LedgerPersonal, SaysWhatTheVaultSaysWhenItsKeyIsGone) {
  receive(new_job(1));
  ASSERT_TRUE(vault.destroy_key("day-2026-11-24"));
  EXPECT_EQ(ledger->personal(uuid_of(1)).error().code, "vault.no_key");
}

}  // namespace
}  // namespace imprimatur::ledger
