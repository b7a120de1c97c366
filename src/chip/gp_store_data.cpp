#include "chip/gp_store_data.hpp"

#include "base/encoding.hpp"
#include "chip/card_limits.hpp"
#include "chip/key_values.hpp"
#include "chip/protocol_oid.hpp"
#include "chip/store_data.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip::gp_store_data {

namespace {

constexpr std::uint16_t kDgiAccessKeys = 0x8F01;
constexpr std::uint16_t kDgiActiveAuthentication = 0x8F02;
constexpr std::uint16_t kDgiChipAuthentication = 0x8F03;
constexpr std::uint16_t kDgiAccessTable = 0x8F10;
constexpr std::uint16_t kDgiActivate = 0x8FFF;
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

// Files and rules, then the enciphered keys: a change between the two begins a new block, so there is one
// only.
Result<std::vector<Dgi>> objects_of(const ChipProfile& profile, const ChipContent& content, ByteView dek) {
  std::vector<Dgi> objects;
  for (const ProfileFile& file : profile.files) {
    const auto found = content.files.find(file.file);
    if (found != content.files.end()) objects.push_back({lds::fid(file.file), found->second, false});
  }
  objects.push_back(access_table(profile, content.files));
  TRY(auto access, access_keys_value(profile, content));
  objects.push_back(encipher_dgi(kDgiAccessKeys, access.reveal(), dek));
  if (content.keys.active_authentication) {
    const Secret value = active_authentication_value(*content.keys.active_authentication);
    objects.push_back(encipher_dgi(kDgiActiveAuthentication, value.reveal(), dek));
  }
  if (content.keys.chip_authentication) {
    const Secret value = chip_authentication_value(*content.keys.chip_authentication);
    objects.push_back(encipher_dgi(kDgiChipAuthentication, value.reveal(), dek));
  }
  return objects;
}

// In the application's own channel the card knows who is meant: no INSTALL [for personalization].
Status send_runs(SecureChannel& session, const ChipProfile& profile, ChannelTo to,
                 const std::vector<StoreDataRun>& runs) {
  for (const StoreDataRun& run : runs) {
    if (to == ChannelTo::issuer_domain) {
      TRY_STATUS(
          session.must("INSTALL [for personalization]", install_for_personalization(profile.application)));
    }
    for (const Command& block : run.blocks) {
      TRY_STATUS(session.must("STORE DATA block " + std::to_string(block.p2), block));
    }
  }
  return ok();
}

Status check(const ChipProfile& profile, const ChipContent& content, const CardChannel& channel) {
  static_cast<void>(channel);
  TRY_STATUS(access_keys_value(profile, content));  // is the MRZ one that keys can be made of?
  return ok();
}

Result<lds::FileMap> write(const WriteContext& context) {
  const ChipProfile& profile = context.profile;
  TRY(auto limits, card_limits(context.channel, profile));
  const auto open = [&](ByteView aid) {
    return SecureChannel::open(context.channel, profile, aid, profile.blank_keys, limits, context.vault,
                               context.random);
  };
  const bool own_channel = profile.channel_to == ChannelTo::application;
  lds::FileMap read;
  {
    TRY(auto session, open(own_channel ? profile.application : profile.issuer_domain));
    TRY(auto objects, objects_of(profile, context.content, session.dek()));
    TRY(auto runs, split_into_blocks(objects, session.command_data_max()));
    TRY_STATUS(send_runs(session, profile, profile.channel_to, runs));
    if (own_channel) {
      TRY_STATUS(read_back(session.link(), profile, context.content.files, read));
      return read;
    }
  }
  // Everything is read back in the application's own channel, DG3 too: after activation nobody may read it.
  TRY(auto session, open(profile.application));
  TRY_STATUS(read_back(session.link(), profile, context.content.files, read));
  return read;
}

Status activate(const ActivateContext& context) {
  TRY(auto runs, split_into_blocks({{kDgiActivate, {}, false}}, context.issuer_session->command_data_max()));
  return send_runs(*context.issuer_session, context.profile, ChannelTo::issuer_domain, runs);
}

// After activation the application takes part in access control, before it does not. Neither a challenge nor
// the choice of a protocol is an attempt.
Result<bool> is_activated(CardChannel& channel, const ChipProfile& profile) {
  TRY(auto selected, exchange(channel, select_application(profile.application), ApduForm::short_only));
  if (!selected.done()) return refused("SELECT of the application", selected.sw, profile.status_words);
  Command question{0x00, 0x84, 0x00, 0x00, {}, 8};  // GET CHALLENGE
  if (!profile.offers(AccessProtocol::bac) && !profile.pace.empty()) {
    const Bytes oid = pace_oid(profile.pace.front().suite);
    question = {0x00, 0x22, 0xC1, 0xA4, concat({lds::encode_tlv(0x80, oid), hex("830101")}), {}};
  }
  TRY(auto answer, exchange(channel, question, ApduForm::short_only));
  return answer.done();
}

// Before activation the application tells nobody outside its channel what it holds.
Result<bool> is_begun(CardChannel& channel, const ChipProfile& profile) {
  static_cast<void>(channel);
  static_cast<void>(profile);
  return false;
}

}  // namespace

const DialectFunctions kFunctions{check, write, activate, is_activated, is_begun, true};

}  // namespace imprimatur::chip::gp_store_data
