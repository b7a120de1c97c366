// What the tests of this room share: people with keys, a policy, and one job that is right in everything, so
// that a test changes one thing and sees one refusal. All persons are made up.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "crypto/digest.hpp"
#include "crypto/jws.hpp"
#include "job/intake.hpp"

namespace imprimatur::job {

inline WallTime now() {
  return parse_rfc3339("2026-11-24T08:00:00Z").value();
}

inline const std::filesystem::path& templates() {
  static const std::filesystem::path path = std::filesystem::path(SOURCE_DIR) / "templates";
  return path;
}

inline json::object test_data(const std::string& file) {
  const auto text = read_text_file(std::filesystem::path(TEST_DATA_DIR) / file);
  EXPECT_TRUE(text.has_value()) << file;
  return parse_json_object(text.value()).value();
}

// A JPEG's beginning up to its frame header: 413 × 531 pixels (ITU-T T.81, B.2.2). Enough for this room,
// which decodes nothing.
inline Bytes face_image() {
  return hex(
      "FFD8FFE000104A46494600010100000100010000"
      "FFC0001108"
      "0213"
      "019D"
      "03012200021101031101"
      "FFD9");
}

// The synthetic person vnm-synthetic-1 of mrz-td1.json.
inline JobDocument citizen() {
  JobDocument job;
  job.id = "0b9dbf5c-91c1-4c0b-9c8e-6a5cb9a8a001";
  job.kind = JobKind::renewal;
  job.campaign = "campaign-1";
  job.unit = "phuong-mau";
  job.batch = "B-1";
  job.priority = 5;
  job.not_after = parse_rfc3339("2026-12-24T08:00:00Z").value();
  job.product = "vn-citizen";
  job.document = {.type = "ID",
                  .issuer = "VNM",
                  .number = "001185123456",
                  .issue_date = {2026, 11, 24},
                  .expiry_date = Date{2045, 3, 12}};
  job.mrz.lines = {"IDVNM1851234561001185123456<<2", "8503127F4503129VNM<<<<<<<<<<<8",
                   "LE<<THI<ANH<DUONG<<<<<<<<<<<<<"};
  job.holder = {.personal_number = "001185123456",
                .previous_number = "012345678",
                .name_printed = "Lê Thị Ánh Dương",
                .primary_identifier = "Lê",
                .secondary_identifier = "Thị Ánh Dương",
                .birth_date = "1985-03-12",
                .sex = "F",
                .nationality = "VNM",
                .place_of_origin = "Phường Mẫu, Quận Mẫu, Hà Nội",
                .residence = "Số 1, Phố Thử, Phường Mẫu, Quận Mẫu, Hà Nội",
                .identifying_features = "Nốt ruồi cách 1 cm dưới mép trái"};
  job.product_data = {{"ethnic_group", "Kinh"},
                      {"religion", "Không"},
                      {"parents", json::array{"Lê Văn Mẫu", "Phạm Thị Thử"}},
                      {"spouse", json::array{}}};
  job.images["face"] = {"image/jpeg", to_base64url(crypto::sha256(face_image()))};
  return job;
}

// ICAO's specimen Anna Maria Eriksson (mrz-td1.json, icao-utopia) with the expiry date 320415 that is used in
// its other examples; the composite check digit was computed apart from this code.
inline JobDocument utopian() {
  JobDocument job = citizen();
  job.id = "0b9dbf5c-91c1-4c0b-9c8e-6a5cb9a8a002";
  job.kind = JobKind::first;
  job.product = "utopia-id";
  job.document = {.type = "I",
                  .issuer = "UTO",
                  .number = "D23145890",
                  .issue_date = {2026, 11, 24},
                  .expiry_date = Date{2032, 4, 15}};
  job.mrz.lines = {"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F3204153UTO<<<<<<<<<<<2",
                   "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"};
  job.holder.personal_number = "1234567890";
  job.holder.previous_number = "";
  job.holder.name_printed = "Anna Maria Eriksson";
  job.holder.primary_identifier = "Eriksson";
  job.holder.secondary_identifier = "Anna Maria";
  job.holder.birth_date = "1974-08-12";
  job.holder.nationality = "UTO";
  job.holder.place_of_origin = "Utopia City";
  job.holder.residence = "12 Harbour Road, Utopia City";
  job.holder.identifying_features = "";
  job.product_data = {};
  return job;
}

inline Images images_of(const JobDocument& job) {
  return job.images.contains("face") ? Images{{"face", face_image()}} : Images{};
}

// Names the image in the document and gives its bytes.
inline void add_image(JobDocument& job, Images& images, const std::string& name, const std::string& type,
                      Bytes bytes) {
  job.images[name] = {type, to_base64url(crypto::sha256(bytes))};
  images[name] = std::move(bytes);
}

// People and their keys. `an` and `binh` may approve, `chi` is an operator, `an` has a second key.
struct People {
  std::map<std::string, crypto::PrivateKey> keys;  // by kid

  People() {
    for (const char* kid : {"an-1", "binh-1", "chi-1", "an-2", "old-1", "lost-1", "duc-1"}) {
      keys.emplace(kid, crypto::PrivateKey::generate(crypto::KeyType::ec_p256).value());
    }
    keys.emplace("giang-1", crypto::PrivateKey::generate(crypto::KeyType::ec_p384).value());
    keys.emplace("hoa-1", crypto::PrivateKey::generate(crypto::KeyType::ed25519).value());
  }

  json::object entry(const std::string& kid, const std::string& algorithm, const std::string& person,
                     const std::string& role) const {
    return {{"kid", kid},
            {"alg", algorithm},
            {"jwk", keys.at(kid).public_key().jwk()},
            {"person", person},
            {"roles", json::array{role}},
            {"valid_from", "2026-01-01T00:00:00Z"},
            {"valid_to", "2027-01-01T00:00:00Z"},
            {"revoked", false}};
  }

  json::object policy_json() const {
    json::object old = entry("old-1", "ES256", "em", "approver");
    old["valid_to"] = "2026-06-01T00:00:00Z";
    json::object lost = entry("lost-1", "ES256", "phuc", "approver");
    lost["revoked"] = true;
    return {
        {"version", 1},
        {"keys",
         json::array{entry("an-1", "ES256", "an", "approver"), entry("binh-1", "ES256", "binh", "approver"),
                     entry("chi-1", "ES256", "chi", "operator"), entry("an-2", "ES256", "an", "approver"),
                     old, lost, entry("giang-1", "ES384", "giang", "approver"),
                     entry("hoa-1", "EdDSA", "hoa", "approver")}},
        {"statements", json::object{{"approve", json::object{{"role", "approver"}, {"people", 2}}},
                                    {"destroy", json::object{{"role", "approver"}, {"people", 2}}}}}};
  }

  Policy policy() const { return parse_policy(canonical_json(policy_json())).value(); }

  json::object sign(std::string_view payload, const std::vector<std::string>& kids) const {
    std::vector<crypto::JwsSigner> signers;
    for (const auto& kid : kids) signers.push_back({kid, &keys.at(kid)});
    return crypto::sign_jws(payload, signers);
  }
};

inline json::object approval_payload(const JobDocument& job, std::string_view commitment) {
  return {{"statement", "approve"},
          {"id", "5f0c1c9e-22d1-4f7e-8f5e-0d2a6a4f0001"},
          {"job", job.id},
          {"kind", std::string(text_of(job.kind))},
          {"product", job.product},
          {"replaces", job.replaces.empty() ? json::value(nullptr) : json::value(job.replaces)},
          {"not_after", format_rfc3339(job.not_after)},
          {"document", std::string(commitment)}};
}

// The job as two people approved it.
inline Envelope envelope_of(const JobDocument& job, const People& people) {
  Envelope envelope;
  envelope.salt = Bytes(32, 0x5A);
  envelope.document_text = write_document(job);
  envelope.images = images_of(job);
  const std::string commitment = document_commitment(envelope.salt, envelope.document_text);
  envelope.approval = people.sign(canonical_json(approval_payload(job, commitment)), {"an-1", "binh-1"});
  return envelope;
}

template <class Outcome>
std::string code_of(const Outcome& outcome) {
  return outcome.has_value() ? std::string("none") : outcome.error().code;
}

template <class Outcome>
std::string field_of(const Outcome& outcome) {
  return outcome.has_value() ? std::string("none") : outcome.error().field;
}

}  // namespace imprimatur::job
