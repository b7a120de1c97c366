#include "chip/inspect.hpp"

#include "base/check.hpp"
#include "chip/inspector.hpp"

namespace imprimatur::chip {

namespace {

bool is_given(const lds::TravelMrz& mrz) {
  return !mrz.joined().empty();
}

Status look_with_access(Inspector& inspector, const InspectionRequest& request) {
  TRY_STATUS(inspector.enter(Inspector::Thoroughness::every_access_and_refusal));
  if (!inspector.is_open()) return ok();
  TRY_STATUS(inspector.read_all());
  TRY_STATUS(inspector.authenticate_actively());
  inspector.authenticate_passively(request);
  inspector.compare_card_access();
  if (is_given(request.mrz)) {
    inspector.compare_mrz(request.mrz);
  } else {
    inspector.check_dg1_alone();
  }
  if (request.expected != nullptr) inspector.compare(*request.expected, true);
  return inspector.ask_for_refusals_with_access();
}

Status look_again(Inspector& inspector, const RereadRequest& request) {
  TRY_STATUS(inspector.enter(Inspector::Thoroughness::one_access));
  if (!inspector.is_open()) return ok();
  TRY_STATUS(inspector.read(lds::FileId::sod));
  TRY_STATUS(inspector.read(lds::FileId::dg1));
  for (const lds::FileId file : request.groups) {
    TRY_STATUS(inspector.read(file));
  }
  inspector.compare_mrz(request.mrz);
  inspector.compare(*request.expected, false);
  return ok();
}

}  // namespace

std::string_view name_of(ProtocolVerdict verdict) {
  switch (verdict) {
    case ProtocolVerdict::not_offered:
      return "not-offered";
    case ProtocolVerdict::not_tried:
      return "not-tried";
    case ProtocolVerdict::passed:
      return "passed";
    case ProtocolVerdict::failed:
      return "failed";
    case ProtocolVerdict::not_trusted:
      return "not-trusted";
  }
  CHECK(false);
}

void Inspector::add(std::string code, std::string sentence, std::string file) {
  report_.findings.push_back({std::move(code), std::move(sentence), std::move(file)});
}

Status Inspector::judge(Status status, const std::string& file) {
  if (status || !status.error().code.starts_with("chip.")) return status;
  const std::string& code = status.error().code;
  add(code == "chip.secure_messaging" ? "inspect.secure_messaging"
      : code == "chip.access_failed"  ? "inspect.access"
                                      : "inspect.read",
      status.error().message, file);
  return ok();
}

InspectionReport Inspector::finish() {
  report_.count = session_.count();
  return std::move(report_);
}

Result<InspectionReport> inspect(CardChannel& channel, const InspectionRequest& request, Random& random) {
  const bool by_number = !is_given(request.mrz) && request.can;
  TRY(auto keys, access_keys(by_number ? std::nullopt : std::optional(request.mrz), request.can));
  Inspector inspector(channel, request.profile, std::move(keys), random);
  TRY_STATUS(inspector.judge(look_with_access(inspector, request)));
  if (request.profile != nullptr) {
    TRY_STATUS(inspector.judge(inspector.ask_for_refusals_of_personalisation()));
  }
  return inspector.finish();
}

Result<InspectionReport> reread(CardChannel& channel, const RereadRequest& request, Random& random) {
  CHECK(request.expected != nullptr);
  TRY(auto keys, access_keys(request.mrz, std::nullopt));
  Inspector inspector(channel, request.profile, std::move(keys), random);
  TRY_STATUS(inspector.judge(look_again(inspector, request)));
  return inspector.finish();
}

}  // namespace imprimatur::chip
