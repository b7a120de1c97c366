#include "job/product.hpp"
#include "job/settings.hpp"
#include "lds/transliterate.hpp"

namespace imprimatur::job {
namespace {

constexpr std::size_t kVnNumberDigits = 12;

// YYYY-MM-DD to YYMMDD, unknown parts to fillers (ICAO Doc 9303-3 section 4.8).
std::string mrz_date(std::string_view date) {
  std::string text;
  text += date.substr(0, 4) == "0000" ? "<<" : date.substr(2, 2);
  text += date.substr(5, 2) == "00" ? "<<" : date.substr(5, 2);
  text += date.substr(8, 2) == "00" ? "<<" : date.substr(8, 2);
  return text;
}

Result<std::string> expiry_of(const JobDocument& document, const Product& product) {
  if (document.document.expiry_date) return mrz_date(format_date(*document.document.expiry_date));
  const std::string text = setting_or(product, "mrz_expiry_without_limit", {});
  if (text.empty()) {
    return fail("content.expiry", "the product has no rule for a card without an expiry date",
                "/document/expiry_date");
  }
  return text;
}

Result<std::string> transliterated(const std::string& name, std::string field) {
  auto text = lds::transliterate_name(name);
  if (!text) return fail("content.name", text.error().message, std::move(field), text.error().remedy);
  return std::move(text.value());
}

// The last nine digits of the number are the document number; the whole number with a check digit of its own
// stands in the optional data (vn-cccd facts, section 6).
Status put_vn_number(const JobDocument& document, lds::MrzFields& fields) {
  const std::string& number = document.holder.personal_number;
  if (number.size() != kVnNumberDigits) {
    return fail("content.mrz", "the MRZ of this product needs a number of 12 digits",
                "/holder/personal_number");
  }
  fields.document_number = number.substr(3);
  fields.optional_data_1 = number + "<<" + lds::check_digit(number);
  return ok();
}

}  // namespace

Result<lds::Mrz> compose_mrz(const JobDocument& document, const Product& product) {
  lds::MrzFields fields;
  fields.document_code = document.document.type;
  fields.issuer = document.document.issuer;
  fields.document_number = document.document.number;
  if (setting_or(product, "mrz_layout", "icao") == "vn-citizen") {
    TRY_STATUS(put_vn_number(document, fields));
  }
  fields.birth_date = mrz_date(document.holder.birth_date);
  fields.sex = document.holder.sex == "X" ? "<" : document.holder.sex;
  TRY(auto expiry, expiry_of(document, product));
  fields.expiry_date = expiry;
  fields.nationality = document.holder.nationality;
  TRY(auto primary, transliterated(document.holder.primary_identifier, "/holder/primary_identifier"));
  TRY(auto secondary, transliterated(document.holder.secondary_identifier, "/holder/secondary_identifier"));
  fields.primary_identifier = primary;
  fields.secondary_identifier = secondary;
  auto mrz = lds::compose_td1(fields);
  if (!mrz) return fail("content.mrz", mrz.error().message, "/mrz", mrz.error().remedy);
  return std::move(mrz.value());
}

}  // namespace imprimatur::job
