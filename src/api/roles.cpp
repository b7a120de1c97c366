#include "api/roles.hpp"

#include <algorithm>

namespace imprimatur::api {
namespace {

// As much of a fingerprint as tells two unknown callers apart.
constexpr std::size_t kFingerprintShown = 16;

bool same_credential(const Credential& one, const Credential& other) {
  return (one.uid && one.uid == other.uid) ||
         (!one.fingerprint.empty() && one.fingerprint == other.fingerprint) ||
         (!one.subject.empty() && one.subject == other.subject);
}

}  // namespace

std::string_view text_of(Role role) {
  switch (role) {
    case Role::operator_:
      return "operator";
    case Role::supervisor:
      return "supervisor";
    case Role::submitter:
      return "submitter";
    case Role::auditor:
      return "auditor";
    case Role::service:
      return "service";
  }
  return "";
}

std::optional<Role> role_named(std::string_view name) {
  for (const Role role : kAllRoles) {
    if (text_of(role) == name) return role;
  }
  return std::nullopt;
}

Result<People> People::create(std::vector<Credential> credentials) {
  for (std::size_t i = 0; i < credentials.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!same_credential(credentials[i], credentials[j])) continue;
      return fail("people.twice", "two entries have the same credential", credentials[i].person,
                  "Give every uid, certificate and subject to one entry.");
    }
  }
  People people;
  people.credentials_ = std::move(credentials);
  return people;
}

Caller People::by_uid(std::uint32_t uid) const {
  const auto found = std::find_if(credentials_.begin(), credentials_.end(),
                                  [uid](const Credential& entry) { return entry.uid == uid; });
  if (found != credentials_.end()) return {found->person, found->roles};
  return {"uid-" + std::to_string(uid), {}};
}

Caller People::by_certificate(std::string_view fingerprint, std::string_view subject) const {
  const auto matches = [&](auto member, std::string_view wanted) {
    return std::find_if(credentials_.begin(), credentials_.end(), [member, wanted](const Credential& entry) {
      return !wanted.empty() && entry.*member == wanted;
    });
  };
  auto found = matches(&Credential::fingerprint, fingerprint);
  if (found == credentials_.end()) found = matches(&Credential::subject, subject);
  if (found != credentials_.end()) return {found->person, found->roles};
  return {"certificate-" + std::string(fingerprint.substr(0, kFingerprintShown)), {}};
}

}  // namespace imprimatur::api
