// The IPP of the virtual printers, without sockets and in made-up time. Requests and expected answers are
// those of a session recorded with CUPS' ippeveprinter where there is one, else those of RFC 8011.
#include "devices/virtual_printer/ipp_service.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "devices/ipp/ipp_message.hpp"
#include "tests/ipp/card_pdf.hpp"
#include "tests/ipp/recorded.hpp"
#include "tests/ipp/scratch_folder.hpp"

namespace imprimatur::devices {
namespace {

using namespace std::chrono_literals;
using tests::card_pdf;

class HandClock final : public Clock {
 public:
  WallTime now() const override { return WallTime{}; }
  SteadyTime steady() const override { return time_; }
  void pass(SteadyTime::duration time) { time_ += time; }

 private:
  SteadyTime time_{1h};
};

constexpr const char* kPath = "/ipp/print/card-1";

class IppServiceTest : public testing::Test {
 protected:
  IppServiceTest() {
    auto made = IppService::make({.printers = 2, .spool = folder_.path(), .print_time = 10s}, clock_, ids_);
    EXPECT_TRUE(made) << made.error().message;
    service_ = std::move(made).value();
  }

  IppMessage ask(const Bytes& body, const char* path = kPath) {
    const IppAnswer answer = service_->answer(path, body);
    EXPECT_EQ(answer.http_status, 200);
    auto message = parse_ipp(answer.body);
    EXPECT_TRUE(message) << message.error().message;
    return std::move(message).value();
  }

  // A request with the three attributes that each must have; `more` adds the rest.
  template <class More>
  IppMessage ask(ipp_op_t operation, More more, ByteView document = {}) {
    const IppMessage request;
    ipp_t* ipp = request.get();
    ippSetOperation(ipp, operation);
    ippSetRequestId(ipp, 5);
    ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_CHARSET, "attributes-charset", nullptr, "utf-8");
    ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_LANGUAGE, "attributes-natural-language", nullptr, "en");
    ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", nullptr,
                 "ipp://127.0.0.1/ipp/print/card-1");
    more(ipp);
    return ask(concat({ipp_bytes(request), document}));
  }
  IppMessage create() {
    return ask(IPP_OP_CREATE_JOB, [](ipp_t*) {});
  }
  IppMessage send(int job_id, ByteView document, bool last = true) {
    return ask(
        IPP_OP_SEND_DOCUMENT,
        [job_id, last](ipp_t* ipp) {
          ippAddInteger(ipp, IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", job_id);
          ippAddBoolean(ipp, IPP_TAG_OPERATION, "last-document", last ? 1 : 0);
        },
        document);
  }

  tests::ScratchFolder folder_;
  HandClock clock_;
  SeededRandom ids_{3};
  std::unique_ptr<IppService> service_;
};

// The bytes of a recorded request; this printer takes PDF where the recorded one took JPEG.
Bytes as_pdf(const json::object& entry) {
  std::string request(entry.at("request_hex").as_string());
  const std::string jpeg = "000A" + to_hex(bytes_of("image/jpeg"));
  if (const auto at = request.find(jpeg); at != std::string::npos) {
    request.replace(at, jpeg.size(), "000F" + to_hex(bytes_of("application/pdf")));
  }
  return hex(request);
}

TEST_F(IppServiceTest, AnswersTheRecordedSessionWithTheRecordedStatusCodes) {
  const json::object examples = tests::recorded_ipp();
  for (const json::value& value : examples.at("recorded_session").as_array()) {
    const json::object& entry = value.as_object();
    const std::string title(entry.at("title").as_string());
    const bool document = entry.at("request_document_bytes").as_int64() > 0;
    if (title == "Get-Job-Attributes again") clock_.pass(20s);
    const IppMessage answer = ask(concat({as_pdf(entry), document ? card_pdf(1) : Bytes{}}));
    // RFC 8011 section 4.2.1.1 has a status of its own for a format; ippeveprinter takes the general one.
    const std::string expected = title == "Print-Job with an unsupported format"
                                     ? "040A"
                                     : std::string(entry.at("response_status").as_string());
    EXPECT_EQ(answer.status(), static_cast<int>(read_be(hex(expected)))) << title;
    const json::object& recorded = entry.at("response").as_object();
    EXPECT_EQ(answer.request_id(), recorded.at("request_id").as_int64()) << title;
  }
}

TEST_F(IppServiceTest, TellsJobsAsTheRecordedPrinterDid) {
  const json::object examples = tests::recorded_ipp();
  const auto replay = [this, &examples](const char* title, int pages = 0) {
    return ask(concat({as_pdf(tests::entry_of(examples, "recorded_session", title)),
                       pages > 0 ? card_pdf(pages) : Bytes{}}));
  };
  const IppMessage created = replay("Create-Job");
  EXPECT_EQ(created.integer("job-id"), 1);
  EXPECT_EQ(created.text("job-uri"), "ipp://localhost:8631/ipp/print/1");
  EXPECT_EQ(created.integer("job-state"), IPP_JSTATE_HELD);
  EXPECT_EQ(created.text("job-state-reasons"), "job-data-insufficient");
  replay("Send-Document", 1);
  const IppMessage printing = replay("Get-Job-Attributes");
  EXPECT_EQ(printing.integer("job-state"), IPP_JSTATE_PROCESSING);
  EXPECT_EQ(printing.text("job-state-reasons"), "job-printing");
  EXPECT_EQ(printing.integer("job-impressions-completed"), 0);
  clock_.pass(20s);
  const IppMessage done = replay("Get-Job-Attributes again");
  EXPECT_EQ(done.integer("job-state"), IPP_JSTATE_COMPLETED);
  EXPECT_EQ(done.text("job-state-reasons"), "job-completed-successfully");
  replay("Create-Job second");
  replay("Cancel-Job");
  const IppMessage canceled = replay("Get-Job-Attributes canceled");
  EXPECT_EQ(canceled.integer("job-state"), IPP_JSTATE_CANCELED);
  EXPECT_EQ(canceled.text("job-state-reasons"), "job-canceled-by-user");
  const IppMessage finished = replay("Get-Jobs");
  EXPECT_EQ(finished.integers("job-id"), (std::vector<int>{2, 1}));
  EXPECT_EQ(finished.integers("job-state"), (std::vector<int>{IPP_JSTATE_CANCELED, IPP_JSTATE_COMPLETED}));
}

TEST_F(IppServiceTest, GivesOnlyWhatWasAskedFor) {
  const json::object examples = tests::recorded_ipp();
  const IppMessage answer =
      ask(as_pdf(tests::entry_of(examples, "recorded_session", "Get-Job-Attributes canceled")));
  EXPECT_EQ(answer.status(), IPP_STATUS_ERROR_NOT_FOUND);
  create();
  const IppMessage one = ask(IPP_OP_GET_JOB_ATTRIBUTES, [](ipp_t* ipp) {
    ippAddInteger(ipp, IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", 1);
    ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes", nullptr, "job-uuid");
  });
  EXPECT_TRUE(one.text("job-uuid"));
  EXPECT_FALSE(one.integer("job-state"));
}

TEST_F(IppServiceTest, RefusesMalformedMessages) {
  const json::object examples = tests::recorded_ipp();
  for (const json::value& entry : examples.at("malformed").as_array()) {
    const Bytes bytes = hex(std::string(entry.as_object().at("hex").as_string()));
    EXPECT_EQ(ask(bytes).status(), IPP_STATUS_ERROR_BAD_REQUEST) << entry.as_object().at("what");
  }
  EXPECT_EQ(ask(Bytes{}).status(), IPP_STATUS_ERROR_BAD_REQUEST);
  Bytes nested = hex("020000020000000102340001610000");
  for (int i = 0; i < 100'000; ++i) append(nested, hex("4A000000016D3400000000"));
  EXPECT_EQ(ask(nested).status(), IPP_STATUS_ERROR_BAD_REQUEST);
}

TEST_F(IppServiceTest, WantsATargetOfAKnownScheme) {
  const auto with_target = [this](const char* uri) {
    const IppMessage request;
    ipp_t* ipp = request.get();
    ippSetOperation(ipp, IPP_OP_GET_PRINTER_ATTRIBUTES);
    ippSetRequestId(ipp, 5);
    ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_CHARSET, "attributes-charset", nullptr, "utf-8");
    ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_LANGUAGE, "attributes-natural-language", nullptr, "en");
    ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", nullptr, uri);
    return ask(ipp_bytes(request)).status();
  };
  EXPECT_EQ(with_target("ipp://localhost/ipp/print/card-1"), IPP_STATUS_OK);
  EXPECT_EQ(with_target(""), IPP_STATUS_ERROR_BAD_REQUEST);
  EXPECT_EQ(with_target("card-1"), IPP_STATUS_ERROR_URI_SCHEME);
  EXPECT_EQ(with_target("ftp://localhost/ipp/print/card-1"), IPP_STATUS_ERROR_URI_SCHEME);
}

// Whatever arrives, there is an answer that can be read. The mutations are always the same ones.
TEST_F(IppServiceTest, AnswersEveryMutationOfTheRecordedRequests) {
  const json::object examples = tests::recorded_ipp();
  SeededRandom dice(11);
  for (const json::value& entry : examples.at("recorded_session").as_array()) {
    const Bytes good = as_pdf(entry.as_object());
    for (int i = 0; i < 300; ++i) {
      Bytes bad = good;
      for (int changes = 0; changes < 3; ++changes) {
        const Bytes draw = dice.bytes(3);
        bad[read_be(ByteView(draw).first(2)) % bad.size()] = draw[2];
      }
      const IppAnswer answer = service_->answer(kPath, bad);
      EXPECT_EQ(answer.http_status, 200);
      const auto read = parse_ipp(answer.body);
      EXPECT_TRUE(read) << read.error().message << "\n" << to_hex(bad) << "\n" << to_hex(answer.body);
    }
  }
}

TEST_F(IppServiceTest, KnowsOnlyItsOwnPrintersAndOperations) {
  EXPECT_EQ(service_->answer("/ipp/print/card-3", {}).http_status, 404);
  EXPECT_EQ(service_->answer("/printers/card-1", {}).http_status, 404);
  EXPECT_EQ(service_->answer("/", {}).http_status, 404);
  EXPECT_EQ(ask(IPP_OP_PURGE_JOBS, [](ipp_t*) {}).status(), IPP_STATUS_ERROR_OPERATION_NOT_SUPPORTED);
}

TEST_F(IppServiceTest, RefusesWhatItCannotDoWhenFidelityIsAskedForAndElseSaysWhatItIgnores) {
  const auto odd_job = [](bool fidelity) {
    return [fidelity](ipp_t* ipp) {
      if (fidelity) ippAddBoolean(ipp, IPP_TAG_OPERATION, "ipp-attribute-fidelity", 1);
      ippAddString(ipp, IPP_TAG_JOB, IPP_TAG_KEYWORD, "sides", nullptr, "three-sided");
      ippAddInteger(ipp, IPP_TAG_JOB, IPP_TAG_ENUM, "finishings", 4);
      ippAddInteger(ipp, IPP_TAG_JOB, IPP_TAG_INTEGER, "copies", 2);
    };
  };
  const std::vector<std::string> names{"sides", "finishings", "copies"};
  const IppMessage strict = ask(IPP_OP_CREATE_JOB, odd_job(true));
  EXPECT_EQ(strict.status(), IPP_STATUS_ERROR_ATTRIBUTES_OR_VALUES);
  EXPECT_EQ(strict.unsupported_names(), names);
  EXPECT_FALSE(strict.integer("job-id"));
  const IppMessage lenient = ask(IPP_OP_CREATE_JOB, odd_job(false));
  EXPECT_EQ(lenient.status(), IPP_STATUS_OK_IGNORED_OR_SUBSTITUTED);
  EXPECT_EQ(lenient.unsupported_names(), names);
  EXPECT_EQ(lenient.integer("job-id"), 1);
}

TEST_F(IppServiceTest, TakesOnlyTheSizeOfACard) {
  const auto of_size = [](int x, int y, int margin) {
    return [x, y, margin](ipp_t* ipp) {
      ippAddBoolean(ipp, IPP_TAG_OPERATION, "ipp-attribute-fidelity", 1);
      const IppMessage size;
      ippAddInteger(size.get(), IPP_TAG_ZERO, IPP_TAG_INTEGER, "x-dimension", x);
      ippAddInteger(size.get(), IPP_TAG_ZERO, IPP_TAG_INTEGER, "y-dimension", y);
      const IppMessage media;
      ippAddCollection(media.get(), IPP_TAG_ZERO, "media-size", size.get());
      ippAddInteger(media.get(), IPP_TAG_ZERO, IPP_TAG_INTEGER, "media-top-margin", margin);
      ippAddCollection(ipp, IPP_TAG_JOB, "media-col", media.get());
    };
  };
  EXPECT_EQ(ask(IPP_OP_VALIDATE_JOB, of_size(5'398, 8'560, 0)).status(), IPP_STATUS_OK);
  EXPECT_EQ(ask(IPP_OP_VALIDATE_JOB, of_size(8'560, 5'398, 0)).status(),
            IPP_STATUS_ERROR_ATTRIBUTES_OR_VALUES);
  EXPECT_EQ(ask(IPP_OP_VALIDATE_JOB, of_size(21'000, 29'700, 0)).status(),
            IPP_STATUS_ERROR_ATTRIBUTES_OR_VALUES);
  EXPECT_EQ(ask(IPP_OP_VALIDATE_JOB, of_size(5'398, 8'560, 300)).status(),
            IPP_STATUS_ERROR_ATTRIBUTES_OR_VALUES);
}

TEST_F(IppServiceTest, RefusesADocumentThatIsNoPdf) {
  create();
  EXPECT_EQ(send(1, bytes_of("%!PS")).status(), IPP_STATUS_ERROR_DOCUMENT_FORMAT_ERROR);
  EXPECT_EQ(send(1, card_pdf(1)).status(), IPP_STATUS_ERROR_NOT_POSSIBLE);
}

TEST_F(IppServiceTest, TakesOneDocumentAJob) {
  create();
  EXPECT_EQ(send(1, card_pdf(1), false).status(), IPP_STATUS_OK);
  EXPECT_EQ(send(1, card_pdf(1), true).status(), IPP_STATUS_ERROR_MULTIPLE_JOBS_NOT_SUPPORTED);
  const IppMessage last = send(1, {}, true);
  EXPECT_EQ(last.status(), IPP_STATUS_OK);
  EXPECT_EQ(last.integer("job-state"), IPP_JSTATE_PROCESSING);
}

TEST_F(IppServiceTest, TellsItsState) {
  const auto state = [this] { return ask(IPP_OP_GET_PRINTER_ATTRIBUTES, [](ipp_t*) {}); };
  EXPECT_EQ(state().integer("printer-state"), IPP_PSTATE_IDLE);
  EXPECT_EQ(state().integer("printer-up-time"), 1);
  EXPECT_TRUE(state().collections("media-col-database").empty());  // only by name
  create();
  send(1, card_pdf(1));
  EXPECT_EQ(state().integer("printer-state"), IPP_PSTATE_PROCESSING);
  EXPECT_EQ(state().integer("queued-job-count"), 1);
  clock_.pass(20s);
  EXPECT_EQ(state().integer("printer-state"), IPP_PSTATE_IDLE);
  EXPECT_EQ(state().integer("printer-up-time"), 21);
  EXPECT_EQ(service_->control("fault card-1 media-empty"), "ok");
  EXPECT_EQ(state().integer("printer-state"), IPP_PSTATE_STOPPED);
  EXPECT_EQ(state().text("printer-state-reasons"), "media-empty-error");
}

TEST_F(IppServiceTest, TellsWhatIsWrongAndWhatIsLeft) {
  const auto state = [this] { return ask(IPP_OP_GET_PRINTER_ATTRIBUTES, [](ipp_t*) {}); };
  EXPECT_EQ(state().text("marker-names"), "YMCKO ribbon");
  EXPECT_EQ(state().integer("marker-levels"), 100);
  EXPECT_EQ(service_->control("fault card-1 say marker-supply-low-warning"), "ok");
  EXPECT_EQ(state().integer("printer-state"), IPP_PSTATE_IDLE);
  EXPECT_EQ(service_->control("fault card-1 say cover-open-error"), "ok");
  EXPECT_EQ(state().integer("printer-state"), IPP_PSTATE_STOPPED);
  const std::vector<std::string> said{"marker-supply-low-warning", "cover-open-error"};
  EXPECT_EQ(state().texts("printer-state-reasons"), said);
  EXPECT_EQ(service_->control("clear card-1"), "ok");
  EXPECT_EQ(state().text("printer-state-reasons"), "none");
}

TEST_F(IppServiceTest, LosesRepliesToDocumentsByChance) {
  auto made = IppService::make(
      {.printers = 1, .spool = folder_.path(), .print_time = 1s, .faults_per_thousand = 1'000}, clock_, ids_);
  ASSERT_TRUE(made);
  service_ = std::move(made).value();
  create();
  const IppMessage request;
  ippSetOperation(request.get(), IPP_OP_SEND_DOCUMENT);
  ippSetRequestId(request.get(), 5);
  ippAddString(request.get(), IPP_TAG_OPERATION, IPP_TAG_CHARSET, "attributes-charset", nullptr, "utf-8");
  ippAddString(request.get(), IPP_TAG_OPERATION, IPP_TAG_LANGUAGE, "attributes-natural-language", nullptr,
               "en");
  ippAddString(request.get(), IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", nullptr,
               "ipp://127.0.0.1/ipp/print/card-1");
  ippAddInteger(request.get(), IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", 1);
  ippAddBoolean(request.get(), IPP_TAG_OPERATION, "last-document", 1);
  EXPECT_TRUE(service_->answer(kPath, concat({ipp_bytes(request), card_pdf(1)})).lost);
  EXPECT_FALSE(
      IppService::make({.printers = 1, .spool = folder_.path(), .faults_per_thousand = 1'001}, clock_, ids_));
}

TEST_F(IppServiceTest, LosesTheReplyOfTheNextSuchOperationOnly) {
  EXPECT_EQ(service_->control("fault card-1 drop-reply Create-Job"), "ok");
  const json::object examples = tests::recorded_ipp();
  const Bytes request = as_pdf(tests::entry_of(examples, "recorded_session", "Create-Job"));
  EXPECT_TRUE(service_->answer(kPath, request).lost);
  const IppMessage second = ask(request);
  EXPECT_EQ(second.integer("job-id"), 2);  // the first was made all the same
}

TEST_F(IppServiceTest, TellsWhatIsWrongWithACommand) {
  EXPECT_EQ(service_->control("fault card-2 jam"), "ok");
  EXPECT_EQ(service_->control("clear card-2"), "ok");
  for (const char* line :
       {"", "fault", "fault card-1", "fault card-9 jam", "fault card-1 fire", "mend card-1",
        "fault card-1 drop-reply", "fault card-1 drop-reply Fly", "fault card-1 jam now"}) {
    EXPECT_TRUE(service_->control(line).starts_with("error: ")) << line;
  }
}

TEST(IppService, RefusesNonsensicalSettings) {
  const SystemClock clock;
  SeededRandom ids(1);
  EXPECT_FALSE(IppService::make({.printers = 0, .spool = "/tmp"}, clock, ids));
  EXPECT_FALSE(IppService::make({.printers = 33, .spool = "/tmp"}, clock, ids));
  EXPECT_FALSE(IppService::make({.printers = 1, .spool = ""}, clock, ids));
}

}  // namespace
}  // namespace imprimatur::devices
