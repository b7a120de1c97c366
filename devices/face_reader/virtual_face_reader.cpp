#include "devices/face_reader/virtual_face_reader.hpp"

#include <algorithm>

#include "devices/face_reader/child_process.hpp"
#include "devices/face_reader/face_pixels.hpp"

namespace imprimatur::devices {
namespace {

constexpr std::string_view kUrn = "urn:uuid:";
constexpr std::size_t kSides = 2;
constexpr int kPrintersMax = 100;

class VirtualFaceReader final : public station::FaceReader {
 public:
  VirtualFaceReader(VirtualFaceReaderSettings settings, MrzReader mrz, const Clock& clock)
      : settings_(std::move(settings)), mrz_(std::move(mrz)), clock_(clock) {}

  Result<station::FaceTexts> read(const station::FaceRequest& request) override {
    TRY(auto pdf, find(request.print_job));
    // Lines need no smoothing to be read, and a guilloche has many.
    TRY(auto output, run_child({"pdftoppm", "-gray", "-aaVector", "no", "-r",
                                std::to_string(settings_.resolution_dpi), pdf.string()},
                               {}, clock_));
    TRY(auto sides, decode_pgm_images(output, kSides));
    return read_face(sides, request.targets, mrz_);
  }

 private:
  Result<std::filesystem::path> find(std::string_view job) const {
    const bool whole = job.starts_with(kUrn) && std::all_of(job.begin(), job.end(), [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ':' || c == '-';
                       });
    if (!whole) return fail("face_reader.nothing_printed", "the print job has no usable name");
    const std::string name = std::string(job.substr(kUrn.size())) + ".pdf";
    std::error_code failed;
    int folders = 0;
    for (std::filesystem::directory_iterator at(settings_.spool, failed), end; !failed && at != end;
         at.increment(failed)) {
      if (++folders > kPrintersMax) break;
      const std::filesystem::path file = at->path() / name;
      std::error_code absent;
      if (std::filesystem::exists(file, absent)) return file;
    }
    return fail("face_reader.nothing_printed", "no printer has printed this job", std::string(job));
  }

  VirtualFaceReaderSettings settings_;
  MrzReader mrz_;
  const Clock& clock_;
};

}  // namespace

Result<std::unique_ptr<station::FaceReader>> open_virtual_face_reader(
    const VirtualFaceReaderSettings& settings, const Clock& clock) {
  TRY(auto mrz, MrzReader::create(settings.font));
  return std::unique_ptr<station::FaceReader>(
      std::make_unique<VirtualFaceReader>(settings, std::move(mrz), clock));
}

}  // namespace imprimatur::devices
