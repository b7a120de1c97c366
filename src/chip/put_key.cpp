#include "chip/put_key.hpp"

#include <algorithm>
#include <array>

#include "chip/scp03.hpp"
#include "crypto/cipher.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::uint8_t kKeyTypeAes = 0x88;
constexpr std::uint8_t kFirstKeySeveral = 0x81;  // key id 1, several keys follow (b8)
constexpr std::size_t kTemplateEntriesMax = 256;

std::array<const Secret*, 3> in_order(const crypto::CardKeys& keys) {
  return {&keys.enc, &keys.mac, &keys.dek};
}

}  // namespace

Command put_key(const PutKeyRequest& request, const crypto::CardKeys& new_keys, ByteView dek) {
  Command command{0x80, 0xD8, request.replaced_version, kFirstKeySeveral, {}, kShortAnswerMax};
  command.data.push_back(request.new_version);
  const Bytes zero_iv(crypto::kAesBlock, 0);
  for (const Secret* key : in_order(new_keys)) {
    // A 24-byte key is padded to whole blocks; its true length stands in front of it.
    Bytes padded = copy_of(key->reveal());
    padded.resize((padded.size() + crypto::kAesBlock - 1) / crypto::kAesBlock * crypto::kAesBlock, 0);
    const Bytes cryptogram = crypto::aes_cbc_encrypt(dek, zero_iv, padded);
    wipe(padded);
    command.data.push_back(kKeyTypeAes);
    command.data.push_back(static_cast<std::uint8_t>(cryptogram.size() + 1));
    command.data.push_back(static_cast<std::uint8_t>(key->size()));
    append(command.data, cryptogram);
    command.data.push_back(3);
    append(command.data, key_check_value(key->reveal()));
  }
  return command;
}

Bytes put_key_answer(std::uint8_t new_version, const crypto::CardKeys& new_keys) {
  Bytes answer{new_version};
  for (const Secret* key : in_order(new_keys)) append(answer, key_check_value(key->reveal()));
  return answer;
}

Result<std::vector<std::uint8_t>> parse_key_template(ByteView data) {
  const auto bad = [](std::string what) {
    return fail("chip.key_template", "key information template: " + std::move(what));
  };
  const auto content = lds::only_tlv(data, 0xE0, "key information template");
  if (!content) return bad(content.error().message);
  ByteReader reader(content.value(), "key information template");
  std::vector<std::uint8_t> versions;
  for (std::size_t entries = 0; !reader.at_end(); ++entries) {
    if (entries == kTemplateEntriesMax) return bad("too many entries");
    const auto entry = lds::expect_tlv(reader, 0xC0);
    if (!entry) return bad(entry.error().message);
    if (entry.value().size() < 4) return bad("an entry is shorter than 4 bytes");
    versions.push_back(entry.value()[1]);
  }
  std::sort(versions.begin(), versions.end());
  versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
  return versions;
}

}  // namespace imprimatur::chip
