#include "job/intake.hpp"

#include "job_fixture.hpp"

namespace imprimatur::job {
namespace {

struct Station {
  People people;
  Policy policy = people.policy();
  std::map<std::string, Product> products;
  std::map<std::string, Checks> checks;

  Station() {
    for (const char* name : {"vn-citizen", "utopia-id"}) {
      products.emplace(name, load_product(templates(), name).value());
      checks.emplace(name, checks_for(products.at(name)));
    }
  }

  Result<ExaminedJob> examine(const Envelope& envelope) const {
    return examine_text(write_envelope(envelope));
  }
  Result<ExaminedJob> examine_text(std::string_view text) const {
    return examine_envelope(text, {policy, products, checks}, now());
  }
};

const Station& station() {
  static const Station one;
  return one;
}

Envelope envelope(const JobDocument& job) {
  return envelope_of(job, station().people);
}

TEST(Intake, TakesGoodJobsOfBothProducts) {
  for (const JobDocument& job : {citizen(), utopian()}) {
    const auto examined = station().examine(envelope(job));
    ASSERT_TRUE(examined) << examined.error().code << examined.error().message;
    EXPECT_TRUE(examined.value().findings.empty());
    EXPECT_FALSE(examined.value().blocked());
    EXPECT_EQ(examined.value().document.id, job.id);
    EXPECT_EQ(examined.value().approval.people, (std::set<std::string>{"an", "binh"}));
    EXPECT_EQ(examined.value().envelope.images, images_of(job));
  }
}

TEST(Intake, TellsFindingsAndBlocks) {
  JobDocument job = citizen();
  job.document.expiry_date = Date{2045, 3, 13};
  job.mrz = compose_mrz(job, station().products.at("vn-citizen")).value();
  const auto examined = station().examine(envelope(job));
  ASSERT_TRUE(examined);
  ASSERT_EQ(examined.value().findings.size(), 1U);
  EXPECT_EQ(examined.value().findings[0].code, "check.vn_expiry");
  EXPECT_TRUE(examined.value().blocked());
}

TEST(Intake, FollowsTheSeveritiesOfTheProduct) {
  JobDocument job = citizen();
  job.document.issue_date = {2026, 11, 25};
  const auto warned = station().examine(envelope(job));
  ASSERT_TRUE(warned);
  ASSERT_EQ(warned.value().findings.size(), 1U);
  EXPECT_FALSE(warned.value().blocked());
  std::map<std::string, Product> strict = station().products;
  strict.at("vn-citizen").severities["check.issue_date_future"] = Severity::blocks;
  const auto blocked =
      examine_envelope(write_envelope(envelope(job)), {station().policy, strict, station().checks}, now());
  EXPECT_TRUE(blocked.value().blocked());
}

TEST(Intake, RefusesAnotherDocumentUnderTheSameApproval) {
  Envelope changed = envelope(citizen());
  JobDocument job = citizen();
  job.holder.residence = "Số 2, Phố Thử";
  changed.document_text = write_document(job);
  EXPECT_EQ(code_of(station().examine(changed)), "approval.commitment");
  Envelope salted = envelope(citizen());
  salted.salt[0] ^= 1;
  EXPECT_EQ(code_of(station().examine(salted)), "approval.commitment");
  Envelope spaced = envelope(citizen());
  spaced.document_text += " ";
  EXPECT_EQ(code_of(station().examine(spaced)), "approval.commitment");
}

TEST(Intake, RefusesAnApprovalOfAnotherJob) {
  Envelope mixed = envelope(citizen());
  mixed.approval = envelope(utopian()).approval;
  EXPECT_EQ(code_of(station().examine(mixed)), "approval.mismatch");
}

TEST(Intake, RefusesWhatNobodyApprovedBeforeItReadsIt) {
  Envelope unsigned_one = envelope(citizen());
  unsigned_one.document_text = "not even JSON";
  unsigned_one.approval["signatures"].get_array().pop_back();
  EXPECT_EQ(code_of(station().examine(unsigned_one)), "statement.too_few_people");
}

TEST(Intake, RefusesASchemaErrorThatWasApproved) {
  Envelope approved = envelope(citizen());
  approved.document_text = "{}";
  const std::string commitment = document_commitment(approved.salt, approved.document_text);
  approved.approval =
      station().people.sign(canonical_json(approval_payload(citizen(), commitment)), {"an-1", "binh-1"});
  EXPECT_EQ(code_of(station().examine(approved)), "job.schema");
}

TEST(Intake, RefusesAProductThatTheStationDoesNotMake) {
  JobDocument job = citizen();
  job.product = "passport";
  const auto examined = station().examine(envelope(job));
  EXPECT_EQ(code_of(examined), "product.unknown");
  EXPECT_EQ(field_of(examined), "/document/product");
}

TEST(Intake, RefusesBrokenEnvelopes) {
  EXPECT_EQ(code_of(station().examine_text("{}")), "envelope.syntax");
  EXPECT_EQ(code_of(station().examine_text("")), "envelope.syntax");
}

TEST(Intake, FindsAnImageThatWasExchanged) {
  Envelope changed = envelope(citizen());
  changed.images["face"].back() ^= 1;
  const auto examined = station().examine(changed);
  ASSERT_TRUE(examined);
  EXPECT_TRUE(examined.value().blocked());
  EXPECT_EQ(examined.value().findings[0].code, "check.image_hash");
}

}  // namespace
}  // namespace imprimatur::job
