// Ledgers with millions of finished jobs: their rows themselves, since making each card would take days.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace imprimatur::bench {

// So many jobs that ended with a good card long ago, with their blanks, attempts and, if asked for, seven
// journal entries each, into a ledger that is not open. Ids are spread over their whole space.
Status fill_ledger(const std::filesystem::path& file, int jobs, bool with_journal);

// An id as random as one that clients make, the same for the same number.
std::string scattered_uuid(int number);

}  // namespace imprimatur::bench
