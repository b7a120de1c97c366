// What a bench measured: figures with their goals, as a table for people or as one JSON object for machines
// (design section 11). One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace imprimatur::bench {

// A bound that a figure should keep.
struct Goal {
  enum class Kind { at_most, at_least } kind = Kind::at_most;
  double bound = 0;
};

struct Figure {
  std::string name;  // "chip.ratio_to_replay"
  double value = 0;
  std::string unit;          // "ratio", "ms", "1/s", …
  std::optional<Goal> goal;  // nothing: reported only
  bool met() const;          // true as well when there is no goal
};

class Figures {
 public:
  explicit Figures(std::string bench) : bench_(std::move(bench)) {}
  void add(Figure figure) { figures_.push_back(std::move(figure)); }
  // What was measured is not what the goals are about: a short run.
  void forget_goals() {
    for (Figure& figure : figures_) figure.goal.reset();
  }
  bool all_met() const;
  std::string table() const;
  std::string json() const;  // with its newline

 private:
  std::string bench_;
  std::vector<Figure> figures_;
};

// All that a bench's main does: reads --json and --quick, measures, prints. The exit code: 0 when it was
// measured, whether the goals are met or not; 1 with the error on stderr; 2 for a wrong call.
int run_bench(const std::string& name, int count, char** words,
              Status (*measure)(bool quick, Figures& figures));

double median(std::vector<double> values);  // CHECK: at least one

}  // namespace imprimatur::bench
