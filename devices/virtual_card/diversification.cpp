#include "devices/virtual_card/diversification.hpp"

#include "base/check.hpp"
#include "crypto/cipher.hpp"

namespace imprimatur::devices {

namespace {

Secret derive(const Secret& master, std::uint8_t which, ByteView diversification_data) {
  Bytes key;
  for (std::uint8_t counter = 1; key.size() < master.size(); ++counter) {
    const Bytes head = {counter, 0, 0, 0, which, 0};
    append(key, crypto::aes_cmac(master.reveal(), concat({head, diversification_data})));
  }
  Secret cut = Secret::copy_of(ByteView(key).first(master.size()));
  wipe(key);
  return cut;
}

}  // namespace

CardKeys diversify_kdf3(const Secret& master, ByteView diversification_data) {
  CHECK(diversification_data.size() == kDiversificationSize);
  return {derive(master, 1, diversification_data), derive(master, 2, diversification_data),
          derive(master, 3, diversification_data)};
}

}  // namespace imprimatur::devices
