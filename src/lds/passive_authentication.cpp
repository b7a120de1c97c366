// Passive authentication (ICAO Doc 9303-11 section 5.1, 9303-12 sections 5 and 7).
#include <algorithm>

#include "crypto/certificate_profile.hpp"
#include "crypto/revocation_list.hpp"
#include "lds/dg1_text.hpp"
#include "lds/sod.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::lds {
namespace {

using Failures = std::vector<PassiveReport::Failure>;

// Document code and issuer stand at the same places in every size of document.
struct Issuance {
  std::string document_code;
  std::string issuer;
};

Result<Issuance> issuance_of(const FileMap& files) {
  const auto dg1 = files.find(FileId::dg1);
  if (dg1 == files.end()) return fail("lds.dg1_missing", "DG1 was not read");
  TRY(const std::string text, dg1_text(dg1->second));
  if (text.size() < 5) return fail("mrz.length", "DG1 holds fewer than five characters");
  const auto field = [&text](std::size_t offset, std::size_t count) {
    const std::string whole = text.substr(offset, count);
    return whole.substr(0, whole.find_last_not_of('<') + 1);
  };
  return Issuance{field(0, 2), field(2, 3)};
}

void check_hashes(const SecurityObject& object, const FileMap& files, Failures& failures) {
  for (const auto& [file, content] : files) {
    const auto number = data_group_number(file);
    if (!number) continue;
    const auto listed = object.hashes.find(*number);
    const std::string name(name_of(file));
    if (listed == object.hashes.end()) {
      failures.push_back({"pa.not_listed", name + " is on the chip but not in the security object"});
    } else if (!equal(listed->second, crypto::digest(object.hash, content))) {
      failures.push_back({"pa.hash", name + " differs from what was signed"});
    }
  }
}

// The chain, and that the signer and the authority above it are of one country.
void check_chain(const crypto::Certificate& signer, const std::vector<crypto::Certificate>& anchors,
                 WallTime at, Failures& failures) {
  const auto authority = crypto::find_anchor(signer, anchors, at);
  if (!authority) {
    failures.push_back({"pa.chain", authority.error().message});
  } else if (authority.value().country() != signer.country()) {
    failures.push_back({"pa.country", "the signer's certificate and its authority name different countries"});
  }
}

// Of several lists of one authority each is looked at: an older one that is out of date does no harm as long
// as one is current.
void check_revocation(const crypto::Certificate& signer, const std::vector<crypto::Certificate>& anchors,
                      WallTime at, const std::vector<Bytes>& lists, Failures& failures) {
  bool current = false;
  std::optional<Error> expired;
  for (const Bytes& list : lists) {
    const auto answer = crypto::look_up_revocation(list, signer, anchors, at);
    if (!answer && answer.error().code == "crypto.crl_expired") {
      expired = answer.error();
    } else if (!answer) {
      failures.push_back({"pa.crl", answer.error().message});
    } else if (answer.value() == crypto::Revocation::revoked) {
      failures.push_back({"pa.revoked", "the signer's certificate has been revoked"});
      return;
    } else {
      current = current || answer.value() == crypto::Revocation::good;
    }
  }
  if (expired && !current) failures.push_back({"pa.crl", expired->message});
}

void check_profile(const crypto::Certificate& signer, PassiveReport& report) {
  for (const auto& finding : crypto::check_profile(signer, crypto::CertificateRole::document_signer)) {
    auto& list = finding.essential ? report.failures : report.remarks;
    list.push_back({"pa.profile", finding.sentence});
  }
}

// The time of signing is not in the document. Certain is only that it lies before now and, in a certificate
// that makes sense, within the certificate's life.
void check_usage_period(const crypto::Certificate& signer, WallTime at, Failures& failures) {
  if (at < signer.usage_from()) {
    failures.push_back({"pa.usage_period", "the signer's key may be used only later than now"});
  } else if (signer.usage_from() < signer.not_before() || signer.usage_to() > signer.not_after()) {
    failures.push_back({"pa.usage_period", "the signer's key may be used outside its certificate's life"});
  }
}

void check_issuance(const crypto::Certificate& signer, const FileMap& files, Failures& failures) {
  const auto issuance = issuance_of(files);
  if (!issuance) {
    failures.push_back(
        {"pa.document_type", "document type and country are unknown: " + issuance.error().message});
    return;
  }
  const auto types = signer.document_types();
  if (std::find(types.begin(), types.end(), issuance.value().document_code) == types.end()) {
    failures.push_back({"pa.document_type", "the signer's certificate does not name this type of document"});
  }
  // 9303-12 section 7: the alternative name holds the code as in the MRZ; countryName has two letters.
  if (signer.locality_code() != issuance.value().issuer) {
    failures.push_back({"pa.country", "the signer's certificate does not name the issuer in the zone"});
  }
}

}  // namespace

PassiveReport authenticate_passively(ByteView ef_sod, const FileMap& files,
                                     const std::vector<crypto::Certificate>& anchors, WallTime at,
                                     const std::vector<Bytes>& revocation_lists,
                                     const crypto::Certificate* expected_signer) {
  PassiveReport report;
  const auto content_info = only_tlv(ef_sod, tag_of(FileId::sod), "EF.SOD");
  if (!content_info) {
    report.failures.push_back({"pa.syntax", content_info.error().message});
    return report;
  }
  const auto signed_data = crypto::verify_signed_data(content_info.value(), expected_signer);
  if (!signed_data) {
    const bool syntax = signed_data.error().code == "crypto.cms_syntax";
    report.failures.push_back({syntax ? "pa.syntax" : "pa.signature", signed_data.error().message});
    return report;
  }
  const crypto::SignedData& data = signed_data.value();
  report.signer = data.signer;
  if (data.content_type != kLdsSecurityObjectOid) {
    report.failures.push_back({"pa.syntax", "EF.SOD holds something else than an LDS security object"});
    return report;
  }
  auto object = decode_security_object(data.content);
  if (!object) {
    report.failures.push_back({"pa.syntax", object.error().message});
    return report;
  }
  report.object = std::move(object.value());
  check_chain(data.signer, anchors, at, report.failures);
  check_revocation(data.signer, anchors, at, revocation_lists, report.failures);
  check_profile(data.signer, report);
  check_usage_period(data.signer, at, report.failures);
  check_issuance(data.signer, files, report.failures);
  check_hashes(report.object, files, report.failures);
  return report;
}

}  // namespace imprimatur::lds
