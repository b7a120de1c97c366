#include "report/shift_report.hpp"

#include "base/files.hpp"
#include "crypto/digest.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::report {
namespace {

std::string sha256_hex(ByteView bytes) {
  return to_hex_lower(crypto::sha256(bytes));
}

class ShiftReports : public test_support::LedgerBench {
 protected:
  // Three blanks, two jobs, one card spoiled.
  void SetUp() override {
    LedgerBench::SetUp();
    stock(1, 3);
    ledger::NewJob job = test_support::new_job(1);
    job.document.unit = "Xã Krông Mẫu, \"A\"";
    receive(job);
    receive(test_support::new_job(2));
    const auto claimed = claim();
    const auto begun = in_group([&] {
      return ledger->begin_blank({.job = claimed.job,
                                  .fence = claimed.fence,
                                  .chip_id = test_support::chip_of(1),
                                  .required_class = test_support::kClass,
                                  .line = "line-1",
                                  .device = "reader-1",
                                  .profile_hash = "p",
                                  .template_hash = "t"});
    });
    ASSERT_TRUE(begun) << begun.error().message;
    const ledger::Ledger::AttemptKey key{begun.value().id, claimed.fence};
    ASSERT_TRUE(in_group([&] { return ledger->intend_reject(key, "inspect.read"); }));
    ASSERT_TRUE(in_group([&] { return ledger->finish_spoiled(key, "inspect.read", 2); }));
  }
  ShiftReport report() {
    auto collected = collect_shift(*reader());
    EXPECT_TRUE(collected) << collected.error().message;
    return std::move(collected).value();
  }
};

TEST_F(ShiftReports, NameTheLogThatTheirFiguresAreOf) {
  const ShiftReport shift = report();
  EXPECT_EQ(shift.log_size, stored_entries().size());
  EXPECT_EQ(shift.log_origin, test_support::kIdentity.origin);
  EXPECT_EQ(shift.from, "2026-11-24T08:00:00.000Z");
}

TEST_F(ShiftReports, CountEveryBlankAndSayWhyOneIsSpoiled) {
  const ShiftReport shift = report();
  EXPECT_EQ(shift.stock.at(test_support::kClass).at(ledger::StockPlace::spoiled), 1);
  EXPECT_EQ(shift.stock.at(test_support::kClass).at(ledger::StockPlace::line), 2);
  EXPECT_EQ(shift.spoil_reasons, (std::map<std::string, std::int64_t>{{"inspect.read", 1}}));
  EXPECT_EQ(shift.jobs.by_state.at(job::JobState::ready), 2);
}

TEST_F(ShiftReports, QuoteWhatCsvWouldMisunderstand) {
  const std::string csv = shift_csv(report());
  EXPECT_NE(csv.find("unit,\"Xã Krông Mẫu, \"\"A\"\"\",spring received,1\r\n"), std::string::npos) << csv;
  EXPECT_NE(csv.find("blanks,test-blank,sum = received,3\r\n"), std::string::npos) << csv;
}

TEST_F(ShiftReports, SayTheSameOnPaper) {
  const auto fonts = print::load_fonts(SOURCE_DIR "/templates", FONTS_DIR, sha256_hex);
  ASSERT_TRUE(fonts) << fonts.error().message;
  const auto pdf = shift_pdf(report(), fonts.value(), FONTS_DIR);
  ASSERT_TRUE(pdf) << pdf.error().message;
  const test_support::TemporaryFolder paper;
  ASSERT_TRUE(write_file(paper / "shift.pdf", pdf.value()));
  const auto text = test_support::run_command("pdftotext -layout " + (paper / "shift.pdf").string() + " - ");
  EXPECT_EQ(text.exit_code, 0);
  for (const char* expected :
       {"Shift report", "Xã Krông Mẫu", "sum = received", "inspect.read", "Supervisor"}) {
    EXPECT_NE(text.output.find(expected), std::string::npos) << expected << "\n" << text.output;
  }
}

TEST_F(ShiftReports, TellNothingAboutHolders) {
  const std::string csv = shift_csv(report());
  EXPECT_EQ(csv.find(test_support::kMarkedName), std::string::npos);
  EXPECT_EQ(csv.find(test_support::kMarkedNumber), std::string::npos);
}

TEST_F(ShiftReports, RefuseANameThatTheFontCannotShow) {
  const auto fonts = print::load_fonts(SOURCE_DIR "/templates", FONTS_DIR, sha256_hex);
  ASSERT_TRUE(fonts);
  ShiftReport shift = report();
  shift.units[0].unit = "unit \xE4\xB8\x80";
  EXPECT_EQ(shift_pdf(shift, fonts.value(), FONTS_DIR).error().code, "report.text");
}

}  // namespace
}  // namespace imprimatur::report
