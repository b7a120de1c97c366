// Where the API's certificates lie. Read when the server starts, and again when it is told to.
#pragma once

#include <filesystem>
#include <string>

namespace imprimatur::api {

struct TlsFiles {
  std::filesystem::path certificate;  // PEM: the server's, then those up to its authority
  std::filesystem::path key;          // PEM, without a pass phrase; others may not read it
  std::filesystem::path client_ca;    // PEM: who issues client certificates
  std::filesystem::path client_crl;   // PEM: their revocation lists; empty: there are none
};

// What was read of them: SHA-256, hex, lower case.
struct CertificatesRead {
  std::string certificate;  // of the server's own certificate
  std::string client_ca;    // of the file of authorities
  std::string client_crl;   // of the file of revocation lists; empty without one
};

}  // namespace imprimatur::api
