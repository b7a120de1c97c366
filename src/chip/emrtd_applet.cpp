#include "chip/emrtd_applet.hpp"

#include "chip/file_commands.hpp"

namespace imprimatur::chip::emrtd_applet {

namespace {

constexpr std::size_t kOffsetsMax = 32767;  // the applet knows no odd instructions

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

}  // namespace imprimatur::chip::emrtd_applet
