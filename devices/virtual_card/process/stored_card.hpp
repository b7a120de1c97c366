// A card with its file: what the card keeps without power is on disk before its answer leaves, so that a
// killed process forgets nothing that a real card would keep. One thread at a time.
#pragma once

#include <filesystem>
#include <memory>

#include "devices/virtual_card/card.hpp"
#include "devices/virtual_card/process/file_descriptor.hpp"

namespace imprimatur::devices {

class StoredCard {
 public:
  struct Settings {
    TimeModel time_model;
    bool durable = false;  // also against a loss of power of this computer
  };

  // Reads the card's file and keeps it open; a record cut at its end is removed. Errors of Memory::load,
  // file.open.
  static Result<std::unique_ptr<StoredCard>> open(const std::filesystem::path& path, Random& random,
                                                  Settings settings);
  // Writes the file of a new blank. Error file.write.
  static Status create(const std::filesystem::path& path, Memory blank);

  StoredCard(Memory memory, Random& random, Settings settings, FileDescriptor file)
      : card_(std::move(memory), random, settings.time_model),
        file_(std::move(file)),
        durable_(settings.durable) {}

  Card& card() { return card_; }
  // Appends what changed. Error file.write: then the card's memory and its file differ, and the card is to be
  // taken as broken.
  Status save();

 private:
  Card card_;
  FileDescriptor file_;
  bool durable_;
};

}  // namespace imprimatur::devices
