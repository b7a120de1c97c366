#include "lds/mrz.hpp"

#include <algorithm>
#include <functional>

#include "lds/transliterate.hpp"
#include "vectors.hpp"

namespace imprimatur::lds {
namespace {

const json::object& data() {
  static const json::object object = vectors("mrz-td1.json");
  return object;
}

Mrz lines_of(const json::value& row) {
  return {{text_at(row, "/lines/0"), text_at(row, "/lines/1"), text_at(row, "/lines/2")}};
}

std::string with_fillers(std::string text) {
  std::replace(text.begin(), text.end(), ' ', '<');
  return text;
}

// The "fields" of a vector, names with a filler between their parts.
MrzFields fields_of(const json::value& row) {
  const json::value& fields = row.at("fields");
  MrzFields out;
  out.document_code = text_at(fields, "/document_code");
  out.issuer = text_at(fields, "/issuer");
  out.document_number = text_at(fields, "/document_number");
  out.optional_data_1 = text_at(fields, "/optional_data_1");
  out.birth_date = text_at(fields, "/date_of_birth");
  out.sex = text_at(fields, "/sex");
  out.expiry_date = text_at(fields, "/date_of_expiry");
  out.nationality = text_at(fields, "/nationality");
  out.optional_data_2 = text_at(fields, "/optional_data_2");
  out.primary_identifier = with_fillers(text_at(fields, "/primary"));
  out.secondary_identifier = with_fillers(text_at(fields, "/secondary"));
  return out;
}

MrzFields utopia() {
  return fields_of(data().at("specimens").as_array()[0]);
}

void expect_both_ways(std::string_view list, std::size_t count) {
  const json::array& rows = data().at(list).as_array();
  EXPECT_EQ(rows.size(), count);
  for (const json::value& row : rows) {
    const Mrz mrz = lines_of(row);
    const MrzFields fields = fields_of(row);
    const auto composed = compose_td1(fields);
    ASSERT_TRUE(composed) << composed.error().message;
    EXPECT_EQ(composed.value().lines, mrz.lines);
    const auto parsed = parse_td1(mrz);
    ASSERT_TRUE(parsed) << mrz.lines[0] << parsed.error().message;
    EXPECT_TRUE(parsed.value() == fields) << mrz.lines[0];
    EXPECT_EQ(mrz_information(fields), text_at(row, "/fields/bac_mrz_information"));
  }
}

TEST(Mrz, ComputesTheCheckDigitsOfIcao) {
  for (const json::value& row : data().at("check_digits").as_array()) {
    EXPECT_EQ(std::string(1, check_digit(text_at(row, "/input"))), text_at(row, "/check_digit"))
        << text_at(row, "/input");
  }
}

TEST(Mrz, ComposesAndParsesTheSpecimens) {
  expect_both_ways("specimens", 15);
}

TEST(Mrz, CarriesLongDocumentNumbersOnIntoOptionalData) {
  expect_both_ways("long_document_numbers", 5);
}

TEST(Mrz, WritesUnknownPartsOfTheBirthDateAsFillers) {
  expect_both_ways("unknown_dates_of_birth", 3);
}

// 9303-11 Appendix D.2: the text whose hash is the seed of the BAC keys.
TEST(Mrz, GivesTheInformationForTheBacKeys) {
  MrzFields fields;
  fields.document_number = "L898902C";
  fields.birth_date = "690806";
  fields.expiry_date = "940623";
  const json::object bac = vectors("bac.json");
  EXPECT_EQ(mrz_information(fields), text_at(bac, "/key_seed_from_mrz/0/mrz_information"));
  fields.document_number = "D23145890734";
  fields.birth_date = "340712";
  fields.expiry_date = "950712";
  EXPECT_EQ(mrz_information(fields), text_at(bac, "/key_seed_from_mrz/1/mrz_information"));
}

std::string name_line(std::string_view primary, std::string_view secondary) {
  MrzFields fields = utopia();
  fields.primary_identifier = transliterate_name(primary).value();
  fields.secondary_identifier = transliterate_name(secondary).value();
  const auto mrz = compose_td1(fields);
  return mrz ? mrz.value().lines[2] : mrz.error().code;
}

TEST(Mrz, WritesNamesThatFitAsIcaoDoes) {
  int fitting = 0;
  for (const json::value& row : data().at("names").at("icao_examples").as_array()) {
    if (text_at(row, "/kind") != "fits") continue;
    ++fitting;
    EXPECT_EQ(name_line(text_at(row, "/primary"), text_at(row, "/secondary")), text_at(row, "/mrz_line3"));
  }
  EXPECT_EQ(fitting, 6);
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == '<') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

// Each part of `cut` begins the part of `whole` at the same place; all parts are there when `all`.
void expect_beginnings(const std::string& cut, const std::string& whole, bool all) {
  const auto cut_parts = split(cut);
  const auto parts = split(whole);
  ASSERT_LE(cut_parts.size(), parts.size()) << cut;
  if (all) {
    EXPECT_EQ(cut_parts.size(), parts.size()) << cut;
  }
  for (std::size_t i = 0; i < cut_parts.size(); ++i) {
    EXPECT_FALSE(cut_parts[i].empty()) << cut;
    EXPECT_TRUE(parts[i].starts_with(cut_parts[i])) << cut << " of " << whole;
  }
}

// The rules of 9303-5 section 4.2.3 for a truncated line.
void expect_truncated(const std::string& line, const std::string& primary, const std::string& secondary) {
  ASSERT_EQ(line.size(), 30U) << line;
  EXPECT_NE(line.back(), '<') << line;
  const std::size_t separator = line.find("<<");
  if (secondary.empty()) {
    EXPECT_EQ(separator, std::string::npos);
    expect_beginnings(line, primary, false);
    return;
  }
  ASSERT_NE(separator, std::string::npos) << line;
  expect_beginnings(line.substr(0, separator), primary, true);
  expect_beginnings(line.substr(separator + 2), secondary, false);
}

TEST(Mrz, TruncatesTheLongNamesOfIcaoByTheRules) {
  int truncated = 0;
  for (const json::value& row : data().at("names").at("icao_examples").as_array()) {
    if (text_at(row, "/kind") == "fits") continue;
    ++truncated;
    const std::string primary = with_fillers(text_at(row, "/primary"));
    const std::string secondary = with_fillers(text_at(row, "/secondary"));
    expect_truncated(name_line(text_at(row, "/primary"), text_at(row, "/secondary")), primary, secondary);
    expect_truncated(text_at(row, "/mrz_line3"), primary, secondary);  // the rules as tested fit ICAO's own
  }
  EXPECT_EQ(truncated, 6);
}

// Of several lines that the rules allow, the ones that ICAO prints in 4.2.3.2 a and 4.2.3.4.
TEST(Mrz, ChoosesTheFirstWayOfIcaoToTruncate) {
  EXPECT_EQ(name_line("BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL", "DINGO POTOROO"),
            "BENNELONG<WOOLOOMOOLOO<W<W<<DI");
  EXPECT_EQ(name_line("VILARCHAO FERNANDEZ", "JOSE RAMON"), "VILARCHAO<FERNANDEZ<<JOSE<RAMO");
}

TEST(Mrz, WritesVietnameseNames) {
  for (const json::value& row : data().at("names").at("vietnamese_examples").as_array()) {
    const std::string line = name_line(text_at(row, "/primary"), text_at(row, "/secondary"));
    if (const auto* accepted = row.as_object().if_contains("accepted_truncations")) {
      const json::array& lines = accepted->as_array();
      EXPECT_TRUE(std::find(lines.begin(), lines.end(), json::value(line)) != lines.end()) << line;
    } else {
      EXPECT_EQ(line, text_at(row, "/mrz_line3"));
    }
  }
}

TEST(Mrz, EndsEveryTruncatedLineWithALetter) {
  const std::vector<std::string> primaries{"A",
                                           "AB<CD",
                                           "ABCDEFGHIJKLMNOPQRSTUVWXYZAB",
                                           "ABCDEFGHIJKLMNOPQRST<BCDEFGHIJK",
                                           "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ",
                                           "ABCDEFGHIJKLMN<B<CDEFGHIJK<D<E",
                                           "ABCDEFGHIJKLMNOPQRSTUVWXYZA<B"};
  for (const std::string& primary : primaries) {
    for (std::size_t length = 1; length < 40; ++length) {
      std::string secondary;
      for (std::size_t i = 0; i < length; ++i)
        secondary += i % 4 == 3 && i + 1 < length ? '<' : static_cast<char>('A' + i % 26);
      MrzFields fields = utopia();
      fields.primary_identifier = primary;
      fields.secondary_identifier = secondary;
      const auto mrz = compose_td1(fields);
      ASSERT_TRUE(mrz) << primary << " " << secondary;
      if (primary.size() + 2 + secondary.size() > 30)
        expect_truncated(mrz.value().lines[2], primary, secondary);
    }
  }
  MrzFields fields = utopia();
  fields.primary_identifier = "ABCDEFGHIJKLM<ABCDEFGHIJKLMNO<QRST";
  fields.secondary_identifier = "";
  const auto mrz = compose_td1(fields);
  ASSERT_TRUE(mrz);
  expect_truncated(mrz.value().lines[2], fields.primary_identifier, "");
  EXPECT_EQ(mrz.value().lines[2], "ABCDEFGHIJKLM<ABCDEFGHIJKLMN<Q");
}

TEST(Mrz, RefusesNamesThatNoRuleShortens) {
  MrzFields fields = utopia();
  fields.primary_identifier = "A<B<C<D<E<F<G<H<I<J<K<L<M<N<O<P";
  EXPECT_EQ(code_of(compose_td1(fields)), "mrz.too_long");
  fields.secondary_identifier = "";  // a letter cannot stand at position 30
  EXPECT_EQ(code_of(compose_td1(fields)), "mrz.too_long");
}

struct Refusal {
  std::string_view code;
  std::string_view place;  // in the message
};

// In the order of the vectors' bad_examples; "" where a reader cannot see it.
const std::vector<Refusal>& refusals() {
  static const std::vector<Refusal> list{
      {"mrz.check_digit", "line 1, position 15"},
      {"mrz.check_digit", "line 2, position 7"},
      {"mrz.check_digit", "line 2, position 15"},
      {"mrz.check_digit", "line 2, position 30"},
      {"mrz.check_digit", "line 2, position 7"},
      {"mrz.length", "line 1"},
      {"mrz.length", "line 3"},
      {"mrz.character", "line 3, position 2"},
      {"mrz.character", "line 3, position 1"},
      {"mrz.character", "line 3, position 8"},
      {"mrz.character", "line 3, position 9"},
      {"mrz.character", "line 2, position 8"},
      {"mrz.date", "line 2, position 3"},
      {"mrz.date", "line 2, position 5"},
      {"mrz.document_code", "line 1, position 1"},
      {"mrz.document_code", "line 1, position 2"},
      {"mrz.document_code", "line 1, position 2"},
      {"mrz.state", "line 1, position 3"},
      {"mrz.check_digit", "line 1, position 19"},
      {"mrz.check_digit", "line 1, position 15"},
      {"", ""},
      {"mrz.name", ""},
      {"mrz.name", ""},
      {"", ""},
      {"", ""},
      {"mrz.character", "line 2, position 3"},
  };
  return list;
}

TEST(Mrz, RefusesBadZonesWithReasonAndPlace) {
  const json::array& rows = data().at("bad_examples").as_array();
  ASSERT_EQ(rows.size(), refusals().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto parsed = parse_td1(lines_of(rows[i]));
    const Refusal& refusal = refusals()[i];
    ASSERT_EQ(parsed.has_value(), refusal.code.empty()) << i;
    if (parsed) continue;
    EXPECT_EQ(parsed.error().code, refusal.code) << i;
    EXPECT_NE(parsed.error().message.find(refusal.place), std::string::npos) << i << parsed.error().message;
  }
}

// Every check digit is right, but the filler at position 15 stands for a number of more than nine characters.
TEST(Mrz, RefusesANumberOfNineCharactersInTheFormOfALongOne) {
  const auto parsed = parse_td1({{"I<UTOD23145890<7<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<8",
                                  "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"}});
  EXPECT_EQ(code_of(parsed), "mrz.check_digit");
}

// What check digits cannot show is seen when the zone is compared with the one composed from the data.
TEST(Mrz, DiffersFromAZoneThatWasCutWithoutNeed) {
  EXPECT_EQ(name_line("LÊ", "THỊ ÁNH DƯƠNG"), "LE<<THI<ANH<DUONG<<<<<<<<<<<<<");
  EXPECT_EQ(name_line("NGUYỄN PHƯỚC BẢO", "QUỲNH TRANG KHÁNH LINH"), "NGUYEN<PHUOC<BAO<<QUYNH<TRAN<K");
}

std::string refused_with(const std::function<void(MrzFields&)>& change) {
  MrzFields fields = utopia();
  change(fields);
  const auto mrz = compose_td1(fields);
  return mrz ? "no error" : mrz.error().code + " " + mrz.error().field;
}

TEST(Mrz, RefusesFieldsThatMayNotStandThere) {
  using F = MrzFields;
  EXPECT_EQ(refused_with([](F& f) { f.document_code = "P"; }), "mrz.document_code document_code");
  EXPECT_EQ(refused_with([](F& f) { f.document_code = "IDX"; }), "mrz.too_long document_code");
  EXPECT_EQ(refused_with([](F& f) { f.document_code = ""; }), "mrz.document_code document_code");
  EXPECT_EQ(refused_with([](F& f) { f.issuer = "VN"; }), "mrz.state issuer");
  EXPECT_EQ(refused_with([](F& f) { f.nationality = "vnm"; }), "mrz.character nationality");
  EXPECT_EQ(refused_with([](F& f) { f.document_number = ""; }), "mrz.document_number document_number");
  EXPECT_EQ(refused_with([](F& f) { f.document_number = "12345<7890"; }),
            "mrz.document_number document_number");
  EXPECT_EQ(refused_with([](F& f) { f.document_number = std::string(23, '1'); }),
            "mrz.too_long document_number");
  EXPECT_EQ(refused_with([](F& f) { f.document_number = "d23"; }), "mrz.character document_number");
  EXPECT_EQ(refused_with([](F& f) { f.optional_data_1 = std::string(16, 'A'); }),
            "mrz.too_long optional_data_1");
  EXPECT_EQ(refused_with([](F& f) { f.optional_data_2 = std::string(12, 'A'); }),
            "mrz.too_long optional_data_2");
  EXPECT_EQ(refused_with([](F& f) { f.optional_data_2 = "A-B"; }), "mrz.character optional_data_2");
  EXPECT_EQ(refused_with([](F& f) { f.birth_date = "7408"; }), "mrz.length birth_date");
  EXPECT_EQ(refused_with([](F& f) { f.birth_date = "74081<"; }), "mrz.character birth_date");
  EXPECT_EQ(refused_with([](F& f) { f.birth_date = "750229"; }), "mrz.date birth_date");
  EXPECT_EQ(refused_with([](F& f) { f.birth_date = "<<0229"; }), "no error");
  EXPECT_EQ(refused_with([](F& f) { f.birth_date = "740800"; }), "mrz.date birth_date");
  EXPECT_EQ(refused_with([](F& f) { f.expiry_date = "32<<<<"; }), "mrz.character expiry_date");
  EXPECT_EQ(refused_with([](F& f) { f.sex = "X"; }), "mrz.character sex");
  EXPECT_EQ(refused_with([](F& f) { f.primary_identifier = ""; }), "mrz.name primary_identifier");
  EXPECT_EQ(refused_with([](F& f) { f.primary_identifier = "A<<B"; }), "mrz.name primary_identifier");
  EXPECT_EQ(refused_with([](F& f) { f.secondary_identifier = "ANNA<"; }), "mrz.name secondary_identifier");
  EXPECT_EQ(refused_with([](F& f) { f.secondary_identifier = "ANNA 2"; }),
            "mrz.character secondary_identifier");
}

TEST(Mrz, LeavesLessOptionalDataBesideALongNumber) {
  MrzFields fields = utopia();
  fields.document_number = "AB123456789012345678CD";
  EXPECT_TRUE(compose_td1(fields));
  fields.optional_data_1 = "A";
  EXPECT_EQ(code_of(compose_td1(fields)), "mrz.too_long");
  fields.document_number = "D23145890734";
  fields.optional_data_1 = "ABCDEFGHIJ";
  const auto mrz = compose_td1(fields);
  ASSERT_TRUE(mrz);
  EXPECT_EQ(mrz.value().lines[0], "I<UTOD23145890<7349<ABCDEFGHIJ");
}

}  // namespace
}  // namespace imprimatur::lds
