#include "app/commands/card_verdict.hpp"

#include <algorithm>

#include "crypto/digest.hpp"
#include "lds/mrz_travel.hpp"

namespace imprimatur::app {
namespace {

using chip::ProtocolVerdict;

std::string line(std::string_view label, std::string_view text) {
  constexpr std::size_t kLabelWidth = 24;
  std::string out = "  " + std::string(label);
  out.resize(std::max(out.size() + 1, kLabelWidth), ' ');
  return out + std::string(text) + "\n";
}

std::string_view sentence_of(ProtocolVerdict verdict) {
  switch (verdict) {
    case ProtocolVerdict::not_offered:
      return "the chip does not offer it";
    case ProtocolVerdict::not_tried:
      return "not tried";
    case ProtocolVerdict::passed:
      return "passed";
    case ProtocolVerdict::failed:
      return "FAILED";
    case ProtocolVerdict::not_trusted:
      return "NOT TRUSTED: it went well with a key that is not signed";
  }
  return {};
}

std::string with_detail(ProtocolVerdict verdict, const std::string& detail) {
  return std::string(sentence_of(verdict)) + (detail.empty() ? "" : " (" + detail + ")");
}

std::string pace_detail(const chip::ProtocolVerdicts& protocols) {
  if (!protocols.pace_info) return {};
  return std::string(crypto::name_of(protocols.pace_info->curve)) + ", " +
         std::string(lds::name_of(protocols.pace_info->suite));
}

std::string chip_authentication_detail(const chip::ProtocolVerdicts& protocols) {
  return protocols.chip_authentication_info
             ? std::string(lds::name_of(protocols.chip_authentication_info->suite))
             : std::string();
}

// Kind of document and issuer as the zone codes them; nothing of the holder.
struct Kind {
  std::string code;
  std::string issuer;
};
std::optional<Kind> kind_of(const chip::InspectionReport& report) {
  const auto dg1 = report.files.find(lds::FileId::dg1);
  if (dg1 == report.files.end()) return std::nullopt;
  const auto mrz = lds::decode_travel_dg1(dg1->second);
  if (!mrz) return std::nullopt;
  const auto fields = lds::parse_any(mrz.value());
  if (!fields) return std::nullopt;
  return Kind{fields.value().document_code, fields.value().issuer};
}

// How a file stands to EF.SOD.
std::string_view standing(const chip::InspectionReport& report, lds::FileId file, ByteView content) {
  const auto number = lds::data_group_number(file);
  if (!number) return "not signed by its nature";
  if (!report.passive) return "unchecked";
  const auto& object = report.passive->object;
  const auto listed = object.hashes.find(*number);
  if (listed == object.hashes.end()) return "NOT SIGNED";
  return equal(listed->second, crypto::digest(object.hash, content)) ? "as signed" : "CHANGED";
}

bool chain_holds(const lds::PassiveReport& passive) {
  return passive.signer &&
         std::none_of(passive.failures.begin(), passive.failures.end(), [](const auto& each) {
           return each.code == "pa.chain" || each.code == "pa.signature" || each.code == "pa.revoked" ||
                  each.code == "pa.syntax";
         });
}

std::string signer_text(const chip::InspectionReport& report) {
  if (!report.passive) return line("signature", "EF.SOD could not be read");
  const auto& passive = *report.passive;
  if (!passive.signer) return line("signature", "no signer could be found in EF.SOD");
  std::string out = line("signed by", passive.signer->subject());
  out += line("certificate", format_date(date_of(passive.signer->not_before())) + " to " +
                                 format_date(date_of(passive.signer->not_after())));
  out += line("signing allowed", format_date(date_of(passive.signer->usage_from())) + " to " +
                                     format_date(date_of(passive.signer->usage_to())));
  out += line("certificate chain", chain_holds(passive) ? "leads to a trusted authority" : "NOT TRUSTED");
  for (const auto& remark : passive.remarks) out += line("remark", remark.sentence);
  return out;
}

}  // namespace

std::string verdict_text(const chip::InspectionReport& report) {
  const auto& protocols = report.protocols;
  std::string out = report.passed() ? "The document is authentic.\n" : "The document is NOT in order.\n";
  for (const auto& finding : report.findings) {
    out += "  - " + finding.sentence + " [" + finding.code +
           (finding.file.empty() ? "" : ", " + finding.file) + "]\n";
  }
  out += "\n";
  if (const auto kind = kind_of(report)) {
    out += line("document", "type " + kind->code + ", issued by " + kind->issuer);
  }
  out += line("PACE", with_detail(protocols.pace, pace_detail(protocols)));
  if (protocols.pace_can != ProtocolVerdict::not_offered) {
    out += line("PACE with the number", sentence_of(protocols.pace_can));
  }
  out += line("BAC", sentence_of(protocols.bac));
  out += line("chip authentication",
              with_detail(protocols.chip_authentication, chip_authentication_detail(protocols)));
  out += line("active authentication", sentence_of(protocols.active_authentication));
  out += signer_text(report);
  for (const auto& [file, content] : report.files) {
    out += line(lds::name_of(file),
                std::to_string(content.size()) + " bytes, " + std::string(standing(report, file, content)));
  }
  out +=
      line("exchange", std::to_string(report.count.commands) + " commands, " +
                           std::to_string(report.count.bytes_sent + report.count.bytes_received) + " bytes");
  return out;
}

json::object verdict_json(const chip::InspectionReport& report) {
  json::array findings;
  for (const auto& finding : report.findings) {
    findings.push_back(
        json::object{{"code", finding.code}, {"file", finding.file}, {"sentence", finding.sentence}});
  }
  json::array files;
  json::array contents;
  for (const auto& [file, content] : report.files) {
    files.emplace_back(lds::name_of(file));
    contents.push_back(json::object{{"bytes", content.size()},
                                    {"file", lds::name_of(file)},
                                    {"standing", standing(report, file, content)}});
  }
  const auto& protocols = report.protocols;
  json::object out{
      {"authentic", report.passed()},
      {"commands", report.count.commands},
      {"contents", std::move(contents)},
      {"files", std::move(files)},
      {"findings", std::move(findings)},
      {"protocols", json::object{{"active_authentication", name_of(protocols.active_authentication)},
                                 {"bac", name_of(protocols.bac)},
                                 {"chip_authentication", name_of(protocols.chip_authentication)},
                                 {"pace", name_of(protocols.pace)},
                                 {"pace_can", name_of(protocols.pace_can)}}}};
  if (const auto kind = kind_of(report)) {
    out["document"] = json::object{{"issuer", kind->issuer}, {"type", kind->code}};
  }
  if (report.passive && report.passive->signer) {
    const auto& signer = *report.passive->signer;
    out["signer"] = json::object{{"chain", chain_holds(*report.passive)},
                                 {"not_after", format_rfc3339(signer.not_after())},
                                 {"not_before", format_rfc3339(signer.not_before())},
                                 {"subject", signer.subject()},
                                 {"usage_from", format_rfc3339(signer.usage_from())},
                                 {"usage_to", format_rfc3339(signer.usage_to())}};
  }
  return out;
}

}  // namespace imprimatur::app
