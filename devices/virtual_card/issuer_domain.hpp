// The issuer domain of the card (A000000151000000): SCP03, key rotation, life cycle, data objects, and
// personalisation of the application through it (GlobalPlatform Card Specification 2.3.1 chapter 11).
// One thread at a time.
#pragma once

#include "devices/virtual_card/application.hpp"

namespace imprimatur::devices {

class IssuerDomain {
 public:
  IssuerDomain(Memory& memory, Application& application, WorkDone& work);

  void deselect();
  // The file control information that SELECT answers.
  Bytes control_information() const;
  bool channel_open() const { return channel_.open(); }

  // A command while the domain is selected. The encoded answer.
  Bytes process(Command command, bool wrong_keys);

 private:
  Response process_plain(const Command& command, bool wrong_keys);
  Response process_secured(const Command& command);
  Response install(const Command& command);
  Response store_data(const Command& command);
  Response put_key(const Command& command);
  Response set_status(const Command& command);
  Response get_status(const Command& command) const;
  Response get_data(const Command& command) const;

  Memory& memory_;
  Application& application_;
  Scp03 channel_;
  WorkDone& work_;
  bool personalising_ = false;  // INSTALL [for personalization] was given in this channel
};

}  // namespace imprimatur::devices
