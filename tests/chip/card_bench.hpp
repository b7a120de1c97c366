// A virtual card as a CardChannel, in this process, and content to write on it: for tests of the whole way.
// Header only; the card implements its side by itself, so that two readings of one text must agree.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>

#include "base/encoding.hpp"
#include "chip/inspect.hpp"
#include "chip/personalise.hpp"
#include "crypto/certificate.hpp"
#include "devices/virtual_card/card.hpp"
#include "lds/data_groups.hpp"
#include "lds/sod.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip::testing {

inline constexpr std::string_view kTransportMaster = "404142434445464748494A4B4C4D4E4F";
inline constexpr std::string_view kCardMaster = "7B1D4C0E5A92F3886D21B7C4E0A95F13";

inline WallTime today() {
  return parse_rfc3339("2026-11-24T08:00:00Z").value();
}

// A card in a slot: power, transmission, and what happens to its answers.
class VirtualCardChannel final : public CardChannel {
 public:
  explicit VirtualCardChannel(devices::Card& card, bool extended = true) : card_(card), extended_(extended) {
    atr_ = card_.power_on();
  }
  ~VirtualCardChannel() override { card_.power_off(); }

  Result<Bytes> transmit(ByteView command) override {
    Bytes answer = card_.process(command);
    if (answer.size() < 2) return unknown("card.transport", "the card gave no answer");
    if (tamper) tamper(command, answer);
    return answer;
  }
  Result<Bytes> reset() override {
    card_.power_off();
    atr_ = card_.power_on();
    return atr_;
  }
  const Bytes& atr() const override { return atr_; }
  bool extended_length() const override { return extended_; }

  std::function<void(ByteView command, Bytes& answer)> tamper;

 private:
  devices::Card& card_;
  bool extended_;
  Bytes atr_;
};

// A vault that only derives card keys, counts that, and can be told to fail.
class CardKeyVault final : public crypto::KeyVault {
 public:
  std::map<std::string, std::string, std::less<>> masters{{"transport-master", std::string(kTransportMaster)},
                                                          {"card-master", std::string(kCardMaster)}};
  std::vector<std::string> derived;

  Result<crypto::CardKeys> derive_card_keys(std::string_view label, ByteView diversification_data) override {
    const auto master = masters.find(label);
    if (master == masters.end()) return no_key();
    derived.emplace_back(label);
    devices::CardKeys keys = devices::diversify_kdf3(Secret(hex(master->second)), diversification_data);
    return crypto::CardKeys{std::move(keys.enc), std::move(keys.mac), std::move(keys.dek)};
  }
  Result<Bytes> sign_digest(std::string_view, ByteView) override { return no_key(); }
  Result<Bytes> sign_message(std::string_view, ByteView) override { return no_key(); }
  Result<crypto::PublicKey> public_key(std::string_view) override { return no_key(); }
  Result<Bytes> hmac(std::string_view, ByteView) override { return no_key(); }
  Result<Bytes> wrap(std::string_view, const Secret&, ByteView) override { return no_key(); }
  Result<Secret> unwrap(std::string_view, ByteView, ByteView) override { return no_key(); }
  Status make_wrapping_key(std::string_view) override { return no_key(); }
  Status destroy_key(std::string_view) override { return no_key(); }
  Result<bool> has_key(std::string_view label) override { return masters.contains(label); }

 private:
  static Error no_key() { return fail("vault.no_key", "there is no key of this label"); }
};

struct BlankSettings {
  std::string serial = "B000001";
  bool s16 = false;
  std::string transport_master{kTransportMaster};
  devices::CardKind kind = {};
};

inline devices::Memory make_blank(const BlankSettings& settings = {}) {
  devices::CardIdentity identity{.serial = settings.serial,
                                 .card_class = "vn-citizen",
                                 .cplc = hex("564300015643632801006328"),
                                 .diversification = hex("00010203040506070809"),
                                 .s16 = settings.s16,
                                 .kind = settings.kind};
  append(identity.cplc, bytes_of(settings.serial));
  identity.cplc.resize(42, 0);
  return devices::Memory::make_blank(
      identity, devices::diversify_kdf3(Secret(hex(settings.transport_master)), identity.diversification));
}

// The fictional holder of ICAO Doc 9303-5, appendix A.
inline lds::Mrz specimen_mrz() {
  return {
      {"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"}};
}

inline lds::FileMap specimen_groups(std::size_t image_bytes = 12'000) {
  SeededRandom random(7);
  const Bytes image = concat({hex("FFD8FFE0"), random.bytes(image_bytes)});
  lds::FileMap files;
  files[lds::FileId::dg1] = lds::encode_dg1(specimen_mrz());
  files[lds::FileId::dg2] = lds::encode_dg2(
      {.image = image, .format = lds::ImageFormat::jpeg, .width = 240, .height = 320, .sex = "F"});
  files[lds::FileId::dg3] = lds::encode_tlv(0x63, random.bytes(900));
  files[lds::FileId::dg11] = lds::encode_dg11({.full_name = "ERIKSSON<<ANNA<MARIA",
                                               .personal_number = "000000000000",
                                               .birth_date = Date{1974, 8, 12},
                                               .place_of_birth = "ZENITH",
                                               .address = ""});
  files[lds::FileId::dg13] = lds::encode_tlv(0x6D, random.bytes(400));
  return files;
}

inline std::vector<lds::FileId> groups_of(const lds::FileMap& files) {
  std::vector<lds::FileId> groups;
  for (const auto& [file, bytes] : files) groups.push_back(file);
  return groups;
}

inline ChipProfile load_test_profile(std::string_view name = "vn-citizen") {
  return load_profile(SOURCE_DIR "/templates/chips", name, TestKeys::allowed).value();
}

}  // namespace imprimatur::chip::testing
