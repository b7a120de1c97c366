#include "job/face_fields.hpp"

#include <algorithm>

#include "job/pattern.hpp"
#include "job/product.hpp"
#include "job/settings.hpp"
#include "lds/transliteration_table.hpp"
#include "lds/utf8.hpp"

namespace imprimatur::job {
namespace {

// Unknown parts are printed as XX (ICAO Doc 9303-3 section 3.5).
std::string printed_birth_date(std::string_view date) {
  std::string text(date);
  if (text.substr(0, 4) == "0000") text.replace(0, 4, "XXXX");
  if (text.substr(5, 2) == "00") text.replace(5, 2, "XX");
  if (text.substr(8, 2) == "00") text.replace(8, 2, "XX");
  return text;
}

void append_utf8(std::string& to, char32_t point) {
  const auto byte = [&](char32_t bits) { to += static_cast<char>(static_cast<unsigned char>(bits)); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0 | point >> 6);
    byte(0x80 | (point & 0x3F));
  } else {
    byte(0xE0 | point >> 12);
    byte(0x80 | (point >> 6 & 0x3F));
    byte(0x80 | (point & 0x3F));
  }
}

// The field of the document that a face field shows, as a pointer for errors.
std::string pointer_of(std::string_view field) {
  if (field == "issue_date" || field == "expiry_date" || field == "issuer")
    return "/document/" + std::string(field);
  if (field == "document_number") return "/document/number";
  return "/holder/" + std::string(field);
}

Result<std::string> printed_expiry(const JobDocument& document, const Product& product) {
  if (document.document.expiry_date) {
    return format_date_text(format_date(*document.document.expiry_date),
                            setting_or(product, "date_printed", "DD/MM/YYYY"));
  }
  const std::string text = setting_or(product, "expiry_printed_without_limit", {});
  if (text.empty()) {
    return fail("content.expiry", "the product has no text for a card without an expiry date",
                "/document/expiry_date");
  }
  return text;
}

bool product_field(const Product& product, const std::string& field) {
  return std::find(product.face_data.begin(), product.face_data.end(), field) != product.face_data.end();
}

// What only this product knows and shows.
Status add_face_data(const JobDocument& document, const Product& product,
                     std::map<std::string, std::string>& fields) {
  for (const std::string& name : product.face_data) {
    const json::value* value = document.product_data.if_contains(name);
    if (value != nullptr && !value->is_string()) {
      return fail("content.product_data", "expected a text", "/product_data/" + name);
    }
    fields[name] = value == nullptr ? std::string() : std::string(value->get_string());
  }
  return ok();
}

}  // namespace

std::string capitals_of(std::string_view utf8) {
  std::string text;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto point = lds::code_point_at(utf8, at);
    if (!point) return std::string(utf8);
    const std::string_view letter = utf8.substr(at, point->bytes);
    at += point->bytes;
    if (letter.size() == 1) {
      text += letter[0] >= 'a' && letter[0] <= 'z' ? static_cast<char>(letter[0] - 'a' + 'A') : letter[0];
      continue;
    }
    char32_t capital = 0;
    for (const lds::Transliteration& row : lds::transliteration_table()) {
      if (row.small == point->value) capital = row.capital;
    }
    if (capital == 0)
      text += letter;
    else
      append_utf8(text, capital);
  }
  return text;
}

Result<std::map<std::string, std::string>> compose_face_fields(const JobDocument& document,
                                                               const Product& product) {
  const Holder& holder = document.holder;
  const TravelDocument& paper = document.document;
  std::map<std::string, std::string> fields = {
      {"name_printed", holder.name_printed},
      {"name_capitals", capitals_of(holder.name_printed)},
      {"primary_identifier", holder.primary_identifier},
      {"secondary_identifier", holder.secondary_identifier},
      {"personal_number", holder.personal_number},
      {"previous_number", holder.previous_number},
      {"birth_date", printed_birth_date(holder.birth_date)},
      {"sex", holder.sex},
      {"nationality", holder.nationality},
      {"place_of_origin", holder.place_of_origin},
      {"residence", holder.residence},
      {"identifying_features", holder.identifying_features},
      {"issue_date", format_date(paper.issue_date)},
      {"expiry_date", paper.expiry_date ? format_date(*paper.expiry_date) : std::string()},
      {"document_number", paper.number},
      {"issuer", paper.issuer},
      {"mrz1", document.mrz.lines[0]},
      {"mrz2", document.mrz.lines[1]},
      {"mrz3", document.mrz.lines[2]},
  };
  TRY(auto sex, table_text(product, "sex_printed", holder.sex, "/holder/sex"));
  fields["sex_printed"] = sex;
  TRY(auto nationality,
      table_text(product, "nationality_printed", holder.nationality, "/holder/nationality"));
  fields["nationality_printed"] = nationality;
  TRY(auto expiry, printed_expiry(document, product));
  fields["expiry_printed"] = expiry;
  TRY_STATUS(add_face_data(document, product, fields));
  TRY(auto pattern, parse_pattern(product.qr));
  auto qr = fill_pattern(pattern, fields);
  if (!qr) {
    Error error = qr.error();
    error.field =
        product_field(product, error.field) ? "/product_data/" + error.field : pointer_of(error.field);
    return error;
  }
  fields["qr"] = std::move(qr.value());
  return fields;
}

}  // namespace imprimatur::job
