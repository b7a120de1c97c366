// The ICAO application of the card (A0000002471001): personalised through StoreData, read back in its own
// SCP03 channel before activation, read after BAC under 3DES secure messaging afterwards (ICAO Doc 9303-10,
// -11). Volatile state ends with `deselect`. One thread at a time.
#pragma once

#include "devices/virtual_card/bac.hpp"
#include "devices/virtual_card/store_data.hpp"

namespace imprimatur::devices {

const Bytes& issuer_domain_name();  // A000000151000000
const Bytes& application_name();    // A0000002471001

class Application {
 public:
  Application(Memory& memory, Random& random, WorkDone& work);

  // Power, or SELECT of anything: channels, challenges and the current file are forgotten.
  void deselect();

  // INSTALL [for personalization] arrived at the issuer domain. 6985 once activated.
  StatusWord begin_personalisation();
  // STORE DATA that the issuer domain forwards, plain.
  StatusWord store(const Command& command, const Secret& data_encryption_key);

  // A command while the application is selected, in whichever channel it comes. The encoded answer.
  Bytes process(Command command, bool wrong_keys);

 private:
  Response process_plain(const Command& command, bool wrong_keys);
  Bytes process_in_scp03(Command command);
  Bytes process_in_3des(Command command);
  // SELECT EF and READ BINARY; `answer_max` bytes of plain answer have room.
  Response read_command(const Command& command, std::size_t answer_max);
  StatusWord access(std::uint16_t file_id) const;
  bool personalised() const { return memory_.application_life() == ApplicationLife::personalised; }
  Response authenticate(const Command& command);

  Memory& memory_;
  Scp03 channel_;
  SecureMessaging messaging_;
  BasicAccessControl access_control_;
  StoreData store_data_;
  std::uint16_t current_file_ = 0;
};

}  // namespace imprimatur::devices
