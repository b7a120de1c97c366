#include "chip/inspect.hpp"

#include <algorithm>
#include <optional>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "chip/bac.hpp"
#include "chip/counting_channel.hpp"
#include "chip/issuer_domain.hpp"
#include "chip/read_files.hpp"
#include "chip/scp03.hpp"
#include "chip/store_data.hpp"
#include "lds/data_groups.hpp"

namespace imprimatur::chip {

namespace {

using lds::FileId;

constexpr std::uint16_t kSwKeyVersionNotFound = 0x6A88;

const Bytes& icao_application() {
  static const Bytes aid = hex("A0000002471001");
  return aid;
}

// DG3 and DG4 open only to terminal authentication (9303-10 section 3; lds facts, section 2).
bool needs_terminal_authentication(FileId file) {
  return file == FileId::dg3 || file == FileId::dg4;
}

bool succeeded(std::uint16_t sw) {
  return sw == kSwDone || (sw >> 8) == 0x62 || (sw >> 8) == 0x63;
}

std::string sw_text(std::uint16_t sw) {
  Bytes bytes;
  append_be(bytes, sw, 2);
  return to_hex(bytes);
}

class Inspector {
 public:
  Inspector(CardChannel& channel, const ChipProfile* profile, Random& random)
      : channel_(channel),
        profile_(profile),
        random_(random),
        form_(profile == nullptr ? ApduForm::short_only : apdu_form(*profile, channel)) {}

  // Selects the application and opens access with the printed data. A refusal is a finding, and `is_open` is
  // false.
  Status open(const lds::Mrz& mrz, bool ask_for_refusal) {
    TRY(seed_, bac_key_seed(mrz));
    TRY(auto selected, select_document());
    if (!selected) return ok();
    if (ask_for_refusal) {
      const auto short_id = static_cast<std::uint8_t>(lds::fid(FileId::dg1) & 0x1F);
      TRY(auto read, exchange(channel_, read_binary_short_id(short_id, 8), ApduForm::short_only));
      if (succeeded(read.sw)) add("inspect.owes_refusal", "DG1 can be read without access", "DG1");
    }
    return open_access();
  }
  bool is_open() const { return messaging_.has_value(); }

  // Reads one file into the report; a finding says why it could not be read.
  Status read(FileId file) {
    if (!messaging_->alive()) return ok();  // a finding says already why
    const std::string name(lds::name_of(file));
    auto read = read_file(link(), file);
    if (!read) return judge(std::move(read).error(), name);
    if (!read.value().found()) {
      add("inspect.read", name + " cannot be read (the card answered " + sw_text(read.value().sw) + ")",
          name);
      return ok();
    }
    report_.files[file] = std::move(read.value().content);
    return ok();
  }

  // EF.COM, EF.SOD, and what they list.
  Status read_all() {
    TRY_STATUS(read(FileId::com));
    TRY_STATUS(read(FileId::sod));
    std::vector<FileId> groups;
    if (const auto com = report_.files.find(FileId::com); com != report_.files.end()) {
      auto listed = lds::decode_com(com->second);
      if (listed) {
        groups = std::move(listed).value();
      } else {
        add("inspect.read", "EF.COM: " + listed.error().message, "EF.COM");
      }
    }
    listed_ = groups;
    for (const FileId file : groups) {
      if (!needs_terminal_authentication(file)) {
        TRY_STATUS(read(file));
      }
    }
    return ok();
  }

  void authenticate(const InspectionRequest& request) {
    const auto sod = report_.files.find(FileId::sod);
    if (sod == report_.files.end()) return;
    report_.passive = lds::authenticate_passively(sod->second, report_.files, request.anchors, request.at);
    for (const auto& failure : report_.passive->failures) add(failure.code, failure.sentence, "EF.SOD");
    std::vector<FileId> signed_groups;
    for (const auto& [number, hash] : report_.passive->object.hashes) {
      if (const auto file = lds::data_group(number)) signed_groups.push_back(*file);
    }
    std::sort(listed_.begin(), listed_.end());
    if (listed_ != signed_groups) {
      add("inspect.lists_differ", "EF.COM and EF.SOD do not list the same data groups");
    }
  }

  void compare_mrz(const lds::Mrz& printed) {
    const auto dg1 = report_.files.find(FileId::dg1);
    if (dg1 == report_.files.end()) {
      add("inspect.file_missing", "DG1 is not there", "DG1");
      return;
    }
    const auto mrz = lds::decode_dg1(dg1->second);
    if (!mrz || mrz.value() != printed) add("inspect.mrz_differs", "DG1 is not the printed MRZ", "DG1");
  }

  void compare(const lds::FileMap& expected, bool all) {
    for (const auto& [file, bytes] : report_.files) {
      const std::string name(lds::name_of(file));
      const auto wanted = expected.find(file);
      if (wanted == expected.end()) {
        add("inspect.file_surplus", name + " is on the chip and was not asked for", name);
      } else if (wanted->second != bytes) {
        add("inspect.file_differs", name + " differs from what was asked for", name);
      }
    }
    for (const auto& [file, bytes] : expected) {
      const bool readable = !needs_terminal_authentication(file);
      if (all && readable && !report_.files.contains(file)) {
        add("inspect.file_missing", std::string(lds::name_of(file)) + " was asked for and was not read",
            std::string(lds::name_of(file)));
      }
    }
  }

  // What an open document still refuses. Would a card take the write, it would write what is there already.
  Status ask_for_refusals_with_access() {
    for (const FileId file : {FileId::dg3, FileId::dg4}) {
      const auto short_id = static_cast<std::uint8_t>(lds::fid(file) & 0x1F);
      TRY_STATUS(must_refuse(read_binary_short_id(short_id, 8),
                             std::string(lds::name_of(file)) + " can be read without terminal authentication",
                             std::string(lds::name_of(file))));
    }
    const auto dg1 = report_.files.find(FileId::dg1);
    if (dg1 == report_.files.end()) return ok();
    return must_refuse({0x00, 0xD6, 0x81, 0x00, {dg1->second[0]}, {}}, "the chip takes UPDATE BINARY of DG1",
                       "DG1");
  }

  // What the issuer domain refuses: STORE DATA without its keys (the object would activate, which is done
  // already), and the key version of the blanks.
  Status ask_for_refusals_of_issuer_domain() {
    messaging_.reset();
    TRY_STATUS(select_issuer_domain(channel_, *profile_));
    TRY(auto runs, split_into_blocks({{0x8FFF, {}, false}}, kShortDataMax));
    TRY(auto stored, exchange(channel_, runs[0].blocks[0], ApduForm::short_only));
    if (succeeded(stored.sw)) add("inspect.owes_refusal", "the chip takes STORE DATA without its keys");
    const Bytes challenge = random_.bytes(profile_->scp_mode == ScpMode::s8 ? 8 : 16);
    TRY(auto old,
        exchange(channel_, initialize_update(profile_->blank_keys.version, challenge), ApduForm::short_only));
    if (old.sw != kSwKeyVersionNotFound) {
      add("inspect.old_keys",
          "the chip does not say that the blank's keys are gone (it answered " + sw_text(old.sw) + ")");
    }
    return ok();
  }

  // What the card did wrong is a finding; what the way to the card did wrong is an error.
  Status judge(Status status, const std::string& file = {}) {
    if (status || !status.error().code.starts_with("chip.")) return status;
    const std::string& code = status.error().code;
    add(code == "chip.secure_messaging" ? "inspect.secure_messaging"
        : code == "chip.access_failed"  ? "inspect.access"
                                        : "inspect.read",
        status.error().message, file);
    return ok();
  }

  InspectionReport finish() {
    report_.count = channel_.count();
    return std::move(report_);
  }

 private:
  void add(std::string code, std::string sentence, std::string file = {}) {
    report_.findings.push_back({std::move(code), std::move(sentence), std::move(file)});
  }

  Result<bool> select_document() {
    const Bytes& aid = profile_ == nullptr ? icao_application() : profile_->application;
    TRY(auto selected, exchange(channel_, select_application(aid), ApduForm::short_only));
    if (!selected.done()) {
      add("inspect.access",
          "the chip has no document application (SELECT answered " + sw_text(selected.sw) + ")");
    }
    return selected.done();
  }

  Status open_access() {
    messaging_.reset();
    auto opened = open_bac(channel_, seed_, random_);
    if (!opened) return judge(std::move(opened).error());
    messaging_.emplace(std::move(opened).value());
    return ok();
  }

  CardLink link() {
    const std::size_t wire =
        form_ == ApduForm::extended ? profile_->transfer.extended_answer_bytes_max : kShortAnswerMax;
    return {[this](const Command& command) { return send(command); }, messaging_->plain_answer_max(wire)};
  }

  Result<Response> send(const Command& command) {
    TRY(auto wrapped, messaging_->protect(command));
    TRY(auto response, exchange(channel_, wrapped, form_));
    return messaging_->open(response);
  }

  Status must_refuse(const Command& command, const std::string& sentence, const std::string& file) {
    if (messaging_ && !messaging_->alive()) {  // a refusal without secure messaging ended the session
      TRY(auto selected, select_document());
      if (!selected) return ok();
      TRY_STATUS(open_access());
    }
    if (!messaging_) return ok();  // a finding says already why
    auto response = send(command);
    if (!response) return judge(std::move(response).error(), file);
    if (succeeded(response.value().sw)) add("inspect.owes_refusal", sentence, file);
    return ok();
  }

  CountingChannel channel_;
  const ChipProfile* profile_;
  Random& random_;
  ApduForm form_;
  Secret seed_;
  std::optional<SecureMessaging> messaging_;
  std::vector<FileId> listed_;  // by EF.COM
  InspectionReport report_;
};

Status look_with_access(Inspector& inspector, const InspectionRequest& request) {
  TRY_STATUS(inspector.open(request.mrz, true));
  if (!inspector.is_open()) return ok();
  TRY_STATUS(inspector.read_all());
  inspector.authenticate(request);
  inspector.compare_mrz(request.mrz);
  if (request.expected != nullptr) inspector.compare(*request.expected, true);
  return inspector.ask_for_refusals_with_access();
}

Status look_again(Inspector& inspector, const RereadRequest& request) {
  TRY_STATUS(inspector.open(request.mrz, false));
  if (!inspector.is_open()) return ok();
  TRY_STATUS(inspector.read(FileId::sod));
  TRY_STATUS(inspector.read(FileId::dg1));
  for (const FileId file : request.groups) {
    TRY_STATUS(inspector.read(file));
  }
  inspector.compare_mrz(request.mrz);
  inspector.compare(*request.expected, false);
  return ok();
}

}  // namespace

Result<InspectionReport> inspect(CardChannel& channel, const InspectionRequest& request, Random& random) {
  Inspector inspector(channel, request.profile, random);
  TRY_STATUS(inspector.judge(look_with_access(inspector, request)));
  if (request.profile != nullptr) {
    TRY_STATUS(inspector.judge(inspector.ask_for_refusals_of_issuer_domain()));
  }
  return inspector.finish();
}

Result<InspectionReport> reread(CardChannel& channel, const RereadRequest& request, Random& random) {
  CHECK(request.expected != nullptr);
  Inspector inspector(channel, request.profile, random);
  TRY_STATUS(inspector.judge(look_again(inspector, request)));
  return inspector.finish();
}

}  // namespace imprimatur::chip
