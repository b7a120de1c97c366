// One virtual card: the chip of a blank, from power on to power off. Implements the card's side of
// spec/virtual-card.md by itself. Owns its memory; the owner keeps `take_unsaved` on disk.
//
// One thread at a time. Nothing here waits: `take_elapsed_us` says how long a real card would have taken.
#pragma once

#include <memory>

#include "base/random.hpp"
#include "devices/virtual_card/command_chain.hpp"
#include "devices/virtual_card/emrtd_applet.hpp"
#include "devices/virtual_card/faults.hpp"
#include "devices/virtual_card/iso7816_files.hpp"
#include "devices/virtual_card/issuer_domain.hpp"
#include "devices/virtual_card/pace.hpp"
#include "devices/virtual_card/time_model.hpp"

namespace imprimatur::devices {

class Card {
 public:
  // `random` gives challenges and ephemeral keys and must outlive the card.
  Card(Memory memory, Random& random, TimeModel time_model = kInstant);
  Card(const Card&) = delete;
  Card& operator=(const Card&) = delete;

  const CardIdentity& identity() const { return memory_.identity(); }
  const Memory& memory() const { return memory_; }

  // Cold or warm reset: the answer to reset, or nothing from a dead card.
  Bytes power_on();
  void power_off();
  bool powered() const { return powered_; }

  // One command; data and status word. Empty when there is no answer: without power, when power was lost in
  // the command, or when the card is mute (then `hanging` is true until power goes).
  Bytes process(ByteView apdu);
  bool hanging() const { return hanging_; }

  void set_fault(Fault fault);
  const Fault& fault() const { return fault_; }

  // Virtual microseconds since the last call.
  std::uint64_t take_elapsed_us();
  // Bytes to append to the card's file; empty when nothing changed.
  Bytes take_unsaved() { return memory_.take_unsaved(); }

 private:
  enum class Selected { issuer_domain, master_file, application };

  Bytes answer(ByteView apdu);
  Bytes dispatch(Command command);
  Bytes dispatch_plain(Command command);
  Bytes dispatch_protected(Command command);
  bool can_select_anew(const Command& command) const;
  Response select(const Command& command, bool is_protected);
  Response select_by_name(const Command& command, bool is_protected);
  void enter(Selected selected);
  bool is_pace_command(const Command& command) const;
  Response pace(const Command& command);
  std::optional<Response> write(const Command& command);
  Response in_master_file(const Command& command, std::size_t answer_max);
  Response get_identity(const Command& command) const;
  Readable master_file_entry(std::uint16_t file_id) const;
  const Bytes* name_of_application() const;
  Dialect dialect() const { return memory_.identity().kind.dialect; }
  // Files that anyone may write until they are activated; such a card has no issuer domain.
  bool has_open_files() const {
    return dialect() == Dialect::iso7816_files && !written_in_channel(memory_.identity().kind);
  }
  void lose_volatile_state();
  void lose_power();

  Memory memory_;
  WorkDone work_;
  SecureMessaging messaging_;
  Pace pace_;
  Application application_;
  IssuerDomain issuer_domain_;
  Iso7816Files files_;
  EmrtdApplet applet_;
  CommandChain chain_;
  AnswerParts answer_parts_;
  TimeModel time_model_;
  Fault fault_;
  bool powered_ = false;
  bool hanging_ = false;
  std::size_t commands_ = 0;  // since power on
  Selected selected_ = Selected::issuer_domain;
  std::uint16_t current_file_ = 0;  // under the master file
  Bytes information_file_;          // EF.ATR/INFO
  std::uint64_t elapsed_us_ = 0;
};

}  // namespace imprimatur::devices
