// Ports CardReader and CardChannel: the way to a chip. Implemented by devices/pcsc, and by the virtual
// card directly in tests.
//
// One thread a reader: a channel is used by the thread that connected it and by no other.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur::chip {

class CardChannel {
 public:
  virtual ~CardChannel() = default;  // ends the connection and powers the card off

  // Sends one command APDU, answers data ‖ SW1 SW2 (at least 2 bytes). Blocks.
  // Errors: card.removed, card.reset, card.transport, all with Happened::unknown: the card may have
  // executed the command. Never retried here.
  virtual Result<Bytes> transmit(ByteView command) = 0;

  // Cold reset; the answer to reset. Ends every secure channel. Errors as above.
  virtual Result<Bytes> reset() = 0;

  virtual const Bytes& atr() const = 0;

  // Whether the reader carries extended-length APDUs.
  virtual bool extended_length() const = 0;
};

class CardReader {
 public:
  virtual ~CardReader() = default;
  virtual std::string name() const = 0;
  // Exclusive connection to the card that is in the reader, powered cold.
  // Errors reader.no_card, reader.in_use, reader.gone, reader.mute (all Happened::no).
  virtual Result<std::unique_ptr<CardChannel>> connect() = 0;
  // Waits until a card is there (or gone), at most `timeout_ms`. True when it is so.
  virtual Result<bool> wait_for_card(bool present, int timeout_ms) = 0;
};

}  // namespace imprimatur::chip
