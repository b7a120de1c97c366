// Personalisation of a card by ISO/IEC 7816-4 and -9 file commands (FORMAT.md section 1, `iso7816-files`):
// CREATE FILE, UPDATE BINARY, PUT DATA of keys, ACTIVATE FILE. Keeps nothing itself: all is in the card's
// memory. One thread at a time.
#pragma once

#include <optional>

#include "devices/virtual_card/memory.hpp"

namespace imprimatur::devices {

class Iso7816Files {
 public:
  explicit Iso7816Files(Memory& memory) : memory_(memory) {}

  // The directory in which a command is given, and its current file.
  struct Place {
    bool master_file = true;
    std::uint16_t& current;
  };

  // The answer to a plain command that writes; nothing when it is none of these.
  std::optional<Response> process(const Command& command, Place place);

 private:
  StatusWord create(const Command& command, Place place);
  StatusWord create_directory(std::uint16_t file_id, ByteView name, Place place);
  StatusWord create_file(std::uint16_t file_id, std::size_t size, const FileAttributes& attributes,
                         Place place);
  StatusWord update(const Command& command, Place place);
  StatusWord put_data(const Command& command, Place place);
  StatusWord activate(const Command& command, Place place);

  Memory& memory_;
};

}  // namespace imprimatur::devices
