// The non-volatile memory of one card: what survives a power cut. Every change is one record
// (FORMAT.md section 2), applied to the state here and kept for the card's file, so that the state is
// always what the records give.
//
// Changes answer a status word, because a card reports a worn memory (6581) to its reader. When power
// is cut in the middle of a command (`cut_power_after`), later changes of it do nothing and
// `power_lost` is true. One thread at a time.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "devices/virtual_card/apdu.hpp"
#include "devices/virtual_card/diversification.hpp"

namespace imprimatur::devices {

inline constexpr std::size_t kPageSize = 128;                  // bytes written at once
inline constexpr std::size_t kFilesSizeMax = 96U << 10;        // bytes of all files
inline constexpr std::uint8_t kFailedAuthenticationsMax = 10;  // then the key set is blocked
inline constexpr std::size_t kCplcSize = 42;

struct CardIdentity {
  std::string serial;      // printed on the body: B000001
  std::string card_class;  // kind of body: vn-citizen
  Bytes cplc;              // 42 bytes, unique (GET DATA 9F7F)
  Bytes diversification;   // 10 bytes
  bool s16 = false;        // SCP03 with 16-byte challenges and MACs
};

struct KeySet {
  CardKeys keys;
  std::uint32_t sequence_counter = 0;
  std::uint8_t failed_authentications = 0;
  bool blocked() const { return failed_authentications >= kFailedAuthenticationsMax; }
};

enum class CardLife : std::uint8_t {
  op_ready = 0x01,
  initialized = 0x07,
  secured = 0x0F,
  card_locked = 0x7F,
  terminated = 0xFF
};

enum class ApplicationLife : std::uint8_t { selectable = 0x07, personalised = 0x0F };

struct File {
  Bytes content;          // as long as announced; FF where never written
  bool complete = false;  // all of it was written
};

// Read rules of the access table (DGI 8F10).
enum class ReadRule : std::uint8_t {
  always = 0x00,
  after_bac = 0x01,
  after_terminal_authentication = 0x02,
  never = 0xFF
};

class Memory {
 public:
  // A blank as it leaves the chip maker: key version 30, OP_READY, application SELECTABLE.
  static Memory make_blank(const CardIdentity& identity, const CardKeys& transport_keys);
  // From the records of a card file. Errors card.format, card.version, card.corrupt with the offset.
  static Result<Memory> load(ByteView file);

  // Bytes of the card file that `load` could use: what follows is a write that did not happen.
  std::size_t loaded_size() const { return loaded_size_; }

  // The records made since the last call, to be appended to the card's file (the first time with
  // the file's header).
  Bytes take_unsaved();

  const CardIdentity& identity() const { return identity_; }
  const std::map<std::uint8_t, KeySet>& key_sets() const { return key_sets_; }
  const KeySet* key_set(std::uint8_t version) const;
  CardLife card_life() const { return card_life_; }
  ApplicationLife application_life() const { return application_life_; }
  const File* file(std::uint16_t file_id) const;
  const Bytes* key_object(std::uint16_t dgi) const;
  ReadRule read_rule(std::uint16_t file_id) const;
  bool all_files_complete() const;
  std::size_t files_size_without(std::uint16_t file_id) const;

  [[nodiscard]] StatusWord replace_key_set(std::uint8_t old_version, std::uint8_t new_version,
                                           const CardKeys& keys);
  [[nodiscard]] StatusWord set_sequence_counter(std::uint8_t version, std::uint32_t counter);
  [[nodiscard]] StatusWord set_failed_authentications(std::uint8_t version, std::uint8_t count);
  [[nodiscard]] StatusWord set_card_life(CardLife life);
  [[nodiscard]] StatusWord begin_file(std::uint16_t file_id, std::size_t size);
  [[nodiscard]] StatusWord write_page(std::uint16_t file_id, std::size_t offset, ByteView bytes);
  [[nodiscard]] StatusWord complete_file(std::uint16_t file_id);
  [[nodiscard]] StatusWord store_key_object(std::uint16_t dgi, ByteView value);
  [[nodiscard]] StatusWord store_access_table(ByteView entries);
  [[nodiscard]] StatusWord set_application_life(ApplicationLife life);

  // Faults.
  void set_stuck(bool stuck) { stuck_ = stuck; }
  void cut_power_after(std::size_t bytes) { budget_ = bytes; }
  bool power_lost() const { return power_lost_; }
  void restore_power();  // at power on: no cut is planned any more

  // Pages written since the last call, for the time model.
  std::size_t take_pages_written();

 private:
  enum class Record : std::uint8_t {
    identity = 1,
    key_set = 2,
    sequence_counter = 3,
    failed_authentications = 4,
    card_life = 5,
    file_begun = 6,
    file_page = 7,
    file_complete = 8,
    key_object = 9,
    access_table = 10,
    application_life = 11
  };

  StatusWord change(Record type, ByteView payload) { return change(type, payload, payload.size()); }
  StatusWord change(Record type, ByteView payload, std::size_t cost);  // cost: bytes of memory written
  Status apply(std::uint8_t type, ByteView payload);
  Status apply_identity(ByteView payload);
  Status apply_key_set(ByteView payload);
  Status apply_file_page(ByteView payload);

  CardIdentity identity_;
  std::map<std::uint8_t, KeySet> key_sets_;
  CardLife card_life_ = CardLife::op_ready;
  ApplicationLife application_life_ = ApplicationLife::selectable;
  std::map<std::uint16_t, File> files_;
  std::map<std::uint16_t, Bytes> key_objects_;
  std::map<std::uint16_t, ReadRule> access_table_;

  std::size_t loaded_size_ = 0;
  Bytes unsaved_;
  bool stuck_ = false;
  bool power_lost_ = false;
  std::optional<std::size_t> budget_;  // bytes that may still be written before power goes
  std::size_t pages_written_ = 0;
};

}  // namespace imprimatur::devices
