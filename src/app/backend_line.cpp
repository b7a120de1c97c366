// The questions of a line whose cards a person moves, as the API shows and takes them.
#include "app/backend.hpp"

namespace imprimatur::app {

Result<json::value> StationBackend::line_task(const std::string& line) {
  if (line != parts_.line) return fail("api.not_found", "there is no such line", line);
  return json::value(parts_.desk == nullptr ? json::object{} : parts_.desk->show());
}

Result<json::value> StationBackend::answer_line_task(const std::string& line, std::string_view answer) {
  if (line != parts_.line) return fail("api.not_found", "there is no such line", line);
  if (parts_.desk == nullptr) {
    return fail("station.task", "this line asks nobody: a machine moves its cards", line);
  }
  TRY_STATUS(parts_.desk->answer(answer));
  return json::value(json::object{{"taken", true}});
}

}  // namespace imprimatur::app
