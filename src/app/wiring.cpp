#include "app/wiring.hpp"

#include <cstdlib>

#include "base/files.hpp"
#include "devices/face_reader/command_face_reader.hpp"
#include "devices/face_reader/virtual_face_reader.hpp"
#include "devices/ipp/ipp_printer.hpp"
#include "devices/pcsc/pcsc_reader.hpp"
#include "devices/pkcs11/pkcs11_vault.hpp"
#include "devices/transport/evolis_transport.hpp"
#include "devices/transport/virtual_transport.hpp"
#include "station/face_targets.hpp"

namespace imprimatur::app {
namespace {

constexpr std::string_view kTestTokenMark = "test";
constexpr std::size_t kPinBytesMax = 256;

// The reader whose name is, or begins with, the configured one.
Result<std::string> reader_named(const std::vector<std::string>& there, const std::string& wanted) {
  for (const std::string& name : there) {
    if (name == wanted || name.starts_with(wanted + " ")) return name;
  }
  return fail("wiring.reader", "pcscd has no reader of this name", wanted,
              "Compare line.readers with the readers that `imprimatur card readers` lists.");
}

Status open_readers(const Config& config, Devices& devices) {
  TRY(auto there, devices::list_readers());
  for (const std::string& wanted : config.line.readers) {
    TRY(auto name, reader_named(there, wanted));
    devices.readers.push_back(std::make_unique<devices::PcscReader>(name));
  }
  return ok();
}

Status open_printers(const Config& config, const Clock& clock, Devices& devices) {
  int number = 0;
  for (const PrinterConfig& printer_config : config.line.printers) {
    devices::IppPrinterSettings settings;
    settings.name = "printer-" + std::to_string(++number);
    settings.uri = printer_config.uri;
    if (printer_config.turns_about_long_edge) settings.duplex_turn = devices::DuplexTurn::long_edge;
    TRY(auto printer, devices::open_ipp_printer(settings, clock));
    devices.printers.push_back(std::move(printer));
  }
  return ok();
}

// Asks a person, and looks into the readers whether it is so.
void open_manual_transport(const Config& config, const Clock& clock, Devices& devices) {
  devices.desk = std::make_unique<LineDesk>(clock);
  devices.eyes = std::make_unique<LaneEyes>();
  devices.transport = std::make_unique<station::ManualTransport>(station::ManualTransport::Parts{
      *devices.desk, *devices.eyes, [eyes = devices.eyes.get()] { return eyes->bodies_on_record(); },
      static_cast<int>(config.line.readers.size()), static_cast<int>(config.line.printers.size())});
}

void open_evolis_transport(const EvolisConfig& config, Devices& devices) {
  devices::EvolisSettings settings;
  settings.service.host = config.host;
  settings.service.port = config.port;
  settings.device = config.device;
  settings.contactless = config.contactless;
  devices.eyes = std::make_unique<LaneEyes>();
  devices.transport = std::make_unique<devices::EvolisTransport>(std::move(settings), *devices.eyes);
}

// The driver is one that the configuration knows.
Status open_transport(const Config& config, const Clock& clock, Devices& devices) {
  if (config.line.transport_driver == "manual") {
    open_manual_transport(config, clock, devices);
    return ok();
  }
  if (config.line.transport_driver == "evolis") {
    open_evolis_transport(config.line.evolis, devices);
    return ok();
  }
  devices::VirtualTransport::Settings settings;
  settings.socket_path = config.line.transport_socket;
  devices.transport = std::make_unique<devices::VirtualTransport>(std::move(settings));
  return ok();
}

// The font of the MRZ, which readers compare with, is the pinned one that faces are printed with.
Result<std::unique_ptr<station::FaceReader>> open_face_reader(const Config& config, const Clock& clock) {
  const FaceReaderConfig& face = config.line.face_reader;
  const std::filesystem::path font = config.fonts / "ocr-b.ttf";
  if (face.driver == "virtual") {
    return devices::open_virtual_face_reader({face.spool, font, face.resolution_dpi}, clock);
  }
  return devices::open_command_face_reader({face.command, font, std::chrono::milliseconds(face.time_max_ms),
                                            static_cast<std::size_t>(face.image_bytes_max)},
                                           clock);
}

Status open_face_readers(const Config& config, const Loaded& loaded, const Clock& clock, Devices& devices) {
  const bool none = config.line.face_reader.driver == "none";
  for (const auto& [name, line] : loaded.products) {
    if (!line->product.face_reader) continue;
    if (none) {
      return fail("wiring.face_reader", "the product asks for a face reader and the line has none", name,
                  "Set line.face_reader in the configuration, or face_reader = false in the product.");
    }
    if (station::face_targets(line->face).empty()) {
      return fail("wiring.face_reader", "a machine can read nothing of the product's face", name,
                  "Put an MRZ, a QR code or a Code 128 on the face, or face_reader = false in the product.");
    }
  }
  if (none) return ok();
  for (int head = 0; head < config.line.face_reader.heads; ++head) {
    TRY(auto reader, open_face_reader(config, clock));
    devices.station.faces.push_back(std::make_shared<station::FaceStation>(*reader, clock));
    devices.face_readers.push_back(std::move(reader));
  }
  return ok();
}

}  // namespace

Result<std::unique_ptr<crypto::KeyVault>> open_vault(const Config& config) {
  if (!config.test_keys && config.vault.token_label.find(kTestTokenMark) != std::string::npos) {
    return fail("keys.test_keys", "the token is named as a test token", config.vault.token_label,
                "Use the real token; on a bench set test_keys = true.");
  }
  if (!config.vault.softhsm_conf.empty()) {
    ::setenv("SOFTHSM2_CONF", config.vault.softhsm_conf.c_str(), 1);  // before any thread runs
  }
  TRY(auto pin, read_file(config.vault.pin_file, kPinBytesMax));
  while (!pin.empty() && (pin.back() == '\n' || pin.back() == '\r')) pin.pop_back();
  TRY(auto vault, devices::Pkcs11Vault::open({.module = config.vault.module,
                                              .token_label = config.vault.token_label,
                                              .pin = Secret(std::move(pin))}));
  return std::unique_ptr<crypto::KeyVault>(std::move(vault));
}

Result<Devices> open_devices(const Config& config, const Loaded& loaded, const Clock& clock, Random& random) {
  Devices devices;
  TRY(devices.vault, open_vault(config));
  TRY_STATUS(open_readers(config, devices));
  TRY_STATUS(open_printers(config, clock, devices));
  TRY_STATUS(open_transport(config, clock, devices));
  TRY_STATUS(open_face_readers(config, loaded, clock, devices));
  for (const auto& reader : devices.readers) {
    devices.station.readers.push_back(std::make_shared<station::ChipStation>(
        *reader, *devices.vault, random, clock, loaded.anchors, loaded.revocation_lists));
  }
  const station::PrintLimits limits{std::chrono::milliseconds(config.line.card_time_min_ms),
                                    std::chrono::milliseconds(config.line.card_time_max_ms)};
  for (const auto& printer : devices.printers) {
    TRY(auto renderer, print::FaceRenderer::create({config.templates, config.fonts}, sha256_hex));
    devices.station.printers.push_back(
        std::make_shared<station::PrintStation>(*printer, std::move(renderer), clock, limits));
  }
  devices.station.transport = devices.transport.get();
  return devices;
}

}  // namespace imprimatur::app
