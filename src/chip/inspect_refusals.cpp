// What a finished card refuses.
#include "base/encoding.hpp"
#include "chip/inspector.hpp"
#include "chip/issuer_domain.hpp"
#include "chip/read_files.hpp"
#include "chip/scp03.hpp"
#include "chip/store_data.hpp"

namespace imprimatur::chip {

namespace {

using lds::FileId;

constexpr std::uint16_t kSwKeyVersionNotFound = 0x6A88;

// A refusal that means "not any more", not "not like this" (7816-4 section 5.6).
bool is_closed(std::uint16_t sw) {
  return (sw >> 8) == 0x69 || sw == 0x6D00 || sw == 0x6E00 || sw == 0x6A81;
}

}  // namespace

Status Inspector::must_refuse(const Command& command, const std::string& sentence, const std::string& file) {
  if (!session_.is_open()) return ok();  // a finding says already why
  // A refusal without secure messaging ended the session.
  if (!session_.alive()) {
    TRY_STATUS(session_.reopen());
  }
  auto response = session_.send(command);
  if (!response) return judge(std::move(response).error(), file);
  if (succeeded(response.value().sw)) add("inspect.owes_refusal", sentence, file);
  return ok();
}

// What an open document still refuses. Would a card take the write, it would write what is there already.
Status Inspector::ask_for_refusals_with_access() {
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

Status Inspector::ask_for_refusals_of_personalisation() {
  session_.close();
  return profile_->has_secure_channel ? ask_issuer_domain() : ask_application();
}

// The issuer domain gives nothing without its new keys, and the blank's are gone.
Status Inspector::ask_issuer_domain() {
  TRY_STATUS(select_issuer_domain(session_.channel(), *profile_));
  TRY(auto runs, split_into_blocks({{0x8FFF, {}, false}}, kShortDataMax));
  TRY(auto stored, session_.send_plain(runs[0].blocks[0]));
  if (succeeded(stored.sw)) add("inspect.owes_refusal", "the chip takes STORE DATA without its keys");
  if (!profile_->closes_with(ClosingStep::rotate_keys)) return ok();
  const Bytes challenge = random_.bytes(profile_->scp_mode == ScpMode::s8 ? 8 : 16);
  TRY(auto old, session_.send_plain(initialize_update(profile_->blank_keys.version, challenge)));
  if (old.sw != kSwKeyVersionNotFound) {
    add("inspect.old_keys",
        "the chip does not say that the blank's keys are gone (it answered " + sw_text(old.sw) + ")");
  }
  return ok();
}

// A card that was written in clear makes no file and takes no key any more. The data are none that a card
// which still takes them could carry out.
Status Inspector::ask_application() {
  TRY(auto selected, session_.select_application());
  if (!selected) {
    add("inspect.access", "the document application cannot be selected again");
    return ok();
  }
  TRY(auto created, session_.send_plain({0x00, 0xE0, 0x00, 0x00, {0x62, 0x00}, {}}));
  if (!is_closed(created.sw)) {
    add("inspect.owes_refusal",
        "the chip does not say that no file can be made (CREATE FILE answered " + sw_text(created.sw) + ")");
  }
  TRY(auto put, session_.send_plain({0x00, 0xDA, 0x00, 0x62, {0x62, 0x00}, {}}));
  if (!is_closed(put.sw)) {
    add("inspect.owes_refusal",
        "the chip does not say that no key can be put (PUT DATA answered " + sw_text(put.sw) + ")");
  }
  return ok();
}

}  // namespace imprimatur::chip
