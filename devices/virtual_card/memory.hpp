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

// How a blank is personalised (FORMAT.md section 1, "Dialects").
enum class Dialect : std::uint8_t { gp_store_data = 0, iso7816_files = 1, emrtd_applet = 2 };

// Lengths of commands that a card takes. `chaining`: short ones, several of which may be one.
enum class Lengths { extended, short_only, chaining };

struct CardKind {
  Dialect dialect = Dialect::gp_store_data;
  Lengths lengths = Lengths::extended;
  bool older = false;  // of the applet: without chip authentication and PACE
  // Of iso7816-files. The chip maker made the application and its files; nothing is created.
  bool precreated = false;
  // The chip maker made the application, which is written in its own SCP03 channel, beside an issuer domain.
  bool scp03 = false;
  bool operator==(const CardKind&) const = default;
};

// Whether who personalises the application has to open SCP03 first.
inline bool written_in_channel(const CardKind& kind) {
  return kind.dialect == Dialect::gp_store_data || kind.scp03;
}

struct CardIdentity {
  std::string serial;      // printed on the body: B000001
  std::string card_class;  // kind of body: vn-citizen
  Bytes cplc;              // 42 bytes, unique (GET DATA 9F7F)
  Bytes diversification;   // 10 bytes
  bool s16 = false;        // SCP03 with 16-byte challenges and MACs
  CardKind kind = {};
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

// What CREATE FILE said of a file.
struct FileAttributes {
  std::uint8_t short_id = 0;  // 0: none
  ReadRule read = ReadRule::after_bac;
  bool under_master_file = false;
};

// The application's directory of a card that makes it by CREATE FILE.
struct Directory {
  std::uint16_t file_id = 0;
  Bytes name;
};

// The read rule of a file of which nothing else was said (spec/lds.md section 2).
ReadRule default_read_rule(std::uint16_t file_id);

class Memory {
 public:
  // A blank as it leaves the chip maker: key version 30, OP_READY, application SELECTABLE; with the directory
  // and the files that its kind has from the start.
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
  const FileAttributes* attributes(std::uint16_t file_id) const;
  // The file in the application's directory with this short id; 0 when there is none.
  std::uint16_t file_with_short_id(std::uint8_t short_id) const;
  const std::optional<Directory>& directory() const { return directory_; }
  std::uint8_t failed_can_tries() const { return failed_can_tries_; }
  bool ready_for_lock() const { return ready_for_lock_; }
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

  [[nodiscard]] StatusWord set_directory(const Directory& directory);
  [[nodiscard]] StatusWord set_attributes(std::uint16_t file_id, const FileAttributes& attributes);
  // Bytes anywhere in a file that was begun, page by page.
  [[nodiscard]] StatusWord write_bytes(std::uint16_t file_id, std::size_t offset, ByteView bytes);
  [[nodiscard]] StatusWord set_failed_can_tries(std::uint8_t count);
  [[nodiscard]] StatusWord set_ready_for_lock();

  // Faults.
  void set_stuck(bool stuck) { stuck_ = stuck; }
  // `torn`: the page that is being written when power goes keeps what was written of it, and is erased (FF)
  // behind that; otherwise it keeps its old content.
  void cut_power_after(std::size_t bytes, bool torn = false) {
    budget_ = bytes;
    torn_ = torn;
  }
  bool power_lost() const { return power_lost_; }
  void restore_power();  // at power on: no cut is planned any more

  // What the card says of itself; another's while it pretends to be it. Empty: its own again.
  const Bytes& shown_cplc() const { return pretended_cplc_.empty() ? identity_.cplc : pretended_cplc_; }
  void show_cplc(Bytes cplc) { pretended_cplc_ = std::move(cplc); }

  // Pages written since the last call, for the time model.
  std::size_t take_pages_written();

 private:
  void make_application();

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
    application_life = 11,
    directory = 12,
    file_attributes = 13,
    failed_can_tries = 14,
    ready_for_lock = 15
  };

  StatusWord change(Record type, ByteView payload) { return change(type, payload, payload.size()); }
  StatusWord change(Record type, ByteView payload, std::size_t cost);  // cost: bytes of memory written
  void record(Record type, ByteView payload);
  void tear_page(ByteView payload, std::size_t written);
  Status apply(std::uint8_t type, ByteView payload);
  Status apply_identity(ByteView payload);
  Status apply_key_set(ByteView payload);
  Status apply_file_page(ByteView payload);
  Status apply_attributes(ByteView payload);
  Status apply_counter(Record type, ByteView payload);
  Status apply_file_begun(ByteView payload);
  Status apply_access_table(ByteView payload);

  CardIdentity identity_;
  std::map<std::uint8_t, KeySet> key_sets_;
  CardLife card_life_ = CardLife::op_ready;
  ApplicationLife application_life_ = ApplicationLife::selectable;
  std::map<std::uint16_t, File> files_;
  std::map<std::uint16_t, Bytes> key_objects_;
  std::map<std::uint16_t, ReadRule> access_table_;
  std::map<std::uint16_t, FileAttributes> attributes_;
  std::optional<Directory> directory_;
  std::uint8_t failed_can_tries_ = 0;
  bool ready_for_lock_ = false;

  std::size_t loaded_size_ = 0;
  Bytes unsaved_;
  bool stuck_ = false;
  Bytes pretended_cplc_;
  bool power_lost_ = false;
  bool torn_ = false;
  std::optional<std::size_t> budget_;  // bytes that may still be written before power goes
  std::size_t pages_written_ = 0;
};

}  // namespace imprimatur::devices
