#include "app/sample.hpp"

#include <algorithm>

#include "app/portrait.hpp"
#include "job/calendar.hpp"
#include "job/face_fields.hpp"
#include "job/image_size.hpp"
#include "job_fixture.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::app {
namespace {

// A ceremony's folder: a policy and the private keys of its people.
struct Ceremony {
  test_support::TemporaryFolder folder;
  job::People people;

  explicit Ceremony(const std::vector<std::string>& kids = {"an-1", "an-2", "binh-1", "chi-1"}) {
    EXPECT_TRUE(make_folders(folder / "people"));
    EXPECT_TRUE(write_file(folder / "policy.json", bytes_of(canonical_json(people.policy_json()))));
    for (const std::string& kid : kids) {
      EXPECT_TRUE(
          write_file(folder / ("people/" + kid + ".pem"), people.keys.at(kid).to_pkcs8_pem().reveal()));
    }
  }

  SampleOptions options(std::uint64_t seed) const {
    return {.count = 24,
            .seed = seed,
            .out = folder / "out",
            .keys = folder.path(),
            .templates = job::templates(),
            .now = job::now()};
  }
};

std::vector<job::ExaminedJob> examine(const Ceremony& ceremony, const SampleOptions& options) {
  std::map<std::string, job::Product> products;
  std::map<std::string, job::Checks> checks;
  for (const char* name : {"vn-citizen", "utopia-id"}) {
    products.emplace(name, job::load_product(job::templates(), name).value());
    checks.emplace(name, job::checks_for(products.at(name)));
  }
  const job::Policy policy = ceremony.people.policy();
  std::vector<job::ExaminedJob> jobs;
  const Status status = each_sample(options, [&](const Sample& sample) -> Status {
    TRY(auto job, job::examine_envelope(sample.envelope, {policy, products, checks}, options.now));
    EXPECT_EQ(job.document.id, sample.job_id);
    jobs.push_back(std::move(job));
    return ok();
  });
  EXPECT_TRUE(status) << status.error().code << " " << status.error().message << " " << status.error().field;
  return jobs;
}

int age_of(const job::JobDocument& document) {
  return job::completed_years(job::parse_birth_date(document.holder.birth_date).value(),
                              document.document.issue_date, job::LeapBirthday::february_28);
}

// mrz-td1.json lists the letters.
std::set<std::string> letters_missing(const std::vector<job::ExaminedJob>& jobs) {
  std::string text;
  for (const auto& one : jobs) {
    const job::Holder& holder = one.document.holder;
    text += holder.name_printed + holder.place_of_origin + holder.residence + holder.identifying_features;
  }
  text = job::capitals_of(text);
  std::set<std::string> missing;
  const json::object vectors = job::test_data("mrz-td1.json");
  for (const auto& letter : vectors.at("transliteration").at("vietnamese_upper_case").get_object()) {
    if (text.find(std::string(letter.key())) == std::string::npos) missing.insert(std::string(letter.key()));
  }
  return missing;
}

TEST(Samples, PassEveryCheckAndShowEveryLetter) {
  const Ceremony ceremony;
  for (const std::uint64_t seed : {1U, 2U, 77U}) {
    const auto jobs = examine(ceremony, ceremony.options(seed));
    ASSERT_EQ(jobs.size(), 24U);
    int citizens = 0, without_limit = 0, previous = 0, long_addresses = 0, youngest = 200, oldest = 0;
    int fingerprints = 0, signatures = 0;
    std::set<std::string> campaigns, units;
    for (const auto& one : jobs) {
      const auto& document = one.document;
      EXPECT_TRUE(one.findings.empty()) << one.findings[0].code << " " << one.findings[0].sentence;
      EXPECT_EQ(one.approval.people, (std::set<std::string>{"an", "binh"}));
      campaigns.insert(document.campaign);
      units.insert(document.unit);
      const Bytes& face = one.envelope.images.at("face");
      EXPECT_GE(face.size(), 12'000U);
      EXPECT_LE(face.size(), 25'000U);
      signatures += document.images.contains("signature") ? 1 : 0;
      if (document.product != "vn-citizen") continue;
      ++citizens;
      fingerprints += document.images.contains("finger_left_index") ? 1 : 0;
      without_limit += document.document.expiry_date ? 0 : 1;
      previous += document.holder.previous_number.empty() ? 0 : 1;
      long_addresses += document.holder.residence.size() > 90 ? 1 : 0;
      youngest = std::min(youngest, age_of(document));
      oldest = std::max(oldest, age_of(document));
    }
    EXPECT_EQ(citizens, 18);
    EXPECT_EQ(fingerprints, 6);
    EXPECT_EQ(signatures, 3);
    EXPECT_GE(without_limit, 3);
    EXPECT_GE(previous, 1);
    EXPECT_GE(long_addresses, 1);
    EXPECT_EQ(youngest, 14);
    EXPECT_EQ(oldest, 90);
    EXPECT_GE(campaigns.size(), 3U);
    EXPECT_GE(units.size(), 6U);
    EXPECT_EQ(letters_missing(jobs), std::set<std::string>{}) << "seed " << seed;
  }
}

TEST(Samples, AreTheSameForTheSameSeed) {
  const Ceremony ceremony;
  SampleOptions options = ceremony.options(5);
  options.count = 4;
  const auto first = examine(ceremony, options), again = examine(ceremony, options);
  options.seed = 6;
  const auto other = examine(ceremony, options);
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].envelope.document_text, again[i].envelope.document_text);
    EXPECT_EQ(first[i].envelope.salt, again[i].envelope.salt);
    EXPECT_EQ(first[i].approval.payload, again[i].approval.payload);
    EXPECT_NE(first[i].document.id, other[i].document.id);
  }
}

TEST(Samples, AreWrittenByTheNameOfTheirJob) {
  const Ceremony ceremony;
  SampleOptions options = ceremony.options(1);
  options.count = 3;
  ASSERT_TRUE(make_samples(options));
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(options.out)) {
    ++files;
    const auto envelope = job::parse_envelope(read_text_file(entry.path()).value());
    ASSERT_TRUE(envelope);
    EXPECT_EQ(entry.path().stem().string(), job::parse_document(envelope.value().document_text).value().id);
    EXPECT_EQ(entry.status().permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  EXPECT_EQ(files, 3);
}

TEST(Samples, NeedTwoPeopleWhoMayApprove) {
  const auto nobody = [](const Sample&) { return ok(); };
  const Ceremony one_person({"an-1", "an-2", "chi-1", "lost-1", "old-1"});
  EXPECT_EQ(job::code_of(each_sample(one_person.options(1), nobody)), "sample.keys");
  const Ceremony ceremony;
  SampleOptions options = ceremony.options(1);
  options.keys = "/nonexistent";
  EXPECT_EQ(job::code_of(each_sample(options, nobody)), "file.open");
}

TEST(Samples, RefuseOptionsThatMakeNoSense) {
  const auto nobody = [](const Sample&) { return ok(); };
  const Ceremony ceremony;
  SampleOptions options = ceremony.options(1);
  options.count = 0;
  EXPECT_EQ(job::code_of(each_sample(options, nobody)), "sample.count");
  options.count = 1;
  options.products = {};
  EXPECT_EQ(job::code_of(each_sample(options, nobody)), "sample.count");
  options.products = {"no-such-card"};
  EXPECT_EQ(job::code_of(each_sample(options, nobody)), "product.unknown");
}

TEST(Samples, StopAtTheFirstErrorOfTheTaker) {
  const Ceremony ceremony;
  int taken = 0;
  const Status status = each_sample(ceremony.options(1), [&](const Sample&) -> Status {
    ++taken;
    return fail("test.full", "the disk is full");
  });
  EXPECT_EQ(job::code_of(status), "test.full");
  EXPECT_EQ(taken, 1);
}

TEST(Portrait, IsAJpegOfTheSizeThatIsAsked) {
  SeededRandom random(3);
  for (const auto& [width, height] : {std::pair{413, 531}, std::pair{240, 320}}) {
    const Bytes portrait =
        draw_portrait(random, {.female = true, .age = 70, .width_px = width, .height_px = height});
    const auto size = job::jpeg_size(portrait);
    ASSERT_TRUE(size);
    EXPECT_EQ(size.value().width, width);
    EXPECT_EQ(size.value().height, height);
    EXPECT_GE(portrait.size(), 12'000U);
    EXPECT_LE(portrait.size(), 25'000U);
  }
}

}  // namespace
}  // namespace imprimatur::app
