#include "job/check.hpp"

#include "job_fixture.hpp"

namespace imprimatur::job {
namespace {

const Product& product_named(const std::string& name) {
  static const std::map<std::string, Product> products = {
      {"vn-citizen", load_product(templates(), "vn-citizen").value()},
      {"utopia-id", load_product(templates(), "utopia-id").value()}};
  return products.at(name);
}

// "code field" of every finding, in order.
using Found = std::vector<std::string>;

Found examine(const JobDocument& job, const Images& images, const Product& product) {
  Found found;
  for (const auto& check : checks_for(product)) {
    for (const Finding& finding : check->examine({job, images, date_of(now())})) {
      found.push_back(finding.code + " " + finding.field);
      EXPECT_FALSE(finding.sentence.empty());
      // Findings are journalled: no personal data in them.
      for (const std::string& value : {job.holder.personal_number, job.holder.primary_identifier}) {
        EXPECT_EQ(finding.sentence.find(value), std::string::npos);
      }
    }
  }
  return found;
}

Found examine(const JobDocument& job) {
  return examine(job, images_of(job), product_named(job.product));
}

// The findings that a change of the good job brings, without those about an MRZ that no longer agrees.
template <class Change>
Found citizen_with(Change change) {
  JobDocument job = citizen();
  change(job);
  Found found = examine(job);
  std::erase_if(found, [](const std::string& line) { return line.starts_with("check.mrz_mismatch"); });
  return found;
}

TEST(Checks, FindNothingInAGoodJob) {
  EXPECT_EQ(examine(citizen()), Found{});
  EXPECT_EQ(examine(utopian()), Found{});
}

TEST(Checks, ComparesIssuerAndDocumentCodeWithTheProduct) {
  JobDocument job = utopian();
  job.document.issuer = "XYZ";
  job.document.type = "ID";
  EXPECT_EQ(examine(job), (Found{"check.issuer /document/issuer", "check.document_code /document/type",
                                 "check.mrz_mismatch /mrz/0"}));
}

TEST(Checks, AsksARemakeAndNoFirstCardWhatItReplaces) {
  EXPECT_EQ(citizen_with([](JobDocument& job) {
              job.kind = JobKind::first;
              job.replaces = "0b9dbf5c-91c1-4c0b-9c8e-6a5cb9a8a0ff";
            }),
            Found{"check.replaces_unexpected /replaces"});
  EXPECT_EQ(citizen_with([](JobDocument& job) { job.kind = JobKind::remake; }),
            Found{"check.replaces_missing /replaces"});
}

TEST(Checks, FindsEveryLineOfTheMrzThatDiffers) {
  JobDocument job = citizen();
  job.mrz.lines[2] = "LE<<THI<ANH<DUONG<X<<<<<<<<<<<";
  EXPECT_EQ(examine(job), Found{"check.mrz_mismatch /mrz/2"});
  job = citizen();
  job.holder.secondary_identifier = "Thị Ánh 日";
  EXPECT_EQ(examine(job), Found{"check.mrz_uncomputable /holder/secondary_identifier"});
}

TEST(Checks, WantsDatesThatAreRealAndInOrder) {
  const auto utopian_with = [](auto change) {
    JobDocument job = utopian();
    change(job);
    Found found = examine(job);
    std::erase_if(found, [](const std::string& line) { return line.starts_with("check.mrz_mismatch"); });
    return found;
  };
  EXPECT_EQ(utopian_with([](JobDocument& job) { job.holder.birth_date = "1974-02-30"; }),
            (Found{"check.birth_date /holder/birth_date", "check.mrz_uncomputable /mrz"}));
  EXPECT_EQ(utopian_with([](JobDocument& job) { job.holder.birth_date = "2026-11-25"; }),
            Found{"check.birth_date_future /holder/birth_date"});
  EXPECT_EQ(utopian_with([](JobDocument& job) {
              job.holder.birth_date = "2026-11-20";
              job.document.issue_date = {2026, 11, 19};
            }),
            Found{"check.birth_after_issue /holder/birth_date"});
  EXPECT_EQ(utopian_with([](JobDocument& job) {
              job.document.issue_date = {2026, 11, 25};
            }),
            Found{"check.issue_date_future /document/issue_date"});
  EXPECT_EQ(utopian_with([](JobDocument& job) { job.document.expiry_date = job.document.issue_date; }),
            Found{"check.expiry_before_issue /document/expiry_date"});
  EXPECT_EQ(utopian_with([](JobDocument& job) {
              job.document.issue_date = {2016, 11, 24};
              job.document.expiry_date = Date{2026, 11, 23};
            }),
            Found{"check.expired /document/expiry_date"});
  EXPECT_EQ(utopian_with([](JobDocument& job) {
              job.document.expiry_date = Date{2036, 11, 25};
            }),
            Found{"check.expiry_too_late /document/expiry_date"});
  EXPECT_EQ(utopian_with([](JobDocument& job) { job.holder.birth_date = "0000-00-00"; }), Found{});
}

TEST(Checks, WantsTheAgeOfTheProductAtTheDateOfIssue) {
  const auto born = [](const std::string& birth, const std::string& number, Date expiry) {
    return citizen_with([&](JobDocument& job) {
      job.holder.birth_date = birth;
      job.holder.personal_number = job.document.number = number;
      job.document.expiry_date = expiry;
    });
  };
  EXPECT_EQ(born("2012-11-24", "001312123456", {2037, 11, 24}), Found{});
  EXPECT_EQ(born("2012-11-25", "001312123456", {2037, 11, 25}), Found{"check.age /holder/birth_date"});
  EXPECT_EQ(born("2012-00-00", "001312123456", {2037, 11, 25}),
            (Found{"check.age_unknown /holder/birth_date", "check.vn_expiry_unknown /document/expiry_date"}));
}

TEST(Checks, WantsTheImagesThatWereApproved) {
  const Product& product = product_named("vn-citizen");
  const JobDocument job = citizen();
  EXPECT_EQ(examine(job, {}, product),
            (Found{"check.image_missing /images/face", "content.face /images/face"}));
  Bytes other = face_image();
  other.push_back(0);
  EXPECT_EQ(examine(job, {{"face", other}}, product), Found{"check.image_hash /images/face/sha256"});
  EXPECT_EQ(examine(job, {{"face", face_image()}, {"more", face_image()}}, product),
            Found{"check.image_surplus /images"});
  JobDocument mistyped = job;
  mistyped.images["face"].type = "image/jp2";
  EXPECT_EQ(examine(mistyped, images_of(job), product),
            (Found{"check.image_type /images/face/type", "content.image /images/face"}));
  mistyped.images["face"].type = "application/octet-stream";
  EXPECT_EQ(examine(mistyped, images_of(job), product), Found{"content.face /images/face/type"});
  mistyped.images.clear();
  EXPECT_EQ(examine(mistyped, {}, product), Found{"content.face /images/face"});
}

TEST(Checks, FindsWhatCannotBeSaidOnTheCard) {
  EXPECT_EQ(citizen_with([](JobDocument& job) { job.holder.residence = "Số 1 | Hà Nội"; }),
            Found{"content.qr_separator /holder/residence"});
  EXPECT_EQ(citizen_with([](JobDocument& job) { job.holder.residence = "Số 1 < Hà Nội"; }),
            Found{"content.text /holder/residence"});
  EXPECT_EQ(citizen_with([](JobDocument& job) { job.product_data.erase("religion"); }),
            Found{"content.product_data /product_data/religion"});
  EXPECT_EQ(citizen_with([](JobDocument& job) { job.holder.nationality = "UTO"; }),
            Found{"content.table /holder/nationality"});
  JobDocument job = utopian();
  job.product_data["religion"] = "x";
  EXPECT_EQ(examine(job), Found{"content.product_data /product_data/religion"});
  job = utopian();
  job.document.expiry_date.reset();
  EXPECT_EQ(examine(job),
            (Found{"check.mrz_uncomputable /document/expiry_date", "content.expiry /document/expiry_date"}));
}

// vn-cccd.json: id_numbers and bad_id_numbers.
TEST(VnNumberCheck, AcceptsTheNumbersOfTheVectors) {
  const json::object vectors = test_data("vn-cccd.json");
  for (const auto& entry : vectors.at("id_numbers").get_array()) {
    const auto found = citizen_with([&](JobDocument& job) {
      job.holder.personal_number = job.document.number = std::string(entry.at("number").get_string());
      job.holder.sex = std::string(entry.at("sex").get_string());
      job.holder.birth_date = std::to_string(entry.at("birth_year").get_int64()) + "-06-15";
    });
    for (const std::string& line : found) EXPECT_FALSE(line.starts_with("check.vn_number")) << line;
  }
}

TEST(VnNumberCheck, RefusesTheBadNumbersOfTheVectors) {
  const std::vector<std::string> expected = {"check.vn_number_form",        "check.vn_number_form",
                                             "check.vn_number_province",    "check.vn_number_foreign",
                                             "check.vn_number_sex_century", "check.vn_number_birth_year",
                                             "check.vn_number_sex_century", "check.vn_number_form"};
  const json::object vectors = test_data("vn-cccd.json");
  const auto& bad = vectors.at("bad_id_numbers").get_array();
  ASSERT_EQ(bad.size(), expected.size());
  for (std::size_t i = 0; i < bad.size(); ++i) {
    Found found = citizen_with([&](JobDocument& job) {
      job.holder.personal_number = job.document.number = std::string(bad[i].at("number").get_string());
      // Numbers without data of their own are a man's of 1985.
      job.holder.sex = "M";
      if (const json::value* with = bad[i].get_object().if_contains("with")) {
        job.holder.sex = std::string(with->at("sex").get_string());
        job.holder.birth_date = std::string(with->at("birth_date").get_string());
      }
    });
    std::erase_if(found, [](const std::string& line) { return !line.starts_with("check.vn_number"); });
    EXPECT_EQ(found, Found{expected[i] + " /holder/personal_number"}) << bad[i].at("why");
  }
}

TEST(VnNumberCheck, WarnsOfANumberThatMayBeForeign) {
  JobDocument job = citizen();
  job.holder.personal_number = "101185123456";
  for (const auto& check : checks_for(product_named("vn-citizen"))) {
    if (check->name() != "vn-number") continue;
    for (const Finding& finding : check->examine({job, images_of(job), date_of(now())})) {
      EXPECT_EQ(finding.severity == Severity::warns, finding.code == "check.vn_number_foreign")
          << finding.code;
    }
  }
}

TEST(VnNumberCheck, ComparesCardNumberAndPreviousNumber) {
  EXPECT_EQ(citizen_with([](JobDocument& job) { job.document.number = "001185123457"; }),
            Found{"check.vn_document_number /document/number"});
  for (const char* good : {"", "123456789", "123456789012"}) {
    EXPECT_EQ(citizen_with([&](JobDocument& job) { job.holder.previous_number = good; }), Found{}) << good;
  }
  for (const char* bad : {"12345678", "12345678A", "1234567890"}) {
    EXPECT_EQ(citizen_with([&](JobDocument& job) { job.holder.previous_number = bad; }),
              Found{"check.vn_previous_number /holder/previous_number"})
        << bad;
  }
}

TEST(VnNumberCheck, DoesNotGuessABirthYear) {
  const Found found = citizen_with([](JobDocument& job) { job.holder.birth_date = "0000-00-00"; });
  EXPECT_TRUE(std::find(found.begin(), found.end(), "check.vn_number_birth_year /holder/personal_number") !=
              found.end());
}

TEST(VnExpiryCheck, RefusesAnotherDateAndNone) {
  EXPECT_EQ(citizen_with([](JobDocument& job) {
              job.document.expiry_date = Date{2045, 3, 13};
            }),
            Found{"check.vn_expiry /document/expiry_date"});
  EXPECT_EQ(citizen_with([](JobDocument& job) { job.document.expiry_date.reset(); }),
            Found{"check.vn_expiry /document/expiry_date"});
}

TEST(VnExpiryCheck, KnowsThatOldPeopleWithoutABirthdayNeedNone) {
  const auto old = [](std::optional<Date> expiry) {
    return citizen_with([&](JobDocument& job) {
      job.holder.birth_date = "1950-00-00";
      job.holder.personal_number = job.document.number = "001150123456";
      job.document.expiry_date = expiry;
    });
  };
  EXPECT_EQ(old(std::nullopt), Found{});
  EXPECT_EQ(old(Date{2045, 1, 1}), Found{"check.vn_expiry /document/expiry_date"});
}

}  // namespace
}  // namespace imprimatur::job
