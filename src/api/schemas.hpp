// The published schemas (schemas/*.json): every call, and every message of the status socket. tests/house
// checks that they never break what version 1 promised, tests/api that they name every call with its roles,
// tests/e2e that what the station says is as they say.
#pragma once

#include <string_view>

namespace imprimatur::api {

std::string_view openapi_schema();   // OpenAPI 3.1
std::string_view asyncapi_schema();  // AsyncAPI 3.0

}  // namespace imprimatur::api
