// Control messages of the status socket: what is taken is within its limits and comes back as it is written.
#include "api/event_messages.hpp"
#include "base/bytes.hpp"
#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace imprimatur;
  const auto text = text_of(ByteView{data, size});
  if (const auto subscribe = api::parse_subscribe(text)) {
    CHECK(subscribe.value().after >= -1);
    CHECK(subscribe.value().credit >= 1 && subscribe.value().credit <= api::kCreditMax);
    CHECK(api::check_filter(subscribe.value().filter).has_value());
    const auto again = api::parse_subscribe(api::subscribe_message(subscribe.value()));
    CHECK(again.has_value() && again.value().after == subscribe.value().after);
    CHECK(again.value().filter.types == subscribe.value().filter.types);
  }
  if (const auto acknowledge = api::parse_acknowledge(text)) {
    CHECK(acknowledge.value().after >= -1 && acknowledge.value().credit >= 1);
  }
  static_cast<void>(api::facts_in(text));
  return 0;
}
