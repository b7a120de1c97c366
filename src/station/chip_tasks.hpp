// The chip's steps as blocking calls for a reader's lane. Each takes the card's work, does one step with the
// reader and answers what it found. They know nothing of the ledger or of what comes next.
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "chip/card_channel.hpp"
#include "chip/inspect.hpp"
#include "crypto/key_vault.hpp"
#include "station/card_work.hpp"
#include "station/task_result.hpp"

namespace imprimatur::station {

// One reader as its lane sees it. Used by that lane only. Its steps are a port: the simulation puts a chip in
// their place that is told by its times and outcomes only.
class ChipStation {
 public:
  // All borrowed; they outlive the station. For the inspections: `anchors` are the trusted CSCAs,
  // `revocation_lists` the DER of their lists, which are copied.
  ChipStation(chip::CardReader& reader, crypto::KeyVault& vault, Random& random, const Clock& clock,
              const std::vector<crypto::Certificate>& anchors, std::vector<Bytes> revocation_lists = {})
      : reader_(reader),
        vault_(vault),
        random_(random),
        clock_(clock),
        anchors_(anchors),
        revocation_lists_(std::move(revocation_lists)) {}
  virtual ~ChipStation() = default;

  // Connects and reads who the chip is; evidence `chip` is the identity in hex.
  virtual TaskResult identify(const chip::ChipProfile& profile);

  // Signs EF.SOD over work.files (adding it there), writes, reads back, rotates keys, activates.
  virtual TaskResult write(CardWork& work);

  // As a border gate: a cold card, access from the printed data, everything compared. Fills work.read_back.
  virtual TaskResult inspect(CardWork& work);

  // After a cut: chip_untouched, success (it stands an inspection), failed or unknown. A chip that already
  // has the card's own keys is closed to the end first.
  virtual TaskResult look(CardWork& work);

  // In the printed card: that the chip is the one that was written for this job. Fills work.reread.
  virtual TaskResult reread(CardWork& work);

  // Who the chip in the reader is, by the first of these profiles that can tell; nothing when there is no
  // card. Leaves the card unpowered. Error reader.hung: a call to this reader has not come back.
  Result<std::optional<std::string>> see(const std::vector<const chip::ChipProfile*>& profiles);

  // Whether the reader answers at all, with or without a card: after it was lost or hung. Ends a connection
  // that is left.
  virtual TaskResult probe();

  // Ends the connection and powers the card off: before it is taken away.
  virtual void release();

 private:
  struct Connection {
    chip::CardChannel* channel = nullptr;
    bool same_card = false;  // the one of the connection before, for certain
  };
  Result<Connection> cold_channel();
  std::optional<TaskResult> connect(const CardWork& work, chip::CardChannel*& channel);
  Status sign(CardWork& work);
  TaskResult inspect_by_signature(chip::CardChannel& channel, CardWork& work);

  chip::CardReader& reader_;
  crypto::KeyVault& vault_;
  Random& random_;
  const Clock& clock_;
  const std::vector<crypto::Certificate>& anchors_;
  const std::vector<Bytes> revocation_lists_;
  std::unique_ptr<chip::CardChannel> channel_;
  std::atomic<bool> in_use_{false};  // by a call; one that hangs keeps it
};

// base64url of SHA-256(salt ‖ what): commits to personal bytes without telling them.
std::string commitment(ByteView salt, ByteView what);

}  // namespace imprimatur::station
