// What `imprimatur card read` says of a document: for people and for machines. Nothing personal: no names,
// numbers or dates of a holder. Pure functions.
#pragma once

#include <string>

#include "base/json.hpp"
#include "chip/inspect.hpp"

namespace imprimatur::app {

std::string verdict_text(const chip::InspectionReport& report);
json::object verdict_json(const chip::InspectionReport& report);

}  // namespace imprimatur::app
