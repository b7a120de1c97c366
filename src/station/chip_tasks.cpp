#include "station/chip_tasks.hpp"

#include "base/encoding.hpp"
#include "lds/sod.hpp"

namespace imprimatur::station {
namespace {

// How long a card that was just put into a reader may take to be seen there.
constexpr int kPresenceTimeoutMs = 5000;
// A reader may call a card mute that was just put in; connecting sends the card nothing and may be tried
// again.
constexpr int kConnectTriesMax = 3;

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

}  // namespace

std::string commitment(ByteView salt, ByteView what) {
  return to_base64url(crypto::sha256({salt, what}));
}

// A connection to a card that was just powered: nothing of an earlier session is left in it. A connection
// that does not answer is of a card that has gone: nothing was sent yet, so the one that is there now is
// connected.
Result<chip::CardChannel*> ChipStation::cold_channel() {
  if (channel_ && channel_->reset()) return channel_.get();
  channel_.reset();
  TRY(auto present, reader_.wait_for_card(true, kPresenceTimeoutMs));
  if (!present) return unknown("reader.no_card", "the card did not arrive in " + reader_.name());
  Error last;
  for (int i = 0; i < kConnectTriesMax; ++i) {
    auto channel = reader_.connect();
    if (channel) {
      channel_ = std::move(channel).value();
      return channel_.get();
    }
    last = channel.error();
  }
  // Not "failed": a reader that gave no connection says nothing about the card.
  return unknown(last.code, last.message, last.remedy);
}

TaskResult ChipStation::identify(const chip::ChipProfile& profile) {
  auto channel = cold_channel();
  if (!channel) return result_of(channel.error());
  auto identity = chip::read_identity(*channel.value(), profile);
  if (!identity) return result_of(identity.error());
  return success({{"chip", identity.value().hex()}});
}

Status ChipStation::sign(CardWork& work) {
  const std::string& label = work.line->product.document_signer;
  const crypto::Signer signer = [this, &label](ByteView message) {
    return vault_.sign_digest(label, crypto::sha256(message));
  };
  TRY(auto sod, lds::build_sod(work.files, work.line->signer, signer));
  work.files[lds::FileId::sod] = std::move(sod);
  return ok();
}

TaskResult ChipStation::write(CardWork& work) {
  const SteadyTime began = clock_.steady();
  auto channel = cold_channel();
  if (!channel) return result_of(channel.error());
  const chip::ChipProfile& profile = work.line->profile;
  if (auto signed_ok = sign(work); !signed_ok) return result_of(signed_ok.error());
  auto written =
      chip::write_chip(*channel.value(), profile, {work.files, work.document.mrz}, vault_, random_);
  if (!written) return result_of(written.error());
  auto closed = chip::close_chip(*channel.value(), profile, vault_, random_);
  if (!closed) return result_of(closed.error());
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - began);
  return success({{"apdus", written.value().count.commands + closed.value().count.commands},
                  {"bytes", written.value().payload_bytes},
                  {"key_version", closed.value().key_version},
                  {"ms", took.count()},
                  {"signer", to_hex_lower(work.line->signer.fingerprint())},
                  {"sod", commitment(work.salt, work.files.at(lds::FileId::sod))}});
}

TaskResult ChipStation::inspect(CardWork& work) {
  const SteadyTime began = clock_.steady();
  auto channel = cold_channel();
  if (!channel) return result_of(channel.error());
  chip::InspectionRequest request;
  request.mrz = work.document.mrz;
  request.anchors = anchors_;
  request.at = clock_.now();
  request.expected = &work.files;
  request.profile = &work.line->profile;
  auto report = chip::inspect(*channel.value(), request, random_);
  if (!report) return result_of(report.error());
  work.read_back = report.value().files;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - began);
  return verdict(report.value(), {{"apdus", report.value().count.commands}, {"ms", took.count()}});
}

TaskResult ChipStation::look(CardWork& work) {
  auto channel = cold_channel();
  if (!channel) return result_of(channel.error());
  auto state = chip::read_chip_state(*channel.value(), work.line->profile);
  if (!state) return result_of(state.error());
  if (state.value().blank_keys && !state.value().activated) {
    return {Found::chip_untouched, "station.chip_not_activated", "the chip still has the blank's keys", {}};
  }
  // Closing begins after everything was written and read back. The key template shows that the keys were
  // changed: what is left of it is done now, or the card would go out with its issuer domain open.
  if (state.value().card_keys && !state.value().blank_keys) {
    auto closed = chip::close_chip(*channel.value(), work.line->profile, vault_, random_);
    if (!closed) return result_of(closed.error());
    channel = cold_channel();
    if (!channel) return result_of(channel.error());
  }
  return inspect_by_signature(*channel.value(), work);
}

// EF.SOD was signed in a run that was cut off: the card's own is taken if it stands passive authentication
// and the groups are those that the job asks for.
TaskResult ChipStation::inspect_by_signature(chip::CardChannel& channel, CardWork& work) {
  chip::InspectionRequest request;
  request.mrz = work.document.mrz;
  request.anchors = anchors_;
  request.at = clock_.now();
  request.profile = &work.line->profile;
  auto report = chip::inspect(channel, request, random_);
  if (!report) return result_of(report.error());
  for (const auto& [file, content] : work.files) {
    const auto found = report.value().files.find(file);
    if (found == report.value().files.end() || found->second != content) {
      report.value().findings.push_back(
          {"inspect.file_differs", "a file is not what the job asks for", std::string(lds::name_of(file))});
    }
  }
  json::object evidence{{"resumed", true}, {"face", "not scanned"}};
  if (report.value().passed()) {
    work.read_back = report.value().files;
    work.files = report.value().files;
    evidence["sod"] = commitment(work.salt, work.files.at(lds::FileId::sod));
  }
  return verdict(report.value(), std::move(evidence));
}

TaskResult ChipStation::reread(CardWork& work) {
  const SteadyTime began = clock_.steady();
  auto channel = cold_channel();
  if (!channel) return result_of(channel.error());
  if (!work.files.contains(lds::FileId::sod)) return inspect_by_signature(*channel.value(), work);
  chip::RereadRequest request;
  request.mrz = work.document.mrz;
  request.expected = &work.files;
  request.groups = work.line->product.data_groups;
  request.profile = &work.line->profile;
  auto report = chip::reread(*channel.value(), request, random_);
  if (!report) return result_of(report.error());
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - began);
  json::object evidence{{"ms", took.count()}, {"face", "not scanned"}};
  const auto sod = report.value().files.find(lds::FileId::sod);
  if (sod != report.value().files.end()) evidence["sod"] = commitment(work.salt, sod->second);
  return verdict(report.value(), std::move(evidence));
}

}  // namespace imprimatur::station
