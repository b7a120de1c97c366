#include "api/journal_tail.hpp"

#include <algorithm>

namespace imprimatur::api {
namespace {

constexpr std::size_t kEntriesMax = 4096;
constexpr std::size_t kBytesMax = 4U << 20;

}  // namespace

void JournalTail::add(TailEntry entry) {
  newest_ = entry.sequence;
  bytes_ += entry.bytes->size();
  entries_.push_back(std::move(entry));
  while (entries_.size() > kEntriesMax || bytes_ > kBytesMax) {
    bytes_ -= entries_.front().bytes->size();
    entries_.pop_front();
  }
}

bool JournalTail::covers(std::int64_t after) const {
  const std::int64_t oldest = entries_.empty() ? newest_ + 1 : entries_.front().sequence;
  return after + 1 >= oldest;
}

std::vector<TailEntry> JournalTail::page(std::int64_t after, std::size_t limit) const {
  if (after >= newest_ || entries_.empty()) return {};
  const auto first = entries_.begin() + (after + 1 - entries_.front().sequence);
  const auto count = std::min(static_cast<std::ptrdiff_t>(limit), entries_.end() - first);
  return {first, first + count};
}

}  // namespace imprimatur::api
