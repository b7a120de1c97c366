#include <sqlite3.h>

#include "ledger/ledger.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::ledger {
namespace {

using test_support::receipt;

class LedgerStock : public test_support::LedgerBench {
 protected:
  Result<int> take(const std::string& csv) {
    return in_group([&] { return ledger->receive_blanks(csv, {"store-1", "operator"}); });
  }
};

TEST_F(LedgerStock, TakesAReceiptWholeAndTellsItAsRanges) {
  EXPECT_EQ(take(receipt(1, 50)).value(), 50);
  const auto data = journal().back().at("data").as_object();
  EXPECT_EQ(data.at("class").as_string(), test_support::kClass);
  EXPECT_EQ(data.at("count").as_int64(), 50);
  EXPECT_EQ(data.at("serials"), (json::array{"B000001..B000050"}));
  EXPECT_EQ(reader()->stock().value().at(test_support::kClass).at(StockPlace::line), 50);
}

TEST_F(LedgerStock, KnowsTheChipOfEveryBlank) {
  ASSERT_TRUE(take(receipt(1, 5)));
  const auto blank = ledger->blank(test_support::serial_of(3));
  EXPECT_EQ(blank.value().chip_id, test_support::chip_of(3));
  EXPECT_EQ(blank.value().place, StockPlace::line);
  EXPECT_EQ(ledger->blank(test_support::serial_of(6)).error().code, "ledger.blank_unknown");
}

TEST_F(LedgerStock, RefusesAReceiptOfWhichABlankIsKnownAndTakesNothingOfIt) {
  ASSERT_TRUE(take(receipt(1, 5)));
  EXPECT_EQ(take(receipt(1, 5)).error().code, "stock.known");
  EXPECT_EQ(take(receipt(5, 9)).error().code, "stock.known");
  EXPECT_EQ(take("serial,class,chip_id\nX1," + test_support::kClass + "," + test_support::chip_of(3) + "\n")
                .error()
                .field,
            "X1")
      << "the chip is known";
  EXPECT_EQ(balances().at(0).received, 5);
  EXPECT_EQ(balances().at(0).difference(), 0);
  EXPECT_FALSE(reader()->blank(test_support::serial_of(9)).value());
  EXPECT_EQ(take(receipt(6, 9)).value(), 4);
  EXPECT_EQ(balances().at(0).received, 9);
}

TEST_F(LedgerStock, NamesTheLineThatIsWrong) {
  const std::string head = "serial,class,chip_id\n";
  const std::string chip = test_support::chip_of(1);
  for (const std::string& csv :
       {std::string(), head, std::string("serial;class\n"), head + "B1,c\n", head + "B1,c," + chip + ",x\n",
        head + "B 1,c," + chip + "\n", head + ",c," + chip + "\n", head + "B1,c,00\n", head + "B1,c,zz\n"}) {
    const auto taken = take(csv);
    EXPECT_EQ(taken.error().code, "stock.csv") << csv;
    EXPECT_NE(taken.error().message.find("line"), std::string::npos);
  }
  EXPECT_TRUE(take(head + "B1,c," + chip + "\r\n"));
}

TEST_F(LedgerStock, TellsAScatteredReceiptInSeveralEntriesWithoutLeavingOutASerial) {
  std::string csv = "serial,class,chip_id\n";
  for (int i = 1; i <= 199; i += 2) {
    csv += test_support::serial_of(i) + "," + test_support::kClass + "," + test_support::chip_of(i) + "\n";
  }
  const auto before = journal().size();
  EXPECT_EQ(take(csv).value(), 100);
  std::int64_t count = 0;
  std::size_t serials = 0;
  const auto entries = journal();
  for (std::size_t i = before; i < entries.size(); ++i) {
    count += entries[i].at("data").as_object().at("count").as_int64();
    serials += entries[i].at("data").as_object().at("serials").as_array().size();
  }
  EXPECT_EQ(count, 100);
  EXPECT_EQ(serials, 100U);
  EXPECT_EQ(balances().at(0).received, 100);
}

TEST_F(LedgerStock, CountsOnlySerialsOfOneFormAsARange) {
  const auto row = [](const std::string& serial, int chip) {
    return serial + "," + test_support::kClass + "," + test_support::chip_of(chip) + "\n";
  };
  ASSERT_TRUE(take("serial,class,chip_id\n" + row("A01", 1) + row("A2", 2) + row("A3", 3) + row("ABC", 4) +
                   row("A09", 5) + row("A10", 6)));
  EXPECT_EQ(journal().back().at("data").as_object().at("serials"),
            (json::array{"A01", "A09..A10", "A2..A3", "ABC"}));
}

TEST_F(LedgerStock, ShowsADifferenceWhenABlankIsTakenOutOfTheTable) {
  ASSERT_TRUE(take(receipt(1, 5)));
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(raw, "DELETE FROM blanks WHERE serial = 'B000003'", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(raw);
  EXPECT_EQ(balances().at(0).difference(), 1);
}

// "Don't know" is no place: such a blank counts neither as missing nor as anything else.
TEST_F(LedgerStock, RefusesAPlaceThatThereIsNot) {
  ASSERT_TRUE(take(receipt(1, 5)));
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(raw, "UPDATE blanks SET place = 'nowhere' WHERE serial = 'B000003'", nullptr,
                         nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(raw);
  EXPECT_EQ(ledger->blank("B000003").error().code, "ledger.store");
  EXPECT_EQ(reader()->blank("B000003").error().code, "ledger.store");
  EXPECT_EQ(reader()->stock().error().code, "ledger.store");
}

TEST_F(LedgerStock, MovesAnUnreadableBlankToQuarantine) {
  ASSERT_TRUE(take(receipt(1, 2)));
  ASSERT_TRUE(in_group([&] { return ledger->quarantine_blank("B000001", "unreadable"); }));
  EXPECT_EQ(reader()->blank("B000001").value()->place, StockPlace::quarantine);
  EXPECT_EQ(types_from(0).back(), "stock.moved");
  EXPECT_EQ(in_group([&] { return ledger->quarantine_blank("B999999", "x"); }).error().code,
            "ledger.blank_unknown");
  // One that is in a machine is on record there, whatever a line makes of its body.
  receive(test_support::new_job(1));
  begin(2);
  EXPECT_TRUE(in_group([&] { return ledger->quarantine_blank("B000002", "unreadable"); }));
  EXPECT_EQ(reader()->blank("B000002").value()->place, StockPlace::machine);
  EXPECT_EQ(types_from(0).back(), "attempt.begun");
  EXPECT_EQ(balances().at(0).difference(), 0);
}

}  // namespace
}  // namespace imprimatur::ledger
