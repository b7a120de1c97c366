// Which blank stands in a reader: asked on that reader's own lane, so that nothing else talks to it
// meanwhile, and looked up in the receipts. Implements station::ChipEyes for transports that cannot read a
// body's number. Used on the transport's lane.
#pragma once

#include <memory>
#include <vector>

#include "app/loading.hpp"
#include "ledger/reader.hpp"
#include "station/chip_tasks.hpp"
#include "station/manual_transport.hpp"
#include "station/workers.hpp"

namespace imprimatur::app {

class LaneEyes final : public station::ChipEyes {
 public:
  // Before anything is asked. All are borrowed and outlive this, the reader is taken.
  struct Sight {
    station::Workers& workers;
    const std::vector<std::shared_ptr<station::ChipStation>>& readers;  // reader-1 …
    const Loaded& loaded;                                               // whose profiles tell who a chip is
    std::unique_ptr<ledger::LedgerReader> receipts;
  };
  void open(Sight sight) { sight_ = std::make_unique<Sight>(std::move(sight)); }

  // Errors reader.* and chip.* as ChipStation::see, reader.hung, eyes.closed before `open`.
  Result<Seen> see(int reader) override;

  // The blanks of open attempts on record: what may be on the line after a restart.
  Result<std::vector<station::ManualTransport::Body>> bodies_on_record();

 private:
  Result<std::optional<std::string>> chip_in(int reader);

  std::unique_ptr<Sight> sight_;
};

}  // namespace imprimatur::app
