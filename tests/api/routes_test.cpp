#include "api/routes.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/api/fake_backend.hpp"

namespace imprimatur::api {
namespace {

class RoutesTest : public testing::Test {
 protected:
  HttpResponse ask(const std::string& method, const std::string& target, const std::string& body = {}) {
    HttpRequest request;
    request.method = method;
    request.body = body;
    request.caller = {"person-7", RoleSet::all()};
    const auto parsed = parse_target(target, request);
    return parsed ? routes_.handle(request) : problem_response(400, parsed.error());
  }
  FakeBackend backend_;
  Routes routes_{backend_};
};

TEST_F(RoutesTest, TellANewJobFromOneThatIsHereAlready) {
  EXPECT_EQ(ask("POST", "/v1/jobs", "new").status, 202);
  EXPECT_EQ(ask("POST", "/v1/jobs", "again").status, 200);
}

TEST_F(RoutesTest, AnswerARefusedJobWithAProblemDocumentOfRfc9457) {
  const auto answer = ask("POST", "/v1/jobs", "bad");
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.content_type, "application/problem+json");
  const auto problem = parse_json_object(answer.body).value();
  EXPECT_EQ(problem.at("type"), "urn:imprimatur:problem:job.schema");
  EXPECT_EQ(problem.at("field"), "/holder/sex");
  EXPECT_EQ(problem.at("status"), 422);
  EXPECT_EQ(problem.at("remedy"), "Correct it.");
}

TEST_F(RoutesTest, KnowPathsAndMethodsApart) {
  EXPECT_EQ(ask("GET", "/v1/jobs/j1").status, 200);
  EXPECT_EQ(ask("GET", "/v1/jobs/other").status, 404);
  EXPECT_EQ(ask("DELETE", "/v1/jobs").status, 405);
  EXPECT_EQ(ask("GET", "/v1/nothing").status, 404);
  EXPECT_EQ(ask("GET", "/v1/jobs/").status, 404);
  EXPECT_EQ(ask("GET", "/v1/jobs/a/b").status, 404);
  EXPECT_EQ(ask("POST", "/v1/jobs/j1/cancel").status, 409);
  EXPECT_EQ(ask("POST", "/v1/jobs/j1/hold").status, 200);
  EXPECT_NE(ask("POST", "/v1/jobs/j1/hold").body.find(R"("actor":"person-7","id":"j1","role":"operator")"),
            std::string::npos);
  EXPECT_EQ(ask("POST", "/v1/lines/line-1/pause").body, R"({"line":"line-1","paused":true})");
}

TEST_F(RoutesTest, SayThatAQuestionOfTheLineIsNotOpenAnyMore) {
  EXPECT_EQ(ask("POST", "/v1/lines/line-1/task", "late").status, 409);
  EXPECT_EQ(ask("GET", "/v1/lines/line-1/task").body, "{}");
}

TEST_F(RoutesTest, CheckNumbersAndTargets) {
  EXPECT_EQ(ask("GET", "/v1/jobs?limit=0").status, 400);
  EXPECT_EQ(ask("GET", "/v1/jobs?limit=1x").status, 400);
  EXPECT_EQ(ask("GET", "/v1/jobs?after=-1").status, 400);
  EXPECT_EQ(ask("GET", "/v1/jobs?limit=5&limit=6").status, 400);
  EXPECT_EQ(ask("GET", "/v1/jobs%2").status, 400);
  EXPECT_EQ(ask("GET", "/v1/jobs?state=re%61dy&after=3&limit=7").body,
            R"({"after":3,"limit":7,"state":"ready"})");
}

TEST_F(RoutesTest, GiveTheJournalAsTheBytesThatWereStored) {
  backend_.add_entry();
  backend_.add_entry();
  EXPECT_EQ(ask("GET", "/v1/events?after=0").body, R"([{"sequence":"1","type":"org.imprimatur.test.v1"}])");
  EXPECT_EQ(ask("GET", "/v1/events?after=1").body, "[]");
}

TEST_F(RoutesTest, AnswerAFaultWithoutSayingWhatWasInIt) {
  backend_.station_throws = true;
  const auto answer = ask("GET", "/v1/station");
  EXPECT_EQ(answer.status, 500);
  EXPECT_NE(answer.body.find("urn:imprimatur:problem:api.internal"), std::string::npos);
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
}

TEST_F(RoutesTest, AreReadyAsLongAsTheStationIs) {
  EXPECT_EQ(ask("GET", "/readyz").body, R"({"status":"ready"})");
  backend_.halted = true;
  EXPECT_EQ(ask("GET", "/readyz").status, 503);
  EXPECT_EQ(ask("GET", "/healthz").status, 200);
}

TEST_F(RoutesTest, PublishTheCatalogueOfProblems) {
  const auto answer = parse_json_object(ask("GET", "/v1/problems").body).value();
  const auto& first = answer.at("problems").as_array().at(0).as_object();
  EXPECT_EQ(first.at("code"), "api.role");
  EXPECT_EQ(first.at("status"), 403);
  EXPECT_FALSE(first.at("remedy").as_string().empty());
}

TEST_F(RoutesTest, SayWhenTheStationItselfCannotGoOn) {
  EXPECT_EQ(status_of(fail("ledger.store", "the database failed")), 503);
  EXPECT_EQ(status_of(fail("station.halted", "halted")), 503);
  EXPECT_EQ(status_of(fail("ledger.state", "not now")), 409);
  EXPECT_EQ(status_of(fail("statement.too_few_people", "one of two")), 403);
  EXPECT_EQ(status_of(fail("something.new", "unknown to the table")), 400);
}

// The page and the table of calls cannot drift apart unseen.
TEST_F(RoutesTest, HaveEveryCallThatTheFormatPageNames) {
  std::ifstream page(SOURCE_DIR "/src/api/FORMAT.md");
  int calls = 0;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `GET /") && !line.starts_with("| `POST /")) continue;
    const std::string call = line.substr(3, line.find('`', 3) - 3);
    const auto space = call.find(' ');
    std::string path = call.substr(space + 1);
    for (const auto& [name, value] :
         {std::pair("{id}", "j1"), {"{line}", "line-1"}, {"{path}", "tile/0/000"}}) {
      if (const auto at = path.find(name); at != std::string::npos) {
        path.replace(at, std::string_view(name).size(), value);
      }
    }
    const int status = ask(call.substr(0, space), path).status;
    EXPECT_TRUE(status == 200 || status == 202) << call << " gives " << status;
    ++calls;
  }
  EXPECT_EQ(calls, 24);
}

TEST_F(RoutesTest, ServeFilesOfTheAuditLog) {
  EXPECT_EQ(ask("GET", "/v1/log/tile/0/000").body, std::string("\x01\x02", 2));
  EXPECT_EQ(ask("GET", "/v1/log/secret").status, 404);
}

}  // namespace
}  // namespace imprimatur::api
