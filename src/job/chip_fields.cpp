#include "job/chip_fields.hpp"

#include <array>

#include "job/pattern.hpp"
#include "lds/data_groups.hpp"

namespace imprimatur::job {
namespace {

struct NumberedField {
  int id;
  const char* name;
  bool is_date;
};
// vn-cccd facts, section 7.
constexpr std::array kNumberedFields{
    NumberedField{1, "personal_number", false}, NumberedField{2, "name_printed", false},
    NumberedField{3, "birth_date", true},       NumberedField{4, "sex_printed", false},
    NumberedField{8, "place_of_origin", false}, NumberedField{9, "residence", false},
    NumberedField{11, "issue_date", true},      NumberedField{15, "previous_number", false},
};

// DD/MM/YYYY as YYYY-MM-DD; parts may be XX.
Result<std::string> dashed_date(const std::string& text) {
  if (text.size() != 10 || text[2] != '/' || text[5] != '/') {
    return fail("content.chip_date", "a date in DG13 is not DD/MM/YYYY");
  }
  return text.substr(6, 4) + "-" + text.substr(3, 2) + "-" + text.substr(0, 2);
}

}  // namespace

Result<std::map<std::string, std::string>> with_chip_fields(std::map<std::string, std::string> fields,
                                                            const lds::FileMap& chip,
                                                            const Product& product) {
  if (const auto dg1 = chip.find(lds::FileId::dg1); dg1 != chip.end()) {
    TRY(auto mrz, lds::decode_dg1(dg1->second));
    for (std::size_t line = 0; line < mrz.lines.size(); ++line) {
      fields["mrz" + std::to_string(line + 1)] = mrz.lines[line];
    }
  }
  if (const auto dg13 = chip.find(lds::FileId::dg13); dg13 != chip.end()) {
    TRY(auto numbered, lds::decode_dg13(dg13->second));
    fields["previous_number"].clear();  // left out of DG13 when there is none
    for (const lds::Dg13Field& field : numbered) {
      for (const NumberedField& known : kNumberedFields) {
        if (known.id != field.id || field.values.size() != 1) continue;
        std::string value = field.values.front();
        if (known.is_date) {
          TRY(value, dashed_date(field.values.front()));
        }
        fields[known.name] = std::move(value);
      }
    }
  }
  TRY(auto pattern, parse_pattern(product.qr));
  TRY(fields["qr"], fill_pattern(pattern, fields));
  return fields;
}

}  // namespace imprimatur::job
