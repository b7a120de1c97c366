#include "report/shift_report.hpp"

#include <sstream>

#include "base/files.hpp"
#include "crypto/digest.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::report {
namespace {

using ledger::Actor;

std::string sha256_hex(ByteView bytes) {
  return to_hex_lower(crypto::sha256(bytes));
}

class ShiftReports : public test_support::LedgerBench {
 protected:
  // Five blanks, three jobs: a card spoiled, one in doubt, one good.
  void SetUp() override {
    LedgerBench::SetUp();
    stock(1, 5);
    ledger::NewJob job = test_support::new_job(1);
    job.document.unit = "Xã Krông Mẫu, \"A\"";
    receive(job);
    receive(test_support::new_job(2));
    receive(test_support::new_job(3));
    const auto spoiled = begin(1);
    ASSERT_TRUE(in_group([&] { return ledger->intend_reject(spoiled, "inspect.read"); }));
    ASSERT_TRUE(in_group([&] { return ledger->finish_spoiled(spoiled, "inspect.read", 0); }));
    const auto doubtful = begin(2);
    ASSERT_TRUE(in_group([&] { return ledger->doubt(doubtful, "chip.silent"); }));
    const auto good = begin(3);
    steps_to_verified(good);
    ASSERT_TRUE(in_group([&] { return ledger->finish_good(good); }));
  }
  ShiftReport report() {
    auto collected = collect_shift(*reader());
    EXPECT_TRUE(collected) << collected.error().message;
    return std::move(collected).value();
  }
  // The pages as pdftotext reads them.
  std::string printed(const ShiftReport& shift) {
    const auto fonts = print::load_fonts(SOURCE_DIR "/templates", FONTS_DIR, sha256_hex);
    EXPECT_TRUE(fonts) << fonts.error().message;
    const auto pdf = shift_pdf(shift, fonts.value());
    EXPECT_TRUE(pdf) << pdf.error().message;
    if (!pdf) return "";
    EXPECT_TRUE(write_file(folder / "shift.pdf", pdf.value()));
    const auto text =
        test_support::run_command("pdftotext -layout " + (folder / "shift.pdf").string() + " -");
    EXPECT_EQ(text.exit_code, 0) << text.output;
    return text.output;
  }
  static std::string error_of(const ShiftReport& shift) {
    const auto fonts = print::load_fonts(SOURCE_DIR "/templates", FONTS_DIR, sha256_hex);
    EXPECT_TRUE(fonts) << fonts.error().message;
    const auto pdf = shift_pdf(shift, fonts.value());
    return pdf ? "" : pdf.error().code;
  }
};

// Whether a line of the text has these words in this order.
bool has_line(const std::string& text, const std::vector<std::string>& words) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::size_t at = 0;
    for (const auto& word : words) {
      if (at == std::string::npos) break;
      at = line.find(word, at);
      if (at != std::string::npos) at += word.size();
    }
    if (at != std::string::npos) return true;
  }
  return false;
}

TEST_F(ShiftReports, TellTheShiftInItsOwnTimeZoneOverANightOfTwentyFiveHours) {
  clock.time = parse_rfc3339("2026-10-24T20:00:00Z").value();
  const Actor keeper{"store-1", "operator"};
  ASSERT_TRUE(in_group([&] { return ledger->open_shift("Europe/Madrid", keeper); }));
  EXPECT_EQ(shift_period(*report().shift).value(), "2026-10-24 22:00 +02:00, open, Europe/Madrid");
  clock.time = parse_rfc3339("2026-10-25T21:00:00Z").value();
  ASSERT_TRUE(in_group([&] {
    return ledger->count_blanks({test_support::kClass, ledger::StockPlace::line, std::nullopt, 2}, keeper);
  }));
  ASSERT_TRUE(in_group([&] { return ledger->close_shift("Europe/Madrid", keeper); }));
  // From ten in the evening to ten in the evening by the clock on the wall, and yet 25 hours.
  const std::string period = "2026-10-24 22:00 +02:00 to 2026-10-25 22:00 +01:00, 25 h 00 min, Europe/Madrid";
  EXPECT_EQ(shift_period(*report().shift).value(), period);
  EXPECT_NE(shift_csv(report()).find("shift,1,\"" + period + "\""), std::string::npos);
  EXPECT_TRUE(has_line(printed(report()), {"Shift 1", "25 h 00 min"}));
}

TEST_F(ShiftReports, NameTheLogThatTheirFiguresAreOf) {
  const ShiftReport shift = report();
  EXPECT_EQ(shift.log_size, stored_entries().size());
  EXPECT_EQ(shift.log_origin, test_support::kIdentity.origin);
  EXPECT_EQ(shift.from, "2026-11-24T08:00:00.000Z");
  EXPECT_FALSE(shift.checkpoint);
}

TEST_F(ShiftReports, NameTheLastSignedCheckpoint) {
  // A root of 32 bytes and a signature line of the shape of C2SP signed-note.
  const std::string root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
  ASSERT_TRUE(in_group([&] {
    return ledger->keep_checkpoint("perso.example/log-1\n7\n" + root +
                                   "\n\n\xE2\x80\x94 perso.example/log-1 Az3grlgtzPICa5OS8npVmf1Myq/5"
                                   "IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n");
  }));
  const ShiftReport shift = report();
  ASSERT_TRUE(shift.checkpoint);
  EXPECT_EQ(shift.checkpoint->size, 7U);
  EXPECT_NE(shift_csv(shift).find("log,signed root," + root + ",,"), std::string::npos);
  EXPECT_TRUE(has_line(printed(shift), {"Last signed", "size 7", root}));
}

TEST_F(ShiftReports, CountEveryBlankAndSayWhyOneIsSpoiled) {
  const ShiftReport shift = report();
  ASSERT_EQ(shift.stock.size(), 1U);
  EXPECT_EQ(shift.stock[0].received, 5);
  using enum ledger::StockPlace;
  EXPECT_EQ(shift.stock[0].by_place, (std::map<ledger::StockPlace, std::int64_t>{
                                         {line, 2}, {in_doubt, 1}, {spoiled, 1}, {good_on_hand, 1}}));
  EXPECT_TRUE(is_balanced(shift));
  EXPECT_EQ(shift.spoil_reasons, (std::map<std::string, std::int64_t>{{"inspect.read", 1}}));
  EXPECT_EQ(shift.jobs.by_state.at(job::JobState::failed), 1);
  EXPECT_EQ(shift.jobs.by_state.at(job::JobState::in_doubt), 1);
  EXPECT_EQ(shift.jobs.by_state.at(job::JobState::issued), 1);
}

TEST_F(ShiftReports, TellSpoiledAndDoubtfulCardsWithTheirJournalEntries) {
  const ShiftReport shift = report();
  ASSERT_EQ(shift.spoiled.size(), 1U);
  EXPECT_EQ(shift.spoiled[0].blank, test_support::serial_of(1));
  ASSERT_EQ(shift.in_doubt.size(), 1U);
  EXPECT_EQ(shift.in_doubt[0].question, "chip.silent");
  // What stands at the last of them in the journal is what the report says of the card.
  const auto entries = journal();
  EXPECT_EQ(entries.at(shift.spoiled[0].sequences.back()).at("type"), "org.imprimatur.attempt.spoiled.v1");
  EXPECT_EQ(entries.at(shift.in_doubt[0].sequences.back()).at("type"), "org.imprimatur.attempt.in_doubt.v1");
  EXPECT_NE(shift_csv(shift).find("in doubt," + test_support::serial_of(2) + ",chip.silent,1,"),
            std::string::npos);
}

TEST_F(ShiftReports, TellTheNewestSpoiledCardsFirst) {
  receive(test_support::new_job(4));
  const auto key = begin(4);
  ASSERT_TRUE(in_group([&] { return ledger->finish_spoiled(key, "print.jam", 0); }));
  const ShiftReport shift = report();
  ASSERT_EQ(shift.spoiled.size(), 2U);
  EXPECT_EQ(shift.spoiled[0].blank, test_support::serial_of(4));
  EXPECT_EQ(shift.spoiled[1].blank, test_support::serial_of(1));
}

TEST_F(ShiftReports, AreOfOneMomentWhateverIsWrittenMeanwhile) {
  const auto reading = reader();
  ASSERT_TRUE(reading->begin_snapshot());
  const auto size = reading->journal_size().value();
  receive(test_support::new_job(4));
  EXPECT_EQ(reading->journal_size().value(), size);
  EXPECT_FALSE(reading->counts().value().by_state.contains(job::JobState::ready));
  reading->end_snapshot();
  EXPECT_GT(reading->journal_size().value(), size);
  EXPECT_TRUE(reading->counts().value().by_state.contains(job::JobState::ready));
}

TEST_F(ShiftReports, QuoteWhatCsvWouldMisunderstand) {
  const std::string csv = shift_csv(report());
  const std::string all = "0-" + std::to_string(stored_entries().size() - 1);
  EXPECT_EQ(csv.find("section,name,detail,count,entries\r\n"), 0U);
  EXPECT_NE(csv.find("unit,\"Xã Krông Mẫu, \"\"A\"\"\",spring received,1," + all + "\r\n"), std::string::npos)
      << csv;
  EXPECT_NE(csv.find("blanks,test-blank,received,5," + all + "\r\n"), std::string::npos) << csv;
  EXPECT_NE(csv.find("blanks,test-blank,difference,0," + all + "\r\n"), std::string::npos) << csv;
}

// RFC 4180 as somebody else reads it: every row has the five columns.
TEST_F(ShiftReports, AreReadByPythonsCsvReader) {
  const std::string program = R"(import csv, sys
rows = list(csv.reader(open(sys.argv[1], newline="", encoding="utf-8"), strict=True))
assert all(len(row) == 5 for row in rows), rows
print([row[1] for row in rows if row[0] == "unit"][0])
)";
  ASSERT_TRUE(write_file(folder / "shift.csv", bytes_of(shift_csv(report()))));
  ASSERT_TRUE(write_file(folder / "read.py", bytes_of(program)));
  const auto read = test_support::run_command("/usr/bin/python3 -X utf8 " + (folder / "read.py").string() +
                                              " " + (folder / "shift.csv").string());
  EXPECT_EQ(read.exit_code, 0) << read.output;
  EXPECT_EQ(read.output, "Xã Krông Mẫu, \"A\"\n");
}

TEST_F(ShiftReports, SayTheSameOnPaper) {
  const std::string text = printed(report());
  EXPECT_TRUE(has_line(text, {"Shift report", test_support::kIdentity.station})) << text;
  EXPECT_TRUE(
      has_line(text, {"Figures are of", "entries 0 to " + std::to_string(stored_entries().size() - 1)}));
  EXPECT_TRUE(has_line(text, {"Xã Krông Mẫu, \"A\"", "spring", "1", "0"})) << text;
  EXPECT_TRUE(has_line(text, {"all, without refused jobs", "3", "1"})) << text;
  EXPECT_TRUE(has_line(text, {"in all places", "5"})) << text;
  EXPECT_TRUE(has_line(text, {"received", "5"})) << text;
  EXPECT_TRUE(has_line(text, {test_support::serial_of(1), "inspect.read", "line-1"})) << text;
  EXPECT_TRUE(has_line(text, {test_support::serial_of(2), "chip.silent", "line-1"})) << text;
  EXPECT_TRUE(has_line(text, {"Every blank that was received is accounted for"})) << text;
  EXPECT_TRUE(has_line(text, {"Operator", "Supervisor"})) << text;
  EXPECT_TRUE(has_line(text, {"page 1 of 1"})) << text;
}

TEST_F(ShiftReports, ArePaperOfA4ThatOtherToolsFindSound) {
  printed(report());
  const auto info = test_support::run_command("pdfinfo " + (folder / "shift.pdf").string());
  EXPECT_TRUE(has_line(info.output, {"Page size", "(A4)"})) << info.output;
  const auto fonts = test_support::run_command("pdffonts " + (folder / "shift.pdf").string());
  EXPECT_EQ(fonts.output.find("Warning"), std::string::npos) << fonts.output;
  EXPECT_TRUE(has_line(fonts.output, {"NotoSans", "Identity-H", "yes"})) << fonts.output;
  const auto sound = test_support::run_command("qpdf --check " + (folder / "shift.pdf").string());
  EXPECT_EQ(sound.exit_code, 0) << sound.output;
}

TEST_F(ShiftReports, SayLoudlyThatABlankIsNotAccountedFor) {
  ShiftReport shift = report();
  shift.stock[0].received = 6;
  EXPECT_FALSE(is_balanced(shift));
  const std::string text = printed(shift);
  EXPECT_TRUE(has_line(text, {"DIFFERENCE", "1"})) << text;
  EXPECT_TRUE(has_line(text, {"NOT every blank"})) << text;
}

TEST_F(ShiftReports, TellNothingAboutHolders) {
  const ShiftReport shift = report();
  for (const std::string& text : {shift_csv(shift), printed(shift)}) {
    EXPECT_EQ(text.find(test_support::kMarkedName), std::string::npos);
    EXPECT_EQ(text.find(test_support::kMarkedNumber), std::string::npos);
  }
}

TEST_F(ShiftReports, TurnThePageAndCountThem) {
  ShiftReport shift = report();
  shift.spoiled.assign(kCardsMax, shift.spoiled[0]);
  shift.jobs.blanks_spoiled = 130;
  const std::string text = printed(shift);
  EXPECT_TRUE(has_line(text, {"page 1 of 3"})) << text;
  EXPECT_TRUE(has_line(text, {"page 3 of 3"})) << text;
  EXPECT_TRUE(has_line(text, {"and 30 more"})) << text;
}

TEST_F(ShiftReports, RefuseWhatTheyCannotShow) {
  ShiftReport shift = report();
  shift.units[0].unit = "unit \xE4\xB8\x80";  // a Chinese letter
  EXPECT_EQ(error_of(shift), "report.text");
  shift.units[0].unit = "unit \xFF";  // not UTF-8
  EXPECT_EQ(error_of(shift), "report.text");
  shift.units[0].unit = std::string(300, 'W');
  EXPECT_EQ(error_of(shift), "report.text");
  shift.units.assign(2000, report().units[0]);
  EXPECT_EQ(error_of(shift), "report.pages");
}

TEST_F(ShiftReports, RefuseFontsThatAreNotThePinnedOnes) {
  const auto pdf = shift_pdf(report(), print::FontSet{});
  ASSERT_FALSE(pdf);
  EXPECT_EQ(pdf.error().code, "report.fonts");
}

}  // namespace
}  // namespace imprimatur::report
