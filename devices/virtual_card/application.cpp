#include "devices/virtual_card/application.hpp"

#include "devices/virtual_card/instructions.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::uint16_t kCardAccessFile = 0x011C;

// Instructions that write: known, and never allowed here.
bool is_update(std::uint8_t instruction) {
  return instruction == ins::kUpdateBinary || instruction == ins::kUpdateBinaryOdd || instruction == 0xD0 ||
         instruction == 0xD1 || instruction == 0x0E || instruction == 0x0F ||
         instruction == ins::kCreateFile || instruction == 0xE4 || instruction == ins::kPutData ||
         instruction == ins::kPutDataOdd;
}

}  // namespace

const Bytes& issuer_domain_name() {
  static const Bytes name = {0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00};
  return name;
}

const Bytes& application_name() {
  static const Bytes name = {0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01};
  return name;
}

Application::Application(Memory& memory, Random& random, WorkDone& work, SecureMessaging& messaging)
    : memory_(memory),
      channel_(memory, work, issuer_domain_name()),
      messaging_(messaging),
      access_control_(random, work),
      chip_authentication_(memory, work),
      active_authentication_(memory, random, work),
      store_data_(memory, work),
      files_(memory) {}

void Application::deselect() {
  channel_.close();
  access_control_.forget();
  chip_authentication_.forget();
  store_data_.abandon();
  current_file_ = 0;
}

void Application::set_counterfeit_chip_key(bool counterfeit) {
  chip_authentication_.set_counterfeit(counterfeit);
  active_authentication_.set_counterfeit(counterfeit);
}

StatusWord Application::begin_personalisation() {
  const bool written_otherwise = memory_.identity().kind.dialect != Dialect::gp_store_data;
  if (personalised() || written_otherwise) return sw::kConditionsNotSatisfied;
  store_data_.begin(false);
  return sw::kDone;
}

StatusWord Application::store(const Command& command, const Secret& data_encryption_key) {
  return store_data_.process(command, data_encryption_key);
}

Bytes Application::process(Command command, bool wrong_keys) {
  if (command.cla == cla::kSecureProprietary || command.cla == cla::kSecureInterindustry) {
    return process_in_scp03(std::move(command));
  }
  if (command.cla != cla::kInterindustry && command.cla != cla::kProprietary) {
    return Response(sw::kClassNotSupported).encode();
  }
  // A new INITIALIZE UPDATE ends the old channel; anything else in plain breaks it.
  const bool opens_anew = command.cla == cla::kProprietary && command.ins == ins::kInitializeUpdate;
  if (channel_.open() && !opens_anew) {
    deselect();
    return Response(sw::kSecurityNotSatisfied).encode();
  }
  return process_plain(command, wrong_keys).encode();
}

Response Application::process_plain(const Command& command, bool wrong_keys) {
  if (command.cla == cla::kProprietary) {
    if (!written_in_channel(memory_.identity().kind)) return sw::kInstructionNotSupported;
    if (command.ins == ins::kInitializeUpdate) {
      if (personalised()) return sw::kConditionsNotSatisfied;
      store_data_.abandon();
      return channel_.initialize_update(command, wrong_keys);
    }
    const bool known = command.ins == ins::kStoreData || command.ins == ins::kExternalAuthenticate;
    return known ? sw::kSecurityNotSatisfied : sw::kInstructionNotSupported;
  }
  switch (command.ins) {
    case ins::kGetChallenge:
      return personalised() ? access_control_.get_challenge(command) : Response(sw::kConditionsNotSatisfied);
    case ins::kExternalAuthenticate:
      return authenticate(command);
    case ins::kInternalAuthenticate:
    case ins::kManageEnvironment:
    case ins::kGeneralAuthenticate:
      return sw::kSecurityNotSatisfied;  // 9303-11: active and chip authentication come after access
    default:
      return read_command(command, command.answer_max());
  }
}

Response Application::authenticate(const Command& command) {
  const Bytes* value = memory_.key_object(kAccessKeys);
  const auto keys = value == nullptr ? std::nullopt : read_access_keys(*value);
  if (!personalised() || !keys || keys->bac_seed.empty()) return sw::kConditionsNotSatisfied;
  current_file_ = 0;
  return access_control_.external_authenticate(command, keys->bac_seed, messaging_);
}

Bytes Application::process_in_scp03(Command command) {
  if (command.ins == ins::kExternalAuthenticate && command.cla == cla::kSecureProprietary &&
      !channel_.open()) {
    const Response opened = channel_.external_authenticate(command);
    if (channel_.open() && memory_.identity().kind.dialect == Dialect::gp_store_data) store_data_.begin(true);
    return opened.encode();
  }
  // Le of a wrapped command is that of the plain one; MAC and padding of the answer come on top.
  const std::size_t most = channel_.plain_answer_max(command.answer_room());
  const StatusWord unwrapped = channel_.unwrap(command);
  if (unwrapped != sw::kDone) {
    store_data_.abandon();
    return Response(unwrapped).encode();
  }
  return channel_.wrap(in_channel(command, most)).encode();
}

// A command out of SCP03, plain already.
Response Application::in_channel(const Command& command, std::size_t answer_max) {
  if (memory_.identity().kind.dialect == Dialect::iso7816_files) {
    const auto written = files_.process(command, {.master_file = false, .current = current_file_});
    return written ? *written : read_command(command, answer_max);
  }
  if (command.ins == ins::kStoreData && command.cla == cla::kProprietary) {
    return store_data_.process(command, channel_.data_encryption_key());
  }
  return read_command(command, answer_max);
}

Response Application::process_protected(const Command& command, std::size_t answer_max) {
  if (command.cla != cla::kInterindustry) return sw::kClassNotSupported;
  switch (command.ins) {
    case ins::kInternalAuthenticate:
      return active_authentication_.internal_authenticate(command);
    case ins::kManageEnvironment:
      return manage_environment(command);
    case ins::kGeneralAuthenticate:
      return chip_authentication_.general_authenticate(command, messaging_);
    default:
      return read_command(command, answer_max);
  }
}

Response Application::manage_environment(const Command& command) {
  constexpr std::uint16_t kSetTemplate = 0x41A4;
  constexpr std::uint16_t kSetKeyAgreement = 0x41A6;
  if (command.p1_p2() == kSetTemplate) return chip_authentication_.set_template(command);
  if (command.p1_p2() == kSetKeyAgreement) return chip_authentication_.set_key_agreement(command, messaging_);
  return sw::kWrongParameters;
}

bool Application::has_card_access_inside() const {
  const FileAttributes* attributes = memory_.attributes(kCardAccessFile);
  return attributes != nullptr && !attributes->under_master_file;
}

// EF.CardAccess comes as a DGI, but stands under the master file once it is written (spec/lds.md section 1).
Readable Application::entry(std::uint16_t file_id) const {
  const bool applet = memory_.identity().kind.dialect == Dialect::emrtd_applet;
  // spec/emrtd-applet.md: DG3 and DG4 are not selected before terminal authentication, so never here.
  if (applet && (file_id == 0x0103 || file_id == 0x0104)) return {.status = sw::kSecurityNotSatisfied};
  const File* file = memory_.file(file_id);
  const bool by_dgi = memory_.identity().kind.dialect == Dialect::gp_store_data;
  const bool inside = by_dgi ? !personalised() : has_card_access_inside();
  if (file == nullptr || (file_id == kCardAccessFile && !inside)) return {.status = sw::kFileNotFound};
  return {.status = access(file_id), .content = file->content};
}

Response Application::read_command(const Command& command, std::size_t answer_max) {
  if (is_update(command.ins)) {
    // spec/emrtd-applet.md: after its lock.
    const bool applet = memory_.identity().kind.dialect == Dialect::emrtd_applet;
    return applet ? sw::kConditionsNotSatisfied : sw::kSecurityNotSatisfied;
  }
  const bool open = messaging_.open() || open_to_personaliser();
  const FileLookup lookup = [this, open](std::uint16_t file_id) -> Readable {
    const Readable found = entry(file_id);
    // Without access nobody learns which files there are.
    if (!open && found.status != sw::kDone) return {.status = sw::kSecurityNotSatisfied};
    return found;
  };
  if (command.ins == ins::kSelect) {
    if (command.p1 != 0x02 && command.p1 != 0x00) return sw::kWrongParameters;
    return select_file(command, lookup, current_file_);
  }
  if (command.ins == ins::kReadBinary || command.ins == ins::kReadBinaryOdd) {
    const bool by_attributes = memory_.identity().kind.dialect == Dialect::iso7816_files;
    const ReadContext context = {.file = lookup,
                                 .short_id =
                                     [this, by_attributes](std::uint8_t short_id) {
                                       return by_attributes ? memory_.file_with_short_id(short_id)
                                                            : static_cast<std::uint16_t>(0x0100 | short_id);
                                     },
                                 .answer_max = answer_max};
    const Response read = read_binary(command, context, current_file_);
    return !open && read.status == sw::kNoCurrentFile ? Response(sw::kSecurityNotSatisfied) : read;
  }
  return sw::kInstructionNotSupported;
}

// Before activation: in the personaliser's channel, or by anyone in the dialects without one.
bool Application::open_to_personaliser() const {
  if (personalised()) return false;
  return !written_in_channel(memory_.identity().kind) || channel_.open();
}

StatusWord Application::access(std::uint16_t file_id) const {
  // Before activation the personaliser reads everything back, DG3 too.
  if (!personalised()) return open_to_personaliser() ? sw::kDone : sw::kSecurityNotSatisfied;
  switch (memory_.read_rule(file_id)) {
    case ReadRule::always:
      return sw::kDone;
    case ReadRule::after_bac:
      return messaging_.open() ? sw::kDone : sw::kSecurityNotSatisfied;
    case ReadRule::after_terminal_authentication:
    case ReadRule::never:
      return sw::kSecurityNotSatisfied;
  }
  return sw::kSecurityNotSatisfied;
}

}  // namespace imprimatur::devices
