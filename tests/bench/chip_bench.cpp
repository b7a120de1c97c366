// `tools/bench chip`: what the station's chip side adds to the time of the card itself.
// tests/bench/RESULTS.md says what is compared with what. Exit code 0 when everything was measured, whether
// the goals are met or not; 1 when a card failed, 2 for wrong usage.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "bench/chip_world.hpp"
#include "bench/figures.hpp"
#include "bench/sod_rate.hpp"

namespace imprimatur::bench {
namespace {

constexpr int kReaders = 8;
constexpr std::uint64_t kHostSeed = 4711;

struct Plan {
  int pairs = 9;
  int instant_pairs = 27;  // short ones: more of them, so that one disturbance says nothing
  int cards_a_reader = 3;
  int sod_rounds = 5;
  double sod_slice_s = 0.3;
};
constexpr Plan kQuick{
    .pairs = 1, .instant_pairs = 5, .cards_a_reader = 1, .sod_rounds = 3, .sod_slice_s = 0.1};

double own_cpu_ms() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto milliseconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
}

struct ReplayResult {
  double ratio = 0;
  double station_ms = 0;
  double replay_ms = 0;
  double own_ms = 0;  // of the station's, outside the calls to the reader
  Exchange exchange;
};

// One reader: the station's way and the bare loop in turn, each on the same blank made anew.
class ReplayBench {
 public:
  ReplayBench(ChipContentSet& content, CardRoom& room)
      : content_(content), room_(room), reader_(testing::PcscBench::reader_name(1)) {}

  Result<ReplayResult> run(int pairs) {
    TRY(bare_, BareLoop::make(reader_.name()));
    TRY_STATUS(record());
    std::vector<double> ratios, station_times, replay_times, own_times;
    for (int pair = 0; pair < pairs; ++pair) {
      const bool station_first = pair % 2 == 0;
      CardTime time;
      double replay_ms = 0;
      for (const bool station : {station_first, !station_first}) {
        TRY_STATUS(fresh_card());
        if (station) {
          TRY(time, personalise(reader_, content_, kHostSeed));
        } else {
          TRY(replay_ms, bare_->run(result_.exchange));
        }
        TRY_STATUS(check_memory());
      }
      ratios.push_back(time.all_ms / replay_ms);
      station_times.push_back(time.all_ms);
      own_times.push_back(time.station_ms);
      replay_times.push_back(replay_ms);
    }
    result_.ratio = median(ratios);
    result_.station_ms = median(station_times);
    result_.replay_ms = median(replay_times);
    result_.own_ms = median(own_times);
    return std::move(result_);
  }

 private:
  Status record() {
    TRY_STATUS(fresh_card());
    TRY_STATUS(personalise(reader_, content_, kHostSeed, &result_.exchange));
    TRY(memory_, room_.memory_of(1));
    return ok();
  }

  // The blank, and a connection that was made and ended, so that both sides meet a reader in the same state.
  Status fresh_card() {
    TRY_STATUS(room_.renew());
    TRY_STATUS(room_.next_blank(1, reader_));
    auto channel = reader_.connect();
    for (int tries = 1; !channel && tries < 3; ++tries) channel = reader_.connect();
    if (!channel) return channel.error();
    return ok();
  }

  // The card has kept the same bytes: whatever ran, it had the same conversation.
  Status check_memory() {
    TRY(auto memory, room_.memory_of(1));
    if (memory == memory_) return ok();
    return fail("bench.exchange_differs", "the card's memory is not that of the recorded run");
  }

  ChipContentSet& content_;
  CardRoom& room_;
  devices::PcscReader reader_;
  std::unique_ptr<BareLoop> bare_;
  Bytes memory_;  // of the recorded run
  ReplayResult result_;
};

struct Throughput {
  double cards_per_s = 0;
  double cpu_ms_per_card = 0;
};

// `readers` threads, each personalises its cards one after the other, changes of cards included.
Result<Throughput> measure_throughput(ChipContentSet& content, CardRoom& room, int readers, int cards) {
  TRY_STATUS(room.renew());
  std::vector<std::unique_ptr<devices::PcscReader>> connections;
  for (int reader = 1; reader <= readers; ++reader) {
    connections.push_back(std::make_unique<devices::PcscReader>(testing::PcscBench::reader_name(reader)));
    TRY_STATUS(room.next_blank(reader, *connections.back()));
  }
  std::vector<Status> outcomes(static_cast<std::size_t>(readers), ok());
  const auto work = [&](int reader) -> Status {
    devices::PcscReader& connection = *connections[static_cast<std::size_t>(reader - 1)];
    for (int card = 0; card < cards; ++card) {
      if (card > 0) {
        TRY_STATUS(room.next_blank(reader, connection));
      }
      TRY_STATUS(personalise(connection, content, kHostSeed + static_cast<std::uint64_t>(reader)));
    }
    return ok();
  };
  const double cpu_before = own_cpu_ms();
  const auto began = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (int reader = 1; reader <= readers; ++reader) {
      threads.emplace_back(
          [&outcomes, &work, reader] { outcomes[static_cast<std::size_t>(reader - 1)] = work(reader); });
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  for (const Status& outcome : outcomes) {
    TRY_STATUS(outcome);
  }
  const double all = readers * cards;
  return Throughput{all / took.count(), (own_cpu_ms() - cpu_before) / all};
}

Figure at_most(std::string name, double value, double bound) {
  return {std::move(name), value, "ratio", Goal{Goal::Kind::at_most, bound}};
}

void add_replay(Figures& figures, const ReplayResult& real, const ReplayResult& instant) {
  figures.add(at_most("chip.ratio_to_replay", real.ratio, 1.01));
  figures.add(at_most("chip.ratio_to_replay_instant", instant.ratio, 1.25));
  figures.add({"chip.station_ms", real.station_ms, "ms", {}});
  figures.add({"chip.replay_ms", real.replay_ms, "ms", {}});
  figures.add({"chip.station_instant_ms", instant.station_ms, "ms", {}});
  figures.add({"chip.replay_instant_ms", instant.replay_ms, "ms", {}});
  figures.add({"chip.own_ms", real.own_ms, "ms", {}});
  figures.add({"chip.own_instant_ms", instant.own_ms, "ms", {}});
}

// The files go over the wire three times: written, read back, inspected (DG3 is read back only).
std::size_t moved_bytes(const ChipContentSet& content) {
  return 3 * content.payload_bytes() - content.groups().at(lds::FileId::dg3).size();
}

Status measure(const Plan& plan, Figures& figures, const std::filesystem::path& folder) {
  TRY(auto content, ChipContentSet::make(folder));
  ReplayResult real;
  ReplayResult instant;
  Throughput one;
  Throughput eight;
  {
    TRY(auto room,
        CardRoom::open(
            {.readers = 1, .cards = 1, .time = "instant", .transport_master = content->transport_master()}));
    TRY(instant, ReplayBench(*content, *room).run(plan.instant_pairs));
  }
  {
    TRY(auto room, CardRoom::open({.readers = kReaders,
                                   .cards = kReaders * plan.cards_a_reader,
                                   .transport_master = content->transport_master()}));
    TRY(real, ReplayBench(*content, *room).run(plan.pairs));
    TRY(one, measure_throughput(*content, *room, 1, plan.cards_a_reader));
    TRY(eight, measure_throughput(*content, *room, kReaders, plan.cards_a_reader));
  }
  TRY(auto sod, measure_sod_rates(*content, plan.sod_rounds, plan.sod_slice_s));

  add_replay(figures, real, instant);
  const double payload = static_cast<double>(moved_bytes(*content));
  figures.add({"chip.scaling_8_readers", eight.cards_per_s / (kReaders * one.cards_per_s), "ratio",
               Goal{Goal::Kind::at_least, 0.98}});
  figures.add({"chip.cards_per_hour_8_readers", eight.cards_per_s * 3600, "1/h", {}});
  figures.add(
      {"chip.bytes_overhead", static_cast<double>(real.exchange.wire_bytes()) / payload, "ratio", {}});
  figures.add({"chip.wire_bytes", static_cast<double>(real.exchange.wire_bytes()), "bytes", {}});
  figures.add({"chip.payload_bytes", static_cast<double>(content->payload_bytes()), "bytes", {}});
  figures.add({"chip.apdus", static_cast<double>(real.exchange.commands()), "count", {}});
  figures.add({"chip.cpu_ms_per_card", eight.cpu_ms_per_card, "ms", {}});
  figures.add({"chip.sod_per_s_soft", sod.soft_per_s, "1/s", {}});
  figures.add({"chip.sod_per_s_token", sod.token_per_s, "1/s", {}});
  figures.add({"chip.sod_ratio_to_sign", sod.soft_per_s / sod.sign_per_s, "ratio", {}});
  figures.add({"chip.sign_per_s", sod.sign_per_s, "1/s", {}});
  return ok();
}

Status run(bool quick, Figures& figures) {
  const TemporaryFolder folder("/tmp/imprimatur-bench-" + std::to_string(::getpid()) + "-keys");
  return measure(quick ? kQuick : Plan{}, figures, folder.path());
}

}  // namespace
}  // namespace imprimatur::bench

int main(int count, char** words) {
  return imprimatur::bench::run_bench("chip", count, words, imprimatur::bench::run);
}
