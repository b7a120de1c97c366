// Access to the document: the offers, every protocol that a profile promises, and the refusal before it.
#include <algorithm>

#include "chip/inspector.hpp"
#include "chip/read_files.hpp"

namespace imprimatur::chip {

ProtocolVerdict& Inspector::verdict_of(AccessProtocol protocol) {
  return protocol == AccessProtocol::bac ? report_.protocols.bac : report_.protocols.pace;
}

// The preferred one last: it stays open.
std::vector<AccessProtocol> Inspector::protocols_to_prove() const {
  std::vector<AccessProtocol> order;
  if (profile_ != nullptr) {
    order = profile_->access;
  } else {
    order.push_back(session_.pace_offers().empty() ? AccessProtocol::bac : AccessProtocol::pace);
  }
  std::erase_if(order, [this](AccessProtocol protocol) { return !session_.has_key(protocol); });
  std::reverse(order.begin(), order.end());
  return order;
}

Status Inspector::enter(Thoroughness thoroughness) {
  TRY_STATUS(session_.look_around());
  if (!session_.card_access().empty()) report_.files[lds::FileId::card_access] = session_.card_access();
  if (!session_.pace_offers().empty()) {
    report_.protocols.pace = ProtocolVerdict::not_tried;
    report_.protocols.pace_info = session_.pace_offers()[0];
  }
  const bool all = thoroughness == Thoroughness::every_access_and_refusal;
  if (all) {
    TRY(auto selected, session_.select_application());
    if (!selected) {
      add("inspect.access", "the chip has no document application");
      return ok();
    }
    TRY_STATUS(ask_for_refusal_without_access());
  }
  const auto order = protocols_to_prove();
  if (order.empty()) {
    add("inspect.access",
        "the document does not open with what was given: without the printed zone only PACE would");
    return ok();
  }
  if (all) {
    TRY_STATUS(prove_number());
  }
  const std::size_t first = all ? 0 : order.size() - 1;
  for (std::size_t i = first; i < order.size(); ++i) {
    TRY_STATUS(prove_access(order[i], i + 1 == order.size()));
  }
  // So that a card whose preferred access fails can still be read.
  for (std::size_t i = first; i + 1 < order.size() && !session_.is_open(); ++i) {
    if (verdict_of(order[i]) == ProtocolVerdict::passed) {
      TRY_STATUS(judge(session_.open(order[i])));
    }
  }
  if (session_.has_number_only()) report_.protocols.pace_can = report_.protocols.pace;
  return ok();
}

// The number that was given beside the zone. The protocols that come after it end its session.
Status Inspector::prove_number() {
  if (!session_.has_number_also() || session_.pace_offers().empty()) return ok();
  auto opened = session_.open_with_number();
  report_.protocols.pace_can = opened ? ProtocolVerdict::passed : ProtocolVerdict::failed;
  if (opened) return ok();
  session_.close();
  if (!opened.error().code.starts_with("chip.")) return opened;
  add("inspect.access", "with the card access number: " + opened.error().message);
  return ok();
}

Status Inspector::prove_access(AccessProtocol protocol, bool primary) {
  const bool missing = protocol == AccessProtocol::pace && session_.pace_offers().empty();
  auto opened = session_.open(protocol);
  if (opened) {
    verdict_of(protocol) = ProtocolVerdict::passed;
    return ok();
  }
  session_.close();
  if (!opened.error().code.starts_with("chip.")) return opened;
  if (!missing) verdict_of(protocol) = ProtocolVerdict::failed;
  add(primary && !missing ? "inspect.access" : "inspect.access_missing", opened.error().message);
  return ok();
}

Status Inspector::ask_for_refusal_without_access() {
  const auto short_id = static_cast<std::uint8_t>(lds::fid(lds::FileId::dg1) & 0x1F);
  TRY(auto read, session_.send_plain(read_binary_short_id(short_id, 8)));
  if (succeeded(read.sw)) add("inspect.owes_refusal", "DG1 can be read without access", "DG1");
  return ok();
}

}  // namespace imprimatur::chip
