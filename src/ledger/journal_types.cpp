#include "ledger/journal_types.hpp"

#include <algorithm>

namespace imprimatur::ledger {
namespace {

constexpr std::string_view kTypes[] = {
    "epoch.begun",       "boot.started",  "boot.stopped",    "manifest.loaded",  "statement.accepted",
    "statement.refused", "job.received",  "job.refused",     "job.held",         "job.released",
    "job.cancelled",     "job.issued",    "job.failed",      "attempt.begun",    "attempt.intent",
    "attempt.step",      "attempt.good",  "attempt.spoiled", "attempt.in_doubt", "attempt.missing",
    "card.delivered",    "card.recalled", "card.destroyed",  "card.missing",     "stock.received",
    "stock.moved",       "stock.counted", "stock.destroyed", "stock.adjusted",   "shift.opened",
    "shift.closed",      "device.up",     "device.down",     "device.fault",     "device.cleared",
    "key.changed",       "data.erased",   "clock.stepped",
};

}  // namespace

std::span<const std::string_view> journal_types() {
  return kTypes;
}

bool is_journal_type(std::string_view type) {
  return std::ranges::find(kTypes, type) != std::end(kTypes);
}

}  // namespace imprimatur::ledger
