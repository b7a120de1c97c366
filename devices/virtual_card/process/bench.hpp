// The bench: a stock of blanks, reader slots, and the hand that moves cards between places. Executes the
// lines of the control socket (FORMAT.md section 4). One thread at a time; the slots have their own threads.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "devices/virtual_card/process/reader_slot.hpp"
#include "devices/virtual_card/process/stock.hpp"

namespace imprimatur::devices {

struct BenchSettings {
  std::filesystem::path socket_folder;
  int readers = 4;   // 1 to 16, the most that pcscd knows
  int printers = 2;  // 0 to 16
  StoredCard::Settings cards;
  std::uint64_t seed = 0;            // of challenges and faults; 0: challenges from the system
  unsigned faults_per_thousand = 0;  // blanks that have a fault by chance
};

class Bench {
 public:
  // Opens the reader sockets and puts the cards that were in readers back there. Errors of
  // ReaderSlot::start and StoredCard::open.
  static Result<std::unique_ptr<Bench>> start(Stock stock, BenchSettings settings);
  Bench(Stock stock, BenchSettings settings) : stock_(std::move(stock)), settings_(std::move(settings)) {}

  // One request line without its newline; the answer with all its newlines. Never fails: errors are answers.
  std::string execute(std::string_view line);

  const Stock& stock() const { return stock_; }

 private:
  Result<std::string> list() const;
  Result<std::string> take(const std::vector<std::string>& words);
  Result<std::string> move(const std::vector<std::string>& words);
  Result<std::string> fault(const std::vector<std::string>& words);
  Result<std::string> jam(const std::vector<std::string>& words);
  Status jam_on_the_way(const std::string& serial, const std::string& to);
  Result<Fault> read_fault(const std::vector<std::string>& words) const;
  Status move_card(const std::string& serial, const std::string& to);
  Status check_place(std::string_view place) const;
  Result<std::unique_ptr<StoredCard>> open_card(const std::string& serial, int reader);
  ReaderSlot* slot_of(std::string_view place);

  Stock stock_;
  BenchSettings settings_;
  std::vector<std::unique_ptr<Random>> randoms_;  // one a slot, before the slots that use them
  std::map<std::string, Fault, std::less<>> faults_;
  // How the next move of a card ends in a jam. A hidden one is seen by no sensor until it is set free.
  enum class Jam { stays, arrives, hidden };
  std::map<std::string, Jam, std::less<>> jams_;
  std::set<std::string, std::less<>> hidden_;
  std::vector<std::unique_ptr<ReaderSlot>> slots_;
};

}  // namespace imprimatur::devices
