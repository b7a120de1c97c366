// After a restore: the old audit log goes aside, a new one begins (design section 6).
#pragma once

#include "app/config.hpp"
#include "ledger/ledger.hpp"

namespace imprimatur::app {

// The ledger of `config.work` begins a new log under config.log_origin; the newest checkpoint of the old one,
// as it lies in the audit log, beside it or in the ledger, is quoted. Then `log` and `last-checkpoint` are
// moved to `log-EPOCH` and `last-checkpoint-EPOCH`. May be called again when it was cut off. Errors ledger.*,
// note.*, audit.files.
Status begin_new_epoch(const Config& config, ledger::Ledger::Ports ports);

}  // namespace imprimatur::app
