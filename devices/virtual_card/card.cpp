#include "devices/virtual_card/card.hpp"

#include "base/encoding.hpp"
#include "devices/virtual_card/file_reader.hpp"
#include "devices/virtual_card/instructions.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::uint16_t kMasterFile = 0x3F00;
constexpr std::uint16_t kInformationFile = 0x2F01;
constexpr std::uint16_t kCardAccessFile = 0x011C;
constexpr std::uint8_t kByName = 0x04;

// Card capabilities (ISO/IEC 7816-4 table 119): selection by full and partial name, by short id; one-byte
// data coding; extended Lc and Le, length information in EF.ATR/INFO.
constexpr std::string_view kCapabilities = "C40160";

// With TCK, the exclusive or of all bytes from T0.
Bytes with_check_byte(Bytes atr) {
  std::uint8_t check = 0;
  for (std::size_t i = 1; i < atr.size(); ++i) check = static_cast<std::uint8_t>(check ^ atr[i]);
  atr.push_back(check);
  return atr;
}

// 43 card service data, 47 capabilities, 7F66 the largest command and answer in bytes (ISO/IEC
// 7816-4 12.7.1).
Bytes information_file() {
  const auto number = [](std::size_t value) {
    Bytes bytes;
    append_be(bytes, value, 2);
    return bytes;
  };
  constexpr std::size_t kOverhead = 9;  // header and the extended length fields
  Bytes out = tlv(0x43, hex("B8"));
  append_tlv(out, 0x47, hex(kCapabilities));
  append_tlv(out, 0x7F66,
             concat({tlv(0x02, number(kCommandDataMax + kOverhead)), tlv(0x02, number(kAnswerDataMax + 2))}));
  return out;
}

}  // namespace

const Bytes& answer_to_reset() {
  // TS 3B, T0 8 interface TD1 and 12 historical bytes, TD1 81: T=1 follows, TD2 31: TA3 FE and TB3 45; then
  // 80, 73 and capabilities, 56 and a name.
  static const Bytes atr = with_check_byte(
      concat({hex("3B8C8131FE4580"), hex("73"), hex(kCapabilities), hex("56"), bytes_of("IMPRI1")}));
  return atr;
}

Card::Card(Memory memory, Random& random, TimeModel time_model)
    : memory_(std::move(memory)),
      application_(memory_, random, work_),
      issuer_domain_(memory_, application_, work_),
      time_model_(time_model),
      information_file_(information_file()) {}

void Card::lose_volatile_state() {
  application_.deselect();
  issuer_domain_.deselect();
  selected_ = Selected::issuer_domain;
  current_file_ = 0;
}

Bytes Card::power_on() {
  lose_volatile_state();
  memory_.restore_power();
  hanging_ = false;
  commands_ = 0;
  powered_ = fault_.kind != FaultKind::dead;
  if (!powered_) return {};
  if (!time_model_.instant()) elapsed_us_ += time_model_.power_on_us;
  if (fault_.kind == FaultKind::wrong_atr) {
    Bytes other = answer_to_reset();
    other[other.size() - 2] ^= 0x01;
    other.back() ^= 0x01;
    return other;
  }
  return answer_to_reset();
}

void Card::power_off() {
  lose_volatile_state();
  powered_ = false;
  hanging_ = false;
}

void Card::lose_power() {
  power_off();
  fault_ = {};  // a cut and a lost answer happen once
}

void Card::set_fault(Fault fault) {
  fault_ = fault;
  memory_.set_stuck(fault.kind == FaultKind::stuck_memory);
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
  const bool cut = fault_.kind == FaultKind::cut && struck;
  if (cut) memory_.cut_power_after(fault_.bytes);

  Bytes answer;
  auto command = parse_command(apdu);
  if (!command || command.value().data.size() > kCommandDataMax) {
    answer = Response(sw::kWrongLength).encode();
  } else {
    answer = dispatch(std::move(command.value()));
  }
  const std::uint64_t taken = duration_us(time_model_, {.bytes_on_line = apdu.size() + answer.size(),
                                                        .pages_written = memory_.take_pages_written(),
                                                        .ciphers = std::exchange(work_, {})});
  elapsed_us_ += fault_.kind == FaultKind::slow ? taken * fault_.factor : taken;
  if (cut || (fault_.kind == FaultKind::lost_answer && struck)) {
    lose_power();
    return {};
  }
  return answer;
}

Bytes Card::dispatch(Command command) {
  if (command.cla == 0xFF) return Response(sw::kClassNotSupported).encode();
  if ((command.cla & 0x40) != 0 || (command.cla & 0x03) != 0)
    return Response(sw::kChannelNotSupported).encode();
  if ((command.cla & 0x10) != 0) return Response(sw::kChainingNotSupported).encode();
  if (memory_.card_life() == CardLife::terminated) return Response(sw::kConditionsNotSatisfied).encode();
  if (command.cla == cla::kInterindustry && command.ins == ins::kManageChannel) {
    return Response(sw::kChannelNotSupported).encode();
  }
  if (is_select_of_directory(command)) return select(command);
  const bool wrong_keys = fault_.kind == FaultKind::wrong_keys;
  switch (selected_) {
    case Selected::application:
      return application_.process(std::move(command), wrong_keys);
    case Selected::master_file:
      return in_master_file(command);
    case Selected::issuer_domain:
      break;
  }
  // The issuer domain is selected by default, when readers may look for files of the master file at once.
  const bool file_command =
      command.cla == cla::kInterindustry &&
      (command.ins == ins::kSelect || command.ins == ins::kReadBinary || command.ins == ins::kReadBinaryOdd);
  if (file_command && !issuer_domain_.channel_open()) return in_master_file(command);
  return issuer_domain_.process(std::move(command), wrong_keys);
}

bool Card::is_select_of_directory(const Command& command) const {
  if (command.cla != cla::kInterindustry || command.ins != ins::kSelect) return false;
  if (command.p1 == kByName) return true;
  const bool names_master_file =
      command.data.empty() || equal(command.data, Bytes{kMasterFile >> 8, kMasterFile & 0xFF});
  return command.p1 == 0x00 && names_master_file;
}

Bytes Card::select(const Command& command) {
  if (command.p1 == kByName) return select_by_name(command);
  if (command.p2 != 0x0C && command.p2 != 0x00) return Response(sw::kWrongParameters).encode();
  lose_volatile_state();
  selected_ = Selected::master_file;
  if (command.p2 == 0x0C || command.ne == 0) return Response(sw::kDone).encode();
  return Response(tlv(0x6F, concat({tlv(0x82, Bytes{0x38}), tlv(0x83, Bytes{0x3F, 0x00})}))).encode();
}

// GlobalPlatform 11.9: the full or a partial name; an empty one is the issuer domain.
Bytes Card::select_by_name(const Command& command) {
  constexpr std::size_t kPartialNameMin = 5;
  if (command.p2 != 0x0C && command.p2 != 0x00) return Response(sw::kWrongParameters).encode();
  const auto matches = [&command](const Bytes& name) {
    const ByteView wanted = command.data;
    return wanted.size() >= kPartialNameMin && wanted.size() <= name.size() &&
           equal(wanted, ByteView(name).first(wanted.size()));
  };
  const bool locked = memory_.card_life() == CardLife::card_locked;
  const bool domain = command.data.empty() || matches(issuer_domain_name());
  if (!domain && !matches(application_name())) return Response(sw::kFileNotFound).encode();
  if (!domain && locked) return Response(sw::kFunctionNotSupported).encode();
  lose_volatile_state();
  selected_ = domain ? Selected::issuer_domain : Selected::application;
  const StatusWord status = locked ? sw::kCardLocked : sw::kDone;
  if (command.p2 == 0x0C || command.ne == 0) return Response(status).encode();
  return Response(domain ? IssuerDomain::control_information() : tlv(0x6F, tlv(0x84, application_name())),
                  status)
      .encode();
}

Readable Card::master_file_entry(std::uint16_t file_id) const {
  if (file_id == kInformationFile) return {.status = sw::kDone, .content = information_file_};
  const File* file = memory_.file(kCardAccessFile);
  if (file_id == kCardAccessFile && file != nullptr &&
      memory_.application_life() == ApplicationLife::personalised) {
    return {.status = sw::kDone, .content = file->content};
  }
  return {.status = sw::kFileNotFound};
}

Bytes Card::in_master_file(const Command& command) {
  if (command.cla != cla::kInterindustry) return Response(sw::kClassNotSupported).encode();
  const FileLookup lookup = [this](std::uint16_t file_id) { return master_file_entry(file_id); };
  if (command.ins == ins::kSelect) {
    if (command.p1 != 0x00 && command.p1 != 0x02) return Response(sw::kWrongParameters).encode();
    return select_file(command, lookup, current_file_).encode();
  }
  if (command.ins == ins::kReadBinary || command.ins == ins::kReadBinaryOdd) {
    const ReadContext context = {
        .file = lookup,
        .short_id =
            [](std::uint8_t short_id) {
              return short_id == 0x01 ? kInformationFile : static_cast<std::uint16_t>(0x0100 | short_id);
            },
        .answer_max = command.answer_max()};
    return read_binary(command, context, current_file_).encode();
  }
  return Response(sw::kInstructionNotSupported).encode();
}

}  // namespace imprimatur::devices
