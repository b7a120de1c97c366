// Personal data: each job under its own key, that key wrapped by a day key of the vault. What is shredded
// here cannot be read from an old backup either, once its day key is gone (design section 5).
#include <algorithm>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "base/guard.hpp"
#include "crypto/cipher.hpp"
#include "crypto/digest.hpp"
#include "ledger/ledger_state.hpp"

namespace imprimatur::ledger {
namespace {

constexpr std::size_t kJobKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kPersonalBytesMax = 32U << 20;
constexpr std::size_t kRowRangesInEntry = 60;  // fit into the 4 KB of an entry

// Canonical JSON, put together by hand: a photograph would be copied and looked through once for each layer.
std::string write_personal(const NewJob& job) {
  std::string text = "{\"document\":" + canonical_json(json::string(job.document_text)) + ",\"images\":{";
  std::size_t size = text.size() + 2 * job.salt.size() + 64;
  for (const auto& [name, image] : job.images) size += name.size() + image.size() / 3 * 4 + 16;
  text.reserve(size);
  for (const auto& [name, image] : job.images) {
    if (text.back() != '{') text.push_back(',');
    text += canonical_json(json::string(name));
    text += ":\"";
    text += to_base64(image);
    text.push_back('"');
  }
  text += "},\"salt\":\"";
  text += to_base64(job.salt);
  text += "\"}";
  return text;
}

Result<PersonalData> read_personal(ByteView plain) {
  const std::string_view text(reinterpret_cast<const char*>(plain.data()), plain.size());
  TRY(auto object, parse_json_object(text, {.size_max = kPersonalBytesMax, .depth_max = 4}));
  PersonalData personal;
  TRY(personal.document_text, member_text(object, "document"));
  TRY(auto salt, member_text(object, "salt"));
  TRY(personal.salt, from_base64(salt));
  TRY(auto images, member_object(object, "images"));
  for (const auto& member : *images) {
    TRY(auto image, member_text(*images, member.key()));
    TRY(personal.images[std::string(member.key())], from_base64(image));
  }
  return personal;
}

// Nothing can be made of the job any more.
bool may_be_erased(job::JobState state) {
  switch (state) {
    case job::JobState::refused:
    case job::JobState::issued:
    case job::JobState::failed:
    case job::JobState::cancelled:
    case job::JobState::delivered:
    case job::JobState::recalled:
    case job::JobState::destroyed:
    case job::JobState::missing:
      return true;
    case job::JobState::ready:
    case job::JobState::held:
    case job::JobState::claimed:
    case job::JobState::in_progress:
    case job::JobState::in_doubt:
      return false;
  }
  return false;
}

// Rows of jobs as "first..last".
json::array ranges_of(std::vector<std::int64_t> rows) {
  std::sort(rows.begin(), rows.end());
  json::array ranges;
  for (std::size_t i = 0; i < rows.size();) {
    std::size_t last = i;
    while (last + 1 < rows.size() && rows[last + 1] == rows[last] + 1) ++last;
    const std::string first = std::to_string(rows[i]);
    ranges.emplace_back(i == last ? first : first + ".." + std::to_string(rows[last]));
    i = last + 1;
  }
  return ranges;
}

// Day keys before today's under which nothing is kept any more.
Result<std::vector<std::string>> spent_day_keys(Ledger::State& state) {
  Query query(*state.database,
              "SELECT label FROM day_keys WHERE label < ? AND NOT EXISTS "
              "(SELECT 1 FROM personal WHERE day_key = label) "
              "ORDER BY label LIMIT 32");
  query.bind(state.day_label());
  std::vector<std::string> spent;
  for (;;) {
    TRY(auto row, query.step());
    if (!row) return spent;
    spent.push_back(query.text(0));
  }
}

Status forget_day_keys(Ledger::State& state, const std::vector<std::string>& spent) {
  json::array labels;
  for (const std::string& label : spent) {
    Query query(*state.database, "DELETE FROM day_keys WHERE label = ?");
    TRY_STATUS(query.bind(label).run());
    labels.emplace_back(label);
  }
  TRY_STATUS(state.append("data.erased", state.identity.station, {{"day_keys", std::move(labels)}}));
  return ok();
}

}  // namespace

std::string Ledger::State::day_label() const {
  return "day-" + format_date(date_of(ports.clock.now()));
}

Result<std::string> Ledger::State::todays_key() {
  const std::string label = day_label();
  Query known(*database, "SELECT 1 FROM day_keys WHERE label = ?");
  TRY(auto in_use, known.bind(label).step());
  if (in_use) return label;
  // The key may be there without its row: a group that made it was rolled back.
  TRY(auto there, ports.vault.has_key(label));
  if (!there) {
    TRY_STATUS(ports.vault.make_wrapping_key(label));
  }
  Query insert(*database, "INSERT INTO day_keys VALUES (?)");
  TRY_STATUS(insert.bind(label).run());
  return label;
}

Result<Bytes> Ledger::State::holder_tag(const job::JobDocument& document) {
  const Bytes message =
      concat({bytes_of(document.holder.personal_number), Bytes{0}, bytes_of(document.product)});
  return ports.vault.hmac(kHolderKey, message);
}

Status store_personal(Ledger::State& state, const NewJob& job) {
  TRY(auto label, state.todays_key());
  const Secret key(state.ports.random.bytes(kJobKeyBytes));
  TRY(auto wrapped, state.ports.vault.wrap(label, key, bytes_of(job.document.id)));
  std::string plain = write_personal(job);
  const Bytes sealed =
      crypto::seal(key, state.ports.random.bytes(kNonceBytes), bytes_of(plain), bytes_of(job.document.id));
  wipe({reinterpret_cast<std::uint8_t*>(plain.data()), plain.size()});
  Query query(*state.database, "INSERT INTO personal VALUES (?, ?, ?, ?)");
  TRY_STATUS(query.bind(job.document.id).bind(label).bind(ByteView(wrapped)).bind(ByteView(sealed)).run());
  return ok();
}

Result<PersonalData> Ledger::personal(std::string_view job) {
  Query query(*state_->database, "SELECT day_key, wrapped_key, sealed FROM personal WHERE job = ?");
  TRY(auto row, query.bind(job).step());
  if (!row) return fail("ledger.erased", "the job's personal data are erased", std::string(job));
  TRY(auto key, state_->ports.vault.unwrap(query.text(0), query.blob(1), bytes_of(job)));
  TRY(auto plain, crypto::open_sealed(key, query.blob(2), bytes_of(job)));
  auto personal = read_personal(plain);
  wipe(plain);
  return personal;
}

Status shred(Ledger::State& state, const std::vector<JobRecord>& jobs) {
  std::vector<std::int64_t> rows;
  for (const JobRecord& job : jobs) {
    Query query(*state.database, "DELETE FROM personal WHERE job = ?");
    TRY(auto deleted, query.bind(job.id).run());
    if (deleted > 0) rows.push_back(job.row);
    Query update(*state.database, "UPDATE jobs SET kept = 0 WHERE id = ?");
    TRY_STATUS(update.bind(job.id).run());
  }
  json::array ranges = ranges_of(std::move(rows));
  while (!ranges.empty()) {
    json::array part;
    for (; !ranges.empty() && part.size() < kRowRangesInEntry; ranges.pop_back())
      part.push_back(ranges.back());
    TRY_STATUS(state.append("data.erased", state.identity.station, {{"jobs", std::move(part)}}));
  }
  return ok();
}

Status Ledger::erase(const std::vector<std::string>& jobs) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  std::vector<JobRecord> erased;
  for (const std::string& id : jobs) {
    TRY(auto job, find_job(*state_->database, id));
    if (guarded("personal.erase.state") && !may_be_erased(job.state)) {
      return fail("ledger.state", "a card of this job may still have to be made", id);
    }
    erased.push_back(std::move(job));
  }
  TRY_STATUS(shred(*state_, erased));
  return operation.keep();
}

Result<int> Ledger::destroy_day_keys() {
  CHECK(!state_->in_group);  // the vault forgets for ever: only what is committed may count
  TRY(auto spent, spent_day_keys(*state_));
  for (const std::string& label : spent) {
    const auto destroyed = state_->ports.vault.destroy_key(label);
    // Gone already: an earlier call destroyed it and could not say so.
    if (!destroyed && destroyed.error().code != "vault.no_key") return destroyed.error();
  }
  if (!spent.empty()) {
    TRY_STATUS(begin_group());
    const auto recorded = forget_day_keys(*state_, spent);
    if (!recorded) {
      roll_back_group();
      return recorded.error();
    }
    TRY_STATUS(commit_group());
  }
  if (guarded("personal.truncate_log")) {
    TRY_STATUS(state_->database->truncate_log());
  }
  return static_cast<int>(spent.size());
}

}  // namespace imprimatur::ledger
