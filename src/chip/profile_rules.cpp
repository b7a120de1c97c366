// What holds between the members of a chip profile: a profile that breaks one of these rules would make a
// card that is not finished, or that nobody can read.
#include "chip/profile_parts.hpp"
#include "chip/scp03.hpp"

namespace imprimatur::chip {

namespace {

using lds::FileId;

bool has_gap(const std::vector<CardStep>& steps, std::initializer_list<Slot> wanted,
             bool needed_only = true) {
  return std::any_of(steps.begin(), steps.end(), [&](const CardStep& step) {
    return (!needed_only || !step.optional) && std::any_of(wanted.begin(), wanted.end(), [&](Slot slot) {
             return step.data.slots().contains(slot);
           });
  });
}

class Rules {
 public:
  Rules(const ProfileReader& reader, const ChipProfile& profile) : reader_(reader), profile_(profile) {}

  Status check(TestKeys test_keys) const {
    TRY_STATUS(check_files());
    TRY_STATUS(check_access());
    TRY_STATUS(check_closing());
    if (profile_.dialect == Dialect::gp_store_data) {
      TRY_STATUS(check_store_data());
    } else {
      TRY_STATUS(check_key_steps());
      TRY_STATUS(check_file_commands());
    }
    return check_test_keys(test_keys);
  }

 private:
  Status needs_file(FileId file, std::string_view why) const {
    const ProfileFile* found = profile_.find(file);
    if (found != nullptr && found->required) return ok();
    return reader_.error(
        "/files", std::string(lds::name_of(file)) + " must be there and required (" + std::string(why) + ")");
  }

  Status no_file(FileId file, std::string_view why) const {
    for (std::size_t i = 0; i < profile_.files.size(); ++i) {
      if (profile_.files[i].file != file) continue;
      return reader_.error("/files/" + std::to_string(i) + "/file",
                           std::string(lds::name_of(file)) + " " + std::string(why));
    }
    return ok();
  }

  Status check_files() const {
    for (const FileId file : {FileId::com, FileId::sod, FileId::dg1, FileId::dg2}) {
      TRY_STATUS(needs_file(file, "9303-10 section 3"));
    }
    if (profile_.active_authentication) {
      TRY_STATUS(needs_file(FileId::dg15, "it holds the key of active authentication"));
      // The hash of ECDSA signatures stands in DG14 (9303-11 section 9.2.9).
      if (profile_.active_authentication->key != crypto::KeyType::rsa) {
        TRY_STATUS(needs_file(FileId::dg14, "it tells the hash of active authentication"));
      }
    } else {
      TRY_STATUS(no_file(FileId::dg15, "holds the key of active authentication, which this profile has not"));
    }
    if (profile_.chip_authentication)
      return needs_file(FileId::dg14, "it holds the key of chip authentication");
    if (profile_.active_authentication && profile_.active_authentication->key != crypto::KeyType::rsa)
      return ok();
    if (profile_.offers(AccessProtocol::pace))
      return needs_file(FileId::dg14, "it confirms the offers of PACE");
    return no_file(FileId::dg14, "tells of protocols which this profile has not");
  }

  Status check_access() const {
    if (profile_.offers(AccessProtocol::pace)) {
      if (profile_.pace.empty()) return reader_.error("/pace", "PACE is offered without a suite and curve");
      TRY_STATUS(needs_file(FileId::card_access, "it tells the terminal of PACE"));
      for (std::size_t i = 0; i < profile_.files.size(); ++i) {
        const ProfileFile& file = profile_.files[i];
        if (file.file == FileId::card_access && file.read != ReadRule::always) {
          return reader_.error("/files/" + std::to_string(i) + "/read",
                               "EF.CardAccess is read before access: wanted always (9303-11 section 9.2.11)");
        }
      }
      return ok();
    }
    if (!profile_.pace.empty()) return reader_.error("/pace", "the access protocols do not name pace");
    return no_file(FileId::card_access, "tells of PACE, which this profile does not offer");
  }

  Status check_closing() const {
    const bool rotates = profile_.closes_with(ClosingStep::rotate_keys);
    const bool secures = profile_.closes_with(ClosingStep::secure_issuer_domain);
    // A card that leaves without its own keys or still open to writing is not finished.
    if (!profile_.closes_with(ClosingStep::activate)) return reader_.error("/closing", "activate is missing");
    if (!profile_.has_secure_channel) {
      if (rotates || secures) {
        return reader_.error("/closing", "rotate-keys and secure-issuer-domain need a secure channel");
      }
      return ok();
    }
    if (rotates) {
      if (profile_.lacks(MissingCommand::put_key)) {
        return reader_.error("/closing", "rotate-keys: the card has no PUT KEY (commands_missing)");
      }
      if (profile_.lacks(MissingCommand::key_template)) {
        return reader_.error("/closing",
                             "rotate-keys: a card without a key template cannot be told after a cut");
      }
    } else if (!profile_.lacks(MissingCommand::put_key)) {
      return reader_.error("/closing", "rotate-keys is missing, and the card has PUT KEY");
    }
    if (secures && profile_.lacks(MissingCommand::set_status)) {
      return reader_.error("/closing", "secure-issuer-domain: the card has no SET STATUS (commands_missing)");
    }
    return ok();
  }

  Status check_store_data() const {
    if (!profile_.has_secure_channel) {
      return reader_.error("/secure_channel/protocol", "gp-store-data needs scp03");
    }
    if (profile_.lacks(MissingCommand::store_data)) {
      return reader_.error("/dialect", "gp-store-data: the card has no STORE DATA (commands_missing)");
    }
    for (std::size_t i = 0; i < profile_.files.size(); ++i) {
      const std::string where = "/files/" + std::to_string(i);
      if (profile_.files[i].size != 0)
        return reader_.error(where + "/size", "gp-store-data makes files as large as needed");
      if (profile_.files[i].create) return reader_.error(where + "/create", "gp-store-data creates no files");
    }
    return ok();
  }

  // The files would be there and the chip could not use them: each protocol has a step that brings its key,
  // and no step asks for a key that this profile's cards do not have.
  Status check_key_steps() const {
    const std::vector<CardStep>& steps = profile_.commands.keys;
    const std::string where = "/commands/keys";
    const bool rsa =
        profile_.active_authentication && profile_.active_authentication->key == crypto::KeyType::rsa;
    const bool ec = profile_.active_authentication && !rsa;
    if (profile_.offers(AccessProtocol::bac) &&
        !has_gap(steps, {Slot::document_number, Slot::bac_seed, Slot::access_keys})) {
      return reader_.error(where, "no step brings the access keys of bac");
    }
    if (profile_.offers(AccessProtocol::pace) &&
        !has_gap(steps, {Slot::document_number, Slot::mrz_hash, Slot::access_keys})) {
      return reader_.error(where, "no step brings the password of pace");
    }
    if (rsa && !has_gap(steps, {Slot::aa_private_exponent, Slot::aa_prime_p, Slot::aa_key})) {
      return reader_.error(where, "no step brings the private key of active authentication");
    }
    if (ec && !has_gap(steps, {Slot::aa_scalar, Slot::aa_key})) {
      return reader_.error(where, "no step brings the private key of active authentication");
    }
    if (profile_.chip_authentication && !has_gap(steps, {Slot::ca_scalar, Slot::ca_key})) {
      return reader_.error(where, "no step brings the private key of chip authentication");
    }
    if ((!rsa && has_gap(steps, {Slot::aa_modulus, Slot::aa_public_exponent, Slot::aa_private_exponent,
                                 Slot::aa_prime_p, Slot::aa_prime_q})) ||
        (!ec && has_gap(steps, {Slot::aa_scalar})) || (!rsa && !ec && has_gap(steps, {Slot::aa_key}))) {
      return reader_.error(where, "a step wants a key of active authentication that the cards do not have");
    }
    if (!profile_.chip_authentication && has_gap(steps, {Slot::ca_scalar, Slot::ca_point, Slot::ca_key})) {
      return reader_.error(where, "a step wants a key of chip authentication that the cards do not have");
    }
    return ok();
  }

  Status check_file_commands() const {
    const bool before = !profile_.commands.before.empty();
    if (profile_.has_secure_channel && before) {
      return reader_.error("/commands/before", "with a secure channel the application is there already");
    }
    for (std::size_t i = 0; i < profile_.files.size(); ++i) {
      const ProfileFile& file = profile_.files[i];
      const std::string where = "/files/" + std::to_string(i);
      if (file.in_master_file && profile_.has_secure_channel) {
        return reader_.error(where + "/in",
                             "the secure channel is the application's: it ends at the master file");
      }
      if (profile_.commands.create.empty() && file.size == 0) {
        return reader_.error(where + "/size", "nothing creates this file: how large is it on the card?");
      }
      if (profile_.dialect == Dialect::emrtd_applet &&
          (file.file == FileId::dg3 || file.file == FileId::dg4)) {
        return reader_.error(where + "/file",
                             "the applet makes DG3 and DG4 only after terminal authentication");
      }
    }
    if (profile_.dialect == Dialect::emrtd_applet && profile_.transfer.extended_if_offered) {
      return reader_.error("/transfer/extended_if_offered", "the applet takes short commands only");
    }
    if (profile_.commands.activate.empty()) {
      return reader_.error("/commands/activate", "wanted at least one step: an open chip is not finished");
    }
    return ok();
  }

  Status check_test_keys(TestKeys test_keys) const {
    if (test_keys == TestKeys::allowed || !profile_.for_test_keys_only()) return ok();
    if (profile_.access.empty()) {
      return reader_.error("/access", "a chip without access control is made with test keys only");
    }
    if (profile_.has_secure_channel && !profile_.closes_with(ClosingStep::rotate_keys)) {
      return reader_.error(
          "/closing", "the finished card would keep its transport keys: this is allowed with test keys only");
    }
    // What is left: a key that is too short, in a profile that is sound otherwise.
    const bool sound_channel = profile_.has_secure_channel && (profile_.dialect == Dialect::gp_store_data ||
                                                               (profile_.security_level & kLevelCDec) != 0);
    if (sound_channel) {
      return reader_.error("/active_authentication/key",
                           "rsa-1024 is too short: it is allowed with test keys only");
    }
    return reader_.error("/secure_channel/" + std::string(profile_.has_secure_channel ? "level" : "protocol"),
                         "keys would travel in clear: this is allowed with test keys only");
  }

  const ProfileReader& reader_;
  const ChipProfile& profile_;
};

}  // namespace

Status check_rules(const ProfileReader& reader, const ChipProfile& profile, TestKeys test_keys) {
  return Rules(reader, profile).check(test_keys);
}

}  // namespace imprimatur::chip
