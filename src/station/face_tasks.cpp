#include "station/face_tasks.hpp"

#include "station/chip_tasks.hpp"
#include "station/face_check.hpp"
#include "station/face_targets.hpp"

namespace imprimatur::station {

TaskResult FaceStation::read(const CardWork& work, FaceRequest request) {
  const SteadyTime began = clock_.steady();
  request.targets = face_targets(work.line->face);
  auto read = reader_.read(request);
  if (!read) {
    const Error& error = read.error();
    return {Found::unknown, error.code, error.message + " (" + error.field + ")", {}};
  }
  if (auto same = compare_face(work, work.reread, request.targets, read.value()); !same) {
    const Error& error = same.error();
    // The field goes into the reason, so that the journal has it.
    return {Found::failed, error.code + (error.field.empty() ? "" : ":" + error.field), error.message, {}};
  }
  std::string all;
  json::array fields;
  for (const auto& [field, text] : read.value()) {
    all += field + "\n" + text + "\n";
    fields.emplace_back(field);
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - began);
  return success({{"face", kFaceScanned},
                  {"face_fields", std::move(fields)},
                  {"face_ms", took.count()},
                  {"face_read", commitment(work.salt, bytes_of(all))}});
}

}  // namespace imprimatur::station
