// Port chip::CardReader over PC/SC (libpcsclite and pcscd): one context a reader, used by one thread.
//
// No other thread may touch a reader or its channel: libpcsclite holds a global lock while it waits for a
// context's, so a second thread on the same context can freeze every PC/SC call of the process. A hung card
// blocks its thread without limit; whoever watches marks the reader as failed and abandons it.
//
// A restart of pcscd is survived: the call that meets it fails as the port says, or, where nothing was sent
// to a card yet, begins again with a new context.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chip/card_channel.hpp"

namespace imprimatur::devices {

class PcscChannel;
class PcscContext;

// Names of the readers that pcscd has now. Errors reader.service (pcscd does not run). Any thread; a context
// of its own.
Result<std::vector<std::string>> list_readers();

struct PcscReaderOptions {
  // Whether the reader carries extended-length APDUs; nothing: what it says itself (PC/SC part 10, property
  // dwMaxAPDUDataSize), and no when it says nothing.
  std::optional<bool> extended_length;
};

class PcscReader final : public chip::CardReader {
 public:
  explicit PcscReader(std::string name, PcscReaderOptions options = {});
  ~PcscReader() override;

  std::string name() const override { return name_; }
  // The channel keeps the reader's context alive, and ends with SCARD_UNPOWER_CARD.
  Result<std::unique_ptr<chip::CardChannel>> connect() override;
  // Waits in pieces of at most one second. Errors reader.gone, reader.service.
  Result<bool> wait_for_card(bool present, int timeout_ms) override;

 private:
  Result<std::unique_ptr<PcscChannel>> connect_once(unsigned long card_events);

  std::string name_;
  std::optional<bool> extended_length_;       // asked for once
  std::optional<unsigned long> events_seen_;  // pcscd's count of card events when a card was waited for
  std::shared_ptr<PcscContext> context_;
};

}  // namespace imprimatur::devices
