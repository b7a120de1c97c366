// imprimatur chip check PROFILE…: are chip profiles sound, and what do they do to a card?
#include <cstdio>

#include "app/commands/command.hpp"
#include "base/encoding.hpp"
#include "base/files.hpp"
#include "chip/profile.hpp"

namespace imprimatur::app {
namespace {

constexpr std::size_t kProfileBytesMax = 64U << 10;

// A name of templates/chips, or the path of a file.
Result<chip::ChipProfile> load(const CommandContext& context, const std::string& profile) {
  const std::filesystem::path path(profile);
  if (!path.has_parent_path() && path.extension() != ".json") {
    return chip::load_profile(context.templates / "chips", profile, chip::TestKeys::allowed);
  }
  TRY(auto text, read_text_file(path, kProfileBytesMax));
  return chip::parse_profile(text, path.filename().string(), chip::TestKeys::allowed);
}

std::string channel_of(const chip::ChipProfile& profile) {
  if (!profile.has_secure_channel) return "none";
  return "scp03 " + std::string(profile.scp_mode == chip::ScpMode::s8 ? "S8" : "S16") + " level " +
         to_hex(Bytes{profile.security_level}) + ", key version " + to_hex(Bytes{profile.blank_keys.version});
}

json::array protocols_of(const chip::ChipProfile& profile) {
  json::array protocols;
  for (const chip::AccessProtocol access : profile.access) {
    if (access != chip::AccessProtocol::pace) protocols.emplace_back(chip::name_of(access));
  }
  for (const lds::PaceInfo& offer : profile.pace) {
    protocols.emplace_back("pace " + std::string(lds::name_of(offer.suite)) + " " +
                           std::string(crypto::name_of(offer.curve)));
  }
  if (profile.active_authentication) {
    const bool rsa = profile.active_authentication->key == crypto::KeyType::rsa;
    protocols.emplace_back("active authentication " +
                           (rsa ? "RSA-" + std::to_string(profile.active_authentication->rsa_bits)
                                : std::string("ECDSA P-256")));
  }
  if (profile.chip_authentication) {
    protocols.emplace_back("chip authentication " +
                           std::string(lds::name_of(profile.chip_authentication->suite)) + " " +
                           std::string(crypto::name_of(profile.chip_authentication->curve)));
  }
  return protocols;
}

json::array files_of(const chip::ChipProfile& profile) {
  json::array files;
  for (const chip::ProfileFile& file : profile.files) files.emplace_back(lds::name_of(file.file));
  return files;
}

// The steps that change the card, in their order.
json::array steps_of(const chip::ChipProfile& profile) {
  json::array steps;
  const auto add = [&steps](const std::vector<chip::CardStep>& all, std::string_view each = {}) {
    for (const chip::CardStep& step : all) steps.emplace_back(step.name + std::string(each));
  };
  if (profile.dialect == chip::Dialect::gp_store_data) {
    steps.emplace_back("STORE DATA of files, access table and keys");
  } else {
    add(profile.commands.before);
    add(profile.commands.create, " of each file");
    steps.emplace_back("UPDATE BINARY of each file");
    add(profile.commands.keys);
  }
  for (const chip::ClosingStep step : profile.closing) {
    switch (step) {
      case chip::ClosingStep::rotate_keys:
        steps.emplace_back("PUT KEY: version " + to_hex(Bytes{profile.blank_keys.version}) + " to " +
                           to_hex(Bytes{profile.card_keys.version}));
        break;
      case chip::ClosingStep::activate:
        if (profile.dialect == chip::Dialect::gp_store_data) {
          steps.emplace_back("STORE DATA that activates the application");
        } else {
          add(profile.commands.activate);
        }
        break;
      case chip::ClosingStep::secure_issuer_domain:
        steps.emplace_back("SET STATUS of the issuer domain to SECURED");
        break;
    }
  }
  return steps;
}

std::string joined(const json::array& texts, std::string_view between) {
  std::string all;
  for (const json::value& text : texts) {
    all += (all.empty() ? std::string_view() : between);
    all += std::string_view(text.get_string());
  }
  return all.empty() ? "none" : all;
}

void print_for_people(const chip::ChipProfile& profile) {
  std::printf("%s (version %d) holds\n", profile.name.c_str(), profile.version);
  std::printf("  hash       %s\n", to_hex_lower(profile.hash).c_str());
  std::printf("  dialect    %s\n", std::string(chip::name_of(profile.dialect)).c_str());
  std::printf("  channel    %s\n", channel_of(profile).c_str());
  std::printf("  protocols  %s\n", joined(protocols_of(profile), ", ").c_str());
  std::printf("  files      %s\n", joined(files_of(profile), " ").c_str());
  std::printf("  sent       %s\n", joined(steps_of(profile), "\n             ").c_str());
  if (profile.for_test_keys_only()) std::printf("  for test keys only\n");
}

json::object object_of(const chip::ChipProfile& profile) {
  return {{"channel", channel_of(profile)},
          {"dialect", chip::name_of(profile.dialect)},
          {"files", files_of(profile)},
          {"hash", to_hex_lower(profile.hash)},
          {"holds", true},
          {"profile", profile.name},
          {"protocols", protocols_of(profile)},
          {"sent", steps_of(profile)},
          {"test_keys_only", profile.for_test_keys_only()},
          {"version", profile.version}};
}

int run_check(const CommandContext& context, const std::vector<std::string>& names) {
  int exit_code = kExitYes;
  for (const std::string& name : names) {
    auto profile = load(context, name);
    if (!profile) {
      exit_code = report_error(context, profile.error());
    } else if (context.json) {
      std::printf("%s\n", canonical_json(object_of(profile.value())).c_str());
    } else {
      print_for_people(profile.value());
    }
  }
  return exit_code;
}

}  // namespace

void add_chip(CLI::App& app, CommandContext& context) {
  auto* chip = app.add_subcommand("chip", "Check a chip profile");
  chip->require_subcommand(1);
  auto* check = chip->add_subcommand("check", "Is the profile sound, and what does it do?");
  auto names = std::make_shared<std::vector<std::string>>();
  check->add_option("PROFILE", *names, "Names, as in templates/chips, or files")->required();
  check->callback(
      [&context, names] { context.run = [&context, names] { return run_check(context, *names); }; });
}

}  // namespace imprimatur::app
