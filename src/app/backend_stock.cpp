// What people do with blanks and shifts.
#include "app/backend.hpp"
#include "ledger/serial_ranges.hpp"

namespace imprimatur::app {
namespace {

constexpr std::size_t kStockBytesMax = 4U << 20;

ledger::Actor journalled(const api::Actor& actor) {
  return {actor.person, actor.role};
}

Result<ledger::StockPlace> place_in(const json::object& request, std::string_view name) {
  TRY(auto text, member_text(request, name));
  const auto place = ledger::stock_place_named(text);
  if (!place) return fail("stock.place", "there is no such place", "/" + std::string(name));
  return *place;
}

json::value shift_json(const ledger::Shift& shift) {
  json::object object{{"number", shift.number}, {"opened", format_rfc3339(shift.opened)}};
  if (shift.closed) object["closed"] = format_rfc3339(*shift.closed);
  return json::value(std::move(object));
}

}  // namespace

Result<json::value> StationBackend::receive_stock(std::string_view csv, const std::string& to,
                                                  const api::Actor& actor) {
  const auto place = ledger::stock_place_named(to);
  if (!place) return fail("stock.place", "there is no such place", "/to");
  return in_turn<json::value>([this, text = std::string(csv), place, actor]() -> Result<json::value> {
    TRY(auto count, parts_.ledger.receive_blanks(text, journalled(actor), *place));
    parts_.station.feed();
    return json::value(json::object{{"received", count}});
  });
}

Result<json::value> StationBackend::act_on_stock(StockAction action, std::string_view text,
                                                 const api::Actor& actor) {
  json::object request;
  if (action == StockAction::move || action == StockAction::count) {
    TRY(request, parse_json_object(text, {.size_max = kStockBytesMax, .depth_max = 3}));
  }
  return in_turn<json::value>(
      [this, action, request = std::move(request), who = journalled(actor)]() -> Result<json::value> {
        switch (action) {
          case StockAction::move:
            return move_stock(request, who);
          case StockAction::count:
            return count_stock(request, who);
          case StockAction::open_shift: {
            TRY(auto shift, parts_.ledger.open_shift(parts_.time_zone, who));
            return shift_json(shift);
          }
          case StockAction::close_shift: {
            TRY(auto shift, parts_.ledger.close_shift(parts_.time_zone, who));
            return shift_json(shift);
          }
        }
        return fail("api.method", "no such action on stock");
      });
}

Result<json::value> StationBackend::move_stock(const json::object& request, const ledger::Actor& actor) {
  TRY(const auto* ranges, member_array(request, "serials"));
  TRY(auto serials, ledger::serials_of(*ranges));
  TRY(auto to, place_in(request, "to"));
  TRY(auto reason, member_text_or(request, "reason", ""));
  TRY_STATUS(parts_.ledger.move_blanks(serials, to, reason, actor));
  parts_.station.feed();
  return json::value(json::object{{"moved", serials.size()}});
}

Result<json::value> StationBackend::count_stock(const json::object& request, const ledger::Actor& actor) {
  ledger::BlankCount count;
  TRY(count.blank_class, member_text(request, "class"));
  TRY(count.place, place_in(request, "place"));
  if (request.contains("serials")) {
    TRY(const auto* ranges, member_array(request, "serials"));
    TRY(count.serials, ledger::serials_of(*ranges));
  } else {
    TRY(count.number, member_int(request, "number"));
  }
  TRY(auto outcome, parts_.ledger.count_blanks(count, actor));
  return json::value(json::object{{"counted", outcome.counted},
                                  {"expected", outcome.expected},
                                  {"missing", ledger::texts_of(ledger::ranges_of(outcome.missing))},
                                  {"surplus", ledger::texts_of(ledger::ranges_of(outcome.surplus))}});
}

}  // namespace imprimatur::app
