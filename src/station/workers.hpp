// Port Workers: the lanes on which blocking calls run. The station itself has no threads: in production each
// lane is a thread, in simulation the call runs inline and its report comes back in virtual time.
//
// A lane runs its calls one after the other. What a call returns is the report: it is carried to the
// station and run there, in the station's own turn.
#pragma once

#include <functional>
#include <string>

namespace imprimatur::station {

using Report = std::function<void()>;      // run in the station's turn
using LaneCall = std::function<Report()>;  // run on the lane; may block

class Workers {
 public:
  virtual ~Workers() = default;
  virtual void run(const std::string& lane, LaneCall call) = 0;
  // The same, begun `delay_ms` later; the lane is free until then.
  virtual void run_later(const std::string& lane, int delay_ms, LaneCall call) = 0;
};

}  // namespace imprimatur::station
