#include "api/roles.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "api/routes.hpp"
#include "tests/api/fake_backend.hpp"

namespace imprimatur::api {
namespace {

// The path of a row with something in the place of its arguments.
std::string path_of(std::string_view pattern) {
  std::string path;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '{') {
      path += "x1";
      at = pattern.find('}', at);
    } else {
      path.push_back(pattern[at]);
    }
  }
  return path;
}

HttpRequest request_of(const Route& route, RoleSet roles) {
  HttpRequest request;
  request.method = route.method;
  request.path = path_of(route.pattern);
  request.caller = {"person-1", roles};
  return request;
}

bool may(const Route& route, RoleSet roles) {
  const auto permitted = Routes::permit(request_of(route, roles));
  if (!permitted) {
    EXPECT_EQ(permitted.error().code, "api.role") << route.pattern;
  }
  return permitted.has_value();
}

// What the page of the format says: "POST /v1/jobs/{id}/hold" → its column of roles. Calls that share a row
// are told as "`…/release`".
std::map<std::string, std::string> documented() {
  std::ifstream page(SOURCE_DIR "/src/api/FORMAT.md");
  std::map<std::string, std::string> rows;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `GET /") && !line.starts_with("| `POST /")) continue;
    const auto first_bar = line.find(" | ", 2);
    const std::string roles = line.substr(first_bar + 3, line.find(" | ", first_bar + 3) - first_bar - 3);
    const auto tick = line.find('`', 3);
    std::string call = line.substr(3, tick - 3);
    rows[call] = roles;
    for (auto at = line.find("`…", tick); at < first_bar; at = line.find("`…", at + 1)) {
      const std::size_t begin = at + std::string_view("`…").size();
      call = call.substr(0, call.rfind('/')) + line.substr(begin, line.find('`', begin) - begin);
      rows[call] = roles;
    }
  }
  return rows;
}

std::string words_of(const AllowedRoles& roles) {
  std::string words;
  for (const Role role : roles) words += (words.empty() ? "" : ", ") + std::string(text_of(role));
  return words;
}

// The page says "all" and "all but …" where a list would be long.
bool says(const std::string& words, const AllowedRoles& roles) {
  const auto count = static_cast<std::size_t>(roles.end() - roles.begin());
  if (words == "anybody") return count == 0;
  if (words == "all") return count == kAllRoles.size();
  if (words == "all but service") {
    return count == kAllRoles.size() - 1 &&
           std::find(roles.begin(), roles.end(), Role::service) == roles.end();
  }
  return words == words_of(roles);
}

TEST(Roles, MayMakeTheCallsThatTheFormatPageGivesThemAndNoOthers) {
  auto rows = documented();
  for (const Route& route : route_table()) {
    const std::string call = std::string(route.method) + " " + std::string(route.pattern);
    std::string on_page = call;
    if (const auto dots = on_page.find("..."); dots != std::string::npos) on_page.erase(dots, 3);
    ASSERT_TRUE(rows.contains(on_page)) << call << " is not in FORMAT.md";
    EXPECT_TRUE(says(rows[on_page], route.roles)) << call << ": " << rows[on_page];
    rows.erase(on_page);
    for (const Role role : kAllRoles) {
      const bool allowed =
          route.roles.empty() || std::find(route.roles.begin(), route.roles.end(), role) != route.roles.end();
      EXPECT_EQ(may(route, {role}), allowed) << call << " as " << text_of(role);
    }
    EXPECT_EQ(may(route, {}), call == "GET /healthz") << call << " without a role";
  }
  for (const auto& [call, roles] : rows) ADD_FAILURE() << call << " is in FORMAT.md and in no row";
}

TEST(Roles, AnswerARefusalBeforeAnythingIsAskedOfTheStation) {
  FakeBackend backend;
  backend.station_throws = true;
  const Routes routes(backend);
  HttpRequest request;
  request.method = "GET";
  request.path = "/v1/station";
  request.caller = {"uid-7", {}};
  const auto answer = routes.handle(request);
  EXPECT_EQ(answer.status, 403);
  const auto problem = parse_json_object(answer.body).value();
  EXPECT_EQ(problem.at("type"), "urn:imprimatur:problem:api.role");
  EXPECT_EQ(problem.at("field"), "uid-7");
}

TEST(Roles, TellAStrangerNothingAboutWhatThereIs) {
  for (const std::string path : {"/v1/none", "/v1/jobs/a/b", "/"}) {
    HttpRequest request;
    request.method = "GET";
    request.path = path;
    EXPECT_EQ(Routes::permit(request).error().code, "api.role") << path;
    request.caller.roles.insert(Role::service);
    EXPECT_EQ(Routes::permit(request).error().code, "api.not_found") << path;
  }
}

TEST(Roles, GoIntoTheJournalAsTheOneInWhichSomebodyActs) {
  FakeBackend backend;
  const Routes routes(backend);
  HttpRequest request;
  request.method = "POST";
  request.path = "/v1/jobs/j1/hold";
  for (const auto& [roles, acting] : {std::pair(RoleSet{Role::supervisor}, "supervisor"),
                                      {RoleSet{Role::supervisor, Role::operator_}, "operator"},
                                      {RoleSet{Role::auditor, Role::supervisor}, "supervisor"}}) {
    request.caller = {"person-1", roles};
    const auto body = parse_json_object(routes.handle(request).body).value();
    EXPECT_EQ(body.at("role"), acting);
    EXPECT_EQ(body.at("actor"), "person-1");
  }
}

TEST(People, AreKnownByUidOrCertificateAndStrangersHaveNoRole) {
  const std::string print(64, 'a');
  auto people = People::create({{"person-1", {Role::operator_}, 1000, {}, {}},
                                {"person-1", {Role::operator_}, {}, print, {}},
                                {"queue-1", {Role::submitter}, {}, {}, "queue.example"}})
                    .value();
  EXPECT_EQ(people.by_uid(1000).person, "person-1");
  EXPECT_TRUE(people.by_uid(1000).roles.has(Role::operator_));
  EXPECT_EQ(people.by_uid(1001).person, "uid-1001");
  EXPECT_TRUE(people.by_uid(1001).roles.empty());
  EXPECT_EQ(people.by_certificate(print, "queue.example").person, "person-1");
  EXPECT_EQ(people.by_certificate(std::string(64, 'b'), "queue.example").person, "queue-1");
  EXPECT_EQ(people.by_certificate(std::string(64, 'b'), "").person, "certificate-" + std::string(16, 'b'));
  EXPECT_TRUE(people.by_certificate(std::string(64, 'b'), "").roles.empty());
}

TEST(People, AreNotTakenForEachOther) {
  const auto code = [](Credential one, Credential other) {
    const auto people = People::create({std::move(one), std::move(other)});
    return people ? "" : people.error().code;
  };
  EXPECT_EQ(code({"a", {}, 5, {}, {}}, {"b", {}, 5, {}, {}}), "people.twice");
  EXPECT_EQ(code({"a", {}, {}, {}, "cn"}, {"b", {}, {}, {}, "cn"}), "people.twice");
  EXPECT_EQ(code({"a", {}, {}, "f", {}}, {"b", {}, 6, "f", {}}), "people.twice");
  EXPECT_EQ(code({"a", {}, 5, {}, {}}, {"b", {}, 6, {}, {}}), "");
}

}  // namespace
}  // namespace imprimatur::api
