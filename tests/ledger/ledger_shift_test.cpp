#include <sqlite3.h>

#include "ledger/ledger.hpp"
#include "ledger/serial_ranges.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::ledger {
namespace {

using test_support::kClass;
using test_support::receipt;
using test_support::serial_of;
using test_support::uuid_of;

const Actor kKeeper{"store-1", "operator"};

class LedgerShift : public test_support::LedgerBench {
 protected:
  Status move(const std::vector<std::string>& serials, StockPlace to) {
    return in_group([&] { return ledger->move_blanks(serials, to, "for the day", kKeeper); });
  }
  Result<CountOutcome> count(std::vector<std::string> serials, StockPlace place = StockPlace::line) {
    return in_group([&] { return ledger->count_blanks({kClass, place, std::move(serials), 0}, kKeeper); });
  }
  Result<Shift> open() {
    return in_group([&] { return ledger->open_shift("Asia/Ho_Chi_Minh", kKeeper); });
  }
  Result<Shift> close() {
    return in_group([&] { return ledger->close_shift("Asia/Ho_Chi_Minh", kKeeper); });
  }
  Result<AcceptedStatement> write_off(int number, const std::vector<std::string>& serials) {
    const SignedStatement statement{uuid_of(700000 + number),
                                    "digest-" + std::to_string(number),
                                    {{"payload", "x"}, {"signatures", json::array{}}}};
    return in_group([&] {
      return ledger->enact(statement, WriteOff{kClass, StockPlace::line, serials}, {"clerk", "supervisor"});
    });
  }
  std::int64_t at(StockPlace place) const {
    const auto counts = reader()->stock().value().at(kClass);
    const auto found = counts.find(place);
    return found == counts.end() ? 0 : found->second;
  }
};

TEST_F(LedgerShift, MovesBlanksOnlyWhereOnePersonMayMoveThem) {
  ASSERT_TRUE(in_group([&] { return ledger->receive_blanks(receipt(1, 10), kKeeper, StockPlace::vault); }));
  EXPECT_EQ(at(StockPlace::vault), 10);
  EXPECT_FALSE(ledger->has_unused_blank(kClass).value()) << "what lies in the vault is not on the line";
  ASSERT_TRUE(move({serial_of(1), serial_of(2), serial_of(3)}, StockPlace::line));
  EXPECT_TRUE(ledger->has_unused_blank(kClass).value());
  const auto data = journal().back().at("data").as_object();
  EXPECT_EQ(data.at("from").as_string(), "vault");
  EXPECT_EQ(data.at("to").as_string(), "line");
  EXPECT_EQ(data.at("serials"), (json::array{"B000001..B000003"}));
  ASSERT_TRUE(move({serial_of(4)}, StockPlace::sample));
  ASSERT_TRUE(move({serial_of(1), serial_of(5)}, StockPlace::returned)) << "from two places at once";
  EXPECT_EQ(move({serial_of(4)}, StockPlace::line).error().code, "stock.place")
      << "a sample does not come back";
  EXPECT_EQ(move({serial_of(6)}, StockPlace::destroyed).error().code, "stock.place");
  EXPECT_EQ(move({serial_of(6), "X"}, StockPlace::line).error().code, "ledger.blank_unknown");
  EXPECT_EQ(at(StockPlace::vault), 5) << "nothing of a refused move was done";
  EXPECT_EQ(balances().at(0).difference(), 0);
}

TEST_F(LedgerShift, ClosesWhenTheCountAgrees) {
  stock(1, 5);
  EXPECT_EQ(close().error().code, "shift.none");
  ASSERT_TRUE(open());
  EXPECT_EQ(open().error().code, "shift.open");
  EXPECT_EQ(close().error().code, "shift.not_counted");
  const auto counted = count({serial_of(1), serial_of(2), serial_of(3), serial_of(4), serial_of(5)});
  EXPECT_EQ(counted.value().missing.size(), 0U);
  EXPECT_EQ(types_from(0).back(), "stock.counted");
  ASSERT_TRUE(close());
  const auto data = journal().back().at("data").as_object();
  EXPECT_EQ(data.at("classes").as_object().at(kClass).as_object().at("line").as_int64(), 5);
  EXPECT_EQ(data.at("zone").as_string(), "Asia/Ho_Chi_Minh");
  ASSERT_TRUE(open());
  EXPECT_EQ(close().error().code, "shift.not_counted") << "the count of the shift before does not count";
}

// No count can settle it: a row is gone that a receipt has brought.
TEST_F(LedgerShift, StaysOpenWhenABlankIsTakenOutOfTheBooks) {
  stock(1, 5);
  ASSERT_TRUE(open());
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(raw, "DELETE FROM blanks WHERE serial = 'B000005'", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(raw);
  ASSERT_TRUE(count({serial_of(1), serial_of(2), serial_of(3), serial_of(4)}));
  EXPECT_EQ(close().error().code, "shift.difference");
}

TEST_F(LedgerShift, RefusesADifferenceUntilTwoPeopleWroteItOff) {
  stock(1, 5);
  ASSERT_TRUE(open());
  const auto counted = count({serial_of(1), serial_of(2), serial_of(3)});
  EXPECT_EQ(counted.value().missing, (std::vector<std::string>{serial_of(4), serial_of(5)}));
  EXPECT_EQ(close().error().code, "shift.difference");
  ASSERT_TRUE(write_off(1, {serial_of(4)}));
  EXPECT_EQ(close().error().code, "shift.difference") << "one is still on the books";
  ASSERT_TRUE(write_off(2, {serial_of(5)}));
  ASSERT_TRUE(close());
  const auto data = journal().back().at("data").as_object();
  EXPECT_EQ(data.at("written_off").as_array().size(), 2U);
  EXPECT_EQ(at(StockPlace::missing), 2);
  EXPECT_EQ(balances().at(0).difference(), 0);
}

TEST_F(LedgerShift, RefusesWhatWasFoundAndIsNotOnTheBooks) {
  stock(1, 3);
  ASSERT_TRUE(open());
  ASSERT_TRUE(count({serial_of(1), serial_of(2), serial_of(3), serial_of(9)}));
  EXPECT_EQ(close().error().code, "shift.difference");
  stock(9, 9);  // its receipt comes in late
  ASSERT_TRUE(close());
}

TEST_F(LedgerShift, ANumberAloneMustBeTheNumberOfTheBooks) {
  stock(1, 3);
  ASSERT_TRUE(open());
  const auto by_number = [&](std::int64_t number) {
    return in_group([&] {
      return ledger->count_blanks({kClass, StockPlace::line, std::nullopt, number}, kKeeper);
    });
  };
  ASSERT_TRUE(by_number(2));
  EXPECT_EQ(close().error().code, "shift.difference");
  ASSERT_TRUE(by_number(3));
  EXPECT_TRUE(close());
}

TEST_F(LedgerShift, RefusesACountOfLessThanNone) {
  const Sequence size = ledger->journal_size();
  const auto counted = in_group([&] {
    return ledger->count_blanks({kClass, StockPlace::line, std::nullopt, -1}, {});
  });
  EXPECT_EQ(counted.error().code, "stock.count");
  EXPECT_EQ(ledger->journal_size(), size);
}

TEST_F(LedgerShift, WritesOffOnlyWhatIsOnTheBooksInThatPlace) {
  stock(1, 2);
  ASSERT_TRUE(move({serial_of(1)}, StockPlace::vault));
  EXPECT_EQ(write_off(1, {serial_of(1)}).error().code, "stock.place");
  EXPECT_EQ(at(StockPlace::missing), 0);
}

TEST_F(LedgerShift, RefusesACountOfTheWrongPlace) {
  std::string csv = "serial,class,chip_id\n";
  for (int i = 1; i <= 99; i += 2) csv += serial_of(i) + "," + kClass + "," + test_support::chip_of(i) + "\n";
  ASSERT_TRUE(in_group([&] { return ledger->receive_blanks(csv, kKeeper); }));
  EXPECT_EQ(count({}).error().code, "stock.count");
}

TEST(SerialRanges, ReadBackWhatTheyTell) {
  const std::vector<std::string> serials{"A-007", "A-008", "A-009", "B1", "X"};
  const auto ranges = ranges_of(serials);
  EXPECT_EQ(texts_of(ranges), (json::array{"A-007..A-009", "B1", "X"}));
  EXPECT_EQ(serials_of(texts_of(ranges)).value(), serials);
  for (const char* bad : {"A1..A0", "A1..A10", "A..B", "", "A1..", "A1..B2", "A000001..A900000"}) {
    EXPECT_EQ(serials_of({bad}).error().code, "stock.serials") << bad;
  }
}

}  // namespace
}  // namespace imprimatur::ledger
