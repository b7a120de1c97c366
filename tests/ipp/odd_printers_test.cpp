// Our client against printers that answer oddly, late or not at all. Each is a script behind an HTTP server.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>

#include "base/clock.hpp"
#include "devices/ipp/ipp_message.hpp"
#include "devices/ipp/ipp_printer.hpp"
#include "devices/virtual_printer/http_server.hpp"

namespace imprimatur::devices {
namespace {

using namespace std::chrono_literals;

class OddPrinterTest : public testing::Test {
 protected:
  // Changes the good answer that `answer` has made for this operation.
  using Script = std::function<void(ipp_op_t operation, ipp_t* answer, HttpReply& reply)>;

  void start(Script script) {
    script_ = std::move(script);
    auto server = HttpServer::start({}, [this](std::string_view, ByteView body) { return answer(body); });
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(server).value();
    auto opened =
        open_ipp_printer({.name = "odd",
                          .uri = "ipp://127.0.0.1:" + std::to_string(server_->port()) + "/ipp/print",
                          .answer_timeout = 300ms},
                         clock_);
    ASSERT_TRUE(opened);
    printer_ = std::move(opened).value();
  }

  HttpReply answer(ByteView body) {
    // The document behind the message is not looked at, so the parse may fail with what follows it.
    const auto operation = static_cast<ipp_op_t>(read_be(body.subspan(2, 2)));
    {
      const std::scoped_lock lock(mutex_);
      asked_.push_back(operation);
    }
    const IppMessage message;
    ipp_t* ipp = message.get();
    ippSetVersion(ipp, 2, 0);
    ippSetRequestId(ipp, static_cast<int>(read_be(body.subspan(4, 4))));
    ippSetStatusCode(ipp, IPP_STATUS_OK);
    if (operation == IPP_OP_GET_PRINTER_ATTRIBUTES) add_printer(ipp);
    if (operation == IPP_OP_CREATE_JOB || operation == IPP_OP_GET_JOB_ATTRIBUTES) add_job(ipp);
    HttpReply reply;
    script_(operation, ipp, reply);
    if (reply.status == 200 && reply.body.empty()) reply.body = ipp_bytes(message);
    return reply;
  }

  static void add_printer(ipp_t* ipp) {
    ippAddInteger(ipp, IPP_TAG_PRINTER, IPP_TAG_ENUM, "printer-state", IPP_PSTATE_IDLE);
    ippAddInteger(ipp, IPP_TAG_PRINTER, IPP_TAG_INTEGER, "printer-up-time", 77);
    const int operations[] = {IPP_OP_VALIDATE_JOB, IPP_OP_CREATE_JOB, IPP_OP_SEND_DOCUMENT,
                              IPP_OP_GET_JOB_ATTRIBUTES, IPP_OP_CANCEL_JOB};
    ippAddIntegers(ipp, IPP_TAG_PRINTER, IPP_TAG_ENUM, "operations-supported", 5, operations);
    ippAddString(ipp, IPP_TAG_PRINTER, IPP_TAG_MIMETYPE, "document-format-supported", nullptr,
                 "application/pdf");
    ippAddString(ipp, IPP_TAG_PRINTER, IPP_TAG_KEYWORD, "sides-supported", nullptr, "two-sided-short-edge");
    const IppMessage size;
    ippAddInteger(size.get(), IPP_TAG_ZERO, IPP_TAG_INTEGER, "x-dimension", 5'398);
    ippAddInteger(size.get(), IPP_TAG_ZERO, IPP_TAG_INTEGER, "y-dimension", 8'560);
    ippAddCollection(ipp, IPP_TAG_PRINTER, "media-size-supported", size.get());
  }

  static void add_job(ipp_t* ipp) {
    ippAddInteger(ipp, IPP_TAG_JOB, IPP_TAG_INTEGER, "job-id", 9);
    ippAddString(ipp, IPP_TAG_JOB, IPP_TAG_URI, "job-uuid", nullptr, kUuid);
    ippAddInteger(ipp, IPP_TAG_JOB, IPP_TAG_ENUM, "job-state", IPP_JSTATE_HELD);
    ippAddString(ipp, IPP_TAG_JOB, IPP_TAG_KEYWORD, "job-state-reasons", nullptr, "job-incoming");
  }

  static void remove(ipp_t* ipp, const char* name) {
    ippDeleteAttribute(ipp, ippFindAttribute(ipp, name, IPP_TAG_ZERO));
  }

  std::vector<ipp_op_t> asked() {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }

  static constexpr const char* kUuid = "urn:uuid:0d0636df-b8ee-3e7f-43b0-8a4f345a6f6f";
  const print::PrintRequest request_{.job_name = "attempt-1", .sides = 2};
  const print::PrintTicket ticket_{.job_id = 9, .job_uuid = kUuid};
  SystemClock clock_;
  Script script_;
  std::mutex mutex_;
  std::vector<ipp_op_t> asked_;
  std::unique_ptr<print::Printer> printer_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(OddPrinterTest, IsUnderstoodWhenItIsNotOdd) {
  start([](ipp_op_t, ipp_t*, HttpReply&) {});
  const auto ticket = printer_->create(request_);
  ASSERT_TRUE(ticket) << ticket.error().message;
  EXPECT_EQ(ticket.value().job_id, 9);
  EXPECT_EQ(ticket.value().job_uuid, kUuid);
  EXPECT_TRUE(printer_->send(ticket.value(), bytes_of("%PDF")));
  // No job-printer-up-time there: the printer itself is asked.
  EXPECT_EQ(printer_->poll(ticket.value()).value().printer_up_time_s, 77);
}

TEST_F(OddPrinterTest, IsAskedForTheUuidThatCreateJobDidNotSay) {
  start([](ipp_op_t operation, ipp_t* answer, HttpReply&) {
    if (operation == IPP_OP_CREATE_JOB) remove(answer, "job-uuid");
  });
  const auto ticket = printer_->create(request_);
  ASSERT_TRUE(ticket) << ticket.error().message;
  EXPECT_EQ(ticket.value().job_uuid, kUuid);
}

TEST_F(OddPrinterTest, IsRefusedWhenItsJobsHaveNoUuidAndTheJobIsCancelled) {
  start([](ipp_op_t operation, ipp_t* answer, HttpReply&) {
    if (operation == IPP_OP_CREATE_JOB || operation == IPP_OP_GET_JOB_ATTRIBUTES) remove(answer, "job-uuid");
  });
  const auto ticket = printer_->create(request_);
  ASSERT_FALSE(ticket);
  EXPECT_EQ(ticket.error().code, "printer.refused");
  EXPECT_EQ(asked().back(), IPP_OP_CANCEL_JOB);
}

TEST_F(OddPrinterTest, IsRefusedWhenItIgnoresAttributesInSpiteOfFidelity) {
  start([](ipp_op_t operation, ipp_t* answer, HttpReply&) {
    if (operation != IPP_OP_CREATE_JOB) return;
    ippSetStatusCode(answer, IPP_STATUS_OK_IGNORED_OR_SUBSTITUTED);
    ippAddOutOfBand(answer, IPP_TAG_UNSUPPORTED_GROUP, IPP_TAG_UNSUPPORTED_VALUE, "sides");
  });
  const auto ticket = printer_->create(request_);
  ASSERT_FALSE(ticket);
  EXPECT_EQ(ticket.error().code, "printer.refused");
  EXPECT_EQ(ticket.error().field, "sides");
  EXPECT_EQ(asked().back(), IPP_OP_CANCEL_JOB);
}

TEST_F(OddPrinterTest, IsRefusedWhenItCannotTurnTheCardAsSet) {
  start([](ipp_op_t operation, ipp_t* answer, HttpReply&) {
    if (operation == IPP_OP_GET_PRINTER_ATTRIBUTES) remove(answer, "sides-supported");
  });
  const auto ticket = printer_->create(request_);
  ASSERT_FALSE(ticket);
  EXPECT_EQ(ticket.error().code, "printer.unsuitable");
  EXPECT_EQ(ticket.error().field, "sides-supported");
  EXPECT_EQ(asked(), std::vector<ipp_op_t>{IPP_OP_GET_PRINTER_ATTRIBUTES});
  const Status fits = printer_->check({.sides = 2});
  ASSERT_FALSE(fits);
  EXPECT_EQ(fits.error().code, "printer.unsuitable");
  EXPECT_NE(fits.error().remedy.find("duplex_turn"), std::string::npos);
}

TEST_F(OddPrinterTest, IsAskedAnewWhatItCanDoWhenItIsCompared) {
  start([](ipp_op_t, ipp_t*, HttpReply&) {});
  EXPECT_TRUE(printer_->check({.sides = 2}));
  EXPECT_TRUE(printer_->check({.sides = 2}));
  EXPECT_EQ(asked(), std::vector<ipp_op_t>(2, IPP_OP_GET_PRINTER_ATTRIBUTES));
  // And not again with each card.
  ASSERT_TRUE(printer_->create(request_));
  EXPECT_EQ(asked(), (std::vector<ipp_op_t>{IPP_OP_GET_PRINTER_ATTRIBUTES, IPP_OP_GET_PRINTER_ATTRIBUTES,
                                            IPP_OP_VALIDATE_JOB, IPP_OP_CREATE_JOB}));
}

TEST_F(OddPrinterTest, GetsNoJobWhenItRefusesToValidateIt) {
  start([](ipp_op_t operation, ipp_t* answer, HttpReply&) {
    if (operation == IPP_OP_VALIDATE_JOB) ippSetStatusCode(answer, IPP_STATUS_ERROR_ATTRIBUTES_OR_VALUES);
  });
  const auto ticket = printer_->create(request_);
  ASSERT_FALSE(ticket);
  EXPECT_EQ(ticket.error().code, "printer.refused");
  EXPECT_EQ(ticket.error().happened, Happened::no);
  EXPECT_EQ(asked().back(), IPP_OP_VALIDATE_JOB);
}

TEST_F(OddPrinterTest, IsBusyWhereTheStandardSaysToTryLater) {
  start([](ipp_op_t operation, ipp_t* answer, HttpReply&) {
    if (operation == IPP_OP_CREATE_JOB) ippSetStatusCode(answer, IPP_STATUS_ERROR_NOT_ACCEPTING_JOBS);
  });
  const auto ticket = printer_->create(request_);
  ASSERT_FALSE(ticket);
  EXPECT_EQ(ticket.error().code, "printer.busy");
  EXPECT_EQ(ticket.error().happened, Happened::no);
}

TEST_F(OddPrinterTest, MayHavePrintedWhenItRefusesADocumentLate) {
  std::atomic<ipp_status_t> status = IPP_STATUS_ERROR_INTERNAL;
  start([&status](ipp_op_t operation, ipp_t* answer, HttpReply&) {
    if (operation == IPP_OP_SEND_DOCUMENT) ippSetStatusCode(answer, status);
  });
  for (const auto& [code, happened] : {std::pair{IPP_STATUS_ERROR_INTERNAL, Happened::unknown},
                                       {IPP_STATUS_ERROR_DEVICE, Happened::unknown},
                                       {IPP_STATUS_ERROR_DOCUMENT_FORMAT_ERROR, Happened::unknown},
                                       {IPP_STATUS_ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED, Happened::no},
                                       {IPP_STATUS_ERROR_NOT_FOUND, Happened::no}}) {
    status = code;
    const Status sent = printer_->send(ticket_, bytes_of("%PDF"));
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().happened, happened) << code;
  }
}

TEST_F(OddPrinterTest, MayHavePrintedWhenItsAnswerIsGarbage) {
  start([](ipp_op_t operation, ipp_t*, HttpReply& reply) {
    if (operation == IPP_OP_SEND_DOCUMENT) reply.body = copy_of(bytes_of("<html>hello</html>"));
  });
  const Status sent = printer_->send(ticket_, bytes_of("%PDF"));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, "printer.answer");
  EXPECT_EQ(sent.error().happened, Happened::unknown);
}

TEST_F(OddPrinterTest, IsNotBelievedWhenItAnswersAnotherRequest) {
  start([](ipp_op_t, ipp_t* answer, HttpReply&) { ippSetRequestId(answer, 4'711); });
  const auto report = printer_->report();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, "printer.answer");
}

TEST_F(OddPrinterTest, MayHavePrintedWhenHttpFails) {
  start([](ipp_op_t operation, ipp_t*, HttpReply& reply) {
    if (operation == IPP_OP_SEND_DOCUMENT) reply.status = 503;
  });
  const Status sent = printer_->send(ticket_, bytes_of("%PDF"));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, "printer.answer");
  EXPECT_EQ(sent.error().happened, Happened::unknown);
}

TEST_F(OddPrinterTest, DoesNotFloodUs) {
  start([](ipp_op_t, ipp_t*, HttpReply& reply) { reply.body = Bytes(2U << 20, 0x41); });
  const auto report = printer_->report();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, "printer.answer");
}

TEST_F(OddPrinterTest, IsGivenUpWhenItStaysSilent) {
  std::mutex mutex;
  std::condition_variable let_go;
  bool over = false;
  start([&](ipp_op_t operation, ipp_t*, HttpReply&) {
    std::unique_lock lock(mutex);
    if (operation == IPP_OP_SEND_DOCUMENT) let_go.wait_for(lock, 5s, [&over] { return over; });
  });
  const auto begin = clock_.steady();
  const Status sent = printer_->send(ticket_, bytes_of("%PDF"));
  EXPECT_LT(clock_.steady() - begin, 3s);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, "printer.unreachable");
  EXPECT_EQ(sent.error().happened, Happened::unknown);
  {
    const std::scoped_lock lock(mutex);
    over = true;
  }
  let_go.notify_all();
  server_.reset();  // its thread looks at what stands above
}

}  // namespace
}  // namespace imprimatur::devices
