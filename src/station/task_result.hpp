// What a lane reports about one step of one card.
#pragma once

#include <string>

#include "base/json.hpp"
#include "station/decide.hpp"

namespace imprimatur::station {

struct TaskResult {
  Found found = Found::unknown;
  std::string code;       // why, when it is no success: an error's or finding's stable code
  std::string sentence;   // for the log; without personal data
  json::object evidence;  // for the journal: codes, numbers, commitments; without personal data
};

// Failure of a call as a finding: Happened::unknown stays "unknown", an issuer key that was refused is told
// apart, since it quarantines the card.
TaskResult result_of(const Error& error);

// The reader gave no connection: that says nothing about the card, and nothing was sent to it.
inline TaskResult not_connected(const Error& error) {
  return {Found::not_connected, error.code, error.message, {}};
}

inline TaskResult success(json::object evidence = {}) {
  return {Found::success, {}, {}, std::move(evidence)};
}

}  // namespace imprimatur::station
