#include "devices/virtual_card/process/stock.hpp"

#include <fcntl.h>

#include <cstdio>
#include <sstream>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "crypto/digest.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::string_view kFirstLine = "imprimatur-stock 1";
constexpr std::string_view kHopper = "hopper";

std::string serial_of(std::size_t number) {
  std::string digits = std::to_string(number);
  return "B" + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
}

// Chip identity: 42 bytes with the layout of GlobalPlatform's CPLC; unique by serial number within a batch
// and by batch within a seed. The fabricator code belongs to nobody.
CardIdentity identity_of(const StockPlan& plan, std::size_t number, const ClassCount& kind) {
  Bytes seed;
  append_be(seed, plan.seed, 8);
  const crypto::Sha256 of_seed = crypto::sha256({bytes_of("batch"), seed});
  Bytes cplc = {0x56, 0x43, 0x00, 0x01, 0x56, 0x43, 0x63, 0x28, 0x01, 0x00, 0x63, 0x28};
  append_be(cplc, number, 4);
  append(cplc, ByteView(of_seed).first(2));
  cplc.resize(kCplcSize - 4, 0);
  append(cplc, ByteView(of_seed).subspan(2, 4));
  Bytes diversification(cplc.begin() + 12, cplc.begin() + 18);
  append(diversification, ByteView(of_seed).subspan(2, 4));
  return {.serial = serial_of(number),
          .card_class = kind.name,
          .cplc = cplc,
          .diversification = diversification,
          .s16 = plan.s16,
          .kind = kind.kind};
}

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream stream{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

}  // namespace

bool Stock::exists(const std::filesystem::path& folder) {
  std::error_code none;
  return std::filesystem::exists(folder / "stock.log", none);
}

std::filesystem::path Stock::card_path(std::string_view serial) const {
  return folder_ / "cards" / (std::string(serial) + ".card");
}

Result<Stock> Stock::make(const std::filesystem::path& folder, const StockPlan& plan) {
  Stock stock;
  stock.folder_ = folder;
  TRY_STATUS(make_folders(folder / "cards"));
  std::size_t number = 0;
  for (const ClassCount& kind : plan.classes) {
    for (std::size_t i = 0; i < kind.count; ++i) {
      const CardIdentity identity = identity_of(plan, ++number, kind);
      const CardKeys keys = diversify_kdf3(plan.transport_master, identity.diversification);
      TRY_STATUS(StoredCard::create(stock.card_path(identity.serial), Memory::make_blank(identity, keys)));
      stock.by_serial_.emplace(identity.serial, stock.entries_.size());
      stock.hopper_.push_back(stock.entries_.size());
      stock.entries_.push_back({identity.serial, kind.name, std::string(kHopper)});
    }
  }
  TRY_STATUS(stock.write_log());
  TRY_STATUS(stock.open_log());
  return stock;
}

Result<Stock> Stock::reopen(const std::filesystem::path& folder) {
  Stock stock;
  stock.folder_ = folder;
  TRY(auto text, read_text_file(folder / "stock.log"));
  const std::size_t first_end = text.find('\n');
  if (first_end == std::string::npos || text.substr(0, first_end) != kFirstLine) {
    return fail("stock.format", "stock.log does not begin as one", "line 1");
  }
  std::size_t line_number = 1;
  for (std::size_t start = first_end + 1; start < text.size();) {
    ++line_number;
    const std::size_t end = text.find('\n', start);
    if (end == std::string::npos) break;  // a line cut by the end of the process: the move did not happen
    if (!stock.apply_line(std::string_view(text).substr(start, end - start))) {
      return fail("stock.format", "stock.log has a line that does not fit",
                  "line " + std::to_string(line_number));
    }
    start = end + 1;
  }
  TRY_STATUS(stock.write_log());
  TRY_STATUS(stock.open_log());
  return stock;
}

Status Stock::apply_line(std::string_view line) {
  const auto words = words_of(line);
  const Error bad = fail("stock.format", "line");
  if (words.size() == 4 && words[0] == "card") {
    if (!by_serial_.emplace(words[1], entries_.size()).second) return bad;
    entries_.push_back({words[1], words[2], words[3]});
    if (words[3] == kHopper) hopper_.push_back(entries_.size() - 1);
    return ok();
  }
  if (words.size() != 3 || words[0] != "move") return bad;
  const auto found = by_serial_.find(words[1]);
  if (found == by_serial_.end()) return bad;
  place_at(found->second, words[2]);
  return ok();
}

// The hopper's cards first, in the order in which they come.
Status Stock::write_log() {
  std::string text = std::string(kFirstLine) + "\n";
  const auto add = [&text](const Entry& entry) {
    text += "card " + entry.serial + " " + entry.card_class + " " + entry.place + "\n";
  };
  for (const std::size_t index : hopper_) add(entries_[index]);
  for (const Entry& entry : entries_) {
    if (entry.place != kHopper) add(entry);
  }
  return write_file(folder_ / "stock.log", bytes_of(text), {.mode = 0600, .durability = Durability::relaxed});
}

Status Stock::open_log() {
  log_ = FileDescriptor(::open((folder_ / "stock.log").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!log_.valid()) return fail("file.open", "stock.log cannot be opened for writing", folder_.string());
  return ok();
}

const Stock::Entry* Stock::find(std::string_view serial) const {
  const auto found = by_serial_.find(serial);
  return found == by_serial_.end() ? nullptr : &entries_[found->second];
}

const Stock::Entry* Stock::at(std::string_view place) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [place](const Entry& entry) { return entry.place == place; });
  return found == entries_.end() ? nullptr : &*found;
}

const Stock::Entry* Stock::next_blank(std::string_view card_class) const {
  for (const std::size_t index : hopper_) {
    if (card_class.empty() || entries_[index].card_class == card_class) return &entries_[index];
  }
  return nullptr;
}

void Stock::place_at(std::size_t index, std::string_view place) {
  std::erase(hopper_, index);
  entries_[index].place = place;
  if (place == kHopper) hopper_.push_back(index);
}

Status Stock::record_move(std::string_view serial, std::string_view place) {
  const auto found = by_serial_.find(serial);
  if (found == by_serial_.end()) return fail("transport.no_card", "there is no card with this serial");
  const std::string line = "move " + std::string(serial) + " " + std::string(place) + "\n";
  if (::write(log_.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    return fail("file.write", "stock.log could not be written");
  }
  place_at(found->second, place);
  return ok();
}

Result<Bytes> Stock::chip_id(std::string_view serial) const {
  TRY(auto content, read_file(card_path(serial)));
  TRY(auto memory, Memory::load(content));
  return memory.identity().cplc;
}

Result<std::string> Stock::receipt() const {
  std::string text = "serial,class,chip_id\n";
  std::vector<const Entry*> sorted;
  for (const auto& [serial, index] : by_serial_) sorted.push_back(&entries_[index]);
  for (const Entry* entry : sorted) {
    TRY(auto cplc, chip_id(entry->serial));
    text += entry->serial + "," + entry->card_class + "," + to_hex(cplc) + "\n";
  }
  return text;
}

}  // namespace imprimatur::devices
