// The newest entries of the journal, read once for all subscribers. Network thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "api/event_filter.hpp"

namespace imprimatur::api {

struct TailEntry {
  std::int64_t sequence = 0;
  std::shared_ptr<const std::string> bytes;  // the stored bytes
  EventFacts facts;                          // of the tail's entries always, of older ones when asked for
};

class JournalTail {
 public:
  // Sequence of the newest entry that is here or was; -1: none.
  std::int64_t newest() const { return newest_; }
  // Everything up to `sequence` is older than what the tail will have.
  void begin_after(std::int64_t sequence) { newest_ = sequence; }
  void add(TailEntry entry);
  // Whether all entries above `after` are here.
  bool covers(std::int64_t after) const;
  // At most `limit` entries above `after`, in order; needs covers(after).
  std::vector<TailEntry> page(std::int64_t after, std::size_t limit) const;

 private:
  std::deque<TailEntry> entries_;
  std::size_t bytes_ = 0;
  std::int64_t newest_ = -1;
};

}  // namespace imprimatur::api
