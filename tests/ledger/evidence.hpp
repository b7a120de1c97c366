// Evidence as the station writes it into the journal, made up: for tests of the ledger alone.
#pragma once

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/digest.hpp"
#include "job/states.hpp"

namespace imprimatur::test_support {

// As the journal has hashes of what is approved, and of files.
inline std::string digest_of(const std::string& text) {
  return to_base64url(crypto::sha256(bytes_of(text)));
}
inline std::string hash_of(const std::string& text) {
  return to_hex_lower(crypto::sha256(bytes_of(text)));
}

inline json::object print_evidence(const std::string& job_uuid) {
  return {{"face", digest_of("face")},
          {"job_id", 12},
          {"job_uuid", job_uuid},
          {"template", hash_of("template")},
          {"up_time_at", "2026-11-24T08:00:00.000Z"},
          {"up_time_s", 4000}};
}

inline json::object step_evidence(job::AttemptState step, const std::string& job_uuid = "urn:uuid:1",
                                  std::int64_t ms = 7) {
  switch (step) {
    case job::AttemptState::chip_written:
      return {{"apdus", 60},
              {"bytes", 20000},
              {"key_version", 0x31},
              {"ms", ms},
              {"signer", hash_of("signer")},
              {"sod", digest_of("EF.SOD")}};
    case job::AttemptState::chip_verified:
      return {{"apdus", 40}, {"ms", ms}};
    case job::AttemptState::sent:
      return {{"bytes", 90000}, {"job_uuid", job_uuid}};
    case job::AttemptState::out:
      return {{"impressions", 2},
              {"job_uuid", job_uuid},
              {"ms", ms},
              {"reasons", json::array{}},
              {"rule", "completed"}};
    case job::AttemptState::verified:
      return {{"face", "not scanned"}, {"ms", ms}, {"sod", digest_of("EF.SOD")}};
    case job::AttemptState::begun:
    case job::AttemptState::good:
    case job::AttemptState::spoiled:
    case job::AttemptState::in_doubt:
    case job::AttemptState::missing:
      break;
  }
  CHECK(false);
}

}  // namespace imprimatur::test_support
