// The card's memory: state, and changes as records. Reading records back is in memory_records.cpp.
#include "devices/virtual_card/memory.hpp"

#include <array>

#include "base/check.hpp"
#include "crypto/digest.hpp"
#include "devices/virtual_card/memory_records.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::uint16_t kCardAccessFile = 0x011C;

struct MadeFile {
  std::uint16_t file_id;
  std::size_t size;
};
constexpr std::array<MadeFile, 12> kMadeFiles = {{{0x0101, 96},
                                                  {0x0102, 24'576},
                                                  {0x0103, 4'096},
                                                  {0x0107, 4'096},
                                                  {0x010B, 1'024},
                                                  {0x010C, 512},
                                                  {0x010D, 2'048},
                                                  {0x010E, 512},
                                                  {0x010F, 512},
                                                  {kCardAccessFile, 256},
                                                  {0x011D, 4'096},
                                                  {0x011E, 64}}};

}  // namespace

Memory Memory::make_blank(const CardIdentity& identity, const CardKeys& transport_keys) {
  CHECK(identity.cplc.size() == kCplcSize && identity.diversification.size() == kDiversificationSize);
  constexpr std::uint8_t kTransportKeyVersion = 0x30;
  Memory memory;
  memory.unsaved_ = card_file_header();
  CHECK(memory.change(Record::identity, encode_identity(identity)) == sw::kDone);
  CHECK(memory.replace_key_set(0, kTransportKeyVersion, transport_keys) == sw::kDone);
  if (identity.kind.precreated || identity.kind.scp03) memory.make_application();
  return memory;
}

// What `iso7816-files` blanks have that were not delivered empty (FORMAT.md, options precreated and scp03).
void Memory::make_application() {
  constexpr std::uint16_t kDirectoryId = 0x7F01;
  static const Bytes name = {0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01};
  CHECK(set_directory({kDirectoryId, name}) == sw::kDone);
  if (!identity_.kind.precreated) return;
  for (const MadeFile& file : kMadeFiles) {
    CHECK(begin_file(file.file_id, file.size) == sw::kDone);
    const bool card_access = file.file_id == kCardAccessFile;
    CHECK(set_attributes(file.file_id, {.short_id = static_cast<std::uint8_t>(file.file_id & 0x1F),
                                        .read = default_read_rule(file.file_id),
                                        .under_master_file = card_access && !identity_.kind.scp03}) ==
          sw::kDone);
  }
}

Bytes Memory::take_unsaved() {
  return std::exchange(unsaved_, {});
}

const KeySet* Memory::key_set(std::uint8_t version) const {
  const auto found = key_sets_.find(version);
  return found == key_sets_.end() ? nullptr : &found->second;
}

const File* Memory::file(std::uint16_t file_id) const {
  const auto found = files_.find(file_id);
  return found == files_.end() ? nullptr : &found->second;
}

const Bytes* Memory::key_object(std::uint16_t dgi) const {
  const auto found = key_objects_.find(dgi);
  return found == key_objects_.end() ? nullptr : &found->second;
}

ReadRule Memory::read_rule(std::uint16_t file_id) const {
  const auto found = access_table_.find(file_id);
  if (found != access_table_.end()) return found->second;
  const auto created = attributes_.find(file_id);
  if (created != attributes_.end()) return created->second.read;
  return default_read_rule(file_id);
}

ReadRule default_read_rule(std::uint16_t file_id) {
  // spec/lds.md section 2: EF.CardAccess is free, DG3 and DG4 ask for terminal authentication.
  if (file_id == 0x011C) return ReadRule::always;
  if (file_id == 0x0103 || file_id == 0x0104) return ReadRule::after_terminal_authentication;
  return ReadRule::after_bac;
}

const FileAttributes* Memory::attributes(std::uint16_t file_id) const {
  const auto found = attributes_.find(file_id);
  return found == attributes_.end() ? nullptr : &found->second;
}

std::uint16_t Memory::file_with_short_id(std::uint8_t short_id) const {
  for (const auto& [file_id, attributes] : attributes_) {
    if (attributes.short_id == short_id && !attributes.under_master_file) return file_id;
  }
  return 0;
}

bool Memory::all_files_complete() const {
  return std::all_of(files_.begin(), files_.end(), [](const auto& entry) { return entry.second.complete; });
}

std::size_t Memory::files_size_without(std::uint16_t file_id) const {
  std::size_t total = 0;
  for (const auto& [id, file] : files_) {
    if (id != file_id) total += file.content.size();
  }
  return total;
}

void Memory::restore_power() {
  power_lost_ = false;
  budget_.reset();
  torn_ = false;
}

std::size_t Memory::take_pages_written() {
  return std::exchange(pages_written_, 0);
}

StatusWord Memory::change(Record type, ByteView payload, std::size_t cost) {
  if (power_lost_ || stuck_) return sw::kMemoryFailure;
  if (budget_) {
    if (*budget_ < cost) {
      power_lost_ = true;
      if (torn_ && type == Record::file_page) tear_page(payload, *budget_);
      return sw::kMemoryFailure;
    }
    *budget_ -= cost;
  }
  record(type, payload);
  pages_written_ += (cost + kPageSize - 1) / kPageSize;
  return sw::kDone;
}

void Memory::record(Record type, ByteView payload) {
  CHECK(apply(static_cast<std::uint8_t>(type), payload).has_value());
  append(unsaved_, encode_record(static_cast<std::uint8_t>(type), payload));
}

// Payload of a page: file id (2), offset (4), bytes.
void Memory::tear_page(ByteView payload, std::size_t written) {
  constexpr std::size_t kHead = 6;
  Bytes torn = copy_of(payload);
  std::fill(torn.begin() + static_cast<std::ptrdiff_t>(std::min(kHead + written, torn.size())), torn.end(),
            std::uint8_t{0xFF});
  record(Record::file_page, torn);
}

StatusWord Memory::replace_key_set(std::uint8_t old_version, std::uint8_t new_version, const CardKeys& keys) {
  Bytes payload = {old_version, new_version, static_cast<std::uint8_t>(keys.enc.size())};
  for (const Secret* key : {&keys.enc, &keys.mac, &keys.dek}) append(payload, key->reveal());
  const StatusWord status = change(Record::key_set, payload);
  wipe(payload);
  return status;
}

StatusWord Memory::set_sequence_counter(std::uint8_t version, std::uint32_t counter) {
  Bytes payload = {version};
  append_be(payload, counter, 3);
  return change(Record::sequence_counter, payload);
}

StatusWord Memory::set_failed_authentications(std::uint8_t version, std::uint8_t count) {
  return change(Record::failed_authentications, Bytes{version, count});
}

StatusWord Memory::set_card_life(CardLife life) {
  return change(Record::card_life, Bytes{static_cast<std::uint8_t>(life)});
}

StatusWord Memory::begin_file(std::uint16_t file_id, std::size_t size) {
  Bytes payload;
  append_be(payload, file_id, 2);
  append_be(payload, size, 4);
  return change(Record::file_begun, payload);
}

StatusWord Memory::write_page(std::uint16_t file_id, std::size_t offset, ByteView bytes) {
  CHECK(!bytes.empty() && offset / kPageSize == (offset + bytes.size() - 1) / kPageSize);
  Bytes payload;
  append_be(payload, file_id, 2);
  append_be(payload, offset, 4);
  append(payload, bytes);
  return change(Record::file_page, payload, bytes.size());
}

StatusWord Memory::write_bytes(std::uint16_t file_id, std::size_t offset, ByteView bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), kPageSize - offset % kPageSize);
    const StatusWord status = write_page(file_id, offset, bytes.first(count));
    if (status != sw::kDone) return status;
    offset += count;
    bytes = bytes.subspan(count);
  }
  return sw::kDone;
}

StatusWord Memory::complete_file(std::uint16_t file_id) {
  Bytes payload;
  append_be(payload, file_id, 2);
  return change(Record::file_complete, payload);
}

StatusWord Memory::store_key_object(std::uint16_t dgi, ByteView value) {
  Bytes payload;
  append_be(payload, dgi, 2);
  append(payload, value);
  const StatusWord status = change(Record::key_object, payload);
  wipe(payload);
  return status;
}

StatusWord Memory::store_access_table(ByteView entries) {
  return change(Record::access_table, entries);
}

StatusWord Memory::set_application_life(ApplicationLife life) {
  return change(Record::application_life, Bytes{static_cast<std::uint8_t>(life)});
}

StatusWord Memory::set_directory(const Directory& directory) {
  Bytes payload;
  append_be(payload, directory.file_id, 2);
  append(payload, directory.name);
  return change(Record::directory, payload);
}

StatusWord Memory::set_attributes(std::uint16_t file_id, const FileAttributes& attributes) {
  Bytes payload;
  append_be(payload, file_id, 2);
  append(payload, Bytes{attributes.short_id, static_cast<std::uint8_t>(attributes.read),
                        static_cast<std::uint8_t>(attributes.under_master_file ? 1 : 0)});
  return change(Record::file_attributes, payload);
}

StatusWord Memory::set_failed_can_tries(std::uint8_t count) {
  return change(Record::failed_can_tries, Bytes{count});
}

StatusWord Memory::set_ready_for_lock() {
  return change(Record::ready_for_lock, {});
}

}  // namespace imprimatur::devices
