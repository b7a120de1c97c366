#include "job/dg13_vn_citizen.hpp"

#include "job/pattern.hpp"
#include "job/text_rules.hpp"

namespace imprimatur::job {
namespace {

constexpr const char* kCode = "content.product_data";
constexpr std::string_view kDateFormat = "DD/MM/YYYY";
constexpr std::size_t kNameMax = 150;

std::vector<std::string> read_names(ObjectReader& reader, std::string_view name, std::size_t count_max) {
  std::vector<std::string> names;
  for (const json::value& item : reader.array(name, 0, count_max)) {
    const auto* text = item.if_string();
    names.emplace_back(text == nullptr ? "" : std::string(text->data(), text->size()));
    if (!complaint(names.back(), free_text(1, kNameMax)).empty()) reader.refuse(name, "expected names");
  }
  return names;
}

using Kind = lds::Dg13Field::Kind;

lds::Dg13Field printable(int id, std::string text) {
  return {.kind = Kind::printable, .id = id, .values = {std::move(text)}};
}

lds::Dg13Field utf8(int id, std::string text) {
  return {.kind = Kind::utf8, .id = id, .values = {std::move(text)}};
}

}  // namespace

Result<VnProductData> parse_vn_product_data(const json::object& product_data) {
  ObjectReader reader(product_data, kCode, "/product_data");
  VnProductData data;
  data.ethnic_group = reader.text("ethnic_group", free_text(0, 50));
  data.religion = reader.text("religion", free_text(0, 50));
  data.parents = read_names(reader, "parents", 2);
  data.spouse = read_names(reader, "spouse", 1);
  TRY_STATUS(reader.finish());
  return data;
}

Result<std::vector<lds::Dg13Field>> vn_dg13_fields(const JobDocument& document, const Product& product) {
  TRY(auto data, parse_vn_product_data(document.product_data));
  TRY(auto face, compose_face_fields(document, product));
  const Holder& holder = document.holder;
  std::vector<lds::Dg13Field> fields = {
      printable(1, holder.personal_number),
      utf8(2, holder.name_printed),
      printable(3, format_date_text(face.at("birth_date"), kDateFormat)),
      utf8(4, face.at("sex_printed")),
      utf8(5, face.at("nationality_printed")),
      utf8(6, data.ethnic_group),
      utf8(7, data.religion),
      utf8(8, holder.place_of_origin),
      utf8(9, holder.residence),
      utf8(10, holder.identifying_features),
      printable(11, format_date_text(face.at("issue_date"), kDateFormat)),
      utf8(12, face.at("expiry_printed")),
      {.kind = Kind::utf8_list, .id = 13, .values = data.parents},
      {.kind = Kind::utf8_list, .id = 14, .values = data.spouse},
  };
  if (!holder.previous_number.empty()) fields.push_back(printable(15, holder.previous_number));
  return fields;
}

}  // namespace imprimatur::job
