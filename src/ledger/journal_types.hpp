// The types of entries that a journal may have, without "org.imprimatur." and ".v1": the one list of them.
// src/api/schemas/asyncapi.json has a schema for the data of each; a test compares the two. Pure.
#pragma once

#include <span>
#include <string_view>

namespace imprimatur::ledger {

std::span<const std::string_view> journal_types();
bool is_journal_type(std::string_view type);

}  // namespace imprimatur::ledger
