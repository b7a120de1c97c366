#include "tests/sim/modelled_chip.hpp"

#include "base/encoding.hpp"
#include "crypto/digest.hpp"

namespace imprimatur::sim {
namespace {

using namespace std::chrono_literals;
using station::Found;
using station::TaskResult;
using Content = ModelledChip::Content;

constexpr auto kConnect = 300ms;
constexpr auto kRead = 1500ms;
constexpr auto kWriteMin = 5000ms;
constexpr auto kLongerThanAnyStep = 200s;

std::string chip_id(const Body& body) {
  return to_hex(body.chip->identity().cplc);
}

// What the real steps say of EF.SOD and its signer.
std::string commitment_to(const station::CardWork& work) {
  return to_base64url(crypto::sha256(bytes_of("EF.SOD of " + work.document.id)));
}
json::object sod_evidence(const station::CardWork& work) {
  return {{"signer", to_hex_lower(work.line->signers.front().certificate.fingerprint())},
          {"sod", commitment_to(work)}};
}

TaskResult no_answer() {
  return {Found::unknown, "card.transport", "the card gave no answer", {}};
}

}  // namespace

Body* ModelledChipStation::connect(TaskResult& trouble) {
  around_.clock.spend(kConnect);
  if (around_.reader.lost()) {
    trouble = station::not_connected(fail(around_.reader.lost_code, "the reader cannot be reached"));
    return nullptr;
  }
  Body* body = around_.transport.at(around_.reader.place());
  if (body == nullptr || body->model.mute) {
    trouble =
        station::not_connected(fail(body == nullptr ? "reader.no_card" : "reader.mute", "no card answers"));
    return nullptr;
  }
  if (draw(around_.trouble.hang)) {
    around_.clock.hang();
    trouble = no_answer();
    return nullptr;
  }
  return body;
}

Body* ModelledChipStation::connect_to(const station::CardWork& work, TaskResult& trouble) {
  Body* body = connect(trouble);
  if (body == nullptr || chip_id(*body) == work.chip_id) return body;
  trouble = {Found::other_body, "station.chip_swapped", "another chip", {}};
  return nullptr;
}

TaskResult ModelledChipStation::identify(const chip::ChipProfile&) {
  TaskResult trouble;
  Body* body = connect(trouble);
  if (body == nullptr) return trouble;
  if (draw(around_.trouble.no_answer)) return no_answer();
  return station::success({{"chip", chip_id(*body)}});
}

TaskResult ModelledChipStation::write(station::CardWork& work) {
  TaskResult trouble;
  Body* body = connect_to(work, trouble);
  if (body == nullptr) return trouble;
  ModelledChip& chip = body->model;
  if (chip.counterfeit) return {Found::key_refused, "chip.authentication_failed", "other keys", {}};
  if (draw(around_.trouble.no_answer)) return no_answer();
  around_.on_write(*body);
  ++body->store_data_commands;
  around_.clock.spend(kWriteMin + std::chrono::milliseconds(around_.dice.below(5000)));
  chip.content = Content::part;
  chip.job = work.document.id;
  if (chip.worn) return {Found::failed, "chip.memory_failure", "status word 6581", {}};
  if (draw(around_.trouble.torn)) return no_answer();
  if (draw(around_.trouble.mute)) {
    chip.mute = true;
    return no_answer();
  }
  if (draw(around_.trouble.hang)) {
    around_.clock.hang();
    return no_answer();
  }
  chip.content = Content::closing;
  if (draw(around_.trouble.no_answer)) return no_answer();
  chip.content = Content::closed;
  if (draw(around_.trouble.slow)) around_.clock.spend(kLongerThanAnyStep);
  if (draw(around_.trouble.no_answer)) return no_answer();
  json::object evidence = sod_evidence(work);
  evidence["apdus"] = 60;
  evidence["bytes"] = 20000;
  evidence["key_version"] = 0x31;
  evidence["ms"] = kWriteMin.count();
  return station::success(std::move(evidence));
}

TaskResult ModelledChipStation::read(station::CardWork& work) {
  TaskResult trouble;
  Body* body = connect_to(work, trouble);
  if (body == nullptr) return trouble;
  around_.clock.spend(kRead);
  if (draw(around_.trouble.no_answer)) return no_answer();
  if (draw(around_.trouble.bad)) body->model.content = Content::part;  // it has lost what was written
  if (body->model.content == Content::closed && body->model.job == work.document.id) {
    return station::success({{"apdus", 40}, {"ms", kRead.count()}});
  }
  return {Found::failed, "inspect.file_differs", "a file is not what was asked for", {}};
}

TaskResult ModelledChipStation::inspect(station::CardWork& work) {
  return read(work);
}

TaskResult ModelledChipStation::reread(station::CardWork& work) {
  TaskResult result = read(work);
  // What the real step says of a chip that is not the card's.
  if (result.found == Found::other_body) result.found = Found::failed;
  if (result.found == Found::success) {
    work.reread = work.files;
    result.evidence = {{"ms", kRead.count()}, {"sod", commitment_to(work)}};
  }
  return result;
}

TaskResult ModelledChipStation::look(station::CardWork& work) {
  TaskResult trouble;
  Body* body = connect_to(work, trouble);
  if (body == nullptr) return trouble;
  if (body->model.content == Content::blank) {
    return {Found::chip_untouched, "station.chip_not_activated", "the chip still has the blank's keys", {}};
  }
  if (body->model.content == Content::closing) body->model.content = Content::closed;
  TaskResult result = read(work);
  if (result.found == Found::success) {
    result.evidence = sod_evidence(work);
    result.evidence["resumed"] = true;
  }
  return result;
}

TaskResult ModelledChipStation::probe() {
  if (around_.reader.lost()) {
    return station::not_connected(fail(around_.reader.lost_code, "the reader cannot be reached"));
  }
  return station::success();
}

}  // namespace imprimatur::sim
