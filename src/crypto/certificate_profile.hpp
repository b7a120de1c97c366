// What ICAO Doc 9303-12 section 7.1 asks of a certificate of the document PKI, rule by rule. verify_chain
// says whether a certificate may be trusted; this says whether it is made as the profile wants it. Pure
// functions; any thread.
#pragma once

#include <string>
#include <vector>

#include "crypto/certificate.hpp"

namespace imprimatur::crypto {

struct ProfileFinding {
  std::string sentence;
  // A rule on which security rests, or which the profile always had. Extensions that came with later editions
  // (alternative names, usage period, distribution points, document types) are not: certificates in the field
  // lack them.
  bool essential = true;
};

// Empty when the certificate keeps to the profile of its role.
std::vector<ProfileFinding> check_profile(const Certificate& certificate, CertificateRole role);

}  // namespace imprimatur::crypto
