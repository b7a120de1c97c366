// The blanks of one bench: serials, classes and places, kept in `stock.log` (FORMAT.md section 2), and the
// card files. Moves nothing by itself: the bench does, and records it here. One thread at a time.
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "devices/virtual_card/process/stored_card.hpp"

namespace imprimatur::devices {

struct ClassCount {
  std::string name;
  std::size_t count = 0;
  CardKind kind = {};
};

struct StockPlan {
  std::vector<ClassCount> classes;
  Secret transport_master;  // 16, 24 or 32 bytes
  std::uint64_t seed = 1;   // chip identities
  bool s16 = false;
};

class Stock {
 public:
  struct Entry {
    std::string serial;
    std::string card_class;
    std::string place;
  };

  static bool exists(const std::filesystem::path& folder);
  // Makes the blanks: B000001, B000002 … all in the hopper. Errors file.write, file.make_folder.
  static Result<Stock> make(const std::filesystem::path& folder, const StockPlan& plan);
  // All cards and places as they were. Errors stock.format with the line, file.open.
  static Result<Stock> reopen(const std::filesystem::path& folder);

  const std::vector<Entry>& entries() const { return entries_; }
  const Entry* find(std::string_view serial) const;
  // Who is there; nullptr when the place is free. For places of one card.
  const Entry* at(std::string_view place) const;
  // The first blank of the hopper, of this class unless it is empty.
  const Entry* next_blank(std::string_view card_class) const;

  // Appends the move to the log, then remembers it. Error file.write: nothing moved.
  Status record_move(std::string_view serial, std::string_view place);

  std::filesystem::path card_path(std::string_view serial) const;
  // The CPLC of a card of this stock. Errors of its file.
  Result<Bytes> chip_id(std::string_view serial) const;
  // `serial,class,chip_id` for `stock receive`, all cards; the chip identity is the CPLC in hex.
  Result<std::string> receipt() const;

 private:
  Status write_log();
  Status open_log();
  Status apply_line(std::string_view line);
  void place_at(std::size_t index, std::string_view place);

  std::filesystem::path folder_;
  std::vector<Entry> entries_;
  std::map<std::string, std::size_t, std::less<>> by_serial_;
  std::deque<std::size_t> hopper_;  // indexes of entries, next first
  FileDescriptor log_;
};

}  // namespace imprimatur::devices
