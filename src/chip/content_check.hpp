// Whether content may be written with a profile: asked before the card is touched. Pure function; any thread.
#pragma once

#include "chip/personalise.hpp"

namespace imprimatur::chip {

// Every required file is there and none that the profile lacks; each file is one object with its own tag and
// nothing after it; EF.COM lists the data groups that are there; DG1 holds the MRZ; DG14 and DG15
// hold the public halves of the keys that the profile asks for; a CAN has six digits. Error chip.content with
// the file.
Status check_content(const ChipProfile& profile, const ChipContent& content);

}  // namespace imprimatur::chip
