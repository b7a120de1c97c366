#include "app/evidence_folder.hpp"

#include "app/messages.hpp"
#include "base/files.hpp"

namespace imprimatur::app {

// Evidence for people is no truth of the station: what cannot be kept is logged, and production goes on.
void EvidenceFolder::keep(const std::filesystem::path& file, ByteView content) {
  auto kept = make_folders(file.parent_path());
  if (kept) kept = write_file(file, content, {.mode = 0600, .durability = Durability::relaxed});
  if (!kept)
    log_.write(message::kEvidenceNotKept, {{"code", kept.error().code}, {"cause", kept.error().message}});
}

void EvidenceFolder::keep_chip(const std::string& job, const lds::FileMap& files) {
  for (const auto& [file, content] : files) {
    keep(folder_ / "cards" / job / "chip" / std::string(lds::name_of(file)), content);
  }
}

void EvidenceFolder::keep_face(const std::string& job, const Bytes& pdf) {
  keep(folder_ / "cards" / job / "face.pdf", pdf);
}

void EvidenceFolder::keep_record(const std::string& job, const json::object& record) {
  keep(folder_ / "cards" / job / "record.json", bytes_of(pretty_json(record)));
}

}  // namespace imprimatur::app
