#include "chip/chip_keys.hpp"

#include "lds/data_groups.hpp"
#include "lds/security_infos.hpp"

namespace imprimatur::chip {

namespace {

using lds::FileId;

Result<crypto::PrivateKey> make_signing_key(const ActiveAuthenticationProfile& wanted, Random& random) {
  const auto curve = crypto::curve_of(wanted.key);
  if (!curve) return crypto::PrivateKey::generate_rsa(wanted.rsa_bits);
  // From the random source that was passed in, so that a whole exchange can be played again.
  return crypto::PrivateKey::from_ec_scalar(wanted.key, crypto::random_scalar(*curve, random));
}

// EF.COM names the data groups that are there, so that a reader knows what to ask for (9303-10 section 3.1).
void list_groups(lds::FileMap& files) {
  std::vector<FileId> groups;
  for (const auto& [file, bytes] : files) {
    if (lds::data_group_number(file)) groups.push_back(file);
  }
  if (!groups.empty()) files[FileId::com] = lds::encode_com(groups);
}

}  // namespace

Result<ChipKeys> make_chip_keys(const ChipProfile& profile, Random& random) {
  ChipKeys keys;
  if (profile.active_authentication) {
    TRY(auto key, make_signing_key(*profile.active_authentication, random));
    keys.active_authentication.emplace(std::move(key));
  }
  if (profile.chip_authentication) {
    ChipAuthenticationPair pair;
    pair.curve = profile.chip_authentication->curve;
    pair.scalar = crypto::random_scalar(pair.curve, random);
    TRY(pair.point, crypto::multiply(pair.curve, pair.scalar));
    keys.chip_authentication.emplace(std::move(pair));
  }
  return keys;
}

Status add_key_files(const ChipProfile& profile, const ChipKeys& keys, lds::FileMap& files) {
  if (profile.active_authentication.has_value() != keys.active_authentication.has_value() ||
      profile.chip_authentication.has_value() != keys.chip_authentication.has_value()) {
    return fail("chip.content", "the card's keys are not those that the chip profile asks for", {},
                "Nothing was written; make the keys with the profile of the product.");
  }
  if (profile.offers(AccessProtocol::pace)) {
    files[FileId::card_access] = lds::encode_card_access(profile.pace);
  }
  lds::SecurityInfos infos;
  // What EF.CardAccess offers, signed (9303-11 section 9.2).
  if (profile.offers(AccessProtocol::pace)) infos.pace = profile.pace;
  if (keys.active_authentication) {
    const crypto::PublicKey key = keys.active_authentication->public_key();
    files[FileId::dg15] = lds::encode_dg15(key.spki_der());
    // Only ECDSA needs its hash told; that of RSA stands in the signature's trailer.
    if (key.type() != crypto::KeyType::rsa)
      infos.active_authentication_hash = profile.active_authentication->hash;
  }
  lds::CurveForm form = lds::CurveForm::named;
  if (keys.chip_authentication) {
    infos.chip_authentication.push_back({profile.chip_authentication->suite, {}});
    infos.chip_authentication_keys.push_back(
        {keys.chip_authentication->curve, keys.chip_authentication->point, {}});
    form = profile.chip_authentication->form;
  }
  if (infos != lds::SecurityInfos{}) files[FileId::dg14] = lds::encode_dg14(infos, form);
  list_groups(files);
  return ok();
}

}  // namespace imprimatur::chip
