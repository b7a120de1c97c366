// Which device implements which port: the only place that knows the devices.
#pragma once

#include <memory>
#include <vector>

#include "app/config.hpp"
#include "app/lane_eyes.hpp"
#include "app/line_desk.hpp"
#include "app/loading.hpp"
#include "base/random.hpp"
#include "crypto/key_vault.hpp"
#include "station/station.hpp"

namespace imprimatur::app {

// Owns the devices; `station` borrows or shares them and goes first.
struct Devices {
  std::unique_ptr<crypto::KeyVault> vault;
  std::vector<std::unique_ptr<chip::CardReader>> readers;
  std::vector<std::unique_ptr<print::Printer>> printers;
  std::unique_ptr<LaneEyes> eyes;  // of transports that cannot read a body's number; opened by the daemon
  std::unique_ptr<LineDesk> desk;  // of the manual transport
  std::unique_ptr<station::Transport> transport;
  std::vector<std::unique_ptr<station::FaceReader>> face_readers;
  station::StationDevices station;
};

// The key vault of the configuration: its PIN is read from a file, the token's name must not say "test"
// unless test keys are allowed. Errors vault.*, keys.test_keys.
Result<std::unique_ptr<crypto::KeyVault>> open_vault(const Config& config);

// Every device of the line. `loaded` (its anchors, its revocation lists), clock and random are borrowed and
// outlive the devices. Error wiring.face_reader: a product asks for a face reader and there is none,
// or nothing on its face can be read. A printer that does not answer yet is no error; a PC/SC reader that is
// not there is (wiring.reader).
Result<Devices> open_devices(const Config& config, const Loaded& loaded, const Clock& clock, Random& random);

}  // namespace imprimatur::app
