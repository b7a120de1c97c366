#include "station/task_result.hpp"

namespace imprimatur::station {

TaskResult result_of(const Error& error) {
  Found found = error.happened == Happened::unknown ? Found::unknown : Found::failed;
  if (error.code == "chip.authentication_failed") found = Found::key_refused;
  return {found, error.code, error.message, {}};
}

}  // namespace imprimatur::station
