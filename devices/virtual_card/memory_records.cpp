#include "devices/virtual_card/memory_records.hpp"

#include "base/byte_reader.hpp"
#include "crypto/digest.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::string_view kMagic = "IMPCARD";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kCheckSize = 4;
constexpr std::size_t kRecordPayloadMax = 65536;

Error bad_record(std::string_view what) {
  return fail("card.corrupt", "a record of the card file is wrong: " + std::string(what), {},
              "Take the card out of the stock folder; its memory cannot be trusted.");
}

Status expect_end(const ByteReader& reader, std::string_view what) {
  if (!reader.at_end()) return bad_record(what);
  return ok();
}

Result<std::string> take_text(ByteReader& reader) {
  TRY(auto length, reader.take_u8());
  TRY(auto text, reader.take(length));
  return text_of(text);
}

// Option bits of the identity record.
constexpr std::uint8_t kShortOnly = 0x01;
constexpr std::uint8_t kChaining = 0x02;
constexpr std::uint8_t kOlder = 0x04;
constexpr std::uint8_t kPrecreated = 0x08;
constexpr std::uint8_t kScp03 = 0x10;

std::uint8_t encode_options(const CardKind& kind) {
  std::uint8_t options = kind.older ? kOlder : 0;
  if (kind.lengths == Lengths::short_only) options |= kShortOnly;
  if (kind.lengths == Lengths::chaining) options |= kChaining;
  if (kind.precreated) options |= kPrecreated;
  if (kind.scp03) options |= kScp03;
  return options;
}

Result<CardKind> take_kind(ByteReader& reader) {
  TRY(auto dialect, reader.take_u8());
  TRY(auto options, reader.take_u8());
  if (dialect > static_cast<std::uint8_t>(Dialect::emrtd_applet)) return bad_record("dialect");
  CardKind kind{.dialect = static_cast<Dialect>(dialect),
                .older = (options & kOlder) != 0,
                .precreated = (options & kPrecreated) != 0,
                .scp03 = (options & kScp03) != 0};
  if ((options & kShortOnly) != 0) kind.lengths = Lengths::short_only;
  if ((options & kChaining) != 0) kind.lengths = Lengths::chaining;
  return kind;
}

}  // namespace

Bytes card_file_header() {
  Bytes header = copy_of(bytes_of(kMagic));
  header.push_back(kVersion);
  return header;
}

Bytes encode_record(std::uint8_t type, ByteView payload) {
  Bytes record = {type};
  append_be(record, payload.size(), 4);
  append(record, payload);
  const crypto::Sha256 check = crypto::sha256(record);
  append(record, ByteView(check).first(kCheckSize));
  return record;
}

Bytes encode_identity(const CardIdentity& identity) {
  Bytes payload = concat({identity.cplc, identity.diversification});
  payload.push_back(identity.s16 ? 1 : 0);
  for (const std::string* text : {&identity.serial, &identity.card_class}) {
    payload.push_back(static_cast<std::uint8_t>(text->size()));
    append(payload, bytes_of(*text));
  }
  // Absent in the first card files, whose cards all were of this kind.
  if (identity.kind != CardKind{}) {
    payload.push_back(static_cast<std::uint8_t>(identity.kind.dialect));
    payload.push_back(encode_options(identity.kind));
  }
  return payload;
}

Result<Memory> Memory::load(ByteView file) {
  ByteReader reader(file, "card file");
  TRY(auto magic, reader.take(kMagic.size()));
  if (!equal(magic, bytes_of(kMagic))) return fail("card.format", "this is not a card file");
  TRY(auto version, reader.take_u8());
  if (version != kVersion) {
    return fail("card.version", "card file version " + std::to_string(version) + " is not known");
  }
  Memory memory;
  bool identified = false;
  while (!reader.at_end()) {
    const ByteView record = reader.rest();
    if (record.size() < 5) break;  // a record cut by the end of the process never happened
    const std::size_t length = static_cast<std::size_t>(read_be(record.subspan(1, 4)));
    if (length > kRecordPayloadMax) return bad_record("length at offset " + std::to_string(reader.offset()));
    if (record.size() < 5 + length + kCheckSize) break;
    const crypto::Sha256 check = crypto::sha256(record.first(5 + length));
    if (!equal(ByteView(check).first(kCheckSize), record.subspan(5 + length, kCheckSize))) {
      return bad_record("check at offset " + std::to_string(reader.offset()));
    }
    if (identified == (record[0] == 1)) return bad_record("the identity comes first and once");
    identified = true;
    TRY_STATUS(memory.apply(record[0], record.subspan(5, length)));
    TRY_STATUS(reader.take(5 + length + kCheckSize));
  }
  memory.loaded_size_ = reader.offset();
  if (!identified) return bad_record("there is no identity");
  return memory;
}

Status Memory::apply_identity(ByteView payload) {
  ByteReader reader(payload, "identity record");
  TRY(auto cplc, reader.take(kCplcSize));
  TRY(auto diversification, reader.take(kDiversificationSize));
  TRY(auto s16, reader.take_u8());
  TRY(identity_.serial, take_text(reader));
  TRY(identity_.card_class, take_text(reader));
  identity_.cplc = copy_of(cplc);
  identity_.diversification = copy_of(diversification);
  identity_.s16 = s16 == 1;
  if (!reader.at_end()) {
    TRY(identity_.kind, take_kind(reader));
  }
  return expect_end(reader, "identity");
}

Status Memory::apply_key_set(ByteView payload) {
  ByteReader reader(payload, "key set record");
  TRY(auto old_version, reader.take_u8());
  TRY(auto new_version, reader.take_u8());
  TRY(auto length, reader.take_u8());
  if (length != 16 && length != 24 && length != 32) return bad_record("key length");
  KeySet set;
  for (Secret* key : {&set.keys.enc, &set.keys.mac, &set.keys.dek}) {
    TRY(auto bytes, reader.take(length));
    *key = Secret::copy_of(bytes);
  }
  TRY_STATUS(expect_end(reader, "key set"));
  key_sets_.erase(old_version);
  key_sets_.insert_or_assign(new_version, std::move(set));
  return ok();
}

Status Memory::apply_file_page(ByteView payload) {
  ByteReader reader(payload, "file page record");
  TRY(auto file_id, reader.take_be(2));
  TRY(auto offset, reader.take_be(4));
  const auto found = files_.find(static_cast<std::uint16_t>(file_id));
  const ByteView bytes = reader.rest();
  if (found == files_.end() || offset > found->second.content.size() ||
      bytes.size() > found->second.content.size() - offset) {
    return bad_record("file page");
  }
  std::copy(bytes.begin(), bytes.end(), found->second.content.begin() + static_cast<std::ptrdiff_t>(offset));
  return ok();
}

Status Memory::apply_attributes(ByteView payload) {
  ByteReader reader(payload, "file attributes record");
  TRY(auto file_id, reader.take_be(2));
  TRY(auto short_id, reader.take_u8());
  TRY(auto read, reader.take_u8());
  TRY(auto place, reader.take_u8());
  TRY_STATUS(expect_end(reader, "file attributes"));
  attributes_[static_cast<std::uint16_t>(file_id)] = {
      .short_id = short_id, .read = static_cast<ReadRule>(read), .under_master_file = place == 1};
  return ok();
}

Status Memory::apply_counter(Record type, ByteView payload) {
  ByteReader reader(payload, "counter record");
  TRY(auto version, reader.take_u8());
  const auto found = key_sets_.find(version);
  if (found == key_sets_.end() || reader.at_end()) return bad_record("counter of a key set");
  const auto value =
      static_cast<std::uint32_t>(read_be(reader.rest().first(std::min<std::size_t>(reader.left(), 4))));
  if (type == Record::sequence_counter) {
    found->second.sequence_counter = value;
  } else {
    found->second.failed_authentications = static_cast<std::uint8_t>(value);
  }
  return ok();
}

Status Memory::apply_file_begun(ByteView payload) {
  ByteReader reader(payload, "file record");
  TRY(auto file_id, reader.take_be(2));
  TRY(auto size, reader.take_be(4));
  if (size > kFilesSizeMax) return bad_record("file size");
  files_[static_cast<std::uint16_t>(file_id)] = File{Bytes(size, 0xFF), false};
  return ok();
}

Status Memory::apply_access_table(ByteView payload) {
  ByteReader reader(payload, "access table record");
  access_table_.clear();
  while (!reader.at_end()) {
    TRY(auto entry, reader.take(4));
    access_table_[static_cast<std::uint16_t>(read_be(entry.first(2)))] = static_cast<ReadRule>(entry[2]);
  }
  return ok();
}

Status Memory::apply(std::uint8_t type, ByteView payload) {
  ByteReader reader(payload, "record");
  switch (static_cast<Record>(type)) {
    case Record::identity:
      return apply_identity(payload);
    case Record::key_set:
      return apply_key_set(payload);
    case Record::sequence_counter:
    case Record::failed_authentications:
      return apply_counter(static_cast<Record>(type), payload);
    case Record::card_life: {
      TRY(auto life, reader.take_u8());
      card_life_ = static_cast<CardLife>(life);
      return ok();
    }
    case Record::file_begun:
      return apply_file_begun(payload);
    case Record::file_page:
      return apply_file_page(payload);
    case Record::file_complete: {
      TRY(auto file_id, reader.take_be(2));
      const auto found = files_.find(static_cast<std::uint16_t>(file_id));
      if (found == files_.end()) return bad_record("file that is complete");
      found->second.complete = true;
      return ok();
    }
    case Record::key_object: {
      TRY(auto dgi, reader.take_be(2));
      key_objects_[static_cast<std::uint16_t>(dgi)] = copy_of(reader.rest());
      return ok();
    }
    case Record::access_table:
      return apply_access_table(payload);
    case Record::application_life: {
      TRY(auto life, reader.take_u8());
      application_life_ = static_cast<ApplicationLife>(life);
      return ok();
    }
    case Record::directory: {
      TRY(auto file_id, reader.take_be(2));
      directory_ = Directory{static_cast<std::uint16_t>(file_id), copy_of(reader.rest())};
      return ok();
    }
    case Record::file_attributes:
      return apply_attributes(payload);
    case Record::failed_can_tries: {
      TRY(failed_can_tries_, reader.take_u8());
      return ok();
    }
    case Record::ready_for_lock:
      ready_for_lock_ = true;
      return ok();
  }
  return bad_record("type " + std::to_string(type));
}

}  // namespace imprimatur::devices
