// Document signers of a real authority (ICAO Doc 9303-12 section 5): the key is made in the station's token
// and never leaves it, the CSCA, which is nowhere near, signs its certificate. `request_signer` makes key and
// request; `import_signer` takes the CSCA's answer into the key folder (keys/FORMAT.md), where the daemon
// loads it once two people have signed a manifest that names it.
//
// One thread. SOFTHSM2_CONF, where it is needed, is set by the caller. Errors keys.*, vault.*, file.*,
// crypto.*.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/secret.hpp"
#include "crypto/signing_request.hpp"

namespace imprimatur::keys {

struct TokenAccess {
  std::string module;  // PKCS#11 library
  std::string label;   // of the token
  Secret pin;          // of its user
};

// "P-256", "P-384", "brainpoolP256r1": the curves of document signers.
std::optional<crypto::KeyType> signer_curve_named(std::string_view name);

enum class KeyOrigin {
  make,      // a new key; refused when the token has one of the label (keys.exist)
  existing,  // made by an earlier request whose answer has not come; its curve is what it is
};

struct NewSigner {
  std::string
      label;  // ds-XXX or ds-XXX-N, N from 2 to 99, XXX the request's ICAO code; empty: the next that is free
  crypto::KeyType curve = crypto::KeyType::ec_p256;
  KeyOrigin origin = KeyOrigin::make;
  crypto::SigningRequest request;
};
struct SignerRequest {
  std::string label;
  std::string pem;  // PKCS#10
};
// Errors keys.label, keys.exist.
Result<SignerRequest> request_signer(const std::filesystem::path& keys, const TokenAccess& token,
                                     const NewSigner& signer);

struct ImportedSigner {
  std::string label;
  std::string file;    // name in the key folder, as a manifest names it
  std::string sha256;  // of the file, lower-case hex, as a manifest has it
  crypto::Certificate certificate;
};
// Checks that the certificate is of the token's key (keys.mismatch), names the label's issuer (keys.label),
// keeps to the profile (keys.profile), leads to trust/csca.pem (crypto.chain_*), is neither spent nor against
// its own dates (keys.dates), and that its predecessor has been imported (keys.gap); then writes LABEL.pem,
// which must not be there with other content (keys.exist). `label` empty: that of the issuer's keys which
// fits.
Result<ImportedSigner> import_signer(const std::filesystem::path& keys, const TokenAccess& token,
                                     const std::string& label, std::string_view pem, WallTime now);

}  // namespace imprimatur::keys
