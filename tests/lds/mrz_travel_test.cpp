#include "lds/mrz_travel.hpp"

#include "lds/tlv.hpp"
#include "vectors.hpp"

namespace imprimatur::lds {
namespace {

const json::array& documents() {
  static const json::object data = vectors("mrz-travel.json");
  return data.at("documents").as_array();
}

TravelMrz zone_of(const json::value& row) {
  TravelMrz mrz;
  for (const json::value& line : row.at("lines").as_array()) mrz.lines.emplace_back(line.as_string());
  return mrz;
}

TravelMrz passport() {
  return zone_of(documents()[0]);
}
TravelMrz long_number() {
  return zone_of(documents()[3]);
}

TEST(TravelMrz, ReadsTheSpecimensOfIcao) {
  ASSERT_EQ(documents().size(), 5U);
  for (const json::value& row : documents()) {
    const auto parsed = parse_any(zone_of(row));
    ASSERT_TRUE(parsed) << row.at("source") << parsed.error().message;
    const MrzFields& fields = parsed.value();
    EXPECT_EQ(fields.document_code, text_at(row, "/document_code"));
    EXPECT_EQ(fields.issuer, text_at(row, "/issuer"));
    EXPECT_EQ(fields.document_number, text_at(row, "/document_number"));
    EXPECT_EQ(fields.nationality, text_at(row, "/nationality"));
    EXPECT_EQ(fields.birth_date, text_at(row, "/birth_date"));
    EXPECT_EQ(fields.sex, text_at(row, "/sex"));
    EXPECT_EQ(fields.expiry_date, text_at(row, "/expiry_date"));
    EXPECT_EQ(fields.optional_data_1, text_at(row, "/optional_data"));
    EXPECT_EQ(fields.optional_data_2, "");
    EXPECT_EQ(fields.primary_identifier, text_at(row, "/primary"));
    EXPECT_EQ(fields.secondary_identifier, text_at(row, "/secondary"));
    EXPECT_EQ(mrz_information(fields), text_at(row, "/mrz_information"));
  }
}

TEST(TravelMrz, FindsEveryChangedDigitOfTheSecondLine) {
  for (const json::value& row : documents()) {
    const TravelMrz good = zone_of(row);
    if (good.lines.size() != 2) continue;
    for (std::size_t i = 0; i < good.lines[1].size(); ++i) {
      TravelMrz bad = good;
      char& c = bad.lines[1][i];
      if (c < '0' || c > '9') continue;
      c = c == '9' ? '0' : static_cast<char>(c + 1);
      EXPECT_EQ(code_of(parse_any(bad)), "mrz.check_digit") << row.at("source") << " position " << i + 1;
    }
  }
}

TEST(TravelMrz, SaysWhereAZoneIsWrong) {
  struct Case {
    std::size_t line;
    std::size_t position;  // from 1
    std::string_view text;
    std::string_view code;
    std::string_view place;
  };
  const std::vector<Case> cases{
      {1, 1, "I<", "mrz.document_code", "line 1, position 1"},
      {1, 3, "U1O", "mrz.character", "line 1, position 4"},
      {1, 3, "UT<", "mrz.state", "line 1, position 3"},
      {1, 6, "ERIK5SON", "mrz.character", "line 1, position 10"},
      {1, 6, "<", "mrz.name", ""},
      {1, 20, "a", "mrz.character", "line 1, position 20"},
      {2, 11, "U<<", "mrz.state", "line 2, position 11"},
      {2, 21, "X", "mrz.character", "line 2, position 21"},
      {2, 43, "<", "mrz.check_digit", "line 2, position 43"},
      {2, 44, "<", "mrz.check_digit", "line 2, position 44"},
  };
  for (const Case& each : cases) {
    TravelMrz mrz = passport();
    mrz.lines[each.line - 1].replace(each.position - 1, each.text.size(), each.text);
    const auto parsed = parse_any(mrz);
    ASSERT_FALSE(parsed) << each.text;
    EXPECT_EQ(parsed.error().code, each.code) << each.text;
    EXPECT_NE(parsed.error().message.find(each.place), std::string::npos) << parsed.error().message;
  }
}

// 9303-4 section 4.2.2.2: without optional data position 43 is a filler or zero. Both count as zero,
// so that the composite digit is the same; it was reckoned with another tool.
TEST(TravelMrz, TakesBothFormsOfADigitOverNothing) {
  for (const std::string_view digit : {"<", "0"}) {
    TravelMrz mrz = passport();
    mrz.lines[1] = "L898902C36UTO7408122F1204159<<<<<<<<<<<<<<" + std::string(digit) + "8";
    const auto parsed = parse_any(mrz);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed.value().optional_data_1, "");
  }
}

TEST(TravelMrz, ChecksTheDigitOfALongNumber) {
  TravelMrz mrz = long_number();
  mrz.lines[1].replace(28, 4, "7340");
  const auto wrong = parse_any(mrz);
  EXPECT_EQ(code_of(wrong), "mrz.check_digit");
  EXPECT_NE(wrong.error().message.find("line 2, position 32"), std::string::npos) << wrong.error().message;
  mrz.lines[1].replace(28, 7, "<<<<<<<");  // announced, and not there
  EXPECT_EQ(code_of(parse_any(mrz)), "mrz.check_digit");
  mrz.lines[1].replace(28, 7, "1234567");  // no end
  EXPECT_EQ(code_of(parse_any(mrz)), "mrz.check_digit");
}

TEST(TravelMrz, RefusesLinesOfNoDocument) {
  EXPECT_EQ(code_of(parse_any(TravelMrz())), "mrz.length");
  const std::vector<std::vector<std::string>> shapes{
      {std::string(90, '<')},
      {std::string(44, '<'), std::string(43, '<')},
      {std::string(36, '<'), std::string(44, '<')},
      {std::string(30, '<'), std::string(30, '<')},
      {std::string(30, '<'), std::string(30, '<'), std::string(31, '<')},
      std::vector<std::string>(4, std::string(30, '<'))};
  for (const auto& lines : shapes) EXPECT_EQ(code_of(parse_any(TravelMrz(lines))), "mrz.length");
}

TEST(TravelMrz, TakesTheLinesOfATextAsPeopleTypeThem) {
  for (const json::value& row : documents()) {
    const TravelMrz mrz = zone_of(row);
    std::string text = "\n";
    for (const std::string& line : mrz.lines) text += "  " + line + " \r\n";
    const auto taken = travel_mrz_of_text(text);
    ASSERT_TRUE(taken) << taken.error().message;
    EXPECT_EQ(taken.value(), mrz);
    EXPECT_EQ(code_of(travel_mrz_of_text(text + "<")), "mrz.length");
  }
  EXPECT_EQ(code_of(travel_mrz_of_text("")), "mrz.length");
}

TEST(TravelMrz, ReadsDg1OfEveryDocument) {
  // 9303-10 section 4.7.1: tag 61, tag 5F1F, the characters; 88 are 58, so that 5F1F 58 makes 5B.
  Bytes file = hex("615B5F1F58");
  append(file, bytes_of(passport().joined()));
  EXPECT_EQ(decode_travel_dg1(file).value(), passport());
  EXPECT_EQ(encode_travel_dg1(passport()), file);
  for (const json::value& row : documents()) {
    EXPECT_EQ(decode_travel_dg1(encode_travel_dg1(zone_of(row))).value(), zone_of(row));
  }
  EXPECT_EQ(decode_travel_dg1(example("dg1")).value().lines.size(), 3U);
  EXPECT_EQ(code_of(decode_travel_dg1(encode_tlv(0x61, encode_tlv(0x5F1F, Bytes(89, '<'))))), "mrz.length");
  EXPECT_EQ(code_of(decode_travel_dg1(encode_tlv(0x61, encode_tlv(0x5F1F, Bytes(88, 'a'))))),
            "mrz.character");
}

TEST(TravelMrz, IsMadeFromTheZoneThatIsIssuedHere) {
  const Mrz card{
      {"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"}};
  EXPECT_EQ(TravelMrz(card), zone_of(documents()[4]));
  EXPECT_EQ(parse_any(card).value(), parse_td1(card).value());
}

}  // namespace
}  // namespace imprimatur::lds
