// What is known in memory about the card that is being made from one claim: the job's data, what goes onto
// chip and face, and what was read back. Dies with the attempt; the ledger has all that must survive.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "chip/personalise.hpp"
#include "crypto/certificate.hpp"
#include "job/product.hpp"
#include "print/face_data.hpp"
#include "print/face_template.hpp"

namespace imprimatur::station {

// A product with everything that its name stands for, loaded once at start. Immutable; any thread.
struct ProductLine {
  job::Product product;
  chip::ChipProfile profile;
  print::FaceTemplate face;
  crypto::Certificate signer;  // of the document signer that product.document_signer names
  std::string profile_hash;    // SHA-256, lower-case hex
  std::string face_hash;       // of the template's text
};

// Personal data of one card. Shared between the station and the lane that works on the card, never by two
// lanes at once.
struct CardWork {
  std::shared_ptr<const ProductLine> line;
  job::JobDocument document;
  job::Images images;
  Bytes salt;              // blinds the commitments
  lds::FileMap files;      // as composed, EF.SOD included once it is signed
  lds::FileMap read_back;  // as inspected
  Bytes face_pdf;          // as sent to the printer
};

}  // namespace imprimatur::station
