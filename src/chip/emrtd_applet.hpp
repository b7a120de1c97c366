// Dialect emrtd-applet: the command set of the open JavaCard passport applet. Files by CREATE FILE 63, keys
// by PUT DATA, a lock at the end; offsets have 15 bits, commands are short. Blocks.
#pragma once

#include "chip/dialect.hpp"

namespace imprimatur::chip::emrtd_applet {

extern const DialectFunctions kFunctions;

}  // namespace imprimatur::chip::emrtd_applet
