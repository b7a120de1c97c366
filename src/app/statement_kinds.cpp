#include "app/statement_kinds.hpp"

#include <array>

#include "base/guard.hpp"
#include "job/object_reader.hpp"
#include "job/text_rules.hpp"
#include "ledger/serial_ranges.hpp"

namespace imprimatur::app {
namespace {

using ledger::Ledger;

constexpr const char* kSyntax = "statement.syntax";
constexpr std::size_t kRangesMax = 40;    // a statement has at most 2,048 bytes
constexpr std::size_t kBlanksShown = 20;  // the others are in the ranges

std::string text_in(const json::object& payload, std::string_view name) {
  auto text = member_text_or(payload, name, "");
  return text ? std::move(text).value() : std::string();
}

Result<std::vector<std::string>> serials_in(const json::object& payload) {
  TRY(const auto* ranges, member_array(payload, "serials"));
  return ledger::serials_of(*ranges);
}

Error unknown_kind(const std::string& kind) {
  return fail("statement.unknown_kind", "the station does nothing by a statement of this kind", "/statement",
              "Known: resolve, destroy, write_off, recall. Not: " + kind.substr(0, 32));
}

std::optional<ledger::Resolution> resolution_named(std::string_view text) {
  if (text == "good") return ledger::Resolution::good;
  if (text == "spoiled") return ledger::Resolution::spoiled;
  if (text == "missing") return ledger::Resolution::missing;
  return std::nullopt;
}

// An attempt by its id, or the one that a blank in doubt is of.
Result<ledger::AttemptRecord> doubted(const std::string& about, Ledger& ledger) {
  if (about.find('/') != std::string::npos) return ledger.attempt(about);
  TRY(auto open, ledger.open_attempts());
  for (const auto& attempt : open) {
    if (attempt.blank == about || attempt.job == about) return attempt;
  }
  return fail("ledger.no_attempt", "no open attempt has this id, job or blank", about);
}

Result<KindMembers> read_resolve(const json::object& request, Ledger& ledger) {
  TRY(auto attempt, doubted(text_in(request, "about"), ledger));
  if (attempt.state != job::AttemptState::in_doubt) {
    return fail("ledger.state", "the card is not in doubt", attempt.id);
  }
  KindMembers read;
  read.about = attempt.id;
  const std::string outcome = text_in(request, "outcome");
  if (!resolution_named(outcome)) {
    return fail(kSyntax, "expected good, spoiled or missing", "/outcome");
  }
  read.members["outcome"] = outcome;
  read.members["blank"] = attempt.blank;
  if (outcome != "spoiled") return read;
  const std::string scanned = text_in(request, "scanned");
  if (guarded("desk.propose.scanned") && scanned != attempt.blank) {
    return fail("resolve.not_scanned", "the scanned serial is not that of the card in doubt", "/scanned",
                "Scan the card in hand: its serial must be " + attempt.blank + ".");
  }
  read.members["scanned"] = scanned;
  return read;
}

Result<KindMembers> read_serials(const json::object& request) {
  TRY(auto serials, serials_in(request));
  const auto ranges = ledger::ranges_of(serials);
  if (serials.empty() || ranges.size() > kRangesMax) {
    return fail(kSyntax, "expected 1 to 40 ranges of serials", "/serials",
                "Divide it among several statements.");
  }
  KindMembers read;
  read.about = ranges.front().text;
  read.members["serials"] = ledger::texts_of(ranges);
  return read;
}

Result<KindMembers> read_write_off(const json::object& request) {
  TRY(auto read, read_serials(request));
  const std::string place = text_in(request, "place");
  if (!ledger::stock_place_named(place)) return fail(kSyntax, "expected a place of stock", "/place");
  read.members["place"] = place;
  read.members["class"] = text_in(request, "class");
  read.about = text_in(request, "class");
  if (read.about.empty()) return fail(kSyntax, "expected a class of blanks", "/class");
  return read;
}

Result<KindMembers> read_recall(const json::object& request, Ledger& ledger) {
  TRY(auto job, ledger.job(text_in(request, "about")));
  KindMembers read;
  read.about = job.id;
  const auto lost = request.if_contains("lost");
  read.members["lost"] = lost != nullptr && lost->is_bool() && lost->get_bool();
  read.members["blank"] = job.blank;
  return read;
}

// Without the entries' numbers: reading the chip to decide adds one.
json::object attempt_evidence(const ledger::AttemptRecord& attempt) {
  return {{"attempt", attempt.id},
          {"blank", attempt.blank},
          {"evidence", attempt.evidence},
          {"question", attempt.question},
          {"state", std::string(job::text_of(attempt.state))}};
}

Result<json::object> serials_evidence(const json::object& payload, Ledger& ledger) {
  TRY(auto serials, serials_in(payload));
  json::object places;
  json::array blanks;
  for (const std::string& serial : serials) {
    TRY(auto blank, ledger.blank(serial));
    auto& count = places[blank.blank_class + " " + std::string(ledger::text_of(blank.place))];
    count = (count.is_int64() ? count.get_int64() : 0) + 1;
    if (blanks.size() < kBlanksShown) {
      blanks.push_back(
          json::object{{"place", std::string(ledger::text_of(blank.place))}, {"serial", serial}});
    }
  }
  return json::object{{"blanks", std::move(blanks)}, {"places", std::move(places)}};
}

}  // namespace

Result<KindMembers> read_kind(const std::string& kind, const json::object& request, Ledger& ledger) {
  if (kind == "resolve") return read_resolve(request, ledger);
  if (kind == "destroy") return read_serials(request);
  if (kind == "write_off") return read_write_off(request);
  if (kind == "recall") return read_recall(request, ledger);
  return unknown_kind(kind);
}

Result<json::object> kind_evidence(const std::string& kind, const json::object& payload, Ledger& ledger) {
  if (kind == "resolve") {
    TRY(auto attempt, ledger.attempt(text_in(payload, "about")));
    return attempt_evidence(attempt);
  }
  if (kind == "destroy" || kind == "write_off") return serials_evidence(payload, ledger);
  if (kind == "recall") {
    TRY(auto job, ledger.job(text_in(payload, "about")));
    return json::object{{"blank", job.blank},
                        {"job", job.id},
                        {"product", job.product},
                        {"state", std::string(job::text_of(job.state))},
                        {"unit", job.unit}};
  }
  return unknown_kind(kind);
}

Result<std::string> kind_job(const std::string& kind, const json::object& payload, Ledger& ledger) {
  if (kind == "recall") return text_in(payload, "about");
  if (kind != "resolve") return std::string();
  TRY(auto attempt, ledger.attempt(text_in(payload, "about")));
  return attempt.job;
}

Result<ledger::Decision> kind_decision(const std::string& kind, const json::object& payload,
                                       const json::object& verification, int remakes_max, Ledger& ledger) {
  if (kind == "resolve") {
    const auto resolution = resolution_named(text_in(payload, "outcome"));
    if (!resolution) return fail(kSyntax, "expected good, spoiled or missing", "/outcome");
    // Also of statements that were not made at this desk, whatever they say of the blank.
    if (*resolution == ledger::Resolution::spoiled) {
      TRY(auto attempt, ledger.attempt(text_in(payload, "about")));
      if (guarded("desk.enact.scanned") && text_in(payload, "scanned") != attempt.blank) {
        return fail("resolve.not_scanned", "the statement does not say the scanned serial of the card",
                    "/scanned");
      }
    }
    return ledger::Decision(
        ledger::ResolveCard{text_in(payload, "about"), *resolution, remakes_max, verification});
  }
  if (kind == "destroy") {
    TRY(auto serials, serials_in(payload));
    return ledger::Decision(ledger::DestroyBlanks{std::move(serials)});
  }
  if (kind == "write_off") {
    TRY(auto serials, serials_in(payload));
    const auto place = ledger::stock_place_named(text_in(payload, "place"));
    if (!place) return fail(kSyntax, "expected a place of stock", "/place");
    return ledger::Decision(ledger::WriteOff{text_in(payload, "class"), *place, std::move(serials)});
  }
  if (kind == "recall") {
    const auto lost = payload.if_contains("lost");
    return ledger::Decision(ledger::RecallCard{text_in(payload, "about"),
                                               lost != nullptr && lost->is_bool() && lost->get_bool()});
  }
  return unknown_kind(kind);
}

std::string kind_to_verify(const std::string& kind, const json::object& payload) {
  return kind == "resolve" && text_in(payload, "outcome") == "good" ? text_in(payload, "about")
                                                                    : std::string();
}

}  // namespace imprimatur::app
