#include "lds/data_groups.hpp"
#include "vectors.hpp"

namespace imprimatur::lds {
namespace {

std::vector<Dg13Field> vietnamese_fields() {
  std::vector<Dg13Field> fields;
  const json::object data = vectors("vn-cccd.json");
  for (const json::value& row : data.at("dg13").at("fields").as_array()) {
    Dg13Field field;
    field.id = static_cast<int>(row.at("id").as_int64());
    const std::string type = text_at(row, "/type");
    field.kind = type == "PrintableString" ? Dg13Field::Kind::printable
                 : type == "UTF8String"    ? Dg13Field::Kind::utf8
                                           : Dg13Field::Kind::utf8_list;
    if (row.at("value").is_array()) {
      for (const json::value& value : row.at("value").as_array())
        field.values.emplace_back(value.as_string());
    } else {
      field.values.push_back(text_at(row, "/value"));
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

void expect_fields(const std::vector<Dg13Field>& fields, const std::vector<Dg13Field>& expected) {
  ASSERT_EQ(fields.size(), expected.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    EXPECT_EQ(fields[i].id, expected[i].id);
    EXPECT_EQ(fields[i].kind, expected[i].kind) << fields[i].id;
    EXPECT_EQ(fields[i].values, expected[i].values) << fields[i].id;
  }
}

TEST(Dg13, WritesBothFormsOfTheVietnameseExample) {
  const auto fields = vietnamese_fields();
  ASSERT_EQ(fields.size(), 16U);
  const json::object data = vectors("vn-cccd.json");
  EXPECT_EQ(to_hex(encode_dg13(fields, {.outer_sequence = true}).value()),
            text_at(data, "/dg13/dg13_with_outer_sequence_hex"));
  EXPECT_EQ(to_hex(encode_dg13(fields, {.outer_sequence = false}).value()),
            text_at(data, "/dg13/dg13_without_outer_sequence_hex"));
}

TEST(Dg13, ReadsBothFormsOfTheVietnameseExample) {
  const json::object data = vectors("vn-cccd.json");
  expect_fields(decode_dg13(hex_at(data, "/dg13/dg13_with_outer_sequence_hex")).value(), vietnamese_fields());
  expect_fields(decode_dg13(hex_at(data, "/dg13/dg13_without_outer_sequence_hex")).value(),
                vietnamese_fields());
}

TEST(Dg13, ReadsTheNationalExample) {
  expect_fields(decode_dg13(example("dg13_national")).value(),
                {{Dg13Field::Kind::utf8, 1, {"740812123456"}},
                 {Dg13Field::Kind::utf8, 2, {"Anna Maria Eriksson"}},
                 {Dg13Field::Kind::utf8, 3, {"12/08/1974"}}});
}

TEST(Dg13, WritesLongTextsWithLongLengths) {
  const std::string address(300, 'x');
  const Bytes file = encode_dg13({{Dg13Field::Kind::utf8, 9, {address}}}, {}).value();
  EXPECT_EQ(to_hex(ByteView(file).first(19)), "6D82013B30820137308201330201090C82012C");
  EXPECT_EQ(decode_dg13(file).value()[0].values[0], address);
}

TEST(Dg13, RefusesFieldsThatCannotBeWritten) {
  using Kind = Dg13Field::Kind;
  const auto code = [](std::vector<Dg13Field> fields) { return code_of(encode_dg13(fields, {})); };
  EXPECT_EQ(code({{Kind::printable, 1, {"Nữ"}}}), "lds.dg13");
  EXPECT_EQ(code({{Kind::utf8, 1, {"\xFF"}}}), "lds.dg13");
  EXPECT_EQ(code({{Kind::utf8_list, 1, {"ok", "\xFF"}}}), "lds.dg13");
  EXPECT_EQ(code({{Kind::utf8, 1, {}}}), "lds.dg13");
  EXPECT_EQ(code({{Kind::utf8, 1, {"a", "b"}}}), "lds.dg13");
  EXPECT_EQ(code({{Kind::utf8, 128, {"a"}}}), "lds.dg13");
  EXPECT_EQ(code({{Kind::utf8, -1, {"a"}}}), "lds.dg13");
  EXPECT_EQ(code({{Kind::utf8, 1, {"a"}}, {Kind::utf8, 1, {"b"}}}), "lds.dg13");
  EXPECT_EQ(code({{Kind::utf8_list, 1, std::vector<std::string>(17, "a")}}), "lds.dg13");
  EXPECT_EQ(code(std::vector<Dg13Field>(65, {Kind::utf8, 1, {"a"}})), "lds.dg13");
}

TEST(Dg13, RefusesMalformedFields) {
  EXPECT_EQ(code_of(decode_dg13(hex("6D0A30080202000113023132"))), "lds.dg13");
  EXPECT_EQ(code_of(decode_dg13(hex("6D083006020101"
                                    "0C01FF"))),
            "lds.dg13");
  EXPECT_EQ(code_of(decode_dg13(hex("6D083006020101"
                                    "13012A"))),
            "lds.dg13");
  EXPECT_EQ(code_of(decode_dg13(hex("6D083006020101"
                                    "040141"))),
            "lds.dg13");
  EXPECT_EQ(code_of(decode_dg13(hex("6D083006020180"
                                    "0C0141"))),
            "lds.dg13");
  EXPECT_EQ(code_of(decode_dg13(hex("6D0B3009020101"
                                    "0C01410C0142"))),
            "lds.dg13");
  EXPECT_EQ(code_of(decode_dg13(hex("6D0A30030201013003020101"))), "lds.dg13");
  EXPECT_EQ(code_of(decode_dg13(hex("6D0430020201"))), "bytes.short");
  EXPECT_EQ(code_of(decode_dg13(hex("6D0531030C0141"))), "tlv.unexpected");
  EXPECT_EQ(decode_dg13(hex("6D00")).value().size(), 0U);
  EXPECT_EQ(decode_dg13(hex("6D023000")).value().size(), 0U);
}

}  // namespace
}  // namespace imprimatur::lds
