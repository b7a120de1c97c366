#include "devices/virtual_card/issuer_domain.hpp"

#include "base/byte_reader.hpp"
#include "crypto/cipher.hpp"
#include "devices/virtual_card/data_objects.hpp"
#include "devices/virtual_card/instructions.hpp"

namespace imprimatur::devices {

IssuerDomain::IssuerDomain(Memory& memory, Application& application, WorkDone& work)
    : memory_(memory), application_(application), channel_(memory, work, issuer_domain_name()), work_(work) {}

void IssuerDomain::deselect() {
  channel_.close();
  personalising_ = false;
}

Bytes IssuerDomain::control_information() const {
  constexpr std::size_t kShortDataMax = 255;
  const bool extended = memory_.identity().kind.lengths == Lengths::extended;
  Bytes size;
  append_be(size, extended ? kCommandDataMax : kShortDataMax, 2);
  return tlv(0x6F, concat({tlv(0x84, issuer_domain_name()), tlv(0xA5, tlv(0x9F65, size))}));
}

Bytes IssuerDomain::process(Command command, bool wrong_keys) {
  const bool secured = command.cla == cla::kSecureProprietary || command.cla == cla::kSecureInterindustry;
  if (!secured) {
    if (command.cla != cla::kProprietary && command.cla != cla::kInterindustry) {
      return Response(sw::kClassNotSupported).encode();
    }
    // A new INITIALIZE UPDATE ends the old channel; anything else in plain breaks it.
    if (channel_.open() && command.ins != ins::kInitializeUpdate) {
      deselect();
      application_.deselect();
      return Response(sw::kSecurityNotSatisfied).encode();
    }
    return process_plain(command, wrong_keys).encode();
  }
  if (command.ins == ins::kExternalAuthenticate && command.cla == cla::kSecureProprietary &&
      !channel_.open()) {
    return channel_.external_authenticate(command).encode();
  }
  const StatusWord unwrapped = channel_.unwrap(command);
  if (unwrapped != sw::kDone) {
    personalising_ = false;
    application_.deselect();
    return Response(unwrapped).encode();
  }
  return channel_.wrap(process_secured(command)).encode();
}

Response IssuerDomain::process_plain(const Command& command, bool wrong_keys) {
  if (command.ins == ins::kGetData) return get_data(command);
  if (command.cla != cla::kProprietary) return sw::kInstructionNotSupported;
  switch (command.ins) {
    case ins::kInitializeUpdate:
      personalising_ = false;
      application_.deselect();
      return channel_.initialize_update(command, wrong_keys);
    case ins::kExternalAuthenticate:
    case ins::kInstall:
    case ins::kStoreData:
    case ins::kPutKey:
    case ins::kSetStatus:
    case ins::kGetStatus:
      return sw::kSecurityNotSatisfied;
    default:
      return sw::kInstructionNotSupported;
  }
}

Response IssuerDomain::process_secured(const Command& command) {
  if (command.ins == ins::kGetData) return get_data(command);
  if (command.cla != cla::kProprietary) return sw::kInstructionNotSupported;
  switch (command.ins) {
    case ins::kInstall:
      return install(command);
    case ins::kStoreData:
      return store_data(command);
    case ins::kPutKey:
      return put_key(command);
    case ins::kSetStatus:
      return set_status(command);
    case ins::kGetStatus:
      return get_status(command);
    default:
      return sw::kInstructionNotSupported;
  }
}

// INSTALL [for personalization] (GlobalPlatform 11.5.2.3.6): 00 00, name, 00 00 00.
Response IssuerDomain::install(const Command& command) {
  personalising_ = false;
  if (command.p1 != 0x20 || command.p2 != 0x00) return sw::kWrongParameters;
  ByteReader reader(command.data, "INSTALL");
  const auto head = reader.take_be(2);
  const auto length = reader.take_u8();
  if (!head || head.value() != 0 || !length) return sw::kWrongData;
  const auto name = reader.take(length.value());
  const auto tail = reader.take_be(3);
  if (!name || !tail || tail.value() != 0 || !reader.at_end()) return sw::kWrongData;
  if (!equal(name.value(), application_name())) return sw::kFileNotFound;
  const StatusWord status = application_.begin_personalisation();
  if (status != sw::kDone) return status;
  personalising_ = true;
  return command.ne == 0 ? Response(sw::kDone) : Response(Bytes{0x00});
}

Response IssuerDomain::store_data(const Command& command) {
  if (!personalising_) return sw::kConditionsNotSatisfied;
  return application_.store(command, channel_.data_encryption_key());
}

// PUT KEY (GlobalPlatform 11.8 with Amendment D 7.2): a whole set of three AES keys at once.
Response IssuerDomain::put_key(const Command& command) {
  constexpr std::uint8_t kThreeKeysFromFirst = 0x81;
  if (command.p2 != kThreeKeysFromFirst || command.p1 > 0x7F) return sw::kWrongParameters;
  KeyFields fields;
  if (const StatusWord status = read_key_fields(command.data, channel_.data_encryption_key(), fields);
      status != sw::kDone) {
    return status;
  }
  work_.aes_blocks += 9;
  const std::uint8_t old_version = command.p1;
  if (old_version != 0 && memory_.key_set(old_version) == nullptr) return sw::kReferenceNotFound;
  if (fields.new_version != old_version && memory_.key_set(fields.new_version) != nullptr)
    return sw::kWrongData;
  constexpr std::size_t kKeySetsMax = 4;
  if (old_version == 0 && memory_.key_sets().size() == kKeySetsMax) return sw::kNotEnoughMemory;
  const StatusWord status = memory_.replace_key_set(old_version, fields.new_version, fields.keys);
  if (status != sw::kDone) return status;
  return Response(concat({Bytes{fields.new_version}, fields.check_values}));
}

// SET STATUS (GlobalPlatform 11.10): of the issuer domain, which is the card's life cycle.
Response IssuerDomain::set_status(const Command& command) {
  constexpr std::uint8_t kIssuerDomainType = 0x80;
  if (command.p1 != kIssuerDomainType) return sw::kWrongParameters;
  if (!command.data.empty() && !equal(command.data, issuer_domain_name())) return sw::kReferenceNotFound;
  const CardLife now = memory_.card_life();
  const auto wanted = static_cast<CardLife>(command.p2);
  bool allowed = false;
  switch (wanted) {
    case CardLife::op_ready:
      break;
    case CardLife::initialized:
      allowed = now == CardLife::op_ready;
      break;
    case CardLife::secured:
      allowed = now == CardLife::op_ready || now == CardLife::initialized || now == CardLife::card_locked;
      break;
    case CardLife::card_locked:
      allowed = now == CardLife::secured;
      break;
    case CardLife::terminated:
      allowed = now != CardLife::terminated;
      break;
    default:
      return sw::kWrongData;
  }
  if (!allowed) return sw::kConditionsNotSatisfied;
  return memory_.set_card_life(wanted);
}

Response IssuerDomain::get_status(const Command& command) const {
  if (command.p2 != 0x02) return sw::kWrongParameters;  // only the TLV form
  const ByteView data = command.data;
  if (data.size() < 2 || data[0] != 0x4F || data[1] != data.size() - 2) return sw::kWrongData;
  const ByteView name = data.subspan(2);
  const bool of_domain = command.p1 == 0x80;
  if (!of_domain && command.p1 != 0x40) return sw::kWrongParameters;
  const Bytes& own = of_domain ? issuer_domain_name() : application_name();
  if (name.size() > own.size() || !equal(name, ByteView(own).first(name.size())))
    return sw::kReferenceNotFound;
  return Response(of_domain ? domain_status(memory_) : application_status(memory_));
}

Response IssuerDomain::get_data(const Command& command) const {
  if (!command.data.empty()) return sw::kWrongLength;
  const Bytes object = data_object(memory_, command.p1_p2());
  if (object.empty()) return sw::kReferenceNotFound;
  if (object.size() > command.ne && !command.ne_all) {
    return static_cast<StatusWord>(sw::kWrongExpectedLength | (object.size() & 0xFF));
  }
  return Response(object);
}

}  // namespace imprimatur::devices
