// Who may do what: the five roles of people and programs (design section 9), and who is known by which
// credential. Data; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace imprimatur::api {

enum class Role : std::uint8_t {
  operator_,   // runs the line
  supervisor,  // decides about it
  submitter,   // a queue that hands in approved jobs
  auditor,     // reads everything, changes nothing
  service,     // a program that watches the station
};
inline constexpr std::array kAllRoles{Role::operator_, Role::supervisor, Role::submitter, Role::auditor,
                                      Role::service};

std::string_view text_of(Role role);
std::optional<Role> role_named(std::string_view name);

class RoleSet {
 public:
  constexpr RoleSet() = default;
  constexpr RoleSet(std::initializer_list<Role> roles) {
    for (const Role role : roles) insert(role);
  }
  constexpr void insert(Role role) { bits_ = static_cast<std::uint8_t>(bits_ | bit(role)); }
  constexpr bool has(Role role) const { return (bits_ & bit(role)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  static constexpr RoleSet all() {
    return {Role::operator_, Role::supervisor, Role::submitter, Role::auditor, Role::service};
  }

 private:
  static constexpr std::uint8_t bit(Role role) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(role));
  }
  std::uint8_t bits_ = 0;
};

// Who is at the other end of a connection: a pseudonym, never a name. Without a role nothing is served.
struct Caller {
  std::string person;
  RoleSet roles;
};

// In which role somebody does something: what the journal keeps.
struct Actor {
  std::string person;
  std::string role;
};

// One credential of a person. A person may have several.
struct Credential {
  std::string person;
  RoleSet roles;
  std::optional<std::uint32_t> uid;  // on the Unix socket, by the kernel's word
  std::string fingerprint;           // SHA-256 of the client certificate, 64 lower-case hex digits, or empty
  std::string subject;               // the common name of the client certificate's subject, or empty
};

class People {
 public:
  People() = default;
  // Error people.twice: two entries have the same credential.
  static Result<People> create(std::vector<Credential> credentials);

  // Somebody unknown is a caller without roles, named by the credential: "uid-1000", "certificate-1a2b3c4d".
  Caller by_uid(std::uint32_t uid) const;
  // The fingerprint goes before the subject.
  Caller by_certificate(std::string_view fingerprint, std::string_view subject) const;

 private:
  std::vector<Credential> credentials_;
};

}  // namespace imprimatur::api
