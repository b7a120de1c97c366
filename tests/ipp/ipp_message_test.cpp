#include "devices/ipp/ipp_message.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "tests/ipp/recorded.hpp"

namespace imprimatur::devices {
namespace {

TEST(IppMessage, ReadsEveryRecordedRequestAndWritesTheSameBytes) {
  const json::object examples = tests::recorded_ipp();
  int count = 0;
  for (const json::value& entry : examples.at("recorded_session").as_array()) {
    const Bytes bytes = hex(std::string(entry.as_object().at("request_hex").as_string()));
    const auto message = parse_ipp(bytes);
    ASSERT_TRUE(message) << entry.as_object().at("title");
    EXPECT_EQ(ipp_bytes(message.value()), bytes) << entry.as_object().at("title");
    ++count;
  }
  EXPECT_EQ(count, 14);
}

TEST(IppMessage, ReadsTheMadeUpAnswers) {
  const json::object examples = tests::recorded_ipp();
  for (const json::value& entry : examples.at("synthetic_answers").as_array()) {
    const Bytes bytes = hex(std::string(entry.as_object().at("response_hex").as_string()));
    const auto message = parse_ipp(bytes);
    ASSERT_TRUE(message) << entry.as_object().at("title");
    const json::object& decoded = entry.as_object().at("decoded").as_object();
    EXPECT_EQ(message.value().request_id(), decoded.at("request_id").as_int64());
  }
}

TEST(IppMessage, NamesWhatThePrinterIgnored) {
  const json::object examples = tests::recorded_ipp();
  const json::object& entry =
      tests::entry_of(examples, "synthetic_answers", "Create-Job accepted with an ignored attribute");
  const auto message = parse_ipp(hex(std::string(entry.at("response_hex").as_string())));
  ASSERT_TRUE(message);
  EXPECT_EQ(message.value().unsupported_names(), std::vector<std::string>{"print-color-mode"});
  EXPECT_EQ(message.value().integer("job-id"), 43);
}

TEST(IppMessage, RefusesMalformedBytes) {
  const json::object examples = tests::recorded_ipp();
  for (const json::value& entry : examples.at("malformed").as_array()) {
    const auto message = parse_ipp(hex(std::string(entry.as_object().at("hex").as_string())));
    ASSERT_FALSE(message) << entry.as_object().at("what");
    EXPECT_EQ(message.error().code, "printer.answer");
  }
}

TEST(IppMessage, RefusesEveryTruncationAndBytesBehindTheEnd) {
  const json::object examples = tests::recorded_ipp();
  const json::object& entry = tests::entry_of(examples, "recorded_session", "Validate-Job");
  Bytes bytes = hex(std::string(entry.at("request_hex").as_string()));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(parse_ipp(ByteView(bytes).first(size))) << size;
  }
  bytes.push_back(0);
  EXPECT_FALSE(parse_ipp(bytes));
}

// libcups alone overflows its stack here.
TEST(IppMessage, RefusesCollectionsNestedWithoutEnd) {
  Bytes bytes = hex("020000000000000102340001610000");
  for (int i = 0; i < 100'000; ++i) append(bytes, hex("4A000000016D3400000000"));
  const auto message = parse_ipp(bytes);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code, "printer.answer");
}

TEST(IppMessage, GivesNothingForAnAbsentOrOddlyTypedAttribute) {
  const IppMessage message;
  ippAddString(message.get(), IPP_TAG_JOB, IPP_TAG_KEYWORD, "job-state", nullptr, "nine");
  ippAddInteger(message.get(), IPP_TAG_JOB, IPP_TAG_INTEGER, "job-uuid", 9);
  EXPECT_EQ(message.integer("job-state"), std::nullopt);
  EXPECT_EQ(message.text("job-uuid"), std::nullopt);
  EXPECT_EQ(message.boolean("last-document"), std::nullopt);
  EXPECT_TRUE(message.texts("absent").empty());
  EXPECT_TRUE(message.collections("job-state").empty());
}

}  // namespace
}  // namespace imprimatur::devices
