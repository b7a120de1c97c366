// The bench's result folder: cards/<job-id>/… as the demo promises it (design section 11). Personal data: the
// daemon makes one only with test keys.
#pragma once

#include <filesystem>

#include "base/log.hpp"
#include "station/station.hpp"

namespace imprimatur::app {

class EvidenceFolder final : public station::CardEvidence {
 public:
  // `folder` exists. The log is borrowed.
  EvidenceFolder(std::filesystem::path folder, Log& log) : folder_(std::move(folder)), log_(log) {}

  void keep_chip(const std::string& job, const lds::FileMap& files) override;
  void keep_face(const std::string& job, const Bytes& pdf) override;
  void keep_record(const std::string& job, const json::object& record) override;

 private:
  void keep(const std::filesystem::path& file, ByteView content);

  std::filesystem::path folder_;
  Log& log_;
};

}  // namespace imprimatur::app
