#include "audit/note.hpp"

#include <gtest/gtest.h>

#include "tests/audit/vectors.hpp"

namespace imprimatur::audit {
namespace {

struct Worked {
  json::object vectors = tlog_vectors().at("worked_example").as_object();
  crypto::PrivateKey key =
      crypto::PrivateKey::from_ed25519_seed(from_hex(text_at(vectors, "log_seed")).value()).value();
  NoteKey note_key = make_note_key(text_at(vectors, "origin_and_key_name"), key.public_key()).value();

  SignText signer() const {
    return [this](ByteView text) -> Result<Bytes> {
      return key.sign(crypto::HashAlgorithm::sha512, crypto::SignatureForm::raw, text);
    };
  }
};

TEST(Note, MakesKeyIdAndVkeyOfTheWorkedExample) {
  const Worked worked;
  EXPECT_EQ(to_hex_lower(worked.note_key.public_key), text_at(worked.vectors, "log_public_key"));
  EXPECT_EQ(to_hex_lower(worked.note_key.key_id()), text_at(worked.vectors, "key_id"));
  EXPECT_EQ(worked.note_key.vkey(), text_at(worked.vectors, "vkey"));
}

TEST(Note, OpensThePublishedNotes) {
  for (const auto& line : tlog_vectors().at("published_notes").as_array()) {
    const auto& vector = line.as_object();
    const NoteKey key = parse_vkey(text_at(vector, "vkey")).value();
    EXPECT_EQ(key.vkey(), text_at(vector, "vkey"));
    const auto text = open_note(text_at(vector, "note"), {key});
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_TRUE(text_at(vector, "note").starts_with(text.value() + "\n"));
  }
}

TEST(Note, SignsTheCheckpointsOfTheWorkedExampleByteForByte) {
  const Worked worked;
  for (const char* name : {"checkpoint_size_0", "checkpoint_size_3", "checkpoint_size_7"}) {
    const auto& vector = worked.vectors.at(name).as_object();
    const auto checkpoint = parse_checkpoint(text_at(vector, "text"));
    ASSERT_TRUE(checkpoint) << checkpoint.error().message;
    EXPECT_EQ(checkpoint.value().text(), text_at(vector, "text"));
    EXPECT_EQ(sign_note(checkpoint.value().text(), worked.note_key, worked.signer()).value(),
              text_at(vector, "note"));
    EXPECT_EQ(open_note(text_at(vector, "note"), {worked.note_key}).value(), text_at(vector, "text"));
  }
}

TEST(Note, AcceptsAWitnessCosignature) {
  const Worked worked;
  const NoteKey witness = parse_vkey(text_at(worked.vectors.at("witness").as_object(), "vkey")).value();
  EXPECT_EQ(witness.type, NoteKeyType::cosignature);
  const std::string note = text_at(worked.vectors, "cosigned_note");
  EXPECT_TRUE(open_note(note, {witness}));
  EXPECT_TRUE(open_note(note, {worked.note_key, witness}));
  std::string later = note;  // another time in the blob: the cosignature no longer fits
  const std::size_t place = later.find("IDJKvgAAAABoTuGA");
  ASSERT_NE(place, std::string::npos);
  later.replace(place, 16, "IDJKvgAAAABoTuGB");
  EXPECT_EQ(open_note(later, {worked.note_key, witness}).error().code, "note.signature");
}

TEST(Note, RefusesEveryNegativeExample) {
  const Worked worked;
  int seen = 0;
  for (const auto& line : tlog_vectors().at("negative").as_array()) {
    const auto& vector = line.as_object();
    if (vector.contains("note")) {
      EXPECT_FALSE(open_note(text_at(vector, "note"), {worked.note_key})) << text_at(vector, "what");
      ++seen;
    }
    if (vector.contains("text")) {
      EXPECT_FALSE(parse_checkpoint(text_at(vector, "text"))) << text_at(vector, "what");
      ++seen;
    }
  }
  EXPECT_EQ(seen, 5);
}

TEST(Note, TellsAnUnknownKeyFromAWrongSignature) {
  const Worked worked;
  const std::string note = text_at(worked.vectors.at("checkpoint_size_7").as_object(), "note");
  NoteKey other = worked.note_key;
  other.name = "other.example/log";
  EXPECT_EQ(open_note(note, {other}).error().code, "note.unknown_key");
  std::string altered = note;
  altered[altered.find("\n7\n") + 1] = '8';
  EXPECT_EQ(open_note(altered, {worked.note_key}).error().code, "note.signature");
}

TEST(Note, RefusesCheckpointsWithASecondSpelling) {
  const std::string root = "+5bD0ihzD4fM+XnVczRmrlXIxpwq9YGSnYWrXMxJCnc=";
  EXPECT_TRUE(parse_checkpoint("log\n0\n" + root + "\n"));
  EXPECT_TRUE(parse_checkpoint("log\n7\n" + root + "\nextension\n"));
  for (const std::string& text :
       {"log\n+7\n" + root + "\n", "log\n-7\n" + root + "\n", "log\n 7\n" + root + "\n",
        "log\n\n" + root + "\n", "log\n7\n" + root, "log\n7\n" + root + "\n\n", "\n7\n" + root + "\n",
        std::string("log\n7\nAAAA\n"), std::string("log\n7\n"),
        "log\n18446744073709551616\n" + root + "\n"}) {
    EXPECT_EQ(parse_checkpoint(text).error().code, "note.checkpoint") << text;
  }
}

TEST(Note, RefusesKeyNamesThatCannotStandInANote) {
  const Worked worked;
  for (const char* name : {"", "a b", "a+b", "a\nb"}) {
    EXPECT_EQ(make_note_key(name, worked.key.public_key()).error().code, "note.key_name");
  }
  for (const char* vkey :
       {"", "name", "name+72bb79ce",
        "perso.example/log-1+00000000+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
        "perso.example/log-1+72bb79ce+AQOhB7", "+72bb79ce+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"}) {
    EXPECT_EQ(parse_vkey(vkey).error().code, "note.vkey") << vkey;
  }
}

TEST(Note, DoesNotPublishASignatureThatIsNone) {
  const Worked worked;
  const auto note =
      sign_note("log\n", worked.note_key, [](ByteView) -> Result<Bytes> { return Bytes(64, 1); });
  EXPECT_EQ(note.error().code, "note.own_signature");
}

}  // namespace
}  // namespace imprimatur::audit
