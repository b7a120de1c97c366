#include "chip/iso7816_files.hpp"

#include "chip/file_commands.hpp"

namespace imprimatur::chip::iso7816_files {

namespace {

constexpr std::size_t kOffsetsMax = 65535;  // odd instructions beyond the 15 bits of P1 P2

Status check(const ChipProfile& profile, const ChipContent& content, const CardChannel& channel) {
  return file_commands::check(profile, content, channel, kOffsetsMax);
}

}  // namespace

const DialectFunctions kFunctions{check,
                                  file_commands::write,
                                  file_commands::activate,
                                  file_commands::is_activated,
                                  file_commands::is_begun,
                                  false};

}  // namespace imprimatur::chip::iso7816_files
