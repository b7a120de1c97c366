// What the chip bench works with: throw-away keys in a SoftHSM token, one fictional holder's card of 24 KB,
// and virtual cards behind a real pcscd. Everything random is seeded, so that two blanks with the same number
// have the same conversation with the station.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "bench/exchange.hpp"
#include "devices/pcsc/pcsc_reader.hpp"
#include "devices/pkcs11/pkcs11_vault.hpp"
#include "station/chip_tasks.hpp"
#include "support/pcsc_bench/pcsc_bench.hpp"

namespace imprimatur::bench {

// A folder that goes with the object.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The token's vault, but for one thing: it pays for every signature and then answers the first one that was
// made over the same digest. ECDSA signatures are random; the bytes of two runs must not differ.
class RepeatingVault final : public crypto::KeyVault {
 public:
  explicit RepeatingVault(crypto::KeyVault& vault) : vault_(vault) {}
  Result<Bytes> sign_digest(std::string_view label, ByteView digest) override;
  Result<crypto::CardKeys> derive_card_keys(std::string_view label, ByteView data) override {
    return vault_.derive_card_keys(label, data);
  }
  Result<Bytes> sign_message(std::string_view label, ByteView message) override {
    return vault_.sign_message(label, message);
  }
  Result<crypto::PublicKey> public_key(std::string_view label) override { return vault_.public_key(label); }
  Result<Bytes> hmac(std::string_view label, ByteView message) override {
    return vault_.hmac(label, message);
  }
  Result<Bytes> wrap(std::string_view label, const Secret& key, ByteView context) override {
    return vault_.wrap(label, key, context);
  }
  Result<Secret> unwrap(std::string_view label, ByteView wrapped, ByteView context) override {
    return vault_.unwrap(label, wrapped, context);
  }
  Status make_wrapping_key(std::string_view label) override { return vault_.make_wrapping_key(label); }
  Status destroy_key(std::string_view label) override { return vault_.destroy_key(label); }
  Result<bool> has_key(std::string_view label) override { return vault_.has_key(label); }

 private:
  crypto::KeyVault& vault_;
  std::mutex mutex_;
  std::map<Bytes, Bytes> signatures_;  // by digest
};

// Keys and content, made once.
class ChipContentSet {
 public:
  // Errors of the key ceremony, the vault and the chip profile.
  static Result<std::unique_ptr<ChipContentSet>> make(const std::filesystem::path& folder);

  crypto::KeyVault& vault() { return *repeating_; }
  const std::string& transport_master() const { return transport_master_; }  // hex
  const std::vector<crypto::Certificate>& anchors() const { return anchors_; }
  const station::DocumentSigner& signer() const { return line_->signers.front(); }
  const lds::FileMap& groups() const { return groups_; }        // without EF.SOD
  std::size_t payload_bytes() const { return payload_bytes_; }  // of all files, EF.SOD too
  station::CardWork work() const;

 private:
  std::unique_ptr<devices::Pkcs11Vault> token_;
  std::unique_ptr<RepeatingVault> repeating_;
  std::string transport_master_;
  std::vector<crypto::Certificate> anchors_;
  std::shared_ptr<const station::ProductLine> line_;
  lds::FileMap groups_;
  std::size_t payload_bytes_ = 0;
};

// How long a card took, from connecting to the verdict.
struct CardTime {
  double all_ms = 0;
  double station_ms = 0;  // outside the calls to the reader: the station's own
};

// Personalises and inspects the card in a reader as the station does: identity, write, inspection. Notes the
// conversation in `exchange` unless it is nullptr. Error bench.card when the card is not good.
Result<CardTime> personalise(chip::CardReader& reader, ChipContentSet& content, std::uint64_t seed,
                             Exchange* exchange = nullptr);

// Cards with one model of time behind a pcscd of their own; one such object at a time.
class CardRoom {
 public:
  struct Settings {
    int readers = 1;
    int cards = 8;
    std::string time = "contactless";  // of virtual-card
    std::string transport_master;      // hex
  };
  static Result<std::unique_ptr<CardRoom>> open(const Settings& settings);

  // Takes all cards away and makes the same blanks again: same keys, same numbers, same challenges.
  Status renew();
  // Moves the card that is in the reader out and the next blank in, and waits until pcscd has seen it.
  // Several readers' threads may do so at once.
  Status next_blank(int reader, devices::PcscReader& pcsc);
  // The whole memory of the card with this number, as it stands on disk.
  Result<Bytes> memory_of(int number) const;

 private:
  CardRoom(std::unique_ptr<testing::PcscBench> bench, int readers)
      : bench_(std::move(bench)), in_reader_(static_cast<std::size_t>(readers) + 1) {}
  std::unique_ptr<testing::PcscBench> bench_;
  std::vector<std::string> in_reader_;  // serials, by reader; each reader's thread has its own
};

}  // namespace imprimatur::bench
