#include "chip/gp_store_data.hpp"

#include "chip/bac.hpp"
#include "chip/store_data.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip::gp_store_data {

namespace {

constexpr std::uint16_t kDgiAccessKeys = 0x8F01;
constexpr std::uint16_t kDgiAccessTable = 0x8F10;
constexpr std::uint16_t kDgiActivate = 0x8FFF;
constexpr std::uint32_t kTagBacSeed = 0x80;
constexpr std::uint8_t kLifeOperational = 0x05;  // ISO/IEC 7816-4 table 14

// File id, read rule and life of each file that is written.
Dgi access_table(const ChipProfile& profile, const lds::FileMap& files) {
  Dgi table{kDgiAccessTable, {}, false};
  for (const ProfileFile& file : profile.files) {
    if (!files.contains(file.file)) continue;
    append_be(table.value, lds::fid(file.file), 2);
    table.value.push_back(static_cast<std::uint8_t>(file.read));
    table.value.push_back(kLifeOperational);
  }
  return table;
}

Result<Dgi> access_keys(const lds::Mrz& mrz, ByteView dek) {
  TRY(auto seed, bac_key_seed(mrz));
  const Secret plain(lds::encode_tlv(kTagBacSeed, seed.reveal()));
  return encipher_dgi(kDgiAccessKeys, plain.reveal(), dek);
}

Status send_runs(SecureChannel& session, const ChipProfile& profile, const std::vector<StoreDataRun>& runs) {
  for (const StoreDataRun& run : runs) {
    TRY_STATUS(
        session.must("INSTALL [for personalization]", install_for_personalization(profile.application)));
    for (const Command& block : run.blocks) {
      TRY_STATUS(session.must("STORE DATA block " + std::to_string(block.p2), block));
    }
  }
  return ok();
}

}  // namespace

Status store_content(SecureChannel& session, const ChipProfile& profile, const ChipContent& content) {
  std::vector<Dgi> objects;
  for (const ProfileFile& file : profile.files) {
    const auto found = content.files.find(file.file);
    if (found != content.files.end()) objects.push_back({lds::fid(file.file), found->second, false});
  }
  objects.push_back(access_table(profile, content.files));
  TRY(auto keys, access_keys(content.mrz, session.dek()));
  objects.push_back(std::move(keys));
  TRY(auto runs, split_into_blocks(objects, session.command_data_max()));
  return send_runs(session, profile, runs);
}

Status activate(SecureChannel& session, const ChipProfile& profile) {
  TRY(auto runs, split_into_blocks({{kDgiActivate, {}, false}}, session.command_data_max()));
  return send_runs(session, profile, runs);
}

}  // namespace imprimatur::chip::gp_store_data
