// Decisions of several people, as the API hands them over (statement_desk.hpp).
#include "app/backend.hpp"

namespace imprimatur::app {
namespace {

constexpr std::size_t kStatementBytesMax = 16384;
// Beside reading the chip: asking the transport, waiting for the turn.
constexpr std::chrono::seconds kVerifyPatience{30};

ledger::Actor journalled(const api::Actor& actor) {
  return {actor.person, actor.role};
}

}  // namespace

Result<json::value> StationBackend::statement(std::string_view text, const api::Actor& actor) {
  TRY(auto request, parse_json_object(text, {.size_max = kStatementBytesMax, .depth_max = 6}));
  const ledger::Actor who = journalled(actor);
  if (!request.contains("signatures")) {
    return in_turn<json::value>([this, request, who]() -> Result<json::value> {
      TRY(auto shown, desk_.propose(request, who));
      return json::value(std::move(shown));
    });
  }
  TRY(auto collected,
      in_turn<StatementDesk::Collected>([this, request, who] { return desk_.collect(request, who); }));
  if (!collected.complete) return json::value(std::move(collected.answer));
  json::object evidence;
  if (collected.to_verify) {
    TRY(evidence, verify_chip(*collected.to_verify));
  }
  TRY(auto id, member_text(collected.answer, "id"));
  return in_turn<json::value>([this, id, evidence, who]() -> Result<json::value> {
    TRY(auto effect, desk_.enact(id, evidence, who));
    parts_.station.feed();
    return json::value(std::move(effect));
  });
}

// Asks the station in a turn and waits for the reader's answer, which comes in a later one.
Result<json::object> StationBackend::verify_chip(const std::string& attempt) {
  const auto promise = std::make_shared<std::promise<Result<json::object>>>();
  auto answer = promise->get_future();
  TRY_STATUS(in_turn<bool>([this, attempt, promise]() -> Result<bool> {
    parts_.station.verify_doubted(
        attempt, [promise](Result<json::object> evidence) { promise->set_value(std::move(evidence)); });
    return true;
  }));
  if (answer.wait_for(parts_.chip_limit + kVerifyPatience) != std::future_status::ready) {
    return unknown("resolve.not_read", "the reader gave no answer in its time",
                   "Look at the reader; then send the signature again.");
  }
  try {
    return answer.get();
  } catch (const std::future_error&) {
    return halted();
  }
}

Result<json::value> StationBackend::statements() {
  return in_turn<json::value>([this]() -> Result<json::value> {
    TRY(auto waiting, desk_.waiting());
    return json::value(json::object{{"statements", std::move(waiting)}});
  });
}

}  // namespace imprimatur::app
