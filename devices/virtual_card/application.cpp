#include "devices/virtual_card/application.hpp"

#include "devices/virtual_card/file_reader.hpp"
#include "devices/virtual_card/instructions.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::uint16_t kAccessKeys = 0x8F01;
constexpr std::size_t kSeedOffset = 2;  // after 80 10
constexpr std::size_t kSeedSize = 16;

// Instructions that write: known, and never allowed here.
bool is_update(std::uint8_t instruction) {
  return instruction == 0xD6 || instruction == 0xD7 || instruction == 0xD0 || instruction == 0xD1 ||
         instruction == 0x0E || instruction == 0x0F || instruction == 0xE0 || instruction == 0xE4 ||
         instruction == 0xDA || instruction == 0xDB;
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

Application::Application(Memory& memory, Random& random, WorkDone& work)
    : memory_(memory),
      channel_(memory, work, issuer_domain_name()),
      messaging_(work),
      access_control_(random, work),
      store_data_(memory, work) {}

void Application::deselect() {
  channel_.close();
  messaging_.close();
  access_control_.forget();
  store_data_.abandon();
  current_file_ = 0;
}

StatusWord Application::begin_personalisation() {
  if (personalised()) return sw::kConditionsNotSatisfied;
  store_data_.begin(false);
  return sw::kDone;
}

StatusWord Application::store(const Command& command, const Secret& data_encryption_key) {
  return store_data_.process(command, data_encryption_key);
}

Bytes Application::process(Command command, bool wrong_keys) {
  if (command.cla == cla::kSecure3des) return process_in_3des(std::move(command));
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
  messaging_.close();  // ICAO 9303-11, 9.8: a plain command ends the session
  return process_plain(command, wrong_keys).encode();
}

Response Application::process_plain(const Command& command, bool wrong_keys) {
  if (command.cla == cla::kProprietary) {
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
    default:
      return read_command(command, command.answer_max());
  }
}

Response Application::authenticate(const Command& command) {
  const Bytes* keys = memory_.key_object(kAccessKeys);
  if (!personalised() || keys == nullptr) return sw::kConditionsNotSatisfied;
  current_file_ = 0;
  return access_control_.external_authenticate(command, ByteView(*keys).subspan(kSeedOffset, kSeedSize),
                                               messaging_);
}

Bytes Application::process_in_scp03(Command command) {
  if (command.ins == ins::kExternalAuthenticate && command.cla == cla::kSecureProprietary &&
      !channel_.open()) {
    const Response opened = channel_.external_authenticate(command);
    if (channel_.open()) store_data_.begin(true);
    return opened.encode();
  }
  // Le of a wrapped command is that of the plain one; MAC and padding of the answer come on top.
  const std::size_t most = channel_.plain_answer_max(command.answer_room());
  const StatusWord unwrapped = channel_.unwrap(command);
  if (unwrapped != sw::kDone) {
    store_data_.abandon();
    return Response(unwrapped).encode();
  }
  Response response = sw::kInstructionNotSupported;
  if (command.ins == ins::kStoreData && command.cla == cla::kProprietary) {
    response = store_data_.process(command, channel_.data_encryption_key());
  } else {
    response = read_command(command, most);
  }
  return channel_.wrap(std::move(response)).encode();
}

Bytes Application::process_in_3des(Command command) {
  if (!messaging_.open()) return Response(sw::kSecurityNotSatisfied).encode();
  const std::uint8_t instruction = command.ins;
  const std::size_t most = SecureMessaging::plain_answer_max(command.answer_max());
  const StatusWord unwrapped = messaging_.unwrap(command);
  if (unwrapped != sw::kDone) {
    current_file_ = 0;
    return Response(unwrapped).encode();
  }
  return messaging_.wrap(read_command(command, most), instruction);
}

Response Application::read_command(const Command& command, std::size_t answer_max) {
  if (is_update(command.ins)) return sw::kSecurityNotSatisfied;
  const FileLookup lookup = [this](std::uint16_t file_id) -> Readable {
    const File* file = memory_.file(file_id);
    // EF.CardAccess came as a DGI, but stands under the master file (spec/lds.md section 1).
    const bool elsewhere = file_id == 0x011C && personalised();
    if (file == nullptr || elsewhere) return {.status = sw::kFileNotFound};
    return {.status = access(file_id), .content = file->content};
  };
  if (command.ins == ins::kSelect) {
    if (command.p1 != 0x02 && command.p1 != 0x00) return sw::kWrongParameters;
    if (!messaging_.open() && !channel_.open()) return sw::kSecurityNotSatisfied;
    return select_file(command, lookup, current_file_);
  }
  if (command.ins == ins::kReadBinary || command.ins == ins::kReadBinaryOdd) {
    if (!messaging_.open() && !channel_.open()) return sw::kSecurityNotSatisfied;
    const ReadContext context = {
        .file = lookup,
        .short_id = [](std::uint8_t short_id) { return static_cast<std::uint16_t>(0x0100 | short_id); },
        .answer_max = answer_max};
    return read_binary(command, context, current_file_);
  }
  return sw::kInstructionNotSupported;
}

StatusWord Application::access(std::uint16_t file_id) const {
  // Before activation the personaliser's channel reads everything back, DG3 too.
  if (!personalised()) return channel_.open() ? sw::kDone : sw::kSecurityNotSatisfied;
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
