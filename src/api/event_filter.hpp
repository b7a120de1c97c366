// Which journal entries a client wants to hear of, and what of an entry decides it. Data; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace imprimatur::api {

// What a filter looks at. An entry about a job has the campaign and unit of that job, whether its own data
// say so or not.
struct EventFacts {
  std::string type;
  std::string job;
  std::string campaign;
  std::string unit;
};

// Empty members let everything through; all that are given have to fit.
struct EventFilter {
  std::string campaign;
  std::string unit;
  std::string job;
  std::vector<std::string> types;  // one of them: whole, or a beginning that ends with a dot

  bool empty() const { return campaign.empty() && unit.empty() && job.empty() && types.empty(); }
  bool lets_through(const EventFacts& facts) const;
};

inline constexpr std::size_t kFilterTypesMax = 32;
inline constexpr std::size_t kFilterTextMax = 128;

// Error api.control with the member.
Result<EventFilter> parse_filter(const json::object& filter, std::string_view where);
// Error api.filter: too long, or too many types.
Status check_filter(const EventFilter& filter);

// What stands in the entry itself; campaign and unit are empty when it has none.
EventFacts facts_in(std::string_view entry);

}  // namespace imprimatur::api
