// An open SCP03 channel with a card: keys by vault, authentication, and commands through it.
// One thread; the card channel, vault and profile must outlive it.
#pragma once

#include <memory>

#include "chip/scp03.hpp"

namespace imprimatur::chip {

class SecureChannel {
 public:
  // SELECT `aid`, INITIALIZE UPDATE with the key set's version, keys from the vault by the card's
  // diversification data, EXTERNAL AUTHENTICATE at the profile's level. Errors as in personalise.hpp; one
  // attempt only. Before the attempt: chip.scp03_answer when the card's i parameter lacks what the level asks
  // for. `limits` narrow the lengths of commands and answers to what the card takes (card_limits.hpp).
  static Result<SecureChannel> open(CardChannel& channel, const ChipProfile& profile, ByteView aid,
                                    const KeySetReference& key_set, const TransferLimits& limits,
                                    crypto::KeyVault& vault, Random& random);
  // As `open` without SELECT: the domain or application is selected already.
  static Result<SecureChannel> open_selected(CardChannel& channel, const ChipProfile& profile,
                                             const KeySetReference& key_set, crypto::KeyVault& vault,
                                             Random& random);
  // Wraps, sends, unwraps. Error chip.session_lost (Happened::unknown when the command writes), and the
  // channel's.
  Result<Response> send(const Command& command);
  // As `send`, and a status word other than 9000 is an error (status_words.hpp). `doing` names the step.
  Result<Bytes> must(std::string_view doing, const Command& command);

  ByteView dek() const { return dek_.reveal(); }
  ByteView diversification_data() const { return diversification_data_; }
  std::size_t command_data_max() const;  // plain data bytes of one command
  std::size_t answer_data_max() const;
  CardLink link();  // must not outlive the channel

 private:
  SecureChannel(CardChannel& channel, const ChipProfile& profile, Scp03Session session);

  CardChannel* channel_;
  const ChipProfile* profile_;
  ApduForm form_;
  TransferLimits limits_;
  Scp03Session session_;
  Secret dek_;  // static K-DEK; the other static keys are not needed any more
  Bytes diversification_data_;
};

}  // namespace imprimatur::chip
