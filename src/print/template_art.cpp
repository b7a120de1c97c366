#include "print/template_art.hpp"

#include "base/files.hpp"

namespace imprimatur::print {
namespace {

constexpr std::size_t kArtBytesMax = 2U << 20;

}  // namespace

std::map<std::string, Bytes> load_art(const FaceTemplate& face, const std::filesystem::path& templates,
                                      const Sha256Hex& sha256_hex, std::vector<FaceFinding>& findings) {
  std::map<std::string, Bytes> files;
  for (const auto& [name, art] : face.art) {
    auto file = read_file(templates / "faces" / "art" / art.file, kArtBytesMax);
    if (!file) {
      findings.push_back({"face.art", name, file.error().message});
    } else if (sha256_hex(file.value()) != art.sha256) {
      findings.push_back({"face.art", name, "the file is not the one whose hash the template has"});
    } else {
      files.emplace(name, std::move(file).value());
    }
  }
  return files;
}

}  // namespace imprimatur::print
