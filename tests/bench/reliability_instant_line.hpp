// A production line that takes no time, inside the process: real virtual cards, a transport, readers and
// printers that answer at once. What a campaign costs the processor is then the station's work and the
// cards' own.
//
// Thread-safe as the ports ask: one lane each.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "chip/card_channel.hpp"
#include "devices/virtual_card/card.hpp"
#include "print/printer.hpp"
#include "station/transport.hpp"

namespace imprimatur::bench {

class InstantLine final : public station::Transport {
 public:
  // `transport_master`: of the blanks' keys, as the token has it.
  InstantLine(std::string blank_class, Secret transport_master)
      : blank_class_(std::move(blank_class)), transport_master_(std::move(transport_master)) {}

  // The next blanks of the hopper, which never ends: a receipt in CSV.
  std::string receipt(int blanks);

  Result<std::string> take(int reader, std::string_view blank_class) override;
  Status move(std::string_view card, station::Place to) override;
  Result<std::vector<station::CardPlace>> list(bool with_hopper) override;

  std::unique_ptr<chip::CardReader> make_reader(int number);
  std::unique_ptr<print::Printer> make_printer(int number, const Clock& clock);

  // Bodies are gone as soon as they lie there.
  std::int64_t in_output() const { return output_; }
  std::int64_t in_reject() const { return reject_; }
  // What the chips themselves have cost the processor.
  double card_cpu_s() const { return static_cast<double>(card_cpu_ns_.load()) * 1e-9; }

 private:
  class Reader;
  class Channel;
  struct Body {
    std::unique_ptr<devices::Card> chip;
    station::Place place;
  };
  devices::CardIdentity identity(std::int64_t number) const;
  std::string serial(std::int64_t number) const;
  devices::Card* chip_at(station::Place place);

  std::string blank_class_;
  Secret transport_master_;
  SystemRandom random_;
  std::mutex mutex_;
  std::map<std::string, Body, std::less<>> bodies_;  // outside hopper, output and reject
  std::int64_t received_ = 0, taken_ = 0;
  std::atomic<std::int64_t> output_ = 0, reject_ = 0;
  std::atomic<std::int64_t> card_cpu_ns_ = 0;
};

// Processor time of the calling thread.
std::int64_t thread_cpu_ns();

}  // namespace imprimatur::bench
