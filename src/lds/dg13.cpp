// DG13 as readers of the Vietnamese citizen card know it: no public text specifies it. 6D holds, directly or
// in one SEQUENCE, a SEQUENCE for each field: INTEGER id, then a string, or a SEQUENCE for each of several.
#include <algorithm>

#include "lds/data_groups.hpp"
#include "lds/tlv.hpp"
#include "lds/utf8.hpp"

namespace imprimatur::lds {
namespace {

constexpr std::uint32_t kSequence = 0x30;
constexpr std::uint32_t kInteger = 0x02;
constexpr std::uint32_t kUtf8String = 0x0C;
constexpr std::uint32_t kPrintableString = 0x13;
constexpr std::size_t kFieldsMax = 64;
constexpr std::size_t kValuesMax = 16;
constexpr int kIdMax = 127;  // one byte of an INTEGER

Error field_error(std::string_view sentence, int id) {
  return fail("lds.dg13", std::string(sentence), "DG13 field " + std::to_string(id));
}

// ISO/IEC 8824-1, PrintableString.
bool is_printable_string(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return letter || (c >= '0' && c <= '9') ||
           std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
  });
}

using Kind = Dg13Field::Kind;

Result<Bytes> encode_value(const Dg13Field& field) {
  const std::string& first = field.values.empty() ? std::string() : field.values.front();
  switch (field.kind) {
    case Kind::printable:
      if (!is_printable_string(first)) return field_error("a character is outside PrintableString", field.id);
      return encode_tlv(kPrintableString, bytes_of(first));
    case Kind::utf8:
      if (!is_utf8(first)) return field_error("the text is not UTF-8", field.id);
      return encode_tlv(kUtf8String, bytes_of(first));
    case Kind::utf8_list:
      break;
  }
  Bytes list;
  for (const std::string& value : field.values) {
    if (!is_utf8(value)) return field_error("the text is not UTF-8", field.id);
    append(list, encode_tlv(kSequence, encode_tlv(kUtf8String, bytes_of(value))));
  }
  return list;
}

Status check_shape(const Dg13Field& field) {
  if (field.id < 0 || field.id > kIdMax) return field_error("the field number is not 0 to 127", field.id);
  if (field.values.size() > kValuesMax) return field_error("the field has more than 16 values", field.id);
  if (field.kind != Kind::utf8_list && field.values.size() != 1) {
    return field_error("the field needs exactly one value", field.id);
  }
  return ok();
}

bool has_id(const std::vector<Dg13Field>& fields, int id) {
  return std::any_of(fields.begin(), fields.end(), [id](const Dg13Field& field) { return field.id == id; });
}

Result<std::string> read_text(ByteView value, int id) {
  std::string text = text_of(value);
  if (!is_utf8(text)) return field_error("the text is not UTF-8", id);
  return text;
}

Result<Dg13Field> decode_field(ByteView content) {
  ByteReader reader(content, "DG13 field");
  TRY(const ByteView id, expect_tlv(reader, kInteger));
  if (id.size() != 1 || id[0] > kIdMax) return fail("lds.dg13", "a field number is not 0 to 127", "DG13");
  Dg13Field field{.kind = Kind::utf8_list, .id = id[0], .values = {}};
  while (!reader.at_end()) {
    TRY(const Tlv value, read_tlv(reader));
    if (value.tag == kSequence && field.values.size() < kValuesMax) {
      TRY(const ByteView inner, only_tlv(value.value, kUtf8String, "DG13 value"));
      TRY(std::string text, read_text(inner, field.id));
      field.values.push_back(std::move(text));
      continue;
    }
    const bool single = value.tag == kUtf8String || value.tag == kPrintableString;
    if (!single || !field.values.empty() || !reader.at_end()) {
      return field_error("the field is neither one string nor a list of at most 16", field.id);
    }
    TRY(std::string text, read_text(value.value, field.id));
    field.kind = value.tag == kUtf8String ? Kind::utf8 : Kind::printable;
    if (field.kind == Kind::printable && !is_printable_string(text)) {
      return field_error("a character is outside PrintableString", field.id);
    }
    field.values.push_back(std::move(text));
  }
  return field;
}

// What is inside the outer SEQUENCE, when there is one: then the first object inside is again a SEQUENCE,
// where a field would have its INTEGER.
Result<ByteView> without_outer_sequence(ByteView content) {
  if (content.empty()) return content;
  ByteReader reader(content, "DG13");
  TRY(const ByteView first, expect_tlv(reader, kSequence));
  const bool wrapped = reader.at_end() && (first.empty() || first[0] == kSequence);
  return wrapped ? first : content;
}

}  // namespace

Result<Bytes> encode_dg13(const std::vector<Dg13Field>& fields, Dg13Options options) {
  if (fields.size() > kFieldsMax) return fail("lds.dg13", "more than 64 fields", "DG13");
  Bytes content;
  std::vector<Dg13Field> seen;
  for (const Dg13Field& field : fields) {
    TRY_STATUS(check_shape(field));
    if (has_id(seen, field.id)) return field_error("the field number is used twice", field.id);
    seen.push_back({.kind = field.kind, .id = field.id, .values = {}});
    TRY(const Bytes value, encode_value(field));
    const Bytes id = encode_tlv(kInteger, Bytes{static_cast<std::uint8_t>(field.id)});
    append(content, encode_tlv(kSequence, concat({id, value})));
  }
  return encode_tlv(0x6D, options.outer_sequence ? encode_tlv(kSequence, content) : content);
}

Result<std::vector<Dg13Field>> decode_dg13(ByteView file) {
  TRY(const ByteView whole, only_tlv(file, 0x6D, "DG13"));
  TRY(const ByteView content, without_outer_sequence(whole));
  ByteReader reader(content, "DG13");
  std::vector<Dg13Field> fields;
  while (!reader.at_end()) {
    if (fields.size() == kFieldsMax) return fail("lds.dg13", "more than 64 fields", "DG13");
    TRY(const ByteView inside, expect_tlv(reader, kSequence));
    TRY(Dg13Field field, decode_field(inside));
    if (has_id(fields, field.id)) return field_error("the field number is used twice", field.id);
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace imprimatur::lds
