// Answers recorded from CUPS' ippeveprinter and made by hand, and what we take from them.
#include "devices/ipp/ipp_answers.hpp"

#include <gtest/gtest.h>

#include <array>

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "devices/ipp/ipp_requests.hpp"
#include "tests/ipp/recorded.hpp"

namespace imprimatur::devices {
namespace {

using print::PrinterReport;
using print::PrintJobState;

IppMessage recorded_answer(const char* title) {
  const json::object examples = tests::recorded_ipp();
  auto message = parse_ipp(
      tests::encode(tests::entry_of(examples, "recorded_session", title).at("response").as_object()));
  EXPECT_TRUE(message) << title;
  return std::move(message).value();
}

IppMessage made_up_answer(const char* title) {
  const json::object examples = tests::recorded_ipp();
  auto message = parse_ipp(
      hex(std::string(tests::entry_of(examples, "synthetic_answers", title).at("response_hex").as_string())));
  EXPECT_TRUE(message) << title;
  return std::move(message).value();
}

const print::PrintTicket kTicket{.job_id = 1, .job_uuid = "urn:uuid:0d0636df-b8ee-3e7f-43b0-8a4f345a6f6f"};

// The recorded jobs were asked without job-uuid: this is what binds them to the ticket.
IppMessage with_uuid(IppMessage answer, const std::string& uuid) {
  ippAddString(answer.get(), IPP_TAG_JOB, IPP_TAG_URI, "job-uuid", nullptr, uuid.c_str());
  return answer;
}

TEST(IppAnswers, TellTheStateOfAPrinter) {
  const auto idle = read_printer_report(recorded_answer("Get-Printer-Attributes"));
  ASSERT_TRUE(idle) << idle.error().message;
  EXPECT_EQ(idle.value().state, PrinterReport::State::idle);
  EXPECT_TRUE(idle.value().accepting);
  EXPECT_TRUE(idle.value().reasons.empty());

  const auto stopped =
      read_printer_report(made_up_answer("printer stopped, input hopper empty and ribbon out"));
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped.value().state, PrinterReport::State::stopped);
  const std::vector<std::string> reasons{"media-empty-error", "marker-supply-empty-error"};
  EXPECT_EQ(stopped.value().reasons, reasons);

  const auto warned = read_printer_report(made_up_answer("printer processing with a warning only"));
  ASSERT_TRUE(warned);
  EXPECT_EQ(warned.value().state, PrinterReport::State::processing);
}

TEST(IppAnswers, TellWhatIsLeftOfTheRibbon) {
  IppMessage answer;
  ipp_t* ipp = answer.get();
  ippAddInteger(ipp, IPP_TAG_PRINTER, IPP_TAG_ENUM, "printer-state", IPP_PSTATE_IDLE);
  EXPECT_TRUE(read_printer_report(answer).value().supplies.empty());
  const std::array names{"YMCKO ribbon", "cleaning\x01roller", "film"};
  const std::array levels{37, -2};
  ippAddStrings(ipp, IPP_TAG_PRINTER, IPP_TAG_NAME, "marker-names", 3, nullptr, names.data());
  ippAddIntegers(ipp, IPP_TAG_PRINTER, IPP_TAG_INTEGER, "marker-levels", 2, levels.data());
  const auto report = read_printer_report(answer);
  ASSERT_TRUE(report);
  ASSERT_EQ(report.value().supplies.size(), 2U);  // of the film nothing is said
  EXPECT_EQ(report.value().supplies[0].name, "YMCKO ribbon");
  EXPECT_EQ(report.value().supplies[0].percent, 37);
  EXPECT_EQ(report.value().supplies[1].name, "cleaning?roller");
  EXPECT_EQ(report.value().supplies[1].percent, -2);
}

TEST(IppAnswers, TellHowManyJobsHaveNotEnded) {
  IppMessage answer;
  ippAddInteger(answer.get(), IPP_TAG_PRINTER, IPP_TAG_ENUM, "printer-state", IPP_PSTATE_IDLE);
  EXPECT_EQ(read_printer_report(answer).value().jobs, 0) << "a printer that does not say";
  ippAddInteger(answer.get(), IPP_TAG_PRINTER, IPP_TAG_INTEGER, "queued-job-count", 2);
  EXPECT_EQ(read_printer_report(answer).value().jobs, 2);
}

TEST(IppAnswers, TakeUnknownReasonsAsTheyAre) {
  const auto report =
      read_printer_report(made_up_answer("unknown reason keyword and vendor prefix: reader must not fail"));
  ASSERT_TRUE(report);
  const std::vector<std::string> reasons{"com.example-laminator-cold-warning", "media-jam-error"};
  EXPECT_EQ(report.value().reasons, reasons);
}

TEST(IppAnswers, FollowARecordedJob) {
  const auto printing =
      read_job_report(with_uuid(recorded_answer("Get-Job-Attributes"), kTicket.job_uuid), kTicket);
  ASSERT_TRUE(printing);
  EXPECT_EQ(printing.value().state, PrintJobState::processing);
  EXPECT_EQ(printing.value().reasons, std::vector<std::string>{"job-printing"});
  EXPECT_EQ(printing.value().impressions_completed, 0);

  const auto done =
      read_job_report(with_uuid(recorded_answer("Get-Job-Attributes again"), kTicket.job_uuid), kTicket);
  ASSERT_TRUE(done);
  EXPECT_EQ(done.value().state, PrintJobState::completed);
  EXPECT_EQ(done.value().reasons, std::vector<std::string>{"job-completed-successfully"});

  const auto cancelled =
      read_job_report(with_uuid(recorded_answer("Get-Job-Attributes canceled"), kTicket.job_uuid), kTicket);
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled.value().state, PrintJobState::canceled);
  EXPECT_EQ(cancelled.value().impressions_completed, -1);  // it was not asked for there
}

TEST(IppAnswers, TellOfStoppedAndAbortedJobs) {
  const auto stopped = read_job_report(
      with_uuid(made_up_answer("job stopped by the printer, will continue when cleared"), kTicket.job_uuid),
      kTicket);
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped.value().state, PrintJobState::stopped);
  const auto jammed =
      read_job_report(with_uuid(made_up_answer("job aborted: card jam"), kTicket.job_uuid), kTicket);
  ASSERT_TRUE(jammed);
  EXPECT_EQ(jammed.value().state, PrintJobState::aborted);
  EXPECT_EQ(jammed.value().impressions_completed, -1);
}

TEST(IppAnswers, AreForgottenWithoutTheUuidOfTheTicket) {
  const auto without = read_job_report(recorded_answer("Get-Job-Attributes again"), kTicket);
  ASSERT_TRUE(without);
  EXPECT_EQ(without.value().state, PrintJobState::forgotten);
  const auto other = read_job_report(
      with_uuid(recorded_answer("Get-Job-Attributes again"), "urn:uuid:89758ed2-d369-3566-51bd-a269d9af2d93"),
      kTicket);
  ASSERT_TRUE(other);
  EXPECT_EQ(other.value().state, PrintJobState::forgotten);
  EXPECT_TRUE(other.value().job_uuid.empty());
}

TEST(IppAnswers, AreRefusedWithoutAState) {
  const IppMessage empty;
  EXPECT_EQ(read_printer_report(empty).error().code, "printer.answer");
  const IppMessage odd = with_uuid(IppMessage(), kTicket.job_uuid);
  ippAddInteger(odd.get(), IPP_TAG_JOB, IPP_TAG_ENUM, "job-state", 42);
  EXPECT_EQ(read_job_report(odd, kTicket).error().code, "printer.answer");
}

// Whatever a printer says, it is a report or an error. The mutations are always the same ones.
TEST(IppAnswers, SurviveEveryMutationOfAnAnswer) {
  const json::object examples = tests::recorded_ipp();
  SeededRandom dice(12);
  int readable = 0;
  for (const json::value& entry : examples.at("recorded_session").as_array()) {
    const Bytes good = tests::encode(entry.as_object().at("response").as_object());
    for (int i = 0; i < 500; ++i) {
      Bytes bad = good;
      const Bytes draw = dice.bytes(3);
      bad[read_be(ByteView(draw).first(2)) % bad.size()] = draw[2];
      const auto message = parse_ipp(bad);
      if (!message) continue;
      ++readable;
      static_cast<void>(read_printer_report(message.value()).has_value());
      static_cast<void>(read_job_report(message.value(), kTicket).has_value());
      static_cast<void>(read_capabilities(message.value()).has_value());
      EXPECT_FALSE(refusal("Create-Job", message.value()).code.empty());
    }
  }
  EXPECT_GT(readable, 1'000);
}

TEST(IppAnswers, TurnStatusCodesIntoErrors) {
  const Error busy = refusal("Create-Job", made_up_answer("server busy"));
  EXPECT_EQ(busy.code, "printer.busy");
  EXPECT_EQ(busy.happened, Happened::no);
  const Error unsupported = refusal("Print-Job", recorded_answer("Print-Job with an unsupported format"));
  EXPECT_EQ(unsupported.code, "printer.refused");
  EXPECT_EQ(unsupported.field, "document-format");
  EXPECT_NE(unsupported.message.find("040B"), std::string::npos);
  // Free text of the printer could quote the document.
  EXPECT_EQ(unsupported.message.find("mimeMediaType"), std::string::npos);
}

// A printer as it lists itself; each test leaves out or changes one thing.
struct Listing {
  std::vector<int> operations{IPP_OP_VALIDATE_JOB, IPP_OP_CREATE_JOB, IPP_OP_SEND_DOCUMENT,
                              IPP_OP_GET_JOB_ATTRIBUTES, IPP_OP_CANCEL_JOB};
  std::string format = "application/pdf";
  struct Medium {
    int x, y, margin;
  };
  std::vector<Medium> database;
  std::vector<std::pair<int, int>> sizes;
};

IppMessage size_of(int x, int y) {
  IppMessage size;
  ippAddInteger(size.get(), IPP_TAG_ZERO, IPP_TAG_INTEGER, "x-dimension", x);
  ippAddInteger(size.get(), IPP_TAG_ZERO, IPP_TAG_INTEGER, "y-dimension", y);
  return size;
}

IppMessage listed(const Listing& listing) {
  IppMessage answer;
  ippAddIntegers(answer.get(), IPP_TAG_PRINTER, IPP_TAG_ENUM, "operations-supported",
                 static_cast<int>(listing.operations.size()), listing.operations.data());
  ippAddString(answer.get(), IPP_TAG_PRINTER, IPP_TAG_MIMETYPE, "document-format-supported", nullptr,
               listing.format.c_str());
  for (const Listing::Medium& medium : listing.database) {
    const IppMessage media;
    ippAddCollection(media.get(), IPP_TAG_ZERO, "media-size", size_of(medium.x, medium.y).get());
    for (const char* name :
         {"media-bottom-margin", "media-left-margin", "media-right-margin", "media-top-margin"}) {
      ippAddInteger(media.get(), IPP_TAG_ZERO, IPP_TAG_INTEGER, name, medium.margin);
    }
    ippAddCollection(answer.get(), IPP_TAG_PRINTER, "media-col-database", media.get());
  }
  for (const auto& [x, y] : listing.sizes) {
    ippAddCollection(answer.get(), IPP_TAG_PRINTER, "media-size-supported", size_of(x, y).get());
  }
  return answer;
}

TEST(IppCapabilities, TakeTheCardSizeAsThePrinterListsIt) {
  const auto upright =
      read_capabilities(listed({.database = {}, .sizes = {{21'000, 29'700}, {5'398, 8'560}}}));
  ASSERT_TRUE(upright) << upright.error().message;
  EXPECT_EQ(upright.value().media.x_hundredth_mm, 5'398);
  EXPECT_EQ(upright.value().media.y_hundredth_mm, 8'560);
  EXPECT_FALSE(upright.value().media.edge_to_edge);

  const auto turned = read_capabilities(listed({.database = {}, .sizes = {{8'560, 5'398}}}));
  ASSERT_TRUE(turned);
  EXPECT_EQ(turned.value().media.x_hundredth_mm, 8'560);

  const auto rounded = read_capabilities(listed({.database = {}, .sizes = {{5'400, 8'570}}}));
  ASSERT_TRUE(rounded);
  EXPECT_EQ(rounded.value().media.x_hundredth_mm, 5'400);
  EXPECT_EQ(rounded.value().media.y_hundredth_mm, 8'570);
}

TEST(IppCapabilities, PreferAMediumWithoutMargins) {
  const auto found = read_capabilities(
      listed({.database = {{5'398, 8'560, 300}, {5'398, 8'560, 0}}, .sizes = {{8'560, 5'398}}}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found.value().media.x_hundredth_mm, 5'398);
  EXPECT_TRUE(found.value().media.edge_to_edge);
  const auto with_margins = read_capabilities(listed({.database = {{5'398, 8'560, 300}}, .sizes = {}}));
  ASSERT_TRUE(with_margins);
  EXPECT_FALSE(with_margins.value().media.edge_to_edge);
}

TEST(IppCapabilities, TakeACardOutOfARangeOfCustomSizes) {
  IppMessage answer = listed({.database = {}, .sizes = {}});
  const IppMessage size;
  ippAddRange(size.get(), IPP_TAG_ZERO, "x-dimension", 5'000, 30'000);
  ippAddRange(size.get(), IPP_TAG_ZERO, "y-dimension", 7'000, 43'000);
  ippAddCollection(answer.get(), IPP_TAG_PRINTER, "media-size-supported", size.get());
  const auto found = read_capabilities(answer);
  ASSERT_TRUE(found);
  EXPECT_EQ(found.value().media.x_hundredth_mm, 5'398);
  EXPECT_EQ(found.value().media.y_hundredth_mm, 8'560);
}

TEST(IppCapabilities, RefuseAPrinterThatCannotMakeCards) {
  const auto no_medium = read_capabilities(listed({.database = {}, .sizes = {{21'000, 29'700}}}));
  ASSERT_FALSE(no_medium);
  EXPECT_EQ(no_medium.error().code, "printer.unsuitable");
  EXPECT_FALSE(no_medium.error().remedy.empty());
  EXPECT_FALSE(
      read_capabilities(listed({.format = "image/jpeg", .database = {}, .sizes = {{5'398, 8'560}}})));
  EXPECT_FALSE(read_capabilities(
      listed({.operations = {IPP_OP_PRINT_JOB}, .database = {}, .sizes = {{5'398, 8'560}}})));
}

TEST(IppRequests, AskForTheMediumAsTheRecordedValidateJobDid) {
  const json::object examples = tests::recorded_ipp();
  const Bytes recorded = hex(std::string(
      tests::entry_of(examples, "recorded_session", "Validate-Job").at("request_hex").as_string()));
  const IppMessage ours = validate_job(
      {.uri = "ipp://localhost:8631/ipp/print", .user = "perso", .request_id = 2},
      {.job_name = "card-0001", .sides = 1, .media = {.x_hundredth_mm = 5'398, .y_hundredth_mm = 8'560}});
  const Bytes bytes = ipp_bytes(ours);
  const auto begin_of_media_size = [](const Bytes& message) {
    const std::string_view text(reinterpret_cast<const char*>(message.data()), message.size());
    return text.substr(text.find("media-size"), text.find("y-dimension") - text.find("media-size") + 11 + 9);
  };
  EXPECT_EQ(begin_of_media_size(bytes), begin_of_media_size(recorded));
  // Up to the target the bytes are the same, but for the request-id of the recording.
  const std::size_t head = 8 + 75;
  EXPECT_EQ(to_hex(ByteView(bytes).subspan(8, head - 8)), to_hex(ByteView(recorded).subspan(8, head - 8)));
}

TEST(IppRequests, SayFidelityAndTheTurningEdge) {
  const IppMessage message = create_job(
      {.uri = "ipp://127.0.0.1/ipp/print", .user = "station", .request_id = 1},
      {.job_name = "attempt", .sides = 2, .turn = DuplexTurn::long_edge, .media = {}, .say_copies = true});
  EXPECT_EQ(message.boolean("ipp-attribute-fidelity"), true);
  EXPECT_EQ(message.text("sides"), "two-sided-long-edge");
  EXPECT_EQ(message.integer("copies"), 1);
  EXPECT_STREQ(sides_keyword(2, DuplexTurn::short_edge), "two-sided-short-edge");
  EXPECT_STREQ(sides_keyword(1, DuplexTurn::short_edge), "one-sided");
}

}  // namespace
}  // namespace imprimatur::devices
