#include "job/product.hpp"

#include "job/settings.hpp"
#include "job_fixture.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::job {
namespace {

json::object product_json() {
  return parse_json_object(read_text_file(templates() / "products/vn-citizen.json").value()).value();
}

// vn-citizen as it is on disk, with one member set (null takes it away), under a templates folder of its own.
Result<Product> load_changed(const std::vector<const char*>& path, const json::value& value) {
  const test_support::TemporaryFolder folder;
  json::object product = product_json();
  json::object* object = &product;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) object = &object->at(path[i]).get_object();
  if (value.is_null())
    object->erase(path.back());
  else
    (*object)[path.back()] = value;
  EXPECT_TRUE(make_folders(folder / "products"));
  EXPECT_TRUE(write_file(folder / "products/vn-citizen.json", bytes_of(canonical_json(product))));
  return load_product(folder.path(), "vn-citizen");
}

TEST(Product, LoadsTheVietnameseCitizenCard) {
  const auto product = load_product(templates(), "vn-citizen");
  ASSERT_TRUE(product) << product.error().message << product.error().field;
  EXPECT_EQ(product.value().issuer, "VNM");
  EXPECT_EQ(product.value().document_signer, "ds-VNM");
  EXPECT_EQ(product.value().data_groups,
            (std::vector<lds::FileId>{lds::FileId::dg1, lds::FileId::dg2, lds::FileId::dg3, lds::FileId::dg11,
                                      lds::FileId::dg13}));
  EXPECT_EQ(product.value().optional_groups, (std::set<lds::FileId>{lds::FileId::dg3}));
  EXPECT_EQ(product.value().source_text, read_text_file(templates() / "products/vn-citizen.json").value());
}

TEST(Product, LoadsTheUtopianCard) {
  const auto product = load_product(templates(), "utopia-id");
  ASSERT_TRUE(product) << product.error().message << product.error().field;
  EXPECT_EQ(product.value().issuer, "UTO");
  EXPECT_EQ(product.value().document_signer, "ds-UTO");
}

// vn-provinces.json is the list of the circular.
TEST(Product, LoadsTheStaffCardWithTheTextsOfItsOwn) {
  const auto product = load_product(templates(), "utopia-staff");
  ASSERT_TRUE(product) << product.error().message << product.error().field;
  EXPECT_EQ(product.value().face_template, "utopia-staff");
  EXPECT_EQ(product.value().face_data, std::vector<std::string>{"role"});
}

TEST(Product, KnowsTheProvincesOfTheCircular) {
  const auto product = load_product(templates(), "vn-citizen").value();
  std::map<std::string, std::string> expected;
  const json::object vectors = test_data("vn-provinces.json");
  for (const auto& province : vectors.at("provinces").get_array()) {
    expected[std::string(province.at("code").get_string())] = province.at("name").get_string();
  }
  EXPECT_EQ(expected.size(), 63U);
  EXPECT_EQ(product.tables.at("provinces"), expected);
}

TEST(Product, RefusesAnUnknownName) {
  EXPECT_EQ(code_of(load_product(templates(), "no-such-card")), "product.unknown");
  EXPECT_EQ(code_of(load_product(templates(), "../products/vn-citizen")), "product.unknown");
  EXPECT_EQ(code_of(load_product(templates(), "")), "product.unknown");
}

TEST(Product, RefusesEveryMissingMember) {
  for (const char* member : {"version", "name", "issuer", "blank_class", "chip_profile", "face_template",
                             "document_signer", "data_groups", "qr", "checks", "remakes_max"}) {
    const auto product = load_changed({member}, nullptr);
    EXPECT_EQ(code_of(product), "product.syntax") << member;
    EXPECT_EQ(field_of(product), std::string("products/vn-citizen.json#/") + member);
  }
}

TEST(Product, RefusesWhatWouldFailOnlyAtTheFirstCard) {
  const auto field = [](const std::vector<const char*>& path, const json::value& value) {
    const auto product = load_changed(path, value);
    EXPECT_EQ(code_of(product), "product.syntax") << value;
    const std::string file = "products/vn-citizen.json#";
    return field_of(product).starts_with(file) ? field_of(product).substr(file.size()) : field_of(product);
  };
  EXPECT_EQ(field({"comment"}, "x"), "/comment");
  EXPECT_EQ(field({"version"}, 2), "/version");
  EXPECT_EQ(field({"name"}, "other"), "/name");
  EXPECT_EQ(field({"data_groups"}, json::array{"DG2", "DG1"}), "/data_groups");
  EXPECT_EQ(field({"data_groups"}, json::array{"DG1", "EF.SOD"}), "/data_groups");
  EXPECT_EQ(field({"data_groups"}, json::array{"DG1"}), "/data_groups");
  EXPECT_EQ(field({"optional_groups"}, json::array{"DG1"}), "/optional_groups");
  EXPECT_EQ(field({"optional_groups"}, json::array{"DG7"}), "/optional_groups");
  EXPECT_EQ(field({"data_groups"}, json::array{"DG1", "DG2", "DG3", "DG12"}), "/settings/issuing_authority");
  EXPECT_EQ(field({"face_data"}, json::array{}), "/face_data");
  EXPECT_EQ(field({"face_data"}, json::array{1}), "/face_data");
  EXPECT_EQ(field({"face_data"}, json::array{"no name"}), "/face_data");
  EXPECT_EQ(field({"face_data"}, json::array{"residence"}), "/face_data");
  EXPECT_EQ(field({"face_data"}, json::array{"qr"}), "/face_data");
  EXPECT_EQ(field({"qr"}, "{no_such_field}"), "/qr");
  EXPECT_EQ(field({"qr"}, "{birth_date:WEEK}"), "/qr");
  EXPECT_EQ(field({"qr"}, "{"), "/qr");
  EXPECT_EQ(field({"checks"}, json::array{"no-such-check"}), "/checks/0");
  EXPECT_EQ(field({"checks"}, json::array{"dates"}), "/checks/0");
  EXPECT_EQ(field({"severities"}, json::object{{"check.age", "maybe"}}), "/severities/check.age");
  EXPECT_EQ(field({"severities"}, json::object{{"age", "warns"}}), "/severities/age");
  EXPECT_EQ(field({"settings", "age_min"}, "old"), "/settings/age_min");
  EXPECT_EQ(field({"settings", "leap_birthday"}, "june"), "/settings/leap_birthday");
  EXPECT_EQ(field({"settings", "renewal_ages"}, "25,14"), "/settings/renewal_ages");
  EXPECT_EQ(field({"settings", "renewal_window"}, "open"), "/settings/renewal_window");
  EXPECT_EQ(field({"settings", "renewal_window_years"}, "-1"), "/settings/renewal_window_years");
  EXPECT_EQ(field({"settings", "date_printed"}, "day"), "/settings/date_printed");
  EXPECT_EQ(field({"settings", "dg13_outer_sequence"}, "yes"), "/settings/dg13_outer_sequence");
  EXPECT_EQ(field({"settings", "mrz_layout"}, "td3"), "/settings/mrz_layout");
  EXPECT_EQ(field({"settings", "age_min"}, 14), "/settings/age_min");
  EXPECT_EQ(field({"settings", "age_minimum"}, "14"), "/settings/age_minimum");
  EXPECT_EQ(field({"tables", "sex_print"}, json::object{{"M", "Nam"}}), "/tables/sex_print");
  EXPECT_EQ(field({"tables", "provinces"}, nullptr), "/tables/provinces");
  EXPECT_EQ(field({"tables", "sex_printed"}, json::array{}), "/tables/sex_printed");
  EXPECT_EQ(field({"remakes_max"}, 11), "/remakes_max");
}

TEST(Product, ItsPageExplainsEverySettingAndTable) {
  const std::string page = read_text_file(SOURCE_DIR "/templates/products/FORMAT.md", 64U << 10).value();
  for (const auto names : {known_settings(), known_tables()}) {
    for (const std::string_view name : names) {
      EXPECT_NE(page.find("`" + std::string(name) + "`"), std::string::npos) << name;
    }
  }
}

TEST(Product, HasTheCommonChecksAndItsOwn) {
  std::vector<std::string> names;
  for (const auto& check : checks_for(load_product(templates(), "vn-citizen").value()))
    names.emplace_back(check->name());
  EXPECT_EQ(names, (std::vector<std::string>{"issuer", "dates", "age", "mrz", "images", "content",
                                             "vn-number", "vn-expiry"}));
  EXPECT_EQ(checks_for(load_product(templates(), "utopia-id").value()).size(), 6U);
}

}  // namespace
}  // namespace imprimatur::job
