#include "station/decide.hpp"

#include <gtest/gtest.h>

#include <set>

namespace imprimatur::station {
namespace {

constexpr Step kSteps[] = {Step::take,
                           Step::identify,
                           Step::write,
                           Step::inspect,
                           Step::wait_for_printer,
                           Step::move_to_printer,
                           Step::reserve_print,
                           Step::send,
                           Step::poll,
                           Step::wait_for_reader,
                           Step::move_to_reader,
                           Step::reread,
                           Step::read_face,
                           Step::move_to_output,
                           Step::return_blank,
                           Step::move_to_reject,
                           Step::look_at_chip};

bool may_be_on_the_card(Step step) {
  return step != Step::take && step != Step::identify && step != Step::return_blank;
}

TEST(Decide, LeadsAGoodCardFromHopperToOutputInTheOrderOfTheDesign) {
  std::vector<Step> way;
  std::vector<Record> records;
  for (Step step = Step::take; step != Step::done; step = decide(step, Found::success).next) {
    way.push_back(step);
    ASSERT_LT(way.size(), 32U);
    if (decide(step, Found::success).record != Record::nothing)
      records.push_back(decide(step, Found::success).record);
  }
  EXPECT_EQ(way, (std::vector<Step>{Step::take, Step::identify, Step::write, Step::inspect,
                                    Step::wait_for_printer, Step::move_to_printer, Step::reserve_print,
                                    Step::send, Step::poll, Step::wait_for_reader, Step::move_to_reader,
                                    Step::reread, Step::read_face, Step::move_to_output}));
  EXPECT_EQ(records, (std::vector<Record>{Record::begin_blank, Record::chip_written, Record::chip_verified,
                                          Record::print_bound, Record::sent, Record::out, Record::verified,
                                          Record::good}));
}

TEST(Decide, CountsACardAsVerifiedOnlyAfterItsFaceWasReadOrWasNotAskedFor) {
  for (const Rule& rule : rules()) {
    if (rule.decision.record != Record::verified) continue;
    EXPECT_EQ(rule.step, Step::read_face);
    EXPECT_TRUE(rule.found == Found::success || rule.found == Found::not_asked) << text_of(rule.found);
  }
}

TEST(Decide, SpoilsAFaceThatDiffersAndLooksAgainAtOneThatCannotBeRead) {
  EXPECT_EQ(decide(Step::read_face, Found::failed), (Decision{Record::intend_reject, Step::move_to_reject}));
  EXPECT_EQ(decide(Step::read_face, Found::unknown), (Decision{Record::nothing, Step::read_face}));
}

TEST(Decide, HasOneRuleAPairAtMost) {
  std::set<std::pair<Step, Found>> seen;
  for (const Rule& rule : rules())
    EXPECT_TRUE(seen.emplace(rule.step, rule.found).second) << text_of(rule.step);
}

TEST(Decide, CountsACardGoodOnlyAfterItLiesInTheOutput) {
  for (const Rule& rule : rules()) {
    if (rule.decision.record != Record::good) continue;
    EXPECT_EQ(rule.step, Step::move_to_output);
    EXPECT_EQ(rule.found, Found::success);
  }
}

TEST(Decide, NeverRepeatsAWriteOrAPrintOnDontKnow) {
  EXPECT_EQ(decide(Step::write, Found::unknown).next, Step::look_at_chip);
  EXPECT_EQ(decide(Step::send, Found::unknown).next, Step::poll);
  EXPECT_EQ(decide(Step::poll, Found::unknown), (Decision{Record::doubt, Step::move_to_reject}));
}

TEST(Decide, FreezesWhatItHasNoRuleFor) {
  EXPECT_EQ(decide(Step::reread, Found::nothing_there), (Decision{Record::doubt, Step::move_to_reject}));
}

TEST(Decide, NeverTakesDontKnowForGoodOrForNotHappened) {
  for (const Step step : kSteps) {
    if (!may_be_on_the_card(step) || step == Step::wait_for_printer || step == Step::wait_for_reader)
      continue;
    const Decision decision = decide(step, Found::unknown);
    EXPECT_NE(decision.record, Record::good) << text_of(step);
    EXPECT_NE(decision.record, Record::intend_reject) << text_of(step) << ": spoiled needs evidence";
    EXPECT_NE(decision.record, Record::release_claim) << text_of(step);
  }
}

TEST(Decide, SetsACardAsideThatHungOrIsAnotherAndGuessesNothing) {
  for (const Step step : {Step::write, Step::inspect, Step::look_at_chip, Step::reread}) {
    for (const Found found : {Found::hung, Found::other_body}) {
      EXPECT_EQ(decide(step, found), (Decision{Record::doubt, Step::move_to_reject})) << text_of(step);
    }
    EXPECT_EQ(decide(step, Found::not_connected), (Decision{Record::nothing, step})) << text_of(step);
  }
}

TEST(Decide, BlamesNeitherJobNorBlankForAReaderOrASigner) {
  for (const Found found : {Found::reader_lost, Found::no_signer}) {
    EXPECT_EQ(decide(Step::identify, found), (Decision{Record::release_claim, Step::return_blank}));
  }
}

TEST(Decide, LocksAwayWhatIsSpoiledBeforeTheJobIsMadeAgain) {
  for (const Rule& rule : rules()) {
    if (rule.decision.record == Record::intend_reject) {
      EXPECT_EQ(rule.decision.next, Step::move_to_reject);
    }
    if (rule.decision.record == Record::spoiled_or_set_aside) {
      EXPECT_EQ(rule.step, Step::move_to_reject);
      EXPECT_EQ(rule.found, Found::success);
    }
  }
}

// -- after a restart

Place in(Place::Kind kind) {
  return {kind, 1};
}

Decision resumed(job::AttemptState state, std::optional<Place> place, bool print_bound = false) {
  return decide_after_restart({.state = state, .print_bound = print_bound, .place = place});
}

constexpr Decision kDoubt{Record::doubt, Step::move_to_reject};

TEST(Restart, LooksAtTheChipThatWasBeingWritten) {
  EXPECT_EQ(resumed(job::AttemptState::begun, in(Place::Kind::reader)).next, Step::look_at_chip);
  EXPECT_EQ(resumed(job::AttemptState::chip_written, in(Place::Kind::reader)).next, Step::look_at_chip);
  EXPECT_EQ(resumed(job::AttemptState::chip_verified, in(Place::Kind::reader)).next, Step::wait_for_printer);
}

TEST(Restart, AsksThePrinterAboutAJobItMayHaveAndNeverSendsAgain) {
  EXPECT_EQ(resumed(job::AttemptState::chip_verified, in(Place::Kind::printer), true).next, Step::poll);
  EXPECT_EQ(resumed(job::AttemptState::sent, in(Place::Kind::printer), true).next, Step::poll);
  // Without a job-uuid on record no document can have left.
  EXPECT_EQ(resumed(job::AttemptState::chip_verified, in(Place::Kind::printer), false).next,
            Step::reserve_print);
}

TEST(Restart, FinishesWhatWasVerifiedAndAlreadyPutOut) {
  EXPECT_EQ(resumed(job::AttemptState::verified, in(Place::Kind::output)),
            (Decision{Record::good, Step::done}));
  EXPECT_EQ(resumed(job::AttemptState::out, in(Place::Kind::output)), kDoubt);
  EXPECT_EQ(resumed(job::AttemptState::out, in(Place::Kind::reader)).next, Step::reread);
  EXPECT_EQ(resumed(job::AttemptState::out, in(Place::Kind::printer)).next, Step::wait_for_reader);
  // The face is read after the chip, and only then on record: cut off in it, both are read again.
  EXPECT_EQ(decide(Step::reread, Found::success), (Decision{Record::nothing, Step::read_face}));
}

TEST(Restart, FreezesACardThatNoSensorShows) {
  for (const auto state :
       {job::AttemptState::begun, job::AttemptState::chip_written, job::AttemptState::chip_verified,
        job::AttemptState::sent, job::AttemptState::out, job::AttemptState::verified}) {
    EXPECT_EQ(resumed(state, std::nullopt, true), kDoubt) << job::text_of(state);
    EXPECT_EQ(resumed(state, in(Place::Kind::hopper), true), kDoubt) << job::text_of(state);
  }
}

TEST(Restart, KeepsTheReasonWhyACardWasOnItsWayToTheReject) {
  Resumed on_its_way{
      .state = job::AttemptState::begun, .reject_intended = true, .place = in(Place::Kind::reader)};
  EXPECT_EQ(decide_after_restart(on_its_way).next, Step::move_to_reject);
  on_its_way.place = in(Place::Kind::reject);
  EXPECT_EQ(decide_after_restart(on_its_way), (Decision{Record::spoiled_or_set_aside, Step::done}));
}

TEST(Places, AreNamedOneWayOnly) {
  for (const char* name : {"hopper", "reader-1", "printer-12", "output", "reject"}) {
    ASSERT_TRUE(place_named(name)) << name;
    EXPECT_EQ(text_of(place_named(name).value()), name);
  }
  for (const char* name :
       {"reader-0", "reader-", "reader-1x", "reader-100", "reader--1", "", "hopper-1", "Output"}) {
    EXPECT_EQ(place_named(name).error().code, "transport.place") << name;
  }
}

}  // namespace
}  // namespace imprimatur::station
