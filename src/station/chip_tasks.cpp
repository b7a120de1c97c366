#include "station/chip_tasks.hpp"

#include "base/encoding.hpp"
#include "lds/sod.hpp"
#include "station/limited_vault.hpp"

namespace imprimatur::station {
namespace {

// How long a card that was just put into a reader may take to be seen there.
constexpr int kPresenceTimeoutMs = 5000;
// A reader may call a card mute that was just put in; connecting sends the card nothing and may be tried
// again.
constexpr int kConnectTriesMax = 3;

bool was_read(const chip::InspectionReport& report, lds::FileId file, ByteView content) {
  const auto found = report.files.find(file);
  return found != report.files.end() && equal(found->second, content);
}

// For what no gate may read: EF.SOD vouches for it, and writing compared it before activation.
bool is_signed_for(const chip::InspectionReport& report, lds::FileId file, ByteView content) {
  return report.passive && lds::vouches_for(report.passive->object, file, content);
}

TaskResult verdict(const chip::InspectionReport& report, json::object evidence) {
  if (report.passed()) return success(std::move(evidence));
  const auto& first = report.findings.front();
  json::array codes;
  for (const auto& finding : report.findings) {
    if (codes.size() < 8) codes.emplace_back(finding.code);
  }
  evidence["findings"] = std::move(codes);
  return {Found::failed, first.code, first.sentence, std::move(evidence)};
}

// Set for as long as a call is under way.
class InUse {
 public:
  explicit InUse(std::atomic<bool>& flag) : flag_(flag) { flag_ = true; }
  ~InUse() { flag_ = false; }
  InUse(const InUse&) = delete;
  InUse& operator=(const InUse&) = delete;

 private:
  std::atomic<bool>& flag_;
};

}  // namespace

std::string commitment(ByteView salt, ByteView what) {
  return to_base64url(crypto::sha256({salt, what}));
}

// A connection to a card that was just powered: nothing of an earlier session is left in it. A connection
// that does not answer is of a card that has gone: nothing was sent yet, so the one that is there now is
// connected.
Result<ChipStation::Connection> ChipStation::cold_channel() {
  if (channel_ && channel_->reset()) return Connection{channel_.get(), true};
  channel_.reset();
  TRY(auto present, reader_.wait_for_card(true, kPresenceTimeoutMs));
  if (!present) return fail("reader.no_card", "the card did not arrive in " + reader_.name());
  Error last;
  for (int i = 0; i < kConnectTriesMax; ++i) {
    auto channel = reader_.connect();
    if (channel) {
      channel_ = std::move(channel).value();
      return Connection{channel_.get(), false};
    }
    last = channel.error();
  }
  return last;
}

// The same, and that it is the chip that was begun. A connection that was only reset is to the same card:
// PC/SC ends it when the card leaves. One that was made anew may be to another that was put in its place.
std::optional<TaskResult> ChipStation::connect(const CardWork& work, chip::CardChannel*& channel) {
  auto connection = cold_channel();
  if (!connection) return not_connected(connection.error());
  channel = connection.value().channel;
  if (connection.value().same_card) return {};
  auto identity = chip::read_identity(*channel, work.line->profile);
  if (!identity) return result_of(identity.error());
  if (identity.value().hex() == work.chip_id) return {};
  return TaskResult{
      Found::other_body, "station.chip_swapped", "the chip in the reader is not the one that was begun", {}};
}

TaskResult ChipStation::identify(const chip::ChipProfile& profile) {
  const InUse use(in_use_);
  auto connection = cold_channel();
  if (!connection) return not_connected(connection.error());
  auto identity = chip::read_identity(*connection.value().channel, profile);
  if (!identity) return result_of(identity.error());
  return success({{"chip", identity.value().hex()}});
}

// Once for a card: the count on record has one signature.
Status ChipStation::sign(CardWork& work) {
  if (work.files.contains(lds::FileId::sod)) return ok();
  const DocumentSigner& chosen = *work.signer;
  const crypto::HashAlgorithm hash = crypto::signature_hash(chosen.certificate.public_key().type());
  const crypto::Signer signer = [this, &chosen, hash](ByteView message) {
    return vault_.sign_digest(chosen.label, crypto::digest(hash, message));
  };
  TRY(auto sod, lds::build_sod(work.files, chosen.certificate, signer));
  work.files[lds::FileId::sod] = std::move(sod);
  return ok();
}

TaskResult ChipStation::write(CardWork& work) {
  const InUse use(in_use_);
  const SteadyTime began = clock_.steady();
  chip::CardChannel* channel = nullptr;
  if (auto trouble = connect(work, channel)) return *trouble;
  const chip::ChipProfile& profile = work.line->profile;
  if (auto signed_ok = sign(work); !signed_ok) return result_of(signed_ok.error());
  LimitedVault vault(vault_, work.derivations_left);
  const chip::ChipContent content{work.files, work.document.mrz, {}, std::move(work.keys)};
  auto written = chip::write_chip(*channel, profile, content, vault, random_);
  if (!written) return result_of(written.error());
  auto closed = chip::close_chip(*channel, profile, vault, random_);
  if (!closed) return result_of(closed.error());
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - began);
  return success({{"apdus", written.value().count.commands + closed.value().count.commands},
                  {"bytes", written.value().payload_bytes},
                  {"key_version", closed.value().key_version},
                  {"ms", took.count()},
                  {"signer", to_hex_lower(work.signer->certificate.fingerprint())},
                  {"sod", commitment(work.salt, work.files.at(lds::FileId::sod))}});
}

TaskResult ChipStation::inspect(CardWork& work) {
  const InUse use(in_use_);
  const SteadyTime began = clock_.steady();
  chip::CardChannel* channel = nullptr;
  if (auto trouble = connect(work, channel)) return *trouble;
  chip::InspectionRequest request;
  request.mrz = work.document.mrz;
  request.anchors = anchors_;
  request.revocation = revocation_lists_;
  request.at = clock_.now();
  request.expected = &work.files;
  request.profile = &work.line->profile;
  if (work.signer != nullptr) request.signer = &work.signer->certificate;
  auto report = chip::inspect(*channel, request, random_);
  if (!report) return result_of(report.error());
  work.read_back = report.value().files;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - began);
  return verdict(report.value(), {{"apdus", report.value().count.commands}, {"ms", took.count()}});
}

TaskResult ChipStation::look(CardWork& work) {
  const InUse use(in_use_);
  auto connection = cold_channel();
  if (!connection) return not_connected(connection.error());
  auto state = chip::read_chip_state(*connection.value().channel, work.line->profile);
  if (!state) return result_of(state.error());
  if (state.value().identity.hex() != work.chip_id) {
    return {Found::other_body,
            "station.chip_swapped",
            "the chip in the reader is not the one that was begun",
            {}};
  }
  if (state.value().blank_keys && !state.value().activated) {
    return {Found::chip_untouched, "station.chip_not_activated", "the chip still has the blank's keys", {}};
  }
  // Closing begins after everything was written and read back. The key template shows that the keys were
  // changed: what is left of it is done now, or the card would go out with its issuer domain open.
  if (state.value().card_keys && !state.value().blank_keys) {
    LimitedVault vault(vault_, work.derivations_left);
    auto closed = chip::close_chip(*connection.value().channel, work.line->profile, vault, random_);
    if (!closed) return result_of(closed.error());
    connection = cold_channel();
    if (!connection) return not_connected(connection.error());
  }
  return inspect_by_signature(*connection.value().channel, work);
}

// EF.SOD was signed, and the chip's keys were made, in a run that was cut off: the card's own files are taken
// if they stand passive authentication and the chip proves its keys; all others are what the job asks for,
// byte by byte. Within the run that made them, all are compared.
TaskResult ChipStation::inspect_by_signature(chip::CardChannel& channel, CardWork& work) {
  chip::InspectionRequest request;
  request.mrz = work.document.mrz;
  request.anchors = anchors_;
  request.revocation = revocation_lists_;
  request.at = clock_.now();
  request.profile = &work.line->profile;
  auto report = chip::inspect(channel, request, random_);
  if (!report) return result_of(report.error());
  const bool of_this_run = work.files.contains(lds::FileId::sod);
  for (const auto& [file, content] : work.files) {
    if (!of_this_run && made_with_keys(file)) continue;
    const bool as_asked = lds::needs_terminal_authentication(file)
                              ? is_signed_for(report.value(), file, content)
                              : was_read(report.value(), file, content);
    if (!as_asked) {
      report.value().findings.push_back(
          {"inspect.file_differs", "a file is not what the job asks for", std::string(lds::name_of(file))});
    }
  }
  json::object evidence{{"resumed", true}};
  if (report.value().passed()) {
    work.read_back = report.value().files;
    work.reread = report.value().files;
    work.files = report.value().files;
    evidence["sod"] = commitment(work.salt, work.files.at(lds::FileId::sod));
    const auto& passive = report.value().passive;
    if (passive && passive->signer) evidence["signer"] = to_hex_lower(passive->signer->fingerprint());
  }
  return verdict(report.value(), std::move(evidence));
}

TaskResult ChipStation::reread(CardWork& work) {
  const InUse use(in_use_);
  const SteadyTime began = clock_.steady();
  auto connection = cold_channel();
  if (!connection) return not_connected(connection.error());
  chip::CardChannel& channel = *connection.value().channel;
  if (!work.files.contains(lds::FileId::sod)) return inspect_by_signature(channel, work);
  chip::RereadRequest request;
  request.mrz = work.document.mrz;
  request.expected = &work.files;
  for (const auto& [file, content] : work.files) {
    if (lds::data_group_number(file) && !lds::needs_terminal_authentication(file) && !made_with_keys(file))
      request.groups.push_back(file);
  }
  request.profile = &work.line->profile;
  auto report = chip::reread(channel, request, random_);
  if (!report) return result_of(report.error());
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - began);
  work.reread = report.value().files;
  json::object evidence{{"ms", took.count()}};
  const auto sod = report.value().files.find(lds::FileId::sod);
  if (sod != report.value().files.end()) evidence["sod"] = commitment(work.salt, sod->second);
  return verdict(report.value(), std::move(evidence));
}

void ChipStation::release() {
  const InUse use(in_use_);
  channel_.reset();
}

Result<std::optional<std::string>> ChipStation::see(const std::vector<const chip::ChipProfile*>& profiles) {
  constexpr int kLookMs = 1000;
  if (in_use_) return fail("reader.hung", "a call to " + reader_.name() + " has not come back");
  const InUse use(in_use_);
  channel_.reset();
  TRY(const bool present, reader_.wait_for_card(true, kLookMs));
  if (!present) return std::optional<std::string>();
  TRY(const auto channel, reader_.connect());
  Error last =
      fail("chip.identity", "no profile of this station can tell who the chip in " + reader_.name() + " is");
  for (const chip::ChipProfile* profile : profiles) {
    auto identity = chip::read_identity(*channel, *profile);
    if (identity) return std::optional<std::string>(identity.value().hex());
    last = identity.error();
  }
  return last;
}

TaskResult ChipStation::probe() {
  const InUse use(in_use_);
  channel_.reset();
  auto answers = reader_.wait_for_card(true, 0);
  return answers ? success() : not_connected(answers.error());
}

}  // namespace imprimatur::station
