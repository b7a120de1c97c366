// The expected outcomes are the lines of the table "What the printer's word proves" of the design.
#include "print/outcome.hpp"

#include <gtest/gtest.h>

namespace imprimatur::print {
namespace {

using namespace std::chrono_literals;

// A card that printed as it should: the first line of the table.
PrintEvidence good_evidence() {
  PrintEvidence evidence;
  evidence.ticket = {.job_id = 7, .job_uuid = "urn:uuid:0d0636df-b8ee-3e7f-43b0-8a4f345a6f6f"};
  evidence.report = {.state = PrintJobState::completed,
                     .job_uuid = evidence.ticket.job_uuid,
                     .reasons = {"job-completed-successfully"},
                     .impressions_completed = 2,
                     .printer_up_time_s = 120};
  evidence.sides_asked = 2;
  evidence.elapsed = 20s;
  evidence.card_time_min = 15s;
  evidence.up_time_before_s = 100;
  return evidence;
}

PrintEvidence stopped_evidence(PrintJobState state, int impressions, bool never_left) {
  PrintEvidence evidence = good_evidence();
  evidence.report.state = state;
  evidence.report.reasons = {"aborted-by-system"};
  evidence.report.impressions_completed = impressions;
  evidence.never_left_hopper = never_left;
  return evidence;
}

TEST(JudgePrint, TakesACompletedJobWithAllItsSidesAsOut) {
  EXPECT_EQ(judge_print(good_evidence()).outcome, PrintOutcome::out);
}

TEST(JudgePrint, TakesAOneSidedCardAsOutWithOneImpression) {
  PrintEvidence evidence = good_evidence();
  evidence.sides_asked = 1;
  evidence.report.impressions_completed = 1;
  EXPECT_EQ(judge_print(evidence).outcome, PrintOutcome::out);
}

TEST(JudgePrint, DoesNotKnowWhenSidesAreMissingOrTooMany) {
  for (const int impressions : {-1, 0, 1, 3, 4}) {
    PrintEvidence evidence = good_evidence();
    evidence.report.impressions_completed = impressions;
    EXPECT_EQ(judge_print(evidence).outcome, PrintOutcome::unknown) << impressions;
    EXPECT_EQ(judge_print(evidence).rule, "completed-in-part") << impressions;
  }
}

TEST(JudgePrint, DoesNotKnowWhenTheJobCompletedWithErrors) {
  PrintEvidence evidence = good_evidence();
  evidence.report.reasons = {"job-completed-with-errors"};
  EXPECT_EQ(judge_print(evidence).outcome, PrintOutcome::unknown);
  evidence.report.reasons = {};
  EXPECT_EQ(judge_print(evidence).outcome, PrintOutcome::unknown);
}

TEST(JudgePrint, DoesNotBelieveACardThatCameSoonerThanTheMachineCanMoveIt) {
  PrintEvidence evidence = good_evidence();
  evidence.elapsed = evidence.card_time_min - 1ms;
  EXPECT_EQ(judge_print(evidence).outcome, PrintOutcome::unknown);
  EXPECT_EQ(judge_print(evidence).rule, "completed-too-soon");
  evidence.elapsed = evidence.card_time_min;
  EXPECT_EQ(judge_print(evidence).outcome, PrintOutcome::out);
}

TEST(JudgePrint, GivesTheSameBlankAgainOnlyWhenNothingTouchedIt) {
  for (const auto state : {PrintJobState::aborted, PrintJobState::canceled}) {
    EXPECT_EQ(judge_print(stopped_evidence(state, 0, true)).outcome, PrintOutcome::same_blank_again);
    EXPECT_EQ(judge_print(stopped_evidence(state, 0, false)).outcome, PrintOutcome::spoiled);
    EXPECT_EQ(judge_print(stopped_evidence(state, 1, true)).outcome, PrintOutcome::spoiled);
    EXPECT_EQ(judge_print(stopped_evidence(state, 2, false)).outcome, PrintOutcome::spoiled);
  }
}

TEST(JudgePrint, SpoilsTheCardWhenTheStoppedPrinterDoesNotSayHowManySidesItPrinted) {
  EXPECT_EQ(judge_print(stopped_evidence(PrintJobState::aborted, -1, true)).outcome, PrintOutcome::spoiled);
}

TEST(JudgePrint, DoesNotKnowWhenThePrinterForgotTheJob) {
  PrintEvidence evidence = good_evidence();
  evidence.report.state = PrintJobState::forgotten;
  evidence.report.job_uuid.clear();
  EXPECT_EQ(judge_print(evidence).outcome, PrintOutcome::unknown);
  EXPECT_EQ(judge_print(evidence).rule, "job-forgotten");
}

TEST(JudgePrint, DoesNotKnowWhenTheReportIsOfAnotherJobWhateverItSays) {
  for (const auto state : {PrintJobState::waiting, PrintJobState::held, PrintJobState::processing,
                           PrintJobState::stopped, PrintJobState::canceled, PrintJobState::aborted,
                           PrintJobState::completed, PrintJobState::forgotten}) {
    PrintEvidence evidence = good_evidence();
    evidence.never_left_hopper = true;
    evidence.report.state = state;
    evidence.report.job_uuid = "urn:uuid:89758ed2-d369-3566-51bd-a269d9af2d93";
    EXPECT_EQ(judge_print(evidence).outcome, PrintOutcome::unknown);
  }
}

TEST(JudgePrint, DoesNotTakeTwoMissingUuidsForTheSameJob) {
  PrintEvidence evidence = good_evidence();
  evidence.ticket.job_uuid.clear();
  evidence.report.job_uuid.clear();
  EXPECT_EQ(judge_print(evidence).outcome, PrintOutcome::unknown);
}

TEST(JudgePrint, DoesNotKnowWhenThePrintersUpTimeWentBackWhateverItSays) {
  for (const auto state :
       {PrintJobState::waiting, PrintJobState::held, PrintJobState::processing, PrintJobState::stopped,
        PrintJobState::canceled, PrintJobState::aborted, PrintJobState::completed}) {
    PrintEvidence evidence = good_evidence();
    evidence.never_left_hopper = true;
    evidence.report.state = state;
    evidence.report.printer_up_time_s = evidence.up_time_before_s - 1;
    EXPECT_EQ(judge_print(evidence).outcome, PrintOutcome::unknown);
    EXPECT_EQ(judge_print(evidence).rule, "printer-restarted");
  }
}

TEST(JudgePrint, WaitsWhileTheJobIsNotFinished) {
  for (const auto state :
       {PrintJobState::waiting, PrintJobState::held, PrintJobState::processing, PrintJobState::stopped}) {
    PrintEvidence evidence = good_evidence();
    evidence.report.state = state;
    EXPECT_EQ(judge_print(evidence).outcome, PrintOutcome::wait);
  }
}

TEST(JudgePrint, NamesEveryOutcome) {
  EXPECT_EQ(print_outcome_name(PrintOutcome::out), "out");
  EXPECT_EQ(print_outcome_name(PrintOutcome::same_blank_again), "same_blank_again");
  EXPECT_EQ(print_outcome_name(PrintOutcome::spoiled), "spoiled");
  EXPECT_EQ(print_outcome_name(PrintOutcome::unknown), "unknown");
  EXPECT_EQ(print_outcome_name(PrintOutcome::wait), "wait");
}

}  // namespace
}  // namespace imprimatur::print
