// The terminal's side of SCP03, BAC and 3DES secure messaging for the tests of the virtual card, and blanks
// to test with. Written from the specification, apart from the card's own code and from `chip`.
#pragma once

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "devices/virtual_card/card.hpp"

namespace imprimatur::devices::testing {

// Bytes given beforehand, for vectors; then zeros.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(Bytes script) : script_(std::move(script)) {}
  void fill(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) {
      byte = at_ < script_.size() ? script_[at_] : 0;
      ++at_;
    }
  }

 private:
  Bytes script_;
  std::size_t at_ = 0;
};

struct HostKeys {
  Bytes enc;
  Bytes mac;
  Bytes dek;
};

// The keys of vector `own-…` (key version 30): three times 404142…
HostKeys transport_keys();
CardIdentity identity_of(std::string serial, bool s16 = false);
Memory blank(const HostKeys& keys = transport_keys(), bool s16 = false);

// The host's side of one SCP03 session, with S8.
class Host {
 public:
  Host(Card& card, HostKeys keys) : card_(card), keys_(std::move(keys)) {}

  StatusWord select(std::string_view name);
  // INITIALIZE UPDATE and EXTERNAL AUTHENTICATE; 9000, or the first other status word. Checks the card
  // cryptogram unless `trusting`.
  StatusWord open(std::uint8_t level, std::uint8_t key_version = 0x30, bool trusting = false);
  // A command in the channel: plain APDU without secure messaging; answers plain data and status word. A
  // wrong R-MAC fails the test.
  Bytes send(ByteView plain);
  StatusWord send_status(ByteView plain);
  // The protected form of a command, for tests that alter it.
  Bytes protect(ByteView plain);

  // Value padded and enciphered under K-DEK, as DGI.
  Bytes encipher(ByteView value) const;
  // STORE DATA of these DGIs cut at `size` bytes; the first status word other than 9000.
  StatusWord store(ByteView stream, bool enciphered = false, bool last = true, std::size_t size = 230);
  std::size_t blocks_sent = 0;

 private:
  Bytes unprotect(ByteView answer);

  Card& card_;
  HostKeys keys_;
  Bytes s_enc_, s_mac_, s_rmac_;
  Bytes chaining_;
  std::uint8_t level_ = 0;
  std::uint64_t counter_ = 0;
};

StatusWord status_of(ByteView answer);
Bytes data_of(ByteView answer);
Bytes dgi(std::uint16_t id, ByteView value);

inline constexpr std::string_view kIssuerDomain = "A000000151000000";
inline constexpr std::string_view kApplication = "A0000002471001";

// The seed of ICAO 9303-11 D.2 and the EF.COM of D.4.
Bytes document_seed();
Bytes ef_com();

// Personalises through the issuer domain: DG1 of 95, DG2 of `photo_size`, DG3, EF.COM, EF.SOD, keys,
// activation.
void personalise(Card& card, std::size_t photo_size = 5000);
Bytes pattern(std::size_t size, std::uint8_t first);

// BAC as the terminal of D.3 does it, then protected commands.
class Terminal {
 public:
  explicit Terminal(Card& card) : card_(card) {}
  StatusWord open(ByteView seed);
  Bytes send(ByteView plain);  // plain data and status word out of a protected answer
  Bytes protect(ByteView plain);
  Bytes unprotect(ByteView answer);

 private:
  Card& card_;
  Bytes enc_, mac_;
  std::uint64_t counter_ = 0;
};

json::object vectors(std::string_view name);
Bytes hex_member(const json::object& object, std::string_view name);

}  // namespace imprimatur::devices::testing
