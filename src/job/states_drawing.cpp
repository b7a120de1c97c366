#include "job/states_drawing.hpp"

#include <algorithm>

#include "job/states.hpp"

namespace imprimatur::job {
namespace {

constexpr std::size_t kFromWidth = 30;
constexpr std::size_t kEventWidth = 16;
constexpr std::size_t kToWidth = 14;
constexpr std::size_t kEntryWidth = 17;

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 1, width), ' ');
  return text;
}

template <class State>
std::string names_of(const States<State>& states, int count) {
  std::string names;
  for (int i = 0; i < count; ++i) {
    const auto state = static_cast<State>(i);
    if (!states.contains(state)) continue;
    if (!names.empty()) names += ", ";
    names += text_of(state);
  }
  return names;
}

template <class State, class Lines, class Refusals>
std::string table_of(const std::string& title, const Lines& lines, const Refusals& refusals, int states) {
  std::string out = title + "\n" + padded("event", kEventWidth) + padded("next state", kToWidth) +
                    padded("entry", kEntryWidth) + padded("from", kFromWidth) + "if\n";
  for (const auto& line : lines) {
    out += padded(std::string(text_of(line.event)), kEventWidth) +
           padded(std::string(text_of(line.to)), kToWidth) + padded(std::string(line.entry), kEntryWidth) +
           padded(names_of<State>(line.from, states), kFromWidth) + std::string(line.guard);
    out.erase(out.find_last_not_of(' ') + 1);
    out += "\n";
  }
  out += "refused:\n";
  for (const auto& refusal : refusals) {
    out += padded(std::string(text_of(refusal.event)), kEventWidth) + std::string(refusal.why) + ": " +
           names_of<State>(refusal.from, states) + "\n";
  }
  return out;
}

template <class State, class Lines>
std::string cluster_of(const std::string& name, const Lines& lines, int states) {
  const auto node = [&name](State state) { return "\"" + name + "." + std::string(text_of(state)) + "\""; };
  std::string out = "  subgraph cluster_" + name + " {\n    label=\"" + name + "\";\n";
  for (int i = 0; i < states; ++i) {
    const auto state = static_cast<State>(i);
    out += "    " + node(state) + " [label=\"" + std::string(text_of(state)) + "\"" +
           (is_final(state) ? ",peripheries=2" : "") + "];\n";
  }
  for (const auto& line : lines) {
    for (int i = 0; i < states; ++i) {
      const auto from = static_cast<State>(i);
      if (!line.from.contains(from)) continue;
      out += "    " + node(from) + " -> " + node(line.to) + " [label=\"" + std::string(text_of(line.event)) +
             "\",tooltip=\"" + std::string(line.guard) + "\"];\n";
    }
  }
  return out + "  }\n";
}

}  // namespace

std::string states_text() {
  return table_of<JobState>("JOB", job_transitions(), job_refusals(), kJobStates) + "\n" +
         table_of<AttemptState>("ATTEMPT", attempt_transitions(), attempt_refusals(), kAttemptStates);
}

std::string states_dot() {
  return "digraph imprimatur {\n  rankdir=LR;\n  node [shape=box,fontname=\"sans\"];\n"
         "  edge [fontname=\"sans\",fontsize=10];\n" +
         cluster_of<JobState>("job", job_transitions(), kJobStates) +
         cluster_of<AttemptState>("attempt", attempt_transitions(), kAttemptStates) + "}\n";
}

}  // namespace imprimatur::job
