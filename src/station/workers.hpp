// Port Workers: the lanes on which blocking calls run. The station itself has no threads: in production each
// lane is a thread, in simulation the call runs inline and its report comes back in virtual time.
//
// A lane runs its calls one after the other. What a call returns is the report: it is carried to the
// station and run there, in the station's own turn.
//
// A call that may hang (a card that answers nothing: PC/SC has no timeout) is given a limit. A call that is
// overdue cannot be ended from outside; its lane is abandoned: the next call under the lane's name gets a new
// lane, and nobody waits for the old one. Whatever the call uses must therefore live until it returns.
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

  // For a call that may hang, on a lane that is given calls with limits only, one at a time.
  struct Limit {
    int after_ms = 0;  // since the call was begun
    Report overdue;    // carried to the station instead of the call's own report
    Report returned;   // and this one when the call has come back after all: the device answers again
  };
  virtual void run_within(const std::string& lane, int delay_ms, LaneCall call, Limit limit) = 0;
};

}  // namespace imprimatur::station
