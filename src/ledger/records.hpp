// The rows of the ledger as values. Plain data; no personal data but in `PersonalData`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "job/check.hpp"
#include "job/document.hpp"
#include "job/states.hpp"

namespace imprimatur::ledger {

using Sequence = std::uint64_t;

// Who does something: a pseudonym and a role, or the station itself.
struct Actor {
  std::string name = "station";
  std::string role;  // empty for the station
};

// Where blanks are (design section 2, promise 3). Every blank is in exactly one place.
enum class StockPlace {
  vault,
  line,
  machine,
  in_doubt,
  quarantine,
  spoiled,
  destroyed,
  sample,
  returned,
  missing,
  good_on_hand,
  delivered,
};
std::string_view text_of(StockPlace place);
std::optional<StockPlace> stock_place_named(std::string_view text);

struct BlankRecord {
  std::string serial;
  std::string blank_class;
  std::string chip_id;  // hex of the CPLC, upper case
  StockPlace place = StockPlace::vault;
};

// A job that passed the signatures and the schema; findings that block make it `refused`.
struct NewJob {
  job::JobDocument document;
  std::string envelope_digest;  // base64url
  std::string document_text;    // exact text that was approved
  Bytes salt;
  job::Images images;
  json::object approval;  // JWS whole
  std::string approval_id;
  std::string approval_digest;  // of its payload
  std::vector<job::Finding> findings;
  Actor submitter;
};

// A statement whose signatures were verified (job::verify_statement).
struct SignedStatement {
  std::string id;
  std::string digest;  // of its payload, base64url
  json::object jws;    // whole
};
struct AcceptedStatement {
  Sequence sequence = 0;  // of its statement.accepted
  bool already = false;   // accepted before, with the same content
};

// How a card in doubt ends (design section 4).
enum class Resolution { good, spoiled, missing };

// A statement on its way: what has to be signed, and who has signed. Held back by nobody but the people.
struct Proposal {
  std::string id;
  std::string payload;  // exact text that is signed
  json::array signatures;
  WallTime not_after;
  std::string actor;  // who proposed it
};
inline constexpr std::size_t kProposalsMax = 200;

// What a statement does.
struct ResolveCard {
  std::string attempt;
  Resolution resolution = Resolution::missing;
  int remakes_max = 0;
  json::object evidence;  // of the verification, when it is good
};
struct DestroyBlanks {
  std::vector<std::string> serials;
};
struct WriteOff {
  std::string blank_class;
  StockPlace place = StockPlace::line;
  std::vector<std::string> serials;
};
struct RecallCard {
  std::string job;
  bool lost = false;  // nobody has it any more
};
using Decision = std::variant<ResolveCard, DestroyBlanks, WriteOff, RecallCard>;

// What people found in one place.
struct BlankCount {
  std::string blank_class;
  StockPlace place = StockPlace::line;
  std::optional<std::vector<std::string>> serials;  // scanned; or only:
  std::int64_t number = 0;
};
struct CountOutcome {
  std::int64_t expected = 0;
  std::int64_t counted = 0;
  std::vector<std::string> missing;  // on the books in this place, and not found
  std::vector<std::string> surplus;  // found, and on the books elsewhere or nowhere
};

struct Shift {
  std::int64_t number = 0;
  WallTime opened;
  std::optional<WallTime> closed;
};

// A shift and the entries that opened and closed it.
struct ShiftSpan {
  Shift shift;
  std::string zone;  // name in the tz database
  Sequence opened = 0;
  std::optional<Sequence> closed;
};

// Until when what is kept: personal data of issued cards, and of everything else that ended or got stuck.
struct Retention {
  WallTime issued_before;
  WallTime others_before;
};

// The last that was signed of the log that ends; and what its entries tell that this ledger does not know.
struct PastLog {
  std::string origin;
  Sequence size = 0;
  std::string root;  // base64
  std::string reason = "restored";
  std::set<std::string> jobs_begun;                // of which a card was begun
  std::set<std::string> blanks_begun;              // serials
  std::map<std::string, std::int64_t> signatures;  // by document signer: its count
};

struct Received {
  bool already = false;
  job::JobState state = job::JobState::ready;
  std::vector<job::Finding> findings;
};

struct JobRecord {
  std::int64_t row = 0;  // cursor: grows in the order of reception
  std::string id;
  job::JobState state = job::JobState::ready;
  std::string product, campaign, unit, batch;
  job::JobKind kind = job::JobKind::first;
  int priority = 0;
  WallTime not_after;
  std::string holderref;  // random pseudonym
  std::string replaces;
  std::string envelope_digest;
  std::int64_t fence = 0;  // of the newest claim
  int attempts = 0;
  std::string blank;      // of the newest attempt; empty before the first
  Sequence received = 0;  // journal entry of its reception
  Sequence approval = 0;  // of its approval
  json::array findings;   // code and field
  std::string epoch;      // of `received` and `approval`, when it is an earlier one
};

// The right to begin one card, until the lease runs out or begin_blank makes it final.
struct JobClaim {
  std::string job;
  std::string product;
  std::int64_t fence = 0;
  int attempts_before = 0;
};

// Binds an attempt to the printer's job.
struct PrintBinding {
  std::int32_t job_id = 0;
  std::string job_uuid;
  std::string printer;
};

// One blank within one job.
struct AttemptRecord {
  std::string id;  // "<job>/<number>"
  std::string job;
  int number = 1;
  std::int64_t fence = 0;
  std::string blank;
  std::string blank_class;
  std::string line;
  job::AttemptState state = job::AttemptState::begun;
  std::optional<PrintBinding> print;
  std::string reject_reason;        // intended, before the card lies in the reject; empty when none
  std::string question;             // of an attempt in doubt
  json::object evidence;            // by step, as journalled
  std::vector<Sequence> sequences;  // of its journal entries
  std::string epoch;                // of `sequences`, when it is an earlier one
};

struct BeginBlank {
  std::string job;
  std::int64_t fence = 0;
  std::string chip_id;  // as read from the chip
  std::string required_class;
  std::string line;
  std::string device;
  std::string profile_hash;  // lower-case hex
  std::string template_hash;
};

// Decrypted when asked for; wiped with the attempt's work.
struct PersonalData {
  std::string document_text;
  Bytes salt;
  job::Images images;
};

struct JobFilter {
  std::optional<job::JobState> state;
  std::int64_t after_row = 0;
  std::size_t limit = 100;
};

struct JournalEntry {
  Sequence sequence = 0;
  std::string bytes;  // as stored, never re-serialised
};

struct JobCounts {
  std::map<job::JobState, std::int64_t> by_state;
  std::int64_t blanks_spoiled = 0;
  std::int64_t blanks_in_doubt = 0;
};

struct UnitCount {
  std::string campaign, unit;
  std::int64_t received = 0, issued = 0;
};

// Blanks of one class by place; the sum is what was ever received.
using StockCounts = std::map<std::string, std::map<StockPlace, std::int64_t>>;

// The equation of design section 2, promise 3, for one class: what the receipts say against where the blanks
// are.
struct StockBalance {
  std::string blank_class;
  std::int64_t received = 0;
  std::map<StockPlace, std::int64_t> by_place;
  std::int64_t difference() const {
    std::int64_t accounted = 0;
    for (const auto& [place, count] : by_place) accounted += count;
    return received - accounted;
  }
};

}  // namespace imprimatur::ledger
