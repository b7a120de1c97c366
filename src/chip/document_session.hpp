// The way to a finished document: what it offers, access with the printed data, and commands under secure
// messaging. Blocks; one thread; the channel and the profile must outlive it.
//
// Errors are the channel's; chip.access_failed and chip.secure_messaging where a function says so.
#pragma once

#include <optional>
#include <vector>

#include "chip/counting_channel.hpp"
#include "chip/pace.hpp"
#include "chip/profile.hpp"

namespace imprimatur::chip {

// What opens the document. BAC needs the printed zone; PACE the zone or the card access number.
struct AccessKeys {
  std::optional<Secret> bac_seed;
  std::optional<PacePassword> pace;              // of the zone; of the number where the zone is not there
  std::optional<PacePassword> pace_number_also;  // of the number where the zone is there too
};
// Errors mrz.*, chip.can.
Result<AccessKeys> access_keys(const std::optional<lds::TravelMrz>& mrz,
                               const std::optional<std::string>& can);

class DocumentSession {
 public:
  // `profile` nullptr: any ICAO document.
  DocumentSession(CardChannel& channel, const ChipProfile* profile, AccessKeys keys, Random& random);

  // In clear: EF.ATR/INFO where it may allow longer answers, EF.CardAccess where PACE may be offered.
  Status look_around();
  const Bytes& card_access() const { return card_access_; }  // whole file; empty when not read
  const std::vector<lds::PaceInfo>& pace_offers() const { return pace_offers_; }
  bool has_key(AccessProtocol protocol) const;
  bool has_number_also() const { return keys_.pace_number_also.has_value(); }
  bool has_number_only() const { return keys_.pace && keys_.pace->kind == PasswordKind::can; }

  // Selects the application in clear, which ends a session. False when the card has none.
  Result<bool> select_application();
  // One command in clear.
  Result<Response> send_plain(const Command& command);

  // Access by one protocol, the application selected. Also error chip.access_failed.
  Status open(AccessProtocol protocol);
  // PACE with the number that was given beside the zone (CHECK: has_number_also). Also error
  // chip.access_failed.
  Status open_with_number();
  // Again by the protocol that `open` took last. Also error chip.access_failed.
  Status reopen();
  bool is_open() const { return messaging_.has_value(); }
  bool alive() const { return messaging_ && messaging_->alive(); }
  void close() { messaging_.reset(); }
  // The keys of chip authentication take the place of those of access.
  void switch_to(SecureMessaging messaging) { messaging_.emplace(std::move(messaging)); }

  // One command under secure messaging. Also error chip.secure_messaging. CHECK: is_open.
  Result<Response> send(const Command& command);
  CardLink link();

  CardChannel& channel() { return channel_; }
  const ApduCount& count() const { return channel_.count(); }

 private:
  enum class Place { unknown, master_file, application };

  Command select_application_command() const;
  Result<bool> select_in_clear(Place place, const Command& select);
  Result<bool> select_master_file();
  Status learn_limits();
  Status learn_offers();
  Status read_card_access(Place place);
  Status open_bac_session();
  Status open_pace_session(const PacePassword& password);

  CountingChannel channel_;
  const ChipProfile* profile_;
  AccessKeys keys_;
  Random& random_;
  ApduForm form_;
  std::size_t answer_bytes_max_ = kShortAnswerMax;  // on the wire
  Place selected_ = Place::unknown;
  Place pace_place_ = Place::master_file;
  Bytes card_access_;
  std::vector<lds::PaceInfo> pace_offers_;
  std::optional<SecureMessaging> messaging_;
  std::optional<AccessProtocol> opened_by_;
};

}  // namespace imprimatur::chip
