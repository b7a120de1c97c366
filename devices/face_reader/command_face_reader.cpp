#include "devices/face_reader/command_face_reader.hpp"

#include <algorithm>

#include "devices/face_reader/child_process.hpp"
#include "devices/face_reader/face_pixels.hpp"

namespace imprimatur::devices {
namespace {

using station::FaceTarget;

void fill_in(std::string& argument, std::string_view name, std::string_view value) {
  std::size_t at = 0;
  while ((at = argument.find(name, at)) != std::string::npos) {
    argument.replace(at, name.size(), value);
    at += value.size();
  }
}

class CommandFaceReader final : public station::FaceReader {
 public:
  CommandFaceReader(CommandFaceReaderSettings settings, MrzReader mrz, const Clock& clock)
      : settings_(std::move(settings)), mrz_(std::move(mrz)), clock_(clock) {}

  Result<station::FaceTexts> read(const station::FaceRequest& request) override {
    station::FaceTexts texts;
    for (const FaceTarget::Side side : {FaceTarget::Side::front, FaceTarget::Side::back}) {
      std::vector<FaceTarget> targets;
      std::copy_if(request.targets.begin(), request.targets.end(), std::back_inserter(targets),
                   [side](const FaceTarget& target) { return target.side == side; });
      if (targets.empty()) continue;
      TRY(auto image, look(request, side));
      std::vector<GreyImage> sides(side == FaceTarget::Side::front ? 1 : 2);
      sides.back() = std::move(image);
      TRY(auto read, read_face(sides, targets, mrz_));
      texts.merge(read);
    }
    return texts;
  }

 private:
  Result<GreyImage> look(const station::FaceRequest& request, FaceTarget::Side side) const {
    std::vector<std::string> arguments = settings_.command;
    for (std::string& argument : arguments) {
      fill_in(argument, "{side}", side == FaceTarget::Side::front ? "front" : "back");
      fill_in(argument, "{place}", station::text_of(request.place));
      fill_in(argument, "{body}", request.body);
    }
    TRY(auto file, run_child(std::move(arguments), {settings_.time_max, settings_.image_bytes_max}, clock_));
    return decode_image(file);
  }

  CommandFaceReaderSettings settings_;
  MrzReader mrz_;
  const Clock& clock_;
};

}  // namespace

Result<std::unique_ptr<station::FaceReader>> open_command_face_reader(
    const CommandFaceReaderSettings& settings, const Clock& clock) {
  if (settings.command.empty()) return fail("face_reader.command", "there is no command for the camera");
  TRY(auto mrz, MrzReader::create(settings.font));
  return std::unique_ptr<station::FaceReader>(
      std::make_unique<CommandFaceReader>(settings, std::move(mrz), clock));
}

}  // namespace imprimatur::devices
