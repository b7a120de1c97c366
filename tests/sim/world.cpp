#include "tests/sim/world.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "crypto/digest.hpp"
#include "tests/chip/card_bench.hpp"
#include "tests/job/job_fixture.hpp"
#include "tests/ledger/kept_journals.hpp"
#include "tests/sim/seeded_openssl.hpp"

namespace imprimatur::sim {
namespace {

using station::Place;

constexpr int kPollIntervalMs = 5000;
constexpr int kTurnsMax = 20000;  // a run that takes more never ends
constexpr std::size_t kEntriesMax = 100000;

const ledger::LedgerIdentity kIdentity{"simulated", "simulated.example/log-1"};

std::string sha256_hex(ByteView bytes) {
  return to_hex_lower(crypto::sha256(bytes));
}

// Keys and certificates are costly and the same in every world.
struct Trust {
  crypto::PrivateKey csca_key = crypto::PrivateKey::generate(crypto::KeyType::ec_p256).value();
  crypto::PrivateKey signer_key = crypto::PrivateKey::generate(crypto::KeyType::ec_p256).value();
  crypto::PrivateKey large_key = crypto::PrivateKey::generate(crypto::KeyType::ec_p384).value();
  crypto::Certificate csca = issue(crypto::CertificateRole::csca, nullptr, csca_key, 11);
  crypto::Certificate signer = issue(crypto::CertificateRole::document_signer, &csca, signer_key, 11);
  crypto::Certificate large = issue(crypto::CertificateRole::document_signer, &csca, large_key, 11);
  crypto::Certificate brief = issue(crypto::CertificateRole::document_signer, &csca, signer_key, 2);

  crypto::Certificate issue(crypto::CertificateRole role, const crypto::Certificate* issuer,
                            const crypto::PrivateKey& key, int years) const {
    const bool root = role == crypto::CertificateRole::csca;
    crypto::CertificateRequest request;
    request.role = role;
    request.country = "UT";
    request.icao_code = "UTO";
    request.organization = "Imprimatur test";
    request.common_name = root ? "Test CSCA" : "Test DS";
    request.contact_mail = "pki@example.test";
    request.crl_uri = "http://example.test/crl";
    if (!root) request.document_types = {"I"};
    request.serial = crypto::digest(crypto::HashAlgorithm::sha256, key.public_key().spki_der());
    request.serial.resize(8);
    request.serial[0] = static_cast<std::uint8_t>(years);
    request.not_before = job::now() - std::chrono::hours(24 * 10);
    request.not_after = job::now() + std::chrono::hours(24 * 365 * years);
    request.usage_to = job::now() + std::chrono::hours(24 * 80);
    const auto sign = [this](ByteView message) -> Result<Bytes> {
      return csca_key.sign(crypto::HashAlgorithm::sha256, crypto::SignatureForm::raw, message);
    };
    return crypto::issue_certificate(request, key.public_key(), issuer, csca_key.public_key(), sign).value();
  }
};

const Trust& trust() {
  static const Trust trust = [] {
    const SeededOpenSsl same_in_every_process(1);
    return Trust();
  }();
  return trust;
}

station::DocumentSigner signer_named(const std::string& label) {
  if (label == "ds-UTO-2") return {label, trust().large};
  return {label, label == "ds-short" ? trust().brief : trust().signer};
}

const Bytes& portrait() {
  static const Bytes portrait = read_file(TEST_DATA_DIR "/portrait.jpg").value();
  return portrait;
}

// One thread, many worlds: fonts and templates are read once.
std::shared_ptr<print::FaceRenderer> renderer() {
  static const std::shared_ptr<print::FaceRenderer> renderer =
      print::FaceRenderer::create({job::templates(), FONTS_DIR}, sha256_hex).value();
  return renderer;
}

std::shared_ptr<const station::ProductLine> load_line() {
  static const auto line = [] {
    const std::filesystem::path templates = job::templates();
    auto product = job::load_product(templates, "utopia-id").value();
    auto profile = chip::load_profile(templates / "chips", product.chip_profile).value();
    // With fingerprints as well, which no gate may read: what is compared after a crash must not need that.
    product.data_groups.insert(product.data_groups.begin() + 2, lds::FileId::dg3);
    product.optional_groups.insert(lds::FileId::dg3);
    profile.files.insert(profile.files.end() - 2, chip::ProfileFile{.file = lds::FileId::dg3,
                                                                    .read = chip::ReadRule::terminal,
                                                                    .required = false,
                                                                    .short_id = 3,
                                                                    .create = {}});
    auto face = print::load_face_template(templates, product.face_template).value();
    const std::string face_hash = sha256_hex(bytes_of(face.source_text));
    const std::string profile_hash =
        sha256_hex(bytes_of(read_text_file(templates / "chips" / (product.chip_profile + ".json")).value()));
    return std::make_shared<const station::ProductLine>(station::ProductLine{std::move(product),
                                                                             std::move(profile),
                                                                             std::move(face),
                                                                             {{"ds-UTO", trust().signer}},
                                                                             profile_hash,
                                                                             face_hash});
  }();
  return line;
}

// Personalised, with its own keys only (version 31 of the profile), and the issuer domain SECURED (design
// section 7).
bool chip_is_closed(const devices::Memory& chip) {
  return chip.card_life() == devices::CardLife::secured &&
         chip.application_life() == devices::ApplicationLife::personalised && chip.key_sets().size() == 1 &&
         chip.key_set(0x31) != nullptr;
}

std::string digits(int number, std::size_t width) {
  const std::string text = std::to_string(number);
  return std::string(width - text.size(), '0') + text;
}

ledger::NewJob make_job(int number, const job::Product& product) {
  ledger::NewJob made;
  job::JobDocument& document = made.document;
  document = job::utopian();
  document.id = "00000000-0000-4000-8000-" + digits(number, 12);
  document.document.number = "D" + digits(23145000 + number, 8);
  document.holder.personal_number = "1234" + digits(number, 6);
  document.holder.secondary_identifier = number % 2 == 0 ? "Anna Maria" : "Berta";
  document.holder.name_printed = document.holder.secondary_identifier + " Eriksson";
  document.images["face"] = {"image/jpeg", to_base64url(crypto::sha256(portrait()))};
  if (number % 2 == 0) {
    const Bytes finger(500, static_cast<std::uint8_t>(number));
    document.images["finger_right_index"] = {"application/octet-stream",
                                             to_base64url(crypto::sha256(finger))};
    made.images["finger_right_index"] = finger;
  }
  document.mrz = job::compose_mrz(document, product).value();
  made.document_text = job::write_document(document);
  made.envelope_digest = to_base64url(crypto::sha256(bytes_of("envelope " + std::to_string(number))));
  made.salt = Bytes(32, static_cast<std::uint8_t>(number));
  made.images["face"] = portrait();
  made.approval = {{"payload", "cGF5bG9hZA"}, {"signatures", json::array{}}};
  made.approval_id = "00000000-0000-4000-9000-" + digits(number, 12);
  made.approval_digest = "approval-" + std::to_string(number);
  return made;
}

}  // namespace

class World::TraceLog final : public Log {
 public:
  void write(const LogMessage& message, std::initializer_list<LogField> fields) override {
    if (!keeps) return;
    std::string line(message.id);
    for (const auto& [name, value] : fields) line += " " + std::string(name) + "=" + value;
    lines.push_back(std::move(line));
  }
  std::vector<std::string> lines;
  bool keeps = true;
};

// As the bench has it: every card's evidence is kept, and must be complete.
class World::KeptEvidence final : public station::CardEvidence {
 public:
  void keep_chip(const std::string& job, const lds::FileMap& files) override {
    if (files.contains(lds::FileId::sod) && files.contains(lds::FileId::dg1)) kept[job].insert("chip");
  }
  void keep_face(const std::string& job, const Bytes& pdf) override {
    if (!pdf.empty()) kept[job].insert("face");
  }
  void keep_record(const std::string& job, const json::object& record) override {
    if (!record.at("chip").as_string().empty()) kept[job].insert("record");
  }
  std::map<std::string, std::set<std::string>> kept;
};

World::World(WorldSize size)
    : size_(std::move(size)),
      log_(std::make_unique<TraceLog>()),
      evidence_(std::make_unique<KeptEvidence>()) {
  log_->keeps = size_.keeps_trace;
  vault_.add_card_master("transport-master", hex(chip::testing::kTransportMaster));
  vault_.add_card_master("card-master", hex(chip::testing::kCardMaster));
  vault_.add_hmac("holder-hmac", Bytes(32, 0x21));
  vault_.add_signing_key("ds-UTO", trust().signer_key);
  vault_.add_signing_key("ds-UTO-2", trust().large_key);
  vault_.add_signing_key("ds-short", trust().signer_key);
  anchors_ = {trust().csca};
  auto line = std::make_shared<station::ProductLine>(*load_line());
  line->signers.clear();
  line->product.face_reader = size_.face_reader;
  for (const auto& label : size_.signers) line->signers.push_back(signer_named(label));
  products_.emplace("utopia-id", std::move(line));
  for (int i = 1; i <= size_.readers; ++i) {
    readers_.push_back(std::make_unique<SimulatedReader>(i, transport_, clock_));
  }
  for (int i = 1; i <= size_.printers; ++i) {
    printers_.push_back(std::make_unique<SimulatedPrinter>(i, transport_, clock_));
  }
  transport_.on_reader_emptied = [this](const std::string& reader) { workers_.end_hang(reader); };
  ledger_ = ledger::Ledger::create(folder_ / "ledger.sqlite", kIdentity, {clock_, random_, vault_}).value();
  start();
}

World::~World() {
  test_support::keep_journal(ledger_file());
}

std::shared_ptr<station::ChipStation> World::chip_station(SimulatedReader& reader) {
  if (!size_.modelled_chips) {
    return std::make_shared<station::ChipStation>(reader, vault_, random_, clock_, anchors_);
  }
  return std::make_shared<ModelledChipStation>(
      ModelledChipStation::Around{reader, transport_, clock_, dice_, chip_trouble_, on_chip_write_}, vault_,
      random_, anchors_);
}

void World::start() {
  station::StationDevices devices;
  for (const auto& reader : readers_) {
    devices.readers.push_back(chip_station(*reader));
  }
  for (const auto& printer : printers_) {
    devices.printers.push_back(std::make_shared<station::PrintStation>(
        *printer, renderer(), clock_, station::PrintLimits{std::chrono::seconds(8)}));
  }
  devices.transport = &line_transport();
  if (size_.face_reader) {
    devices.faces.push_back(std::make_shared<station::FaceStation>(face_reader_, clock_));
  }
  station_ = std::make_unique<station::Station>(
      station::Station::Ports{*ledger_, workers_, clock_, random_, *log_,
                              size_.keeps_trace ? evidence_.get() : nullptr},
      std::move(devices), products_,
      station::StationOptions{.line = "line-1",
                              .poll_interval_ms = kPollIntervalMs,
                              .signatures_max = size_.signatures_max,
                              .derivations_max = size_.derivations_max,
                              .printer_look_ms = size_.printer_look_ms});
  commits_ = 0;
  turn([this] { station_->recover(); });
}

void World::restart_killed() {
  size_.disk->cut_power();
  workers_.drop_calls();
  station_.reset();
  ledger_.reset();
  size_.disk->end_process();
  restart();
}

void World::restart_from(DiskImage image) {
  size_.disk->cut_power();
  workers_.drop_calls();
  station_.reset();
  ledger_.reset();
  size_.disk->boot(std::move(image));
  restart();
}

// A person's transport knows nothing of an earlier run.
station::Transport& World::line_transport() {
  if (!size_.manual) return transport_;
  const auto on_record = [this]() -> Result<std::vector<station::ManualTransport::Body>> {
    std::vector<station::ManualTransport::Body> bodies;
    TRY(const auto attempts, reader()->open_attempts());
    for (const auto& attempt : attempts) {
      if (attempt.state != job::AttemptState::in_doubt) bodies.push_back({attempt.blank, kClass});
    }
    return bodies;
  };
  manual_ = std::make_unique<station::ManualTransport>(station::ManualTransport::Parts{
      person_, eyes_, on_record, static_cast<int>(readers_.size()), static_cast<int>(printers_.size())});
  return *manual_;
}

void World::restart(std::optional<Crash> crash) {
  workers_.drop_calls();
  station_.reset();
  ledger_.reset();
  crash_ = crash;
  crashed_ = false;
  failure_.reset();
  log_->lines.emplace_back("-- restart");
  auto opened = ledger::Ledger::open(folder_ / "ledger.sqlite", kIdentity, {clock_, random_, vault_});
  if (!opened) return fails(opened.error());
  ledger_ = std::move(opened).value();
  start();
}

void World::fails(Error error) {
  crashed_ = true;
  failure_ = std::move(error);
}

bool World::turn(const std::function<void()>& work) {
  if (crashed_) return false;
  if (auto begun = ledger_->begin_group(); !begun) fails(begun.error());
  if (crashed_) return false;
  work();
  // As the daemon: what a halted station has noted is not committed.
  crashed_ = !station_->halted().empty();
  if (crashed_) return false;
  if (auto committed = ledger_->commit_group(); !committed) fails(committed.error());
  if (crashed_) return false;
  ++commits_;
  if (crash_ && --crash_->after_commits <= 0) {
    crashed_ = true;
    if (crash_->effects_ran) {
      station_->start_decided();
      workers_.finish_calls_and_drop_reports();
    }
    return false;
  }
  station_->start_decided();
  return station_->halted().empty();
}

bool World::run() {
  for (int i = 0; i < kTurnsMax; ++i) {
    if (crashed_) return false;
    const station::Report report = workers_.next_report();
    if (!report) return true;
    if (!turn(report)) return false;
  }
  return false;
}

void World::run_for(std::chrono::milliseconds time) {
  const SteadyTime until = clock_.steady() + time;
  for (int i = 0; i < kTurnsMax && clock_.steady() < until; ++i) {
    const station::Report report = workers_.next_report();
    if (!report || !turn(report)) return;
  }
}

void World::run_turns(int turns) {
  for (int i = 0; i < turns; ++i) {
    const station::Report report = workers_.next_report();
    if (!report || !turn(report)) return;
  }
}

void World::pause(bool paused) {
  turn([&] { station_->pause(paused); });
}

void World::drain() {
  turn([&] { station_->drain(); });
}

std::string World::serial(int number) {
  return "B" + digits(number, 6);
}

void World::add_blanks(int count, bool stocked) {
  const std::string earlier = std::exchange(unreceived_, {});
  for (int i = 0; i < count; ++i) {
    transport_.bodies.push_back(make_body(serial(++bodies_made_), kClass, chip_random_));
    const Body& body = *transport_.bodies.back();
    unreceived_ += body.serial + "," + kClass + "," + to_hex(body.chip->identity().cplc) + "\n";
  }
  if (stocked) receive();
  unreceived_ = earlier + unreceived_;
}

void World::add_swapped_blanks() {
  const std::string earlier = std::exchange(unreceived_, {});
  for (int i = 0; i < 2; ++i) {
    transport_.bodies.push_back(make_body(serial(++bodies_made_), kClass, chip_random_));
  }
  const auto& bodies = transport_.bodies;
  for (std::size_t i = 0; i < 2; ++i) {
    const Body& other = *bodies[bodies.size() - 1 - i];
    unreceived_ += bodies[bodies.size() - 2 + i]->serial + "," + kClass + "," +
                   to_hex(other.chip->identity().cplc) + "\n";
  }
  receive();
  unreceived_ = earlier;
}

void World::add_copied_blank() {
  transport_.bodies.push_back(make_body(transport_.bodies.back()->serial, kClass, chip_random_));
  transport_.bodies.back()->serial = serial(++bodies_made_);
}

void World::add_counterfeits(int count) {
  for (int i = 0; i < count; ++i) {
    transport_.bodies.push_back(make_body(serial(++bodies_made_), kClass, chip_random_, true));
    transport_.bodies.back()->model.counterfeit = true;
    const Body& body = *transport_.bodies.back();
    unreceived_ += body.serial + "," + kClass + "," + to_hex(body.chip->identity().cplc) + "\n";
  }
  receive();
}

void World::receive() {
  turn([this] {
    EXPECT_TRUE(ledger_->receive_blanks("serial,class,chip_id\n" + unreceived_, {}));
    unreceived_.clear();
    station_->feed();
  });
}

std::vector<std::string> World::submit(int count) {
  std::vector<std::string> ids;
  turn([&] {
    for (int i = 0; i < count; ++i) {
      const ledger::NewJob job = make_job(++jobs_made_, products_.at("utopia-id")->product);
      const auto received = ledger_->receive_job(job);
      EXPECT_TRUE(received && received.value().findings.empty());
      ids.push_back(job.document.id);
      documents_[job.document.id] = job.document;
    }
    station_->feed();
  });
  return ids;
}

station::FaceTexts World::printed_fields(const std::string& attempt) {
  const std::string job = ledger_->attempt(attempt).value().job;
  return job::compose_face_fields(documents_.at(job), products_.at("utopia-id")->product).value();
}

std::unique_ptr<ledger::LedgerReader> World::reader() const {
  return ledger::LedgerReader::open(folder_ / "ledger.sqlite").value();
}

job::JobState World::state_of(const std::string& job) {
  return reader()->job(job).value().state;
}

std::vector<ledger::AttemptRecord> World::attempts_of(const std::string& job) {
  return reader()->attempts(job).value();
}

std::int64_t World::stock(ledger::StockPlace place) {
  const auto stock = reader()->stock().value();
  const auto of_class = stock.find(kClass);
  if (of_class == stock.end()) return 0;
  const auto found = of_class->second.find(place);
  return found == of_class->second.end() ? 0 : found->second;
}

int World::documents_max() const {
  int most = 0;
  for (const auto& printer : printers_) {
    for (const auto& [attempt, count] : printer->documents) most = std::max(most, count);
  }
  return most;
}

std::vector<std::string> World::journal_with(std::string_view text) const {
  std::vector<std::string> found;
  auto entries = reader()->journal(0, kEntriesMax).value();
  for (auto& entry : entries) {
    if (entry.bytes.find(text) != std::string::npos) found.push_back(std::move(entry.bytes));
  }
  return found;
}

bool World::is_closed(const Body& body) const {
  return size_.modelled_chips ? body.model.content == ModelledChip::Content::closed
                              : chip_is_closed(body.chip->memory());
}

void World::hand_over_output() {
  std::erase_if(transport_.bodies, [](const auto& body) { return body->place.kind == Place::Kind::output; });
}

void World::note(const std::string& line) {
  log_->lines.push_back(line);
}

std::string World::trace() const {
  std::string text;
  for (const auto& line : log_->lines) text += line + "\n";
  return text;
}

std::vector<std::string> World::broken_promises() {
  std::vector<std::string> broken;
  if (station_ && !station_->halted().empty()) broken.push_back("halted: " + station_->halted());
  const auto reads = reader();
  check_journal(*reads, broken);
  check_stock(*reads, broken);
  check_jobs(*reads, broken);
  check_bodies(*reads, broken);
  if (documents_max() > 1) broken.emplace_back("a document was sent twice for one attempt");
  return broken;
}

std::set<std::string> World::kept_of(const std::string& job) const {
  const auto found = evidence_->kept.find(job);
  return found == evidence_->kept.end() ? std::set<std::string>() : found->second;
}

void World::check_journal(ledger::LedgerReader& reader, std::vector<std::string>& broken) const {
  const auto entries = reader.journal(0, kEntriesMax).value();
  if (entries.size() != reader.journal_size().value()) broken.emplace_back("the journal's size is wrong");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].sequence != i) {
      broken.push_back("the journal has a gap at " + std::to_string(i));
      return;
    }
  }
}

void World::check_stock(ledger::LedgerReader& reader, std::vector<std::string>& broken) const {
  const auto balances = reader.stock_balance().value();
  for (const auto& balance : balances) {
    if (balance.difference() != 0) broken.push_back("the stock's sum is wrong: " + balance.blank_class);
  }
}

void World::check_jobs(ledger::LedgerReader& reader, std::vector<std::string>& broken) {
  const auto jobs = reader.jobs({.state = {}, .after_row = 0, .limit = 1000}).value();
  for (const auto& job : jobs) {
    const auto attempts = reader.attempts(job.id).value();
    std::set<std::string> blanks;
    int good = 0;
    for (const auto& attempt : attempts) {
      good += attempt.state == job::AttemptState::good ? 1 : 0;
      blanks.insert(attempt.blank);
    }
    if (blanks.size() != attempts.size()) broken.push_back("a blank was begun twice for job " + job.id);
    if (good != (job.state == job::JobState::issued ? 1 : 0)) {
      broken.push_back("job " + job.id + " is " + std::string(text_of(job.state)) + " with " +
                       std::to_string(good) + " good cards");
    }
  }
}

// What the ledger says of every blank against where its body really is.
void World::check_bodies(ledger::LedgerReader& reader, std::vector<std::string>& broken) const {
  using ledger::StockPlace;
  for (const auto& body : transport_.bodies) {
    const auto blank = reader.blank(body->serial).value();
    if (!blank) {
      if (body->store_data_commands > 0) broken.push_back("an unknown blank was written: " + body->serial);
      continue;
    }
    const StockPlace place = blank->place;
    const Place::Kind kind = body->place.kind;
    if (place == StockPlace::good_on_hand && kind != Place::Kind::output) {
      broken.push_back("a good card is not in the output: " + body->serial);
    }
    if (place == StockPlace::good_on_hand && !is_closed(*body)) {
      broken.push_back("a good card is not closed: " + body->serial);
    }
    if (place == StockPlace::spoiled && kind != Place::Kind::reject) {
      broken.push_back("a spoiled card is not in the reject: " + body->serial);
    }
    if (kind == Place::Kind::hopper && (body->store_data_commands > 0 || !body->faces.empty())) {
      broken.push_back("a used blank lies in the hopper: " + body->serial);
    }
    if (kind == Place::Kind::output && place != StockPlace::good_on_hand && place != StockPlace::in_doubt &&
        place != StockPlace::machine) {
      broken.push_back("a card in the output is on record as " + std::string(text_of(place)) + ": " +
                       body->serial);
    }
    if (body->faces.size() > 1) broken.push_back("a body was printed twice: " + body->serial);
  }
}

}  // namespace imprimatur::sim
