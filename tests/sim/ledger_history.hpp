// A seeded history of a ledger: stock, jobs, cards that become good, spoiled, doubtful and resolved,
// erasures, checkpoints of the log, proposals, shifts. One group a call. The same seed makes the same
// history.
#pragma once

#include <filesystem>
#include <optional>

#include "ledger/ledger.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::sim {

class LedgerHistory {
 public:
  LedgerHistory(std::filesystem::path file, std::uint64_t seed) : file_(std::move(file)), choose_(seed) {}

  Status create();
  Status open();
  void close() { ledger_.reset(); }
  // The next group, committed. Any error: the ledger must not be used any more.
  Status group();
  // One entry of its own, committed: that the ledger can go on.
  Status go_on();

  const std::filesystem::path& file() const { return file_; }
  // Everything that the database holds.
  static Result<std::uint64_t> digest_of(const std::filesystem::path& file);

 private:
  struct Attempt {
    ledger::Ledger::AttemptKey key;
    job::AttemptState state = job::AttemptState::begun;
  };
  Status operations();
  Status receive();
  Status begin_one();
  Status move_on(std::size_t index);
  Status resolve_one();
  Status other();
  Status propose_or_drop();
  Status change_shift();

  std::filesystem::path file_;
  std::mt19937_64 choose_;
  test_support::TestClock clock_;
  SeededRandom random_{5};
  test_support::TestVault vault_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::vector<Attempt> open_;
  std::vector<std::string> doubtful_, done_, proposals_;
  bool shift_open_ = false;
  int jobs_ = 0, blanks_ = 0, begun_ = 0, statements_ = 0, ready_ = 0;
};

}  // namespace imprimatur::sim
