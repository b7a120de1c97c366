// The transport of a card machine of Evolis: one feeder, one chip station, one print head, output and reject.
// JSON-RPC 2.0 on TCP, one request a connection: CMD.SendCommand {device, command, timeout} with the
// machine's raw commands: Si (insert under the head), Sis / Sic (contact, contactless station), Se (eject),
// Ser (reject), Pem;2 (the host handles errors). Implements station::Transport.
//
// UNTESTED ON THE REAL MACHINE. Written from a description of its protocol and tested against a mock server
// of ours that was written from the same: words in which the machine answers, its errors above all, are
// guesses. What was not understood is taken as "may have happened".
//
// The machine cannot read the number on a body and has no sensor that tells where a card is: who a card is
// tells its chip (station::ChipEyes), and after a restart only a card in the chip station is found. One
// thread; calls block, each at most `command_timeout` a command.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "devices/transport/json_rpc.hpp"
#include "station/transport.hpp"

namespace imprimatur::devices {

struct EvolisSettings {
  RpcTarget service{.host = "127.0.0.1", .port = 18'000};
  std::string device;        // name of the machine in the vendor's service
  bool contactless = false;  // which chip station
  std::chrono::milliseconds command_timeout{60'000};
};

class EvolisTransport final : public station::Transport {
 public:
  EvolisTransport(EvolisSettings settings, station::ChipEyes& eyes)
      : settings_(std::move(settings)), eyes_(eyes) {}

  // The feeder holds blanks of one class, whichever is asked for: a wrong one is refused by its chip. An
  // empty feeder is an error as any other of the machine.
  Result<std::string> take(int reader, std::string_view blank_class) override;
  Status move(std::string_view card, station::Place to) override;
  Result<std::vector<station::CardPlace>> list(bool with_hopper) override;

 private:
  Status command(const std::string& text);
  const char* chip_station() const { return settings_.contactless ? "Sic" : "Sis"; }

  EvolisSettings settings_;
  station::ChipEyes& eyes_;
  std::optional<station::CardPlace> inside_;  // the card that this run has fed
  bool lost_ = false;   // a move of it failed or was not answered: only what is seen tells where it is
  bool ready_ = false;  // Pem;2 was taken
  std::uint64_t calls_ = 0;
  std::uint64_t nameless_ = 0;  // cards without a chip that answers
};

}  // namespace imprimatur::devices
