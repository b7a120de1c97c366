#include "chip/document_session.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "chip/answer_to_reset.hpp"
#include "chip/bac.hpp"
#include "chip/read_files.hpp"
#include "chip/status_words.hpp"
#include "lds/atr_info.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::uint8_t kAtrInfoShortId = 0x01;
constexpr std::size_t kStatusBytes = 2;
// What readers and their drivers carry (the shared facts: 65,535 bytes an answer).
constexpr std::size_t kReaderAnswerMax = 65'533;

const Bytes& icao_application() {
  static const Bytes aid = hex("A0000002471001");
  return aid;
}

bool brings_data(const Response& response) {
  return response.done() || response.sw == 0x6282;
}

bool may_be_extended(const ChipProfile* profile, const CardChannel& channel) {
  if (profile != nullptr) return apdu_form(*profile, channel) == ApduForm::extended;
  return channel.extended_length() && capabilities_of(channel.atr()).extended_length;
}

}  // namespace

Result<AccessKeys> access_keys(const std::optional<lds::TravelMrz>& mrz,
                               const std::optional<std::string>& can) {
  AccessKeys keys;
  if (can) {
    TRY(auto number, pace_password_can(*can));
    (mrz ? keys.pace_number_also : keys.pace).emplace(std::move(number));
  }
  if (mrz) {
    TRY(auto fields, lds::parse_any(*mrz));
    keys.bac_seed = bac_key_seed(lds::mrz_information(fields));
    TRY(keys.pace, pace_password(*mrz));
  }
  return keys;
}

DocumentSession::DocumentSession(CardChannel& channel, const ChipProfile* profile, AccessKeys keys,
                                 Random& random)
    : channel_(channel),
      profile_(profile),
      keys_(std::move(keys)),
      random_(random),
      form_(may_be_extended(profile, channel) ? ApduForm::extended : ApduForm::short_only) {
  if (profile != nullptr && form_ == ApduForm::extended) {
    answer_bytes_max_ = profile->transfer.extended_answer_bytes_max;
  }
}

bool DocumentSession::has_key(AccessProtocol protocol) const {
  return protocol == AccessProtocol::bac ? keys_.bac_seed.has_value() : keys_.pace.has_value();
}

Result<Response> DocumentSession::send_plain(const Command& command) {
  return exchange(channel_, command, ApduForm::short_only);
}

Result<bool> DocumentSession::select_in_clear(Place place, const Command& select) {
  const bool was_open = is_open();
  close();
  selected_ = Place::unknown;
  TRY(auto selected, send_plain(select));
  if (!selected.done() &&
      was_open) {  // a command in clear may be spent on ending the session (9303-11, 9.8.8)
    TRY(selected, send_plain(select));
  }
  if (selected.done()) selected_ = place;
  return selected.done();
}

// Not every card knows a master file (9303-11 section 4.2 leaves it selected after the reset): its refusal
// changes nothing.
Result<bool> DocumentSession::select_master_file() {
  return select_in_clear(Place::master_file, {0x00, 0xA4, 0x00, 0x0C, {0x3F, 0x00}, {}});
}

Result<bool> DocumentSession::select_application() {
  return select_in_clear(Place::application, select_application_command());
}

Status DocumentSession::look_around() {
  TRY_STATUS(learn_limits());
  return learn_offers();
}

// A document that is not ours: only EF.ATR/INFO says how long an answer may be; else it is short. Ours: where
// the profile says so, and never more than the profile allows.
Status DocumentSession::learn_limits() {
  if (form_ != ApduForm::extended || (profile_ != nullptr && !profile_->transfer.from_card)) return ok();
  if (profile_ == nullptr) form_ = ApduForm::short_only;
  TRY_STATUS(select_master_file());
  TRY(auto read, send_plain(read_binary_short_id(kAtrInfoShortId, kShortAnswerMax)));
  if (!brings_data(read)) {
    TRY(auto selected, send_plain(select_file(lds::kAtrInfoFile)));
    if (!selected.done()) return ok();
    TRY(read, send_plain(read_binary({.offset = 0, .length = kShortAnswerMax})));
  }
  if (!brings_data(read)) return ok();
  const auto info = lds::decode_atr_info(read.data);
  if (!info || !info.value().extended || info.value().answer_bytes_max <= kShortAnswerMax + kStatusBytes) {
    return ok();
  }
  const std::size_t offered = info.value().answer_bytes_max - kStatusBytes;
  const std::size_t allowed = profile_ == nullptr ? kReaderAnswerMax : answer_bytes_max_;
  answer_bytes_max_ = std::min({offered, allowed, kReaderAnswerMax});
  form_ = ApduForm::extended;
  return ok();
}

Status DocumentSession::learn_offers() {
  const bool expected = profile_ == nullptr || profile_->offers(AccessProtocol::pace) ||
                        profile_->find(lds::FileId::card_access) != nullptr;
  if (!expected) return ok();
  TRY_STATUS(read_card_access(Place::master_file));
  // The well-known open applet has it among its own files.
  if (card_access_.empty()) {
    TRY_STATUS(read_card_access(Place::application));
  }
  if (card_access_.empty()) return ok();
  auto offers = lds::decode_card_access(card_access_);
  if (offers) pace_offers_ = std::move(offers.value().pace);
  return ok();
}

Status DocumentSession::read_card_access(Place place) {
  if (place == Place::application) {
    TRY(auto selected, select_application());
    if (!selected) return ok();
  } else if (selected_ != Place::master_file) {
    TRY_STATUS(select_master_file());
  }
  auto read = read_file(plain_link(channel_, ApduForm::short_only), lds::FileId::card_access);
  if (!read) {
    if (!read.error().code.starts_with("chip.")) return std::move(read).error();
    return ok();  // a file that makes no sense offers nothing
  }
  if (!read.value().found()) return ok();
  card_access_ = std::move(read.value().content);
  pace_place_ = place;
  return ok();
}

Status DocumentSession::open(AccessProtocol protocol) {
  CHECK(has_key(protocol));
  TRY_STATUS(protocol == AccessProtocol::bac ? open_bac_session() : open_pace_session(*keys_.pace));
  opened_by_ = protocol;
  return ok();
}

Status DocumentSession::open_with_number() {
  CHECK(has_number_also());
  return open_pace_session(*keys_.pace_number_also);
}

Status DocumentSession::reopen() {
  CHECK(opened_by_.has_value());
  return open(*opened_by_);
}

Status DocumentSession::open_bac_session() {
  if (selected_ != Place::application || is_open()) {
    TRY(auto selected, select_application());
    if (!selected) return fail("chip.access_failed", "BAC: the chip has no document application");
  }
  auto opened = open_bac(channel_, *keys_.bac_seed, random_);
  if (!opened) return std::move(opened).error();
  messaging_.emplace(std::move(opened).value());
  return ok();
}

Status DocumentSession::open_pace_session(const PacePassword& password) {
  if (pace_offers_.empty()) {
    return fail("chip.access_failed", "PACE: the chip does not offer it in a form that is used here");
  }
  if (selected_ != pace_place_ || is_open()) {
    TRY_STATUS(pace_place_ == Place::application ? select_application() : select_master_file());
  }
  close();
  auto opened = open_pace(channel_, pace_offers_[0], password, random_, pace_offers_.size() > 1);
  if (!opened) return std::move(opened).error();
  messaging_.emplace(std::move(opened).value());
  if (selected_ == Place::application) return ok();
  TRY(auto selected, send(select_application_command()));
  if (selected.done()) {
    selected_ = Place::application;
    return ok();
  }
  close();
  return fail("chip.access_failed",
              refused("SELECT of the document application after PACE", selected.sw).message);
}

Command DocumentSession::select_application_command() const {
  return chip::select_application(profile_ == nullptr ? icao_application() : profile_->application);
}

Result<Response> DocumentSession::send(const Command& command) {
  CHECK(is_open());
  TRY(auto wrapped, messaging_->protect(command));
  TRY(auto response, exchange(channel_, wrapped, form_));
  return messaging_->open(response);
}

CardLink DocumentSession::link() {
  CHECK(is_open());
  const std::size_t wire = form_ == ApduForm::extended ? answer_bytes_max_ : kShortAnswerMax;
  return {[this](const Command& command) { return send(command); }, messaging_->plain_answer_max(wire)};
}

}  // namespace imprimatur::chip
