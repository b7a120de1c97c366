#include "bench/figures.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <string_view>

#include "base/check.hpp"
#include "base/json.hpp"

namespace imprimatur::bench {

namespace {

std::string text_of_number(const char* form, double number) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), form, number);
  return text.data();
}

std::string text_of_goal(const Goal& goal) {
  return (goal.kind == Goal::Kind::at_most ? "<= " : ">= ") + text_of_number("%g", goal.bound);
}

}  // namespace

bool Figure::met() const {
  if (!goal) return true;
  return goal->kind == Goal::Kind::at_most ? value <= goal->bound : value >= goal->bound;
}

bool Figures::all_met() const {
  return std::all_of(figures_.begin(), figures_.end(), [](const Figure& figure) { return figure.met(); });
}

std::string Figures::table() const {
  std::string text;
  for (const Figure& figure : figures_) {
    std::array<char, 160> line{};
    const std::string goal = figure.goal ? text_of_goal(*figure.goal) : "";
    std::snprintf(line.data(), line.size(), "%-34s %12.4f %-8s %-10s %s\n", figure.name.c_str(), figure.value,
                  figure.unit.c_str(), goal.c_str(),
                  !figure.goal   ? ""
                  : figure.met() ? "met"
                                 : "MISSED");
    text += line.data();
  }
  return text;
}

std::string Figures::json() const {
  json::array list;
  for (const Figure& figure : figures_) {
    json::object entry{{"name", figure.name}, {"value", figure.value}, {"unit", figure.unit}};
    if (figure.goal) {
      entry["goal"] = text_of_goal(*figure.goal);
      entry["met"] = figure.met();
    } else {
      entry["goal"] = nullptr;
      entry["met"] = nullptr;
    }
    list.push_back(std::move(entry));
  }
  return json::serialize(json::object{{"bench", bench_}, {"figures", std::move(list)}}) + "\n";
}

int run_bench(const std::string& name, int count, char** words,
              Status (*measure)(bool quick, Figures& figures)) {
  bool json = false;
  bool quick = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    json = json || word == "--json";
    quick = quick || word == "--quick";
    if (word != "--json" && word != "--quick") {
      std::fprintf(stderr, "usage: bench-%s [--json] [--quick]\n", name.c_str());
      return 2;
    }
  }
  Figures figures(name);
  if (auto measured = measure(quick, figures); !measured) {
    std::fprintf(stderr, "bench-%s: %s: %s\n", name.c_str(), measured.error().code.c_str(),
                 measured.error().message.c_str());
    return 1;
  }
  std::fputs((json ? figures.json() : figures.table()).c_str(), stdout);
  return 0;
}

double median(std::vector<double> values) {
  CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace imprimatur::bench
