#include "devices/virtual_card/card.hpp"

#include "devices/virtual_card/answer_to_reset.hpp"
#include "devices/virtual_card/instructions.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::uint16_t kMasterFile = 0x3F00;
constexpr std::uint16_t kInformationFile = 0x2F01;
constexpr std::uint16_t kCardAccessFile = 0x011C;
constexpr std::uint16_t kLifeCycleData = 0x9F7F;
constexpr std::uint16_t kSetPaceTemplate = 0xC1A4;
constexpr std::uint8_t kByName = 0x04;

// What a card with command chaining takes in parts, in clear.
bool is_chainable(std::uint8_t instruction) {
  return instruction == ins::kUpdateBinary || instruction == ins::kUpdateBinaryOdd ||
         instruction == ins::kPutData || instruction == ins::kPutDataOdd || instruction == ins::kCreateFile;
}

bool names(ByteView data, std::uint16_t file_id) {
  return data.size() == 2 && read_be(data) == file_id;
}

// File control information of a directory: descriptor and file id.
Bytes directory_control(ByteView file_id) {
  return tlv(0x6F, concat({tlv(0x82, Bytes{0x38}), tlv(0x83, file_id)}));
}

}  // namespace

Card::Card(Memory memory, Random& random, TimeModel time_model)
    : memory_(std::move(memory)),
      messaging_(work_),
      pace_(memory_, random, work_),
      application_(memory_, random, work_, messaging_),
      issuer_domain_(memory_, application_, work_),
      files_(memory_),
      applet_(memory_),
      time_model_(time_model),
      information_file_(information_file(memory_.identity().kind.lengths)) {}

// Everything that belongs to what is selected; secure messaging is the caller's business.
void Card::enter(Selected selected) {
  application_.deselect();
  issuer_domain_.deselect();
  pace_.forget();
  current_file_ = 0;
  selected_ = selected;
}

void Card::lose_volatile_state() {
  messaging_.close();
  chain_.forget();
  answer_parts_.forget();
  enter(has_open_files() ? Selected::master_file : Selected::issuer_domain);
}

Bytes Card::power_on() {
  lose_volatile_state();
  memory_.restore_power();
  hanging_ = false;
  commands_ = 0;
  powered_ = fault_.kind != FaultKind::dead;
  if (!powered_) return {};
  if (!time_model_.instant()) elapsed_us_ += time_model_.power_on_us;
  Bytes atr = answer_to_reset(memory_.identity().kind.lengths);
  if (fault_.kind == FaultKind::wrong_atr) {
    atr[atr.size() - 2] ^= 0x01;
    atr.back() ^= 0x01;
  }
  return atr;
}

void Card::power_off() {
  lose_volatile_state();
  powered_ = false;
  hanging_ = false;
}

void Card::lose_power() {
  power_off();
  set_fault({});  // a cut, a tear and a lost answer happen once
}

void Card::set_fault(Fault fault) {
  memory_.set_stuck(fault.kind == FaultKind::stuck_memory);
  memory_.show_cplc(fault.kind == FaultKind::same_identity ? fault.cplc : Bytes{});
  application_.set_counterfeit_chip_key(fault.kind == FaultKind::wrong_chip_key);
  fault_ = std::move(fault);
}

std::uint64_t Card::take_elapsed_us() {
  return std::exchange(elapsed_us_, 0);
}

Bytes Card::process(ByteView apdu) {
  if (!powered_ || hanging_) return {};
  commands_ += 1;
  const bool struck = commands_ == fault_.command;
  if (fault_.kind == FaultKind::mute && commands_ >= fault_.command) {
    hanging_ = true;
    return {};
  }
  const bool cut = (fault_.kind == FaultKind::cut || fault_.kind == FaultKind::tear) && struck;
  if (cut) memory_.cut_power_after(fault_.bytes, fault_.kind == FaultKind::tear);

  const Bytes given = answer(apdu);
  const std::uint64_t taken = duration_us(time_model_, {.bytes_on_line = apdu.size() + given.size(),
                                                        .pages_written = memory_.take_pages_written(),
                                                        .ciphers = std::exchange(work_, {})});
  elapsed_us_ += fault_.kind == FaultKind::slow ? taken * fault_.factor : taken;
  if (cut || (fault_.kind == FaultKind::lost_answer && struck)) {
    lose_power();
    return {};
  }
  return given;
}

Bytes Card::answer(ByteView apdu) {
  auto command = parse_command(apdu);
  const bool extended_allowed = memory_.identity().kind.lengths == Lengths::extended;
  if (!command || command.value().data.size() > kCommandDataMax ||
      (command.value().extended && !extended_allowed)) {
    return Response(sw::kWrongLength).encode();
  }
  if (command.value().ins == ins::kGetResponse && answer_parts_.waiting()) {
    return answer_parts_.next(command.value());
  }
  answer_parts_.forget();
  const std::size_t room = command.value().answer_room();
  return answer_parts_.cut(dispatch(std::move(command.value())), room);
}

Bytes Card::dispatch(Command command) {
  if (command.cla == 0xFF) return Response(sw::kClassNotSupported).encode();
  if ((command.cla & 0x40) != 0 || (command.cla & 0x03) != 0)
    return Response(sw::kChannelNotSupported).encode();
  if (fault_.kind == FaultKind::no_command && command.ins == fault_.instruction) {
    return Response(sw::kInstructionNotSupported).encode();
  }
  if (memory_.card_life() == CardLife::terminated) return Response(sw::kConditionsNotSatisfied).encode();
  const bool with_chaining = memory_.identity().kind.lengths == Lengths::chaining;
  if ((command.cla & cla::kChained) != 0 && !is_pace_command(command) &&
      (!with_chaining || command.cla != cla::kChained || !is_chainable(command.ins))) {
    return Response(sw::kChainingNotSupported).encode();
  }
  if (with_chaining && !is_pace_command(command)) {
    if (const auto part = chain_.take(command)) return part->encode();
    command.cla = static_cast<std::uint8_t>(command.cla & ~cla::kChained);
  }
  if (command.cla == cla::kInterindustry && command.ins == ins::kManageChannel) {
    return Response(sw::kChannelNotSupported).encode();
  }
  if (command.cla == cla::kSecureMessaging) return dispatch_protected(std::move(command));
  return dispatch_plain(std::move(command));
}

// ICAO Doc 9303-11 section 9.8: a plain command ends secure messaging.
Bytes Card::dispatch_plain(Command command) {
  messaging_.close();
  if (is_pace_command(command)) return pace(command).encode();
  pace_.forget();
  if (can_select_anew(command)) return select(command, false).encode();
  if (const auto written = write(command)) return written->encode();
  const bool wrong_keys = fault_.kind == FaultKind::wrong_keys;
  switch (selected_) {
    case Selected::application:
      return application_.process(std::move(command), wrong_keys);
    case Selected::master_file:
      return in_master_file(command, command.answer_max()).encode();
    case Selected::issuer_domain:
      break;
  }
  // The issuer domain is selected by default, when readers may look for files of the master file at once.
  const bool file_command =
      command.cla == cla::kInterindustry &&
      (command.ins == ins::kSelect || command.ins == ins::kReadBinary || command.ins == ins::kReadBinaryOdd);
  if (file_command && !issuer_domain_.channel_open()) {
    return in_master_file(command, command.answer_max()).encode();
  }
  return issuer_domain_.process(std::move(command), wrong_keys);
}

Bytes Card::dispatch_protected(Command command) {
  if (!messaging_.open()) return Response(sw::kSecurityNotSatisfied).encode();
  const std::uint8_t instruction = command.ins;
  const std::size_t most = messaging_.plain_answer_max(command.answer_max());
  const StatusWord unwrapped = messaging_.unwrap(command);
  if (unwrapped != sw::kDone) {
    application_.deselect();
    return Response(unwrapped).encode();
  }
  Response response = sw::kInstructionNotSupported;
  if (can_select_anew(command)) {
    response = select(command, true);
  } else if (selected_ == Selected::application) {
    response = application_.process_protected(command, most);
  } else {
    response = in_master_file(command, most);
  }
  return messaging_.wrap(response, instruction);
}

// PACE is done where EF.CardAccess stands: under the master file, or in the application of some cards.
bool Card::is_pace_command(const Command& command) const {
  if ((command.cla & ~cla::kChained) != cla::kInterindustry || !application_.personalised()) return false;
  const bool set_template = command.ins == ins::kManageEnvironment && command.p1_p2() == kSetPaceTemplate;
  if (!set_template && command.ins != ins::kGeneralAuthenticate) return false;
  if (application_.has_card_access_inside()) return selected_ == Selected::application;
  return selected_ != Selected::application && !issuer_domain_.channel_open();
}

Response Card::pace(const Command& command) {
  if (selected_ == Selected::issuer_domain) selected_ = Selected::master_file;
  const bool chained = (command.cla & cla::kChained) != 0;
  if (command.ins == ins::kGeneralAuthenticate) {
    return pace_.general_authenticate(command, chained, messaging_);
  }
  return chained ? Response(sw::kChainingNotSupported) : Response(pace_.set_template(command));
}

// Commands that write, of the dialects in which they come in clear.
std::optional<Response> Card::write(const Command& command) {
  const bool inside = selected_ == Selected::application;
  if (dialect() == Dialect::emrtd_applet && inside) {
    return applet_.process(command, application_.current_file());
  }
  if (!has_open_files()) return {};
  if (command.ins == ins::kGetData) return get_identity(command);
  const bool had_directory = memory_.directory().has_value();
  auto response = files_.process(
      command, {.master_file = !inside, .current = inside ? application_.current_file() : current_file_});
  if (!had_directory && memory_.directory()) enter(Selected::application);  // created: it is the current one
  return response;
}

Response Card::get_identity(const Command& command) const {
  if (command.cla != cla::kInterindustry && command.cla != cla::kProprietary) return sw::kClassNotSupported;
  if (command.p1_p2() != kLifeCycleData) return sw::kReferenceNotFound;
  return Response(tlv(kLifeCycleData, memory_.shown_cplc()));
}

const Bytes* Card::name_of_application() const {
  if (dialect() != Dialect::iso7816_files) return &application_name();
  return memory_.directory() ? &memory_.directory()->name : nullptr;
}

bool Card::can_select_anew(const Command& command) const {
  if (command.cla != cla::kInterindustry || command.ins != ins::kSelect) return false;
  if (command.p1 == kByName) return true;
  const bool directory = memory_.directory() && names(command.data, memory_.directory()->file_id);
  if (command.p1 == 0x00) return command.data.empty() || names(command.data, kMasterFile) || directory;
  return command.p1 == 0x01 && directory;
}

Response Card::select(const Command& command, bool is_protected) {
  if (command.p2 != 0x0C && command.p2 != 0x00) return sw::kWrongParameters;
  if (command.p1 == kByName) return select_by_name(command, is_protected);
  const bool master_file = command.data.empty() || names(command.data, kMasterFile);
  enter(master_file ? Selected::master_file : Selected::application);
  if (command.p2 == 0x0C || command.ne == 0) return sw::kDone;
  const Bytes file_id = command.data.empty() ? Bytes{0x3F, 0x00} : command.data;
  return Response(directory_control(file_id));
}

// GlobalPlatform 11.9: the full or a partial name; an empty one is what is selected by default.
Response Card::select_by_name(const Command& command, bool is_protected) {
  constexpr std::size_t kPartialNameMin = 5;
  const auto matches = [&command](const Bytes& name) {
    const ByteView wanted = command.data;
    return wanted.size() >= kPartialNameMin && wanted.size() <= name.size() &&
           equal(wanted, ByteView(name).first(wanted.size()));
  };
  const bool has_domain = !has_open_files() && !is_protected;
  const bool locked = memory_.card_life() == CardLife::card_locked;
  const bool domain = has_domain && (command.data.empty() || matches(issuer_domain_name()));
  if (command.data.empty() && has_open_files() && !is_protected) {
    enter(Selected::master_file);
    if (command.p2 == 0x0C || command.ne == 0) return sw::kDone;
    return Response(directory_control(Bytes{kMasterFile >> 8, kMasterFile & 0xFF}));
  }
  const Bytes* name = name_of_application();
  if (!domain && (name == nullptr || !matches(*name))) return sw::kFileNotFound;
  if (!domain && locked) return sw::kFunctionNotSupported;
  enter(domain ? Selected::issuer_domain : Selected::application);
  const StatusWord status = locked ? sw::kCardLocked : sw::kDone;
  if (command.p2 == 0x0C || command.ne == 0) return status;
  return Response(domain ? issuer_domain_.control_information() : tlv(0x6F, tlv(0x84, *name)), status);
}

Readable Card::master_file_entry(std::uint16_t file_id) const {
  if (file_id == kInformationFile) return {.status = sw::kDone, .content = information_file_};
  const File* file = memory_.file(kCardAccessFile);
  if (file_id != kCardAccessFile || file == nullptr || application_.has_card_access_inside()) {
    return {.status = sw::kFileNotFound};
  }
  // A DGI is no file before activation; one that was created is.
  const bool created = memory_.attributes(kCardAccessFile) != nullptr;
  if (!created && !application_.personalised()) return {.status = sw::kFileNotFound};
  return {.status = sw::kDone, .content = file->content};
}

Response Card::in_master_file(const Command& command, std::size_t answer_max) {
  if (command.cla != cla::kInterindustry) return sw::kClassNotSupported;
  const FileLookup lookup = [this](std::uint16_t file_id) { return master_file_entry(file_id); };
  if (command.ins == ins::kSelect) {
    if (command.p1 != 0x00 && command.p1 != 0x02) return sw::kWrongParameters;
    return select_file(command, lookup, current_file_);
  }
  if (command.ins == ins::kReadBinary || command.ins == ins::kReadBinaryOdd) {
    const ReadContext context = {
        .file = lookup,
        .short_id =
            [](std::uint8_t short_id) {
              return short_id == 0x01 ? kInformationFile : static_cast<std::uint16_t>(0x0100 | short_id);
            },
        .answer_max = answer_max};
    return read_binary(command, context, current_file_);
  }
  return sw::kInstructionNotSupported;
}

}  // namespace imprimatur::devices
