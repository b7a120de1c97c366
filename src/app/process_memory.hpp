// What becomes of the memory of a process that holds keys and personal data.
#pragma once

namespace imprimatur::app {

// Never into a core file, nor to a debugger of another user. At the beginning, before any thread runs;
// children inherit the limit.
void forbid_core_dumps();

}  // namespace imprimatur::app
