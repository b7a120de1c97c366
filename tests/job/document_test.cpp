#include "job/document.hpp"

#include "job_fixture.hpp"

namespace imprimatur::job {
namespace {

json::object document_json() {
  return parse_json_object(write_document(citizen())).value();
}

// One member set to another value; `pointer` is its JSON pointer, of objects only.
struct Change {
  std::string pointer;
  json::value value;
};

Result<JobDocument> parse_changed(const Change& change) {
  json::object document = document_json();
  json::object* object = &document;
  std::string_view path = std::string_view(change.pointer).substr(1);
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
    object = &object->at(path.substr(0, slash)).get_object();
    path.remove_prefix(slash + 1);
  }
  (*object)[path] = change.value;
  return parse_document(canonical_json(document));
}

TEST(JobDocument, ReadsBackWhatItWrote) {
  for (const JobDocument& job : {citizen(), utopian()}) {
    const auto read = parse_document(write_document(job));
    ASSERT_TRUE(read) << read.error().message << read.error().field;
    EXPECT_EQ(write_document(read.value()), write_document(job));
    EXPECT_EQ(read.value().holder.name_printed, job.holder.name_printed);
    EXPECT_EQ(read.value().not_after, job.not_after);
    EXPECT_EQ(read.value().document.expiry_date, job.document.expiry_date);
    EXPECT_EQ(read.value().mrz, job.mrz);
    EXPECT_EQ(read.value().product_data, job.product_data);
  }
}

TEST(JobDocument, TakesACardWithoutLimitAndOneThatReplacesAnother) {
  JobDocument job = citizen();
  job.document.expiry_date.reset();
  job.replaces = "0b9dbf5c-91c1-4c0b-9c8e-6a5cb9a8a0ff";
  const auto read = parse_document(write_document(job));
  ASSERT_TRUE(read);
  EXPECT_FALSE(read.value().document.expiry_date);
  EXPECT_EQ(read.value().replaces, job.replaces);
}

TEST(JobDocument, RefusesEveryMissingMemberByItsPointer) {
  const json::object good = document_json();
  for (const auto& member : good) {
    json::object document = document_json();
    document.erase(member.key());
    const auto read = parse_document(canonical_json(document));
    EXPECT_EQ(code_of(read), "job.schema") << member.key();
    EXPECT_EQ(field_of(read), "/" + std::string(member.key()));
  }
  for (const char* part : {"document", "holder"}) {
    for (const auto& member : good.at(part).get_object()) {
      json::object document = document_json();
      document.at(part).get_object().erase(member.key());
      const auto read = parse_document(canonical_json(document));
      EXPECT_EQ(code_of(read), "job.schema");
      EXPECT_EQ(field_of(read), std::string("/") + part + "/" + std::string(member.key()));
    }
  }
}

TEST(JobDocument, RefusesUnknownMembers) {
  for (const Change& change : {Change{"/comment", "x"}, Change{"/holder/photo", "x"},
                               Change{"/document/chip", "x"}, Change{"/images/face/size", 1}}) {
    const auto read = parse_changed(change);
    EXPECT_EQ(code_of(read), "job.schema");
    EXPECT_EQ(field_of(read), change.pointer);
  }
}

TEST(JobDocument, RefusesValuesOutsideTheirForm) {
  const std::vector<Change> changes = {
      {"/id", "0B9DBF5C-91C1-4C0B-9C8E-6A5CB9A8A001"},
      {"/id", 7},
      {"/kind", "second"},
      {"/campaign", ""},
      {"/campaign", "two words"},
      {"/unit", json::string(65, 'a')},
      {"/batch", "B/1"},
      {"/priority", 10},
      {"/priority", -1},
      {"/priority", "5"},
      {"/not_after", "2026-12-24"},
      {"/product", "../keys"},
      {"/replaces", ""},
      {"/document/type", "P"},
      {"/document/type", "IV"},
      {"/document/issuer", "VNMX"},
      {"/document/number", "12-3"},
      {"/document/number", ""},
      {"/document/issue_date", "2026-02-30"},
      {"/document/expiry_date", "2045-3-12"},
      {"/document/expiry_date", ""},
      {"/holder/personal_number", "001 185 123456"},
      {"/holder/name_printed", ""},
      {"/holder/name_printed", "Lê\nThị"},
      {"/holder/residence", json::string(251, 'a')},
      {"/holder/primary_identifier", "A\u0085B"},
      {"/holder/birth_date", "1985-3-12"},
      {"/holder/birth_date", "1985-00-12"},
      {"/holder/birth_date", "0000-03-12"},
      {"/holder/birth_date", "1985-13-01"},
      {"/holder/sex", "Nam"},
      {"/holder/nationality", "vnm"},
      {"/product_data", "none"},
      {"/images", json::array{}},
      {"/images/face/type", "image/png"},
      {"/images/face/sha256", json::string(43, '=')},
  };
  for (const Change& change : changes) {
    const auto read = parse_changed(change);
    EXPECT_EQ(code_of(read), "job.schema") << change.pointer << " " << change.value;
    EXPECT_EQ(field_of(read), change.pointer);
  }
}

TEST(JobDocument, RefusesAnMrzThatIsNotThreeLinesOfThirty) {
  EXPECT_EQ(field_of(parse_changed({"/mrz", json::array{"A", "B"}})), "/mrz");
  const json::string line(30, '<');
  EXPECT_EQ(field_of(parse_changed({"/mrz", json::array{line, line, "SHORT"}})), "/mrz/2");
  EXPECT_EQ(field_of(parse_changed({"/mrz", json::array{line, 7, line}})), "/mrz/1");
  EXPECT_EQ(field_of(parse_changed({"/mrz", json::array{line, line, json::string(30, 'a')}})), "/mrz/2");
}

TEST(JobDocument, RefusesImagesOfBadNamesOrTooMany) {
  EXPECT_EQ(code_of(parse_changed({"/images/ face", json::object{}})), "job.schema");
  json::object many;
  for (int i = 0; i < 9; ++i) many["image" + std::to_string(i)] = document_json().at("images").at("face");
  EXPECT_EQ(field_of(parse_changed({"/images", many})), "/images");
}

TEST(JobDocument, CountsLettersAndNotBytes) {
  std::string name;
  for (int i = 0; i < 150; ++i) name += "ễ";
  EXPECT_TRUE(parse_changed({"/holder/name_printed", json::string(name)}));
  EXPECT_FALSE(parse_changed({"/holder/name_printed", json::string(name + "ễ")}));
}

TEST(JobDocument, RefusesDuplicatesOtherJsonAndOversize) {
  std::string text = write_document(citizen());
  EXPECT_EQ(code_of(parse_document("{\"id\":\"x\"," + text.substr(1))), "job.schema");
  EXPECT_EQ(code_of(parse_document("[]")), "job.schema");
  EXPECT_EQ(code_of(parse_document(text + "x")), "job.schema");
  EXPECT_EQ(code_of(parse_document("")), "job.schema");
  EXPECT_EQ(code_of(parse_document(text + std::string(65536, ' '))), "job.schema");
}

TEST(JobDocument, NeverQuotesAValueInAnError) {
  const auto read = parse_changed({"/holder/personal_number", "secret 0123"});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message.find("secret"), std::string::npos);
}

TEST(JobDocument, KnowsItsKinds) {
  for (const auto kind : {JobKind::first, JobKind::renewal, JobKind::replacement, JobKind::remake}) {
    EXPECT_EQ(kind_named(text_of(kind)), kind);
  }
  EXPECT_FALSE(kind_named("First"));
}

}  // namespace
}  // namespace imprimatur::job
