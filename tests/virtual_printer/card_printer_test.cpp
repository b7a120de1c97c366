// The virtual card printer as a thing of its own, in made-up time: states as in RFC 8011 section 5.3.7.
#include "devices/virtual_printer/card_printer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "base/files.hpp"
#include "tests/ipp/card_pdf.hpp"
#include "tests/ipp/scratch_folder.hpp"

namespace imprimatur::devices {
namespace {

using namespace std::chrono_literals;
using tests::card_pdf;

class CardPrinterTest : public testing::Test {
 protected:
  static CardJobRequest two_sides() { return {"attempt-1", "station", 2, "two-sided-long-edge"}; }

  std::int32_t queue_card(SteadyTime when) {
    const CardAnswer made = printer_.create(two_sides(), when);
    EXPECT_EQ(made.refusal, CardRefusal::none);
    EXPECT_EQ(printer_.add_document(made.job.id, card_pdf(2), true, when).refusal, CardRefusal::none);
    return made.job.id;
  }
  CardJob job(std::int32_t id, SteadyTime when) { return printer_.find(id, when).job; }

  tests::ScratchFolder folder_;
  SeededRandom ids_{1};
  SteadyTime start_{1h};
  std::optional<CardPrinter> made_{
      std::in_place,
      CardPrinterSettings{
          .name = "card-1", .spool = folder_.path(), .print_time = 10s, .queue_max = 3, .history_max = 2},
      ids_, 7, start_};
  CardPrinter& printer_ = *made_;
};

TEST_F(CardPrinterTest, PrintsOneCardAfterTheOtherInItsOwnTime) {
  const auto first = queue_card(start_);
  const auto second = queue_card(start_ + 1s);
  EXPECT_EQ(job(first, start_ + 1s).state, CardJobState::processing);
  EXPECT_EQ(job(second, start_ + 1s).state, CardJobState::pending);
  EXPECT_EQ(job(first, start_ + 9999ms).state, CardJobState::processing);
  EXPECT_EQ(tests::count_files(folder_.path()), 0U);
  EXPECT_EQ(job(first, start_ + 12s).state, CardJobState::completed);
  EXPECT_EQ(job(first, start_ + 12s).impressions_completed, 2);
  EXPECT_EQ(job(second, start_ + 19s).state, CardJobState::processing);
  EXPECT_EQ(job(second, start_ + 24s).state, CardJobState::completed);
  EXPECT_EQ(tests::count_files(folder_.path()), 2U);
}

TEST_F(CardPrinterTest, CatchesUpWithALongTimeInWhichNobodyAsked) {
  const auto first = queue_card(start_);
  const auto second = queue_card(start_);
  printer_.advance(start_ + 1h);
  EXPECT_EQ(job(first, start_ + 1h).state, CardJobState::completed);
  EXPECT_EQ(job(second, start_ + 1h).state, CardJobState::completed);
  EXPECT_LE(*job(second, start_ + 1h).ended_s, 25);
}

TEST_F(CardPrinterTest, KeepsWhatItPrintedUnderTheUuidOfTheJob) {
  const auto id = queue_card(start_);
  const CardJob done = job(id, start_ + 12s);
  ASSERT_TRUE(done.uuid.starts_with("urn:uuid:"));
  const auto file = read_file(folder_.path() / (done.uuid.substr(9) + ".pdf"));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file.value(), card_pdf(2));
}

TEST_F(CardPrinterTest, CountsTheFirstSideWhenHalfTheTimeIsOver) {
  const auto id = queue_card(start_);
  EXPECT_EQ(job(id, start_ + 4s).impressions_completed, 0);
  EXPECT_EQ(job(id, start_ + 6s).impressions_completed, 1);
}

TEST_F(CardPrinterTest, SaysWhenSomethingIsDueNext) {
  EXPECT_FALSE(printer_.next_due());
  const auto id = printer_.create(two_sides(), start_).job.id;
  EXPECT_EQ(printer_.next_due(), start_ + 60s);
  printer_.add_document(id, card_pdf(1), true, start_);
  ASSERT_TRUE(printer_.next_due());
  EXPECT_GE(*printer_.next_due(), start_ + 10s);
  EXPECT_LE(*printer_.next_due(), start_ + 12s);
}

TEST_F(CardPrinterTest, AbortsAJobThatGetsNoDocument) {
  const auto id = printer_.create(two_sides(), start_).job.id;
  EXPECT_EQ(job(id, start_ + 59s).state, CardJobState::pending_held);
  EXPECT_EQ(job(id, start_ + 60s).state, CardJobState::aborted);
}

TEST_F(CardPrinterTest, RefusesWhatIsNotACard) {
  for (const Bytes& document :
       {copy_of(bytes_of("GIF89a")), copy_of(bytes_of("%PDF-1.4 cut off")), card_pdf(3)}) {
    const auto id = printer_.create(two_sides(), start_).job.id;
    EXPECT_EQ(printer_.add_document(id, document, true, start_).refusal, CardRefusal::not_a_card);
    EXPECT_EQ(job(id, start_).state, CardJobState::aborted);
    EXPECT_EQ(job(id, start_).reason, "document-format-error");
  }
}

TEST_F(CardPrinterTest, TakesOneDocumentAJobAndNoneAfterTheLast) {
  const auto id = printer_.create(two_sides(), start_).job.id;
  EXPECT_EQ(printer_.add_document(id, card_pdf(1), false, start_).refusal, CardRefusal::none);
  EXPECT_EQ(job(id, start_).reason, "job-incoming");
  EXPECT_EQ(printer_.add_document(id, card_pdf(1), true, start_).refusal, CardRefusal::second_document);
  EXPECT_EQ(printer_.add_document(id, {}, true, start_).refusal, CardRefusal::none);
  EXPECT_EQ(printer_.add_document(id, card_pdf(1), true, start_).refusal, CardRefusal::not_possible);
  EXPECT_EQ(printer_.add_document(99, card_pdf(1), true, start_).refusal, CardRefusal::not_found);
}

TEST_F(CardPrinterTest, HasAQueueWithAnEnd) {
  for (int i = 0; i < 3; ++i) queue_card(start_);
  EXPECT_EQ(printer_.create(two_sides(), start_).refusal, CardRefusal::too_many_jobs);
}

TEST_F(CardPrinterTest, ForgetsTheOldestFinishedJobs) {
  for (int i = 0; i < 3; ++i) queue_card(start_);
  EXPECT_EQ(printer_.find(1, start_ + 1h).refusal, CardRefusal::not_found);
  EXPECT_EQ(printer_.jobs(start_ + 1h).size(), 2U);
}

TEST_F(CardPrinterTest, AbortsTheNextCardOnlyOnce) {
  printer_.fault(CardFault::abort, start_);
  const auto first = queue_card(start_);
  EXPECT_EQ(job(first, start_).state, CardJobState::aborted);
  EXPECT_EQ(job(first, start_).impressions_completed, 0);
  const auto second = queue_card(start_);
  EXPECT_EQ(job(second, start_ + 12s).state, CardJobState::completed);
}

TEST_F(CardPrinterTest, StopsWithTheCardInTheMiddleWhenItJams) {
  printer_.fault(CardFault::jam, start_);
  const auto first = queue_card(start_);
  const auto second = queue_card(start_);
  EXPECT_EQ(job(first, start_ + 4s).state, CardJobState::processing);
  EXPECT_EQ(job(first, start_ + 6s).state, CardJobState::aborted);
  EXPECT_EQ(job(first, start_ + 6s).impressions_completed, 1);
  EXPECT_EQ(printer_.reasons(), std::vector<std::string>{"media-jam-error"});
  EXPECT_EQ(job(second, start_ + 1h).state, CardJobState::pending);
  EXPECT_EQ(job(second, start_ + 1h).reason, "printer-stopped");
  printer_.clear(start_ + 1h);
  EXPECT_EQ(job(second, start_ + 1h + 9s).state, CardJobState::processing);
  EXPECT_EQ(job(second, start_ + 1h + 12s).state, CardJobState::completed);
  EXPECT_EQ(tests::count_files(folder_.path()), 1U);
}

TEST_F(CardPrinterTest, FinishesTheCardInTheHeadWhenTheHopperIsEmpty) {
  const auto first = queue_card(start_);
  const auto second = queue_card(start_);
  printer_.fault(CardFault::media_empty, start_ + 1s);
  EXPECT_EQ(job(first, start_ + 12s).state, CardJobState::completed);
  EXPECT_EQ(job(second, start_ + 1h).state, CardJobState::pending);
}

TEST_F(CardPrinterTest, StopsTheCardThatIsCancelled) {
  const auto id = queue_card(start_);
  EXPECT_EQ(printer_.cancel(id, start_ + 6s).job.state, CardJobState::canceled);
  EXPECT_EQ(job(id, start_ + 1h).impressions_completed, 1);
  EXPECT_EQ(tests::count_files(folder_.path()), 0U);
  EXPECT_EQ(printer_.cancel(id, start_ + 1h).refusal, CardRefusal::not_possible);
  EXPECT_EQ(printer_.cancel(99, start_ + 1h).refusal, CardRefusal::not_found);
}

TEST_F(CardPrinterTest, PrintsACancelledCardAllTheSameWhenToldSo) {
  printer_.fault(CardFault::cancel_prints, start_);
  const auto id = queue_card(start_);
  EXPECT_EQ(printer_.cancel(id, start_ + 6s).job.state, CardJobState::canceled);
  EXPECT_EQ(job(id, start_ + 12s).state, CardJobState::canceled);
  EXPECT_EQ(job(id, start_ + 12s).impressions_completed, 2);
  EXPECT_EQ(tests::count_files(folder_.path()), 1U);
}

TEST_F(CardPrinterTest, ForgetsItsJobsAndItsUpTimeWhenItRestartsButNeverRepeatsAUuid) {
  const auto id = queue_card(start_);
  const std::string uuid = job(id, start_).uuid;
  printer_.fault(CardFault::restart, start_ + 5s);
  EXPECT_EQ(printer_.find(id, start_ + 5s).refusal, CardRefusal::not_found);
  EXPECT_EQ(printer_.up_time_s(start_ + 5s), 1);
  const auto again = queue_card(start_ + 5s);
  EXPECT_EQ(again, id);
  EXPECT_NE(job(again, start_ + 5s).uuid, uuid);
  printer_.advance(start_ + 1h);
  EXPECT_EQ(tests::count_files(folder_.path()), 1U);  // the card in the head at the restart is lost
}

TEST_F(CardPrinterTest, SaysThatACardIsCompletedWithoutPrintingItWhenToldSo) {
  printer_.fault(CardFault::too_soon, start_);
  const auto lie = queue_card(start_);
  EXPECT_EQ(job(lie, start_).state, CardJobState::completed);
  EXPECT_EQ(job(lie, start_).impressions_completed, 2);
  EXPECT_EQ(tests::count_files(folder_.path()), 0U);
  const auto next = queue_card(start_ + 1s);
  EXPECT_EQ(job(next, start_ + 2s).state, CardJobState::processing);
}

TEST_F(CardPrinterTest, KeepsItsJobsInARestartWhenToldSoAndIsWrongAboutTheCardInTheHead) {
  const auto lost = queue_card(start_);
  const auto waiting = queue_card(start_);
  printer_.fault(CardFault::restart_keeps, start_ + 2s);
  EXPECT_EQ(printer_.up_time_s(start_ + 2s), 1);
  EXPECT_EQ(job(lost, start_ + 2s).state, CardJobState::completed);
  EXPECT_EQ(tests::count_files(folder_.path()), 0U);
  EXPECT_EQ(job(waiting, start_ + 15s).state, CardJobState::completed);
  EXPECT_EQ(tests::count_files(folder_.path()), 1U);
}

TEST_F(CardPrinterTest, StandsStillForAsLongAsItSaysWhatStopsIt) {
  printer_.say("media-low-warning", start_);
  EXPECT_FALSE(printer_.stopped());
  printer_.say("cover-open-error", start_);
  EXPECT_TRUE(printer_.stopped());
  const auto card = queue_card(start_);
  EXPECT_EQ(job(card, start_ + 1h).state, CardJobState::pending);
  EXPECT_EQ(printer_.reasons(), (std::vector<std::string>{"media-low-warning", "cover-open-error"}));
  printer_.clear(start_ + 1h);
  EXPECT_TRUE(printer_.reasons().empty());
  EXPECT_EQ(job(card, start_ + 1h + 13s).state, CardJobState::completed);
}

// A printer with stores that end.
class CardPrinterStoresTest : public CardPrinterTest {
 protected:
  // Prints so many cards, one after the other, as far as it can.
  void print(int cards) {
    for (int i = 0; i < cards; ++i) {
      queue_card(now_);
      now_ += 13s;
      printer_.advance(now_);
    }
  }
  void use(StoreSettings stores, std::chrono::milliseconds clear_after = 0s) {
    made_.emplace(CardPrinterSettings{.name = "card-1",
                                      .spool = folder_.path(),
                                      .print_time = 10s,
                                      .stores = stores,
                                      .clear_after = clear_after},
                  ids_, 7, start_);
  }
  SteadyTime now_ = start_;
};

TEST_F(CardPrinterStoresTest, RunsLowAndThenOutOfRibbon) {
  use({.ribbon_cards = 20});
  EXPECT_EQ(printer_.ribbon_percent(), 100);
  print(17);
  EXPECT_TRUE(printer_.reasons().empty());
  EXPECT_EQ(printer_.ribbon_percent(), 15);
  print(1);
  EXPECT_EQ(printer_.reasons(), std::vector<std::string>{"marker-supply-low-warning"});
  EXPECT_FALSE(printer_.stopped());
  print(2);
  EXPECT_EQ(printer_.reasons(), std::vector<std::string>{"marker-supply-empty-error"});
  EXPECT_TRUE(printer_.stopped());
  EXPECT_EQ(printer_.ribbon_percent(), 0);
  print(1);
  EXPECT_EQ(tests::count_files(folder_.path()), 20U);
  printer_.clear(now_);
  EXPECT_EQ(printer_.ribbon_percent(), 100);
  printer_.advance(now_ + 13s);
  EXPECT_EQ(tests::count_files(folder_.path()), 21U);
}

TEST_F(CardPrinterStoresTest, StopsWithAnEmptyHopperAndWithAFullTray) {
  use({.hopper_cards = 10});
  print(9);
  EXPECT_EQ(printer_.reasons(), std::vector<std::string>{"media-low-warning"});
  print(1);
  EXPECT_EQ(printer_.reasons(), std::vector<std::string>{"media-empty-error"});
  use({.output_cards = 10});
  print(9);
  EXPECT_EQ(printer_.reasons(), std::vector<std::string>{"output-area-almost-full-warning"});
  print(2);
  EXPECT_EQ(printer_.reasons(), std::vector<std::string>{"output-area-full-error"});
  EXPECT_TRUE(printer_.stopped());
}

TEST_F(CardPrinterStoresTest, IsClearedByAPersonAfterAWhileWhereOneIsThere) {
  use({.hopper_cards = 2}, 1min);
  print(2);
  EXPECT_TRUE(printer_.stopped());
  queue_card(now_);
  ASSERT_TRUE(printer_.next_due());
  EXPECT_LE(*printer_.next_due(), now_ + 1min);
  printer_.advance(now_ + 2min);
  EXPECT_FALSE(printer_.stopped());
  EXPECT_EQ(tests::count_files(folder_.path()), 3U);
}

TEST(CardPrinterFaultsByChance, ComeAtAboutTheirRateAndAreTheSameForTheSameSeed) {
  const auto run = [](std::uint64_t seed) {
    tests::ScratchFolder folder;
    SeededRandom ids(1);
    SteadyTime now{1h};
    CardPrinter printer({.name = "card-1",
                         .spool = folder.path(),
                         .print_time = 10s,
                         .faults_per_thousand = 200,
                         .clear_after = 1s},
                        ids, seed, now);
    std::string fates;
    for (int i = 0; i < 300; ++i) {
      const auto id = printer.create({"attempt", "station", 2, "two-sided-long-edge"}, now).job.id;
      printer.add_document(id, card_pdf(2), true, now);
      const CardAnswer begun = printer.find(id, now);
      now += 30s;
      const CardAnswer ended = printer.find(id, now);
      const bool too_soon = begun.job.state == CardJobState::completed;
      fates += ended.refusal != CardRefusal::none           ? 'r'
               : too_soon                                   ? 's'
               : ended.job.state == CardJobState::completed ? '.'
               : ended.job.impressions_completed == 1       ? 'j'
                                                            : 'a';
    }
    return fates;
  };
  const std::string fates = run(5);
  EXPECT_EQ(run(5), fates);
  EXPECT_NE(run(6), fates);
  const auto bad = 300 - std::count(fates.begin(), fates.end(), '.');
  EXPECT_GT(bad, 25) << fates;  // 48 expected: media-empty spoils no card
  EXPECT_LT(bad, 75) << fates;
  for (const char kind : {'r', 's', 'j', 'a'}) EXPECT_NE(fates.find(kind), std::string::npos) << kind;
}

TEST_F(CardPrinterTest, StopsWhenItCannotKeepACard) {
  std::filesystem::remove_all(folder_.path());
  const auto id = queue_card(start_);
  EXPECT_EQ(job(id, start_ + 12s).state, CardJobState::aborted);
  EXPECT_TRUE(printer_.stopped());
}

TEST(CountPdfPages, CountsPageObjectsOnly) {
  EXPECT_EQ(count_pdf_pages(card_pdf(1)), 1);
  EXPECT_EQ(count_pdf_pages(card_pdf(2)), 2);
  EXPECT_EQ(count_pdf_pages(bytes_of("%PDF-1.7\n/Type /PageLabel /Type/Page>> /Type /Pages\n%%EOF")), 1);
  EXPECT_EQ(count_pdf_pages(bytes_of("%PDF-1.7 all compressed %%EOF")), 0);
  EXPECT_EQ(count_pdf_pages(bytes_of("%PDF-1.7")), std::nullopt);
  EXPECT_EQ(count_pdf_pages({}), std::nullopt);
}

}  // namespace
}  // namespace imprimatur::devices
