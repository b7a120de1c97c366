// The recorded IPP messages of tests/data/ipp-examples.json: requests and answers exchanged with CUPS'
// ippeveprinter, and answers made by hand. Answers were recorded decoded; `encode` writes them again as RFC
// 8010 section 3.1 says, without libcups, so that the bytes do not come from the code under test.
#pragma once

#include "base/bytes.hpp"
#include "base/json.hpp"

namespace imprimatur::tests {

json::object recorded_ipp();

// The entry of a list with that title; a missing one stops the test program.
const json::object& entry_of(const json::object& examples, const char* list, const char* title);

// Bytes of an answer recorded as {version, status, request_id, groups}.
Bytes encode(const json::object& message);

}  // namespace imprimatur::tests
