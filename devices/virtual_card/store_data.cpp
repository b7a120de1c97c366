#include "devices/virtual_card/store_data.hpp"

#include "crypto/cipher.hpp"
#include "devices/virtual_card/document_keys.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::uint8_t kLastBlock = 0x80;
constexpr std::uint8_t kEncryptionBits = 0x60;
constexpr std::uint8_t kStructureBits = 0x18;
constexpr std::uint8_t kDgiStructure = 0x08;
constexpr std::size_t kBlocksMax = 256;
constexpr std::size_t kObjectSizeMax = 4096;  // keys and tables
constexpr std::uint8_t kLongLength = 0xFF;

constexpr std::uint16_t kAccessTable = 0x8F10;
constexpr std::uint16_t kActivation = 0x8FFF;

}  // namespace

StoreData::Kind StoreData::kind_of(std::uint16_t dgi) {
  if (dgi >= 0x0101 && dgi <= 0x0110) return Kind::file;
  if (dgi == 0x011C || dgi == 0x011D || dgi == 0x011E) return Kind::file;
  if (dgi >= kAccessKeys && dgi <= kChipAuthenticationKey) return Kind::key;
  if (dgi == kAccessTable) return Kind::access_table;
  if (dgi == kActivation) return Kind::activation;
  return Kind::unknown;
}

void StoreData::begin(bool restarts) {
  if (!goes_on_) abandon();
  goes_on_ = false;
  running_ = true;
  restarts_ = restarts;
  next_block_ = 0;
}

void StoreData::abandon() {
  running_ = false;
  goes_on_ = false;
  header_.clear();
  in_object_ = false;
  wipe(value_);
  value_.clear();
  activation_wanted_ = false;
}

StatusWord StoreData::check_block(const Command& command) {
  const auto encryption = static_cast<std::uint8_t>(command.p1 & kEncryptionBits);
  if ((command.p1 & kStructureBits) != kDgiStructure) return sw::kWrongParameters;
  if (encryption != 0 && encryption != kEncryptionBits) return sw::kWrongParameters;
  if ((command.p1 & 0x06) != 0) return sw::kWrongParameters;
  if (next_block_ == kBlocksMax) return sw::kConditionsNotSatisfied;
  if (command.p2 != next_block_) return sw::kWrongParameters;
  return sw::kDone;
}

StatusWord StoreData::process(const Command& command, const Secret& data_encryption_key) {
  if (memory_.application_life() == ApplicationLife::personalised || !running_)
    return sw::kConditionsNotSatisfied;
  StatusWord status = check_block(command);
  const bool last = (command.p1 & kLastBlock) != 0;
  if (status == sw::kDone) {
    status = take(command.data, (command.p1 & kEncryptionBits) != 0, data_encryption_key);
  }
  if (status == sw::kDone && last && (in_object_ || !header_.empty())) status = sw::kWrongData;
  if (status == sw::kDone && activation_wanted_) status = last ? activate() : sw::kWrongData;
  if (status != sw::kDone) {
    abandon();
    return status;
  }
  next_block_ += 1;
  if (last) {
    running_ = restarts_;
    next_block_ = 0;
  } else if (next_block_ == kBlocksMax) {
    if (restarts_) {
      next_block_ = 0;
    } else {
      running_ = false;
      goes_on_ = true;
    }
  }
  return status;
}

StatusWord StoreData::take(ByteView data, bool enciphered, const Secret& data_encryption_key) {
  while (!data.empty()) {
    if (activation_wanted_) return sw::kWrongData;  // 8FFF is the last
    if (!in_object_) {
      if (!take_header(data)) return sw::kDone;
      if (const StatusWord status = begin_object(enciphered); status != sw::kDone) return status;
    } else if (enciphered != enciphered_) {
      return sw::kWrongData;
    }
    const std::size_t count = std::min(data.size(), announced_ - received_);
    if (const StatusWord status = take_value(data.first(count)); status != sw::kDone) return status;
    data = data.subspan(count);
    if (received_ == announced_) {
      if (const StatusWord status = finish_object(data_encryption_key); status != sw::kDone) return status;
    }
  }
  return sw::kDone;
}

// EMV CPS: identifier (2), length (1 below FF, else FF and 2). True when the header is complete.
bool StoreData::take_header(ByteView& data) {
  while (!data.empty()) {
    header_.push_back(data[0]);
    data = data.subspan(1);
    const bool is_long = header_.size() > 2 && header_[2] == kLongLength;
    if (header_.size() == (is_long ? 5U : 3U)) return true;
  }
  return false;
}

StatusWord StoreData::begin_object(bool enciphered) {
  const ByteView header = header_;
  dgi_ = static_cast<std::uint16_t>(read_be(header.first(2)));
  announced_ = static_cast<std::size_t>(header.size() == 5 ? read_be(header.last(2)) : header[2]);
  received_ = 0;
  enciphered_ = enciphered;
  in_object_ = true;
  header_.clear();
  const Kind kind = kind_of(dgi_);
  if (kind == Kind::unknown) return sw::kReferenceNotFound;
  if (enciphered != (kind == Kind::key)) return sw::kWrongData;
  if ((announced_ == 0) != (kind == Kind::activation)) return sw::kWrongData;
  if (kind != Kind::file) return announced_ > kObjectSizeMax ? sw::kNotEnoughMemory : sw::kDone;
  if (memory_.files_size_without(dgi_) + announced_ > kFilesSizeMax) return sw::kNotEnoughMemory;
  return memory_.begin_file(dgi_, announced_);
}

StatusWord StoreData::take_value(ByteView bytes) {
  if (kind_of(dgi_) == Kind::file) return take_file_bytes(bytes);
  append(value_, bytes);
  received_ += bytes.size();
  return sw::kDone;
}

// Non-volatile memory is written by whole pages; the rest waits in volatile memory.
StatusWord StoreData::take_file_bytes(ByteView bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), kPageSize - value_.size());
    append(value_, bytes.first(count));
    bytes = bytes.subspan(count);
    received_ += count;
    if (value_.size() == kPageSize || received_ == announced_) {
      const StatusWord status = memory_.write_page(dgi_, received_ - value_.size(), value_);
      if (status != sw::kDone) return status;
      value_.clear();
    }
  }
  return sw::kDone;
}

StatusWord StoreData::finish_object(const Secret& data_encryption_key) {
  StatusWord status = sw::kReferenceNotFound;
  switch (kind_of(dgi_)) {
    case Kind::file:
      status = memory_.complete_file(dgi_);
      break;
    case Kind::key:
      status = finish_key(data_encryption_key);
      break;
    case Kind::access_table:
      status = finish_access_table();
      break;
    case Kind::activation:
      activation_wanted_ = true;
      status = sw::kDone;
      break;
    case Kind::unknown:
      break;
  }
  in_object_ = false;
  wipe(value_);
  value_.clear();
  return status;
}

StatusWord StoreData::finish_key(const Secret& data_encryption_key) {
  if (value_.size() % crypto::kAesBlock != 0) return sw::kWrongData;
  work_.aes_blocks += value_.size() / crypto::kAesBlock;
  auto plain = crypto::unpad_80(
      crypto::aes_cbc_decrypt(data_encryption_key.reveal(), Bytes(crypto::kAesBlock, 0), value_));
  if (!plain) return sw::kWrongData;
  const Secret value(std::move(plain.value()));
  if (!is_document_key(dgi_, value.reveal())) return sw::kWrongData;
  return memory_.store_key_object(dgi_, value.reveal());
}

// Entries of file id (2), read rule (1), life (1); life 05 is the only one.
StatusWord StoreData::finish_access_table() {
  constexpr std::size_t kEntrySize = 4;
  if (value_.size() % kEntrySize != 0) return sw::kWrongData;
  for (std::size_t at = 0; at < value_.size(); at += kEntrySize) {
    const ByteView entry = ByteView(value_).subspan(at, kEntrySize);
    const bool rule_known = entry[2] <= 0x02 || entry[2] == 0xFF;
    if (kind_of(static_cast<std::uint16_t>(read_be(entry.first(2)))) != Kind::file || !rule_known ||
        entry[3] != 0x05) {
      return sw::kWrongData;
    }
  }
  return memory_.store_access_table(value_);
}

StatusWord StoreData::activate() {
  if (!memory_.all_files_complete() || memory_.key_object(kAccessKeys) == nullptr)
    return sw::kConditionsNotSatisfied;
  return memory_.set_application_life(ApplicationLife::personalised);
}

}  // namespace imprimatur::devices
