#include "bench/chip_world.hpp"

#include <chrono>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "crypto/digest.hpp"
#include "keys/ceremony.hpp"
#include "lds/data_groups.hpp"
#include "lds/sod.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::bench {

namespace {

constexpr std::string_view kSigner = "ds-UTO";
constexpr std::size_t kFaceBytes = 20'480;
constexpr std::size_t kFingerprintBytes = 1'024;
constexpr std::size_t kDetailsBytes = 1'024;
constexpr std::uint64_t kSeed = 20'261'124;
constexpr int kDerivationsMax = 4;
constexpr int kPresenceTimeoutMs = 5'000;

// The fictional holder of ICAO Doc 9303-5, appendix A; images and DG13 are noise, as compressed data are.
lds::Mrz specimen_mrz() {
  return {
      {"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"}};
}

lds::FileMap card_of_24_kilobytes() {
  SeededRandom random(kSeed);
  const Bytes image = concat({Bytes{0xFF, 0xD8, 0xFF, 0xE0}, random.bytes(kFaceBytes)});
  lds::FileMap files;
  files[lds::FileId::dg1] = lds::encode_dg1(specimen_mrz());
  files[lds::FileId::dg2] = lds::encode_dg2(
      {.image = image, .format = lds::ImageFormat::jpeg, .width = 480, .height = 640, .sex = "F"});
  files[lds::FileId::dg3] = lds::encode_tlv(0x63, random.bytes(kFingerprintBytes));
  files[lds::FileId::dg11] = lds::encode_dg11({.full_name = "ERIKSSON<<ANNA<MARIA",
                                               .personal_number = "000000000000",
                                               .birth_date = Date{1974, 8, 12},
                                               .place_of_birth = "ZENITH",
                                               .address = ""});
  files[lds::FileId::dg13] = lds::encode_tlv(0x6D, random.bytes(kDetailsBytes));
  std::vector<lds::FileId> groups;
  for (const auto& [file, bytes] : files) groups.push_back(file);
  files[lds::FileId::com] = lds::encode_com(groups);
  return files;
}

// The profile of the Vietnamese card, with BAC alone: the exchange has to be the same in every run, and
// protocols with key pairs of the chip have random bytes of OpenSSL's own.
Result<chip::ChipProfile> bench_profile() {
  TRY(auto profile, chip::load_profile(SOURCE_DIR "/templates/chips", "vn-citizen"));
  profile.access = {chip::AccessProtocol::bac};
  profile.pace.clear();
  profile.active_authentication.reset();
  profile.chip_authentication.reset();
  return profile;
}

std::string trimmed(std::string text) {
  text.erase(text.find_last_not_of(" \r\n") + 1);
  return text;
}

}  // namespace

TemporaryFolder::~TemporaryFolder() {
  std::error_code none;
  std::filesystem::remove_all(path_, none);
}

Result<Bytes> RepeatingVault::sign_digest(std::string_view label, ByteView digest) {
  TRY(auto signature, vault_.sign_digest(label, digest));
  const std::lock_guard lock(mutex_);
  return signatures_.emplace(copy_of(digest), std::move(signature)).first->second;
}

Result<std::unique_ptr<ChipContentSet>> ChipContentSet::make(const std::filesystem::path& folder) {
  TRY_STATUS(keys::init_test_keys(folder, {.templates = SOURCE_DIR "/templates"}));
  auto set = std::make_unique<ChipContentSet>();
  TRY(auto pin, read_text_file(folder / "pin"));
  TRY(set->token_, devices::Pkcs11Vault::open({.module = keys::TestKeyOptions{}.module,
                                               .token_label = keys::kTestTokenLabel,
                                               .pin = Secret::copy_of(bytes_of(trimmed(std::move(pin))))}));
  set->repeating_ = std::make_unique<RepeatingVault>(*set->token_);
  TRY(auto master, read_text_file(folder / "bench" / "transport-master.hex"));
  set->transport_master_ = trimmed(std::move(master));
  TRY(auto anchors, read_text_file(folder / "trust" / "csca.pem"));
  TRY(set->anchors_, crypto::Certificate::from_pem_bundle(anchors));
  TRY(auto signer_pem, read_text_file(folder / (std::string(kSigner) + ".pem")));
  TRY(auto certificate, crypto::Certificate::from_pem(signer_pem));
  TRY(auto profile, bench_profile());
  job::Product product;
  product.name = "bench";
  product.data_groups = {lds::FileId::dg1, lds::FileId::dg2, lds::FileId::dg3, lds::FileId::dg11,
                         lds::FileId::dg13};
  set->line_ = std::make_shared<const station::ProductLine>(
      station::ProductLine{std::move(product),
                           std::move(profile),
                           print::FaceTemplate{},
                           {station::DocumentSigner{std::string(kSigner), std::move(certificate)}},
                           {},
                           {}});
  set->groups_ = card_of_24_kilobytes();
  const crypto::Signer signer = [&set](ByteView message) {
    return set->vault().sign_digest(kSigner, crypto::sha256(message));
  };
  TRY(auto sod, lds::build_sod(set->groups_, set->signer().certificate, signer));
  set->payload_bytes_ = sod.size();
  for (const auto& [file, bytes] : set->groups_) set->payload_bytes_ += bytes.size();
  return set;
}

station::CardWork ChipContentSet::work() const {
  station::CardWork work;
  work.line = line_;
  work.document.mrz = specimen_mrz();
  work.salt = Bytes(32, 0x5A);
  work.files = groups_;
  work.signer = &signer();
  work.derivations_left = kDerivationsMax;
  return work;
}

Result<CardTime> personalise(chip::CardReader& reader, ChipContentSet& content, std::uint64_t seed,
                             Exchange* exchange) {
  SeededRandom random(seed);
  Observation observation{.exchange = exchange};
  ObservedReader observed(reader, observation);
  const SystemClock clock;
  station::ChipStation chips(observed, content.vault(), random, clock, content.anchors());
  station::CardWork work = content.work();

  const auto began = std::chrono::steady_clock::now();
  auto result = chips.identify(work.line->profile);
  if (result.found == station::Found::success) {
    work.chip_id = std::string(result.evidence["chip"].as_string());
    result = chips.write(work);
  }
  if (result.found == station::Found::success) result = chips.inspect(work);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;

  if (result.found != station::Found::success) {
    return fail("bench.card", result.code + ": " + result.sentence);
  }
  return CardTime{took.count(), took.count() - observation.inside_ms};
}

Result<std::unique_ptr<CardRoom>> CardRoom::open(const Settings& settings) {
  testing::PcscBenchSettings bench;
  bench.readers = settings.readers;
  bench.classes = {"bench=" + std::to_string(settings.cards)};
  bench.transport_master = settings.transport_master;
  bench.more_options = {"--seed", std::to_string(kSeed), "--time", settings.time};
  TRY(auto started, testing::PcscBench::start(std::move(bench)));
  return std::unique_ptr<CardRoom>(new CardRoom(std::move(started), settings.readers));
}

Status CardRoom::renew() {
  bench_->stop_cards();
  std::fill(in_reader_.begin(), in_reader_.end(), std::string());
  std::error_code error;
  std::filesystem::remove_all(bench_->folder() / "state", error);
  if (error) return fail("bench.state", "the old cards cannot be removed");
  return bench_->start_cards();
}

Status CardRoom::next_blank(int reader, devices::PcscReader& pcsc) {
  const std::string place = "reader-" + std::to_string(reader);
  std::string& serial = in_reader_.at(static_cast<std::size_t>(reader));
  if (!serial.empty()) {
    const std::string moved = bench_->control("move " + serial + " to output");
    if (moved != "ok") return fail("bench.move", moved);
    serial.clear();
    TRY(auto empty, pcsc.wait_for_card(false, kPresenceTimeoutMs));
    if (!empty) return fail("bench.presence", "pcscd does not see that the card was taken");
  }
  const std::string taken = bench_->control("take " + place);
  if (!taken.starts_with("ok ")) return fail("bench.take", taken);
  serial = taken.substr(3);
  TRY(auto present, pcsc.wait_for_card(true, kPresenceTimeoutMs));
  if (!present) return fail("bench.presence", "pcscd does not see the card");
  return ok();
}

Result<Bytes> CardRoom::memory_of(int number) const {
  std::string digits = std::to_string(number);
  digits.insert(0, 6 - digits.size(), '0');
  return read_file(bench_->folder() / "state" / "cards" / ("B" + digits + ".card"));
}

}  // namespace imprimatur::bench
