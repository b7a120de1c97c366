#include "app/line_desk.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace imprimatur::app {
namespace {

using namespace std::chrono_literals;
using station::LineAnswer;
using station::LineTask;

class Desk : public testing::Test {
 protected:
  // Asks on another thread and waits until the question is open.
  std::future<Result<LineAnswer>> ask(LineTask task) {
    auto answer = std::async(std::launch::async, [this, task] { return desk_.ask(task); });
    while (desk_.show().empty()) std::this_thread::yield();
    return answer;
  }
  std::string open_id() { return std::string(desk_.show().at("task").at("id").as_string()); }
  static LineTask move() {
    LineTask task;
    task.kind = LineTask::Kind::move;
    task.text = "Move card B000001 from reader-1 to printer-1.";
    task.card = "B000001";
    task.from = "reader-1";
    task.to = "printer-1";
    return task;
  }
  SystemClock clock_;
  LineDesk desk_{clock_};
};

TEST_F(Desk, ShowsTheOpenQuestionAndCarriesItsAnswer) {
  EXPECT_TRUE(desk_.show().empty());
  auto answer = ask(move());
  const json::object shown = desk_.show();
  EXPECT_EQ(shown.at("task").at("kind"), "move");
  EXPECT_EQ(shown.at("task").at("card"), "B000001");
  EXPECT_FALSE(shown.at("task").as_object().contains("note"));
  ASSERT_TRUE(
      desk_.answer(R"({"id":")" + open_id() + R"(","answer":"done","serial":"B000001","place":"reader-2"})"));
  const auto given = answer.get();
  ASSERT_TRUE(given);
  EXPECT_EQ(given.value().kind, LineAnswer::Kind::done);
  EXPECT_EQ(given.value().serial, "B000001");
  EXPECT_EQ(given.value().place, (station::Place{station::Place::Kind::reader, 2}));
  EXPECT_TRUE(desk_.show().empty());
}

TEST_F(Desk, TakesNoAnswerToAQuestionThatIsNotOpen) {
  EXPECT_EQ(desk_.answer(R"({"id":"task-1"})").error().code, "station.task");
  auto first = ask(move());
  const std::string id = open_id();
  EXPECT_EQ(desk_.answer(R"({"id":"task-9"})").error().code, "station.task");
  ASSERT_TRUE(desk_.answer(R"({"id":")" + id + R"(","answer":"nothing"})"));
  EXPECT_EQ(first.get().value().kind, LineAnswer::Kind::nothing);
  auto second = ask(move());
  EXPECT_NE(open_id(), id);
  EXPECT_EQ(desk_.answer(R"({"id":")" + id + R"("})").error().code, "station.task");  // a double click
  desk_.close();
  EXPECT_FALSE(second.get());
}

TEST_F(Desk, TakesNoAnswerToAQuestionOfAnEarlierRun) {
  const WallTime seen = clock_.now();
  auto before = ask(move());
  const std::string id = open_id();
  desk_.close();
  EXPECT_FALSE(before.get());
  while (clock_.now() <= seen) std::this_thread::yield();  // no two runs begin in one millisecond
  LineDesk next(clock_);
  auto after = std::async(std::launch::async, [&next] { return next.ask(move()); });
  while (next.show().empty()) std::this_thread::yield();
  EXPECT_EQ(next.answer(R"({"id":")" + id + R"(","answer":"done"})").error().code, "station.task");
  next.close();
  EXPECT_FALSE(after.get());
}

TEST_F(Desk, RefusesWhatIsNoAnswer) {
  auto open = ask(move());
  const std::string id = R"({"id":")" + open_id() + R"(",)";
  for (const std::string& wrong :
       {std::string("x"), std::string("[]"), id + R"("answer":"maybe"})", id + R"("place":"moon"})",
        id + R"("serial":"a b"})", id + R"("serial":")" + std::string(65, 'x') + R"("})",
        id + R"("serial":7})", std::string(5000, ' ')}) {
    EXPECT_FALSE(desk_.answer(wrong)) << wrong;
  }
  EXPECT_FALSE(desk_.show().empty());
  desk_.close();
  EXPECT_EQ(open.get().error().code, "transport.closing");
}

TEST_F(Desk, GivesUpWhenNobodyAnswersAndDoesNotKnowThen) {
  LineDesk impatient(clock_, 20ms);
  const auto answer = impatient.ask(move());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "transport.no_answer");
  EXPECT_EQ(answer.error().happened, Happened::unknown);
}

TEST_F(Desk, AsksNothingAnyMoreWhenItIsClosed) {
  desk_.close();
  EXPECT_EQ(desk_.ask(move()).error().code, "transport.closing");
}

}  // namespace
}  // namespace imprimatur::app
