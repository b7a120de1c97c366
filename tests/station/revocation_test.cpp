// The station's inspections know the revocation lists that it was started with.
#include "station/chip_tasks.hpp"
#include "tests/chip/finished_card.hpp"
#include "tests/chip/revocation_list.hpp"

namespace imprimatur::station {
namespace {

using chip::testing::FinishedCard;
using chip::testing::trust;

class Slot final : public chip::CardReader {
 public:
  explicit Slot(devices::Card& card) : card_(card) {}
  std::string name() const override { return "slot"; }
  Result<std::unique_ptr<chip::CardChannel>> connect() override {
    return std::unique_ptr<chip::CardChannel>(std::make_unique<chip::testing::VirtualCardChannel>(card_));
  }
  Result<bool> wait_for_card(bool, int) override { return true; }

 private:
  devices::Card& card_;
};

class Today final : public Clock {
 public:
  WallTime now() const override { return chip::testing::today(); }
  SteadyTime steady() const override { return {}; }
};

class Revocation : public ::testing::Test {
 protected:
  Revocation() {
    finished.write();
    ProductLine made;
    made.profile = finished.profile;
    work.line = std::make_shared<const ProductLine>(std::move(made));
    work.document.mrz = finished.content.mrz;
    work.derivations_left = 2;
    work.files = finished.content.files;
    work.chip_id = chip::read_identity(finished.channel, finished.profile).value().hex();
  }

  ChipStation station_with(std::vector<Bytes> lists) {
    return ChipStation(slot, finished.vault, finished.random, clock, anchors, std::move(lists));
  }

  FinishedCard finished{chip::testing::load_test_profile("utopia-id")};
  Slot slot{finished.card};
  Today clock;
  std::vector<crypto::Certificate> anchors{trust().csca()};
  CardWork work;
};

TEST_F(Revocation, FailsTheInspectionOfACardWhoseSignerWasRevoked) {
  const auto result = station_with({chip::testing::revocation_list(trust(), "02")}).inspect(work);
  EXPECT_EQ(result.found, Found::failed);
  EXPECT_EQ(result.code, "pa.revoked");
}

TEST_F(Revocation, FailsTheLookAfterACutToo) {
  auto station = station_with({chip::testing::revocation_list(trust(), "02")});
  const auto result = station.look(work);
  EXPECT_EQ(result.found, Found::failed);
  EXPECT_EQ(result.code, "pa.revoked");
}

TEST_F(Revocation, PassesACardWhoseSignerIsNotOnTheList) {
  const auto result = station_with({chip::testing::revocation_list(trust(), "0815")}).inspect(work);
  EXPECT_EQ(result.found, Found::success) << result.code;
  EXPECT_EQ(station_with({}).inspect(work).found, Found::success);
}

}  // namespace
}  // namespace imprimatur::station
