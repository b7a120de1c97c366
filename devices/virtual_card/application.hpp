// The ICAO application of the card (A0000002471001, or the name it was created with): what it lets be read,
// and the protocols of ICAO Doc 9303-11 that it takes part in once it is activated. A card of the default
// dialect is personalised here through StoreData and read back in the application's own SCP03 channel; one of
// files that asks for SCP03 takes its file commands in that channel.
// Volatile state ends with `deselect`; secure messaging belongs to the card. One thread at a time.
#pragma once

#include "devices/virtual_card/active_authentication.hpp"
#include "devices/virtual_card/bac.hpp"
#include "devices/virtual_card/chip_authentication.hpp"
#include "devices/virtual_card/file_reader.hpp"
#include "devices/virtual_card/iso7816_files.hpp"
#include "devices/virtual_card/store_data.hpp"

namespace imprimatur::devices {

const Bytes& issuer_domain_name();  // A000000151000000
const Bytes& application_name();    // A0000002471001

class Application {
 public:
  Application(Memory& memory, Random& random, WorkDone& work, SecureMessaging& messaging);

  // Power, or SELECT of anything: channels, challenges and the current file are forgotten.
  void deselect();

  // INSTALL [for personalization] arrived at the issuer domain. 6985 once activated.
  StatusWord begin_personalisation();
  // STORE DATA that the issuer domain forwards, plain.
  StatusWord store(const Command& command, const Secret& data_encryption_key);

  // A command while the application is selected, plain or in SCP03. The encoded answer.
  Bytes process(Command command, bool wrong_keys);
  // The same out of ISO secure messaging: plain already; `answer_max` bytes of answer have room.
  Response process_protected(const Command& command, std::size_t answer_max);

  bool personalised() const { return memory_.application_life() == ApplicationLife::personalised; }
  // Where EF.CardAccess of this card stands; PACE is done there.
  bool has_card_access_inside() const;
  std::uint16_t& current_file() { return current_file_; }
  void set_counterfeit_chip_key(bool counterfeit);

 private:
  Response process_plain(const Command& command, bool wrong_keys);
  Bytes process_in_scp03(Command command);
  // SELECT EF and READ BINARY; `answer_max` bytes of plain answer have room.
  Response read_command(const Command& command, std::size_t answer_max);
  Response in_channel(const Command& command, std::size_t answer_max);
  Response manage_environment(const Command& command);
  Readable entry(std::uint16_t file_id) const;
  StatusWord access(std::uint16_t file_id) const;
  bool open_to_personaliser() const;
  Response authenticate(const Command& command);

  Memory& memory_;
  Scp03 channel_;
  SecureMessaging& messaging_;
  BasicAccessControl access_control_;
  ChipAuthentication chip_authentication_;
  ActiveAuthentication active_authentication_;
  StoreData store_data_;
  Iso7816Files files_;  // of a card that is written in SCP03
  std::uint16_t current_file_ = 0;
};

}  // namespace imprimatur::devices
