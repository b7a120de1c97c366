// STORE DATA of the ICAO application: the block sequence (GlobalPlatform 11.11) and the stream of DGIs in it
// (FORMAT.md section 1). The sequence is volatile; what DGIs store is not. One thread at a time.
#pragma once

#include "devices/virtual_card/scp03.hpp"

namespace imprimatur::devices {

class StoreData {
 public:
  StoreData(Memory& memory, WorkDone& work) : memory_(memory), work_(work) {}
  ~StoreData() { abandon(); }
  StoreData(const StoreData&) = delete;
  StoreData& operator=(const StoreData&) = delete;

  // A sequence starts, by INSTALL [for personalization] or with the application's own channel; only
  // there (`restarts`) numbers start again by themselves. Goes on in the middle of a DGI when the sequence
  // before ended after 256 blocks without a last one.
  void begin(bool restarts);
  // Power, SELECT or an error: what was begun is forgotten, complete pages stay.
  void abandon();

  // One STORE DATA, plain. `data_encryption_key` is the static K-DEK of the session.
  StatusWord process(const Command& command, const Secret& data_encryption_key);

 private:
  enum class Kind { file, key, access_table, activation, unknown };
  static Kind kind_of(std::uint16_t dgi);

  StatusWord check_block(const Command& command);
  StatusWord take(ByteView data, bool enciphered, const Secret& data_encryption_key);
  bool take_header(ByteView& data);
  StatusWord begin_object(bool enciphered);
  StatusWord take_value(ByteView bytes);
  StatusWord take_file_bytes(ByteView bytes);
  StatusWord finish_object(const Secret& data_encryption_key);
  StatusWord finish_key(const Secret& data_encryption_key);
  StatusWord finish_access_table();
  StatusWord activate();

  Memory& memory_;
  WorkDone& work_;

  bool running_ = false;
  bool restarts_ = false;
  bool goes_on_ = false;        // 256 blocks without a last one: INSTALL may go on
  std::size_t next_block_ = 0;  // 256: no number is left

  Bytes header_;  // of the DGI that is being read: 3 or 5 bytes when complete
  bool in_object_ = false;
  bool enciphered_ = false;
  std::uint16_t dgi_ = 0;
  std::size_t announced_ = 0;
  std::size_t received_ = 0;
  Bytes value_;  // all of a key or table; of a file the page that is not complete
  bool activation_wanted_ = false;
};

}  // namespace imprimatur::devices
