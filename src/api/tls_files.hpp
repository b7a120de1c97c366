// Where the API's certificates lie. Read when the server starts, and again when it is told to.
#pragma once

#include <filesystem>

namespace imprimatur::api {

struct TlsFiles {
  std::filesystem::path certificate;  // PEM: the server's, then those up to its authority
  std::filesystem::path key;          // PEM, without a pass phrase; others may not read it
  std::filesystem::path client_ca;    // PEM: who issues client certificates
  std::filesystem::path client_crl;   // PEM: their revocation lists; empty: there are none
};

}  // namespace imprimatur::api
