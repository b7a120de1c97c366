// Request targets: whatever is taken has a path, and finds its row or a refusal without the station being
// asked.
#include "api/routes.hpp"
#include "base/bytes.hpp"
#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace imprimatur;
  api::HttpRequest request;
  if (!api::parse_target(text_of(ByteView{data, size}), request)) return 0;
  CHECK(!request.path.empty() && request.path.front() == '/');
  for (const auto& [name, value] : request.query) CHECK(name.size() + value.size() <= size);
  for (const char* method : {"GET", "POST"}) {
    request.method = method;
    request.caller = {};
    const auto stranger = api::Routes::permit(request);
    CHECK(stranger.has_value() == (request.path == "/healthz" && request.method == "GET"));
    request.caller = {"person-1", api::RoleSet::all()};
    const auto actor = api::Routes::actor(request);
    CHECK(actor.has_value() || actor.error().code == "api.not_found" || actor.error().code == "api.method");
  }
  return 0;
}
