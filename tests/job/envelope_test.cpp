#include "job/envelope.hpp"

#include "job_fixture.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::job {
namespace {

const People& people() {
  static const People all;
  return all;
}

json::object envelope_json() {
  return parse_json_object(write_envelope(envelope_of(citizen(), people()))).value();
}

Result<Envelope> parse_with(const char* member, const json::value& value) {
  json::object object = envelope_json();
  object[member] = value;
  return parse_envelope(canonical_json(object));
}

TEST(Envelope, ReadsBackWhatItWrote) {
  const Envelope envelope = envelope_of(citizen(), people());
  const std::string text = write_envelope(envelope);
  const auto read = parse_envelope(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read.value().approval, envelope.approval);
  EXPECT_EQ(read.value().salt, envelope.salt);
  EXPECT_EQ(read.value().document_text, envelope.document_text);
  EXPECT_EQ(read.value().images, envelope.images);
}

// sha256sum and the shell know nothing of this code.
TEST(Envelope, HasTheDigestThatSha256sumGives) {
  const test_support::TemporaryFolder folder;
  const std::string text = write_envelope(envelope_of(citizen(), people()));
  ASSERT_TRUE(write_file(folder / "envelope", bytes_of(text)));
  const auto result = test_support::run_command("sha256sum " + (folder / "envelope").string());
  const auto digest = from_base64url(parse_envelope(text).value().digest);
  EXPECT_EQ(to_hex_lower(digest.value()), result.output.substr(0, 64));
}

// printf 'salt…abc' | sha256sum, with a salt of 32 times "Z".
TEST(Envelope, CommitsToSaltAndText) {
  const test_support::TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "both", bytes_of(std::string(32, 'Z') + "abc")));
  const auto result = test_support::run_command("sha256sum " + (folder / "both").string());
  const auto commitment = from_base64url(document_commitment(Bytes(32, 'Z'), "abc"));
  EXPECT_EQ(to_hex_lower(commitment.value()), result.output.substr(0, 64));
}

TEST(Envelope, RefusesEveryMissingOrUnknownMember) {
  const json::object good = envelope_json();
  for (const auto& member : good) {
    json::object object = envelope_json();
    object.erase(member.key());
    const auto read = parse_envelope(canonical_json(object));
    EXPECT_EQ(code_of(read), "envelope.syntax");
    EXPECT_EQ(field_of(read), "/" + std::string(member.key()));
  }
  const auto read = parse_with("note", "x");
  EXPECT_EQ(code_of(read), "envelope.syntax");
  EXPECT_EQ(field_of(read), "/note");
}

TEST(Envelope, RefusesMembersOfOtherTypes) {
  EXPECT_EQ(code_of(parse_with("approval", "text")), "envelope.syntax");
  EXPECT_EQ(code_of(parse_with("document", json::object{})), "envelope.syntax");
  EXPECT_EQ(code_of(parse_with("salt", 1)), "envelope.syntax");
  EXPECT_EQ(code_of(parse_with("images", json::array{})), "envelope.syntax");
}

TEST(Envelope, RefusesWhatIsNotJsonOrHasAMemberTwice) {
  const std::string text = write_envelope(envelope_of(citizen(), people()));
  EXPECT_EQ(code_of(parse_envelope("")), "envelope.syntax");
  EXPECT_EQ(code_of(parse_envelope(text.substr(0, text.size() / 2))), "envelope.syntax");
  EXPECT_EQ(code_of(parse_envelope("{\"v\":1," + text.substr(1))), "envelope.syntax");
  EXPECT_EQ(code_of(parse_envelope(std::string(9U << 20, ' ') + text)), "envelope.syntax");
}

TEST(Envelope, RefusesOtherVersions) {
  EXPECT_EQ(code_of(parse_with("v", 2)), "envelope.version");
  EXPECT_EQ(code_of(parse_with("v", "1")), "envelope.version");
}

TEST(Envelope, RefusesASaltThatIsNotThirtyTwoBytes) {
  EXPECT_EQ(code_of(parse_with("salt", "")), "envelope.salt");
  EXPECT_EQ(code_of(parse_with("salt", json::string(to_base64url(Bytes(31, 1))))), "envelope.salt");
  EXPECT_EQ(code_of(parse_with("salt", json::string(to_base64url(Bytes(33, 1))))), "envelope.salt");
  EXPECT_EQ(code_of(parse_with("salt", json::string(43, '+'))), "envelope.salt");
}

TEST(Envelope, RefusesImagesThatAreNotBase64) {
  const auto face = [](const json::value& value) {
    return parse_with("images", json::object{{"face", value}});
  };
  EXPECT_EQ(code_of(face("####")), "envelope.image");
  EXPECT_EQ(code_of(face("")), "envelope.image");
  EXPECT_EQ(code_of(face(1)), "envelope.image");
  EXPECT_EQ(field_of(face("AA=")), "/images/face");
  EXPECT_EQ(code_of(parse_with("images", json::object{{"../face", "AAAA"}})), "envelope.image");
  json::object many;
  for (int i = 0; i < 9; ++i) many["image" + std::to_string(i)] = "AAAA";
  EXPECT_EQ(code_of(parse_with("images", many)), "envelope.image");
}

}  // namespace
}  // namespace imprimatur::job
