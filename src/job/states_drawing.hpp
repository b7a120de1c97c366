// The tables of states for people: as text on a screen, and as a graph. Pure functions.
#pragma once

#include <string>

namespace imprimatur::job {

// One line a transition: from, event, to, condition, entry of the journal; then what is refused, with why.
std::string states_text();
// Graphviz, one cluster for the job and one for the attempt.
std::string states_dot();

}  // namespace imprimatur::job
