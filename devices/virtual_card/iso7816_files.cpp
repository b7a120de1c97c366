#include "devices/virtual_card/iso7816_files.hpp"

#include "devices/virtual_card/ber.hpp"
#include "devices/virtual_card/document_keys.hpp"
#include "devices/virtual_card/document_numbers.hpp"
#include "devices/virtual_card/instructions.hpp"
#include "devices/virtual_card/update_binary.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::uint16_t kMasterFile = 0x3F00;
constexpr std::uint16_t kInformationFile = 0x2F01;
constexpr std::uint16_t kCardAccessFile = 0x011C;

constexpr std::uint8_t kDirectoryDescriptor = 0x38;
constexpr std::uint8_t kTransparentDescriptor = 0x01;

bool is_file_of_application(std::uint16_t file_id) {
  return (file_id >= 0x0101 && file_id <= 0x0110) || (file_id >= kCardAccessFile && file_id <= 0x011E);
}

// Compact security attributes (7816-4 section 5.4.3.1): access mode byte, then a condition for each of its
// bits, b7 first. Reading is b1, so its condition comes last. Nothing when they are not well formed.
std::optional<ReadRule> read_condition(ByteView attributes, ReadRule otherwise) {
  if (attributes.empty() || (attributes[0] & 0x80) != 0) return {};
  std::size_t conditions = 0;
  for (unsigned bit = 0; bit < 7; ++bit) conditions += (static_cast<unsigned>(attributes[0]) >> bit) & 1U;
  if (attributes.size() != 1 + conditions) return {};
  if ((attributes[0] & 0x01) == 0) return otherwise;
  const std::uint8_t condition = attributes.back();
  if (condition == 0x00) return ReadRule::always;
  if (condition == 0xFF) return ReadRule::never;
  if ((condition & 0x20) != 0) return ReadRule::after_terminal_authentication;
  if ((condition & 0x40) != 0) return ReadRule::after_bac;
  return {};
}

struct ControlParameters {
  std::uint8_t descriptor = 0;
  std::uint16_t file_id = 0;
  std::optional<std::size_t> size;
  std::optional<std::uint8_t> short_id;
  ByteView name;
  ByteView conditions;
};

Error wrong_parameter() {
  return fail("apdu.object", "a file control parameter is not allowed");
}

Status take_parameter(const DataObject& object, ControlParameters& parameters) {
  const ByteView value = object.value;
  switch (object.tag) {
    case 0x80:
      if (value.empty() || value.size() > 3) return wrong_parameter();
      parameters.size = static_cast<std::size_t>(read_be(value));
      return ok();
    case 0x82:
      if (value.empty()) return wrong_parameter();
      parameters.descriptor = value[0];
      return ok();
    case 0x83:
      if (value.size() != 2) return wrong_parameter();
      parameters.file_id = static_cast<std::uint16_t>(read_be(value));
      return ok();
    case 0x84:
      if (value.size() < 5 || value.size() > 16) return wrong_parameter();
      parameters.name = value;
      return ok();
    case 0x88:
      if (value.size() > 1 || (value.size() == 1 && (value[0] & 0x07) != 0)) return wrong_parameter();
      parameters.short_id = value.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(value[0] >> 3);
      return ok();
    case 0x8C:
      parameters.conditions = value;
      return ok();
    default:
      return ok();
  }
}

Result<ControlParameters> read_parameters(ByteView data) {
  ByteReader outer(data, "CREATE FILE");
  TRY(auto content, take_value(outer, 0x62));
  if (!outer.at_end()) return wrong_parameter();
  ByteReader reader(content, "file control parameters");
  ControlParameters parameters;
  while (!reader.at_end()) {
    TRY(auto object, take_object(reader));
    TRY_STATUS(take_parameter(object, parameters));
  }
  return parameters;
}

}  // namespace

std::optional<Response> Iso7816Files::process(const Command& command, Place place) {
  const bool is_update = command.ins == ins::kUpdateBinary || command.ins == ins::kUpdateBinaryOdd;
  const bool known = is_update || command.ins == ins::kCreateFile || command.ins == ins::kPutData ||
                     command.ins == ins::kActivateFile;
  if (!known || command.cla != cla::kInterindustry) return {};
  if (memory_.application_life() == ApplicationLife::personalised) return sw::kSecurityNotSatisfied;
  if (command.ins == ins::kCreateFile) return create(command, place);
  if (command.ins == ins::kPutData) return put_data(command, place);
  if (command.ins == ins::kActivateFile) return activate(command, place);
  return update(command, place);
}

// Only what stands in this directory: the odd form may name any file itself.
StatusWord Iso7816Files::update(const Command& command, Place place) {
  const auto stands_here = [this, place](std::uint16_t file_id) {
    const FileAttributes* attributes = memory_.attributes(file_id);
    return attributes != nullptr && attributes->under_master_file == place.master_file;
  };
  const ShortIdLookup short_id = [this, place, stands_here](std::uint8_t named) -> std::uint16_t {
    if (!place.master_file) return memory_.file_with_short_id(named);
    const auto file_id = static_cast<std::uint16_t>(0x0100 | named);
    return stands_here(file_id) ? file_id : std::uint16_t{0};
  };
  const bool names_file = command.ins == ins::kUpdateBinaryOdd && command.p1_p2() >= 0x20;
  if (names_file && !stands_here(command.p1_p2())) return sw::kFileNotFound;
  return update_binary(memory_, command, short_id, place.current);
}

StatusWord Iso7816Files::create(const Command& command, Place place) {
  if (command.p1_p2() != 0) return sw::kWrongParameters;
  const auto read = read_parameters(command.data);
  if (!read) return sw::kWrongData;
  const ControlParameters& parameters = read.value();
  if (parameters.file_id == kMasterFile || parameters.file_id == kInformationFile) return sw::kFileExists;
  if (parameters.descriptor == kDirectoryDescriptor) {
    return create_directory(parameters.file_id, parameters.name, place);
  }
  const bool here =
      place.master_file ? parameters.file_id == kCardAccessFile : is_file_of_application(parameters.file_id);
  if (parameters.descriptor != kTransparentDescriptor || !parameters.size || *parameters.size == 0 || !here) {
    return sw::kWrongData;
  }
  FileAttributes attributes{
      .short_id = parameters.short_id.value_or(static_cast<std::uint8_t>(parameters.file_id & 0x1F)),
      .read = default_read_rule(parameters.file_id),
      .under_master_file = place.master_file};
  if (!parameters.conditions.empty()) {
    const auto rule = read_condition(parameters.conditions, attributes.read);
    if (!rule) return sw::kWrongData;
    attributes.read = *rule;
  }
  return create_file(parameters.file_id, *parameters.size, attributes, place);
}

StatusWord Iso7816Files::create_directory(std::uint16_t file_id, ByteView name, Place place) {
  if (!place.master_file) return sw::kWrongData;
  if (memory_.directory()) {
    return memory_.directory()->file_id == file_id ? sw::kFileExists : sw::kNameExists;
  }
  if (file_id == 0 || name.empty()) return sw::kWrongData;
  return memory_.set_directory({file_id, copy_of(name)});
}

StatusWord Iso7816Files::create_file(std::uint16_t file_id, std::size_t size,
                                     const FileAttributes& attributes, Place place) {
  if (memory_.file(file_id) != nullptr) return sw::kFileExists;
  if (attributes.short_id != 0 && !attributes.under_master_file &&
      memory_.file_with_short_id(attributes.short_id) != 0) {
    return sw::kFileExists;
  }
  if (memory_.files_size_without(file_id) + size > kFilesSizeMax) return sw::kNotEnoughMemory;
  StatusWord status = memory_.begin_file(file_id, size);
  if (status == sw::kDone) status = memory_.set_attributes(file_id, attributes);
  if (status == sw::kDone) place.current = file_id;
  return status;
}

StatusWord Iso7816Files::put_data(const Command& command, Place place) {
  constexpr std::uint16_t kDocumentNumbers = 0x0062;
  constexpr std::uint16_t kPaceSecrets = 0x0065;
  if (place.master_file) return sw::kConditionsNotSatisfied;
  const std::uint16_t tag = command.p1_p2();
  if (tag == kDocumentNumbers || tag == kPaceSecrets) {
    const Bytes* earlier = memory_.key_object(kAccessKeys);
    const ByteView before = earlier == nullptr ? ByteView() : ByteView(*earlier);
    const auto keys = tag == kDocumentNumbers ? access_keys_from_document(command.data, before)
                                              : access_keys_with_secrets(command.data, before);
    return keys ? memory_.store_key_object(kAccessKeys, *keys) : sw::kWrongData;
  }
  if (tag < kAccessKeys || tag > kChipAuthenticationKey) return sw::kReferenceNotFound;
  if (!is_document_key(tag, command.data)) return sw::kWrongData;
  return memory_.store_key_object(tag, command.data);
}

// 7816-9 section 8.2: the current file, or a directory by its name.
StatusWord Iso7816Files::activate(const Command& command, Place place) {
  if (!memory_.directory()) return sw::kFileNotFound;
  const std::uint16_t how = command.p1_p2();
  if (how == 0x0400) {
    if (!equal(command.data, memory_.directory()->name)) return sw::kFileNotFound;
  } else if (how != 0x0000) {
    return sw::kWrongParameters;
  } else if (!command.data.empty()) {
    return sw::kWrongLength;
  } else if (place.current != 0) {
    return sw::kDone;  // the elementary file alone; its directory is not activated
  } else if (place.master_file) {
    return sw::kConditionsNotSatisfied;
  }
  if (memory_.key_object(kAccessKeys) == nullptr) return sw::kConditionsNotSatisfied;
  return memory_.set_application_life(ApplicationLife::personalised);
}

}  // namespace imprimatur::devices
