// Reading of the groups, and the proofs that the chip is no copy.
#include <algorithm>

#include "base/encoding.hpp"
#include "chip/chip_authentication.hpp"
#include "chip/inspector.hpp"
#include "chip/read_files.hpp"
#include "lds/data_groups.hpp"

namespace imprimatur::chip {

namespace {

using lds::FileId;

struct ChipKeyChoice {
  lds::ChipAuthenticationInfo info;
  const lds::ChipAuthenticationKey* key = nullptr;  // borrowed
};

// The strongest protocol whose key is there. A key without a protocol means 3DES, as the first edition of
// chip authentication had it (BSI TR-03110-3 section A.1.1.2).
std::optional<ChipKeyChoice> choose(const lds::SecurityInfos& infos) {
  std::vector<lds::ChipAuthenticationInfo> offers = infos.chip_authentication;
  if (offers.empty()) {
    for (const auto& key : infos.chip_authentication_keys) {
      offers.push_back({lds::CipherSuite::des3, key.key_id});
    }
  }
  std::stable_sort(offers.begin(), offers.end(),
                   [](const auto& left, const auto& right) { return left.suite > right.suite; });
  for (const auto& info : offers) {
    for (const auto& key : infos.chip_authentication_keys) {
      const bool only_one = infos.chip_authentication_keys.size() == 1 && !info.key_id;
      if (key.key_id == info.key_id || only_one) return ChipKeyChoice{info, &key};
    }
  }
  return std::nullopt;
}

}  // namespace

Status Inspector::read(FileId file) {
  if (!session_.alive()) return ok();  // a finding says already why
  const std::string name(lds::name_of(file));
  auto read = read_file(session_.link(), file);
  if (proving_) {
    proving_ = false;
    const bool refused = !session_.alive() || (!read && read.error().code == "chip.secure_messaging");
    if (refused) {
      TRY_STATUS(
          chip_authentication_failed("the chip cannot go on with the keys that only the key of DG14 gives"));
      return this->read(file);
    }
    report_.protocols.chip_authentication = ProtocolVerdict::passed;
  }
  if (!read) return judge(std::move(read).error(), name);
  if (!read.value().found()) {
    add("inspect.read", name + " cannot be read (the card answered " + sw_text(read.value().sw) + ")", name);
    return ok();
  }
  report_.files[file] = std::move(read.value().content);
  return ok();
}

// What EF.COM lists; without a good EF.COM, what EF.SOD lists.
std::vector<FileId> Inspector::listed_groups() {
  if (const auto com = report_.files.find(FileId::com); com != report_.files.end()) {
    auto listed = lds::decode_com(com->second);
    if (listed) return std::move(listed).value();
    add("inspect.read", "EF.COM: " + listed.error().message, "EF.COM");
  }
  std::vector<FileId> groups;
  if (const auto sod = report_.files.find(FileId::sod); sod != report_.files.end()) {
    const auto object = lds::authenticate_passively(sod->second, {}, {}, WallTime{}).object;
    for (const auto& [number, hash] : object.hashes) {
      if (const auto file = lds::data_group(number)) groups.push_back(*file);
    }
  }
  return groups;
}

Status Inspector::read_all() {
  TRY_STATUS(read(FileId::com));
  TRY_STATUS(read(FileId::sod));
  listed_ = listed_groups();
  std::vector<FileId> groups = listed_;
  std::erase_if(groups, lds::needs_terminal_authentication);
  const auto dg14 = std::find(groups.begin(), groups.end(), FileId::dg14);
  if (dg14 != groups.end()) {  // first: the groups after it are then read with the chip's own keys
    groups.erase(dg14);
    TRY_STATUS(read(FileId::dg14));
    TRY_STATUS(authenticate_chip());
  }
  for (const FileId file : groups) {
    TRY_STATUS(read(file));
  }
  return ok();
}

Status Inspector::chip_authentication_failed(const std::string& sentence) {
  report_.protocols.chip_authentication = ProtocolVerdict::failed;
  add("inspect.chip_authentication", sentence, "DG14");
  if (session_.alive()) return ok();
  return judge(session_.reopen());
}

Status Inspector::authenticate_chip() {
  const auto dg14 = report_.files.find(FileId::dg14);
  if (dg14 == report_.files.end() || !session_.alive()) return ok();
  auto infos = lds::decode_dg14(dg14->second);
  if (!infos) {
    add("inspect.read", "DG14: " + infos.error().message, "DG14");
    return ok();
  }
  infos_ = std::move(infos).value();
  const auto chosen = choose(*infos_);
  if (!chosen) return ok();
  report_.protocols.chip_authentication_info = chosen->info;
  auto messaging = chip::authenticate_chip(session_.link(), chosen->info, *chosen->key, random_);
  if (!messaging) {
    const Error& error = messaging.error();
    if (!error.code.starts_with("chip.")) return std::move(messaging).error();
    return chip_authentication_failed(error.message);
  }
  session_.switch_to(std::move(messaging).value());
  proving_ = true;
  return ok();
}

Status Inspector::authenticate_actively() {
  const auto dg15 = report_.files.find(FileId::dg15);
  if (dg15 == report_.files.end() || !session_.alive()) return ok();
  const auto failed = [this](std::string sentence) {
    report_.protocols.active_authentication = ProtocolVerdict::failed;
    add("inspect.active_authentication", std::move(sentence), "DG15");
  };
  const auto key = lds::decode_dg15(dg15->second);
  if (!key) {
    failed("DG15: " + key.error().message);
    return ok();
  }
  const auto hash = infos_ ? infos_->active_authentication_hash : std::nullopt;
  const auto done = chip::authenticate_actively(session_.link(), key.value(), hash, random_);
  if (done) {
    report_.protocols.active_authentication = ProtocolVerdict::passed;
    return ok();
  }
  if (!done.error().code.starts_with("chip.")) return done;
  failed(done.error().message);
  return session_.alive() ? ok() : judge(session_.reopen());
}

}  // namespace imprimatur::chip
