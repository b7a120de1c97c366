// What is known in memory about the card that is being made from one claim: the job's data, what goes onto
// chip and face, and what was read back. Dies with the attempt; the ledger has all that must survive.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chip/chip_keys.hpp"
#include "chip/personalise.hpp"
#include "crypto/certificate.hpp"
#include "job/product.hpp"
#include "ledger/records.hpp"
#include "print/face_data.hpp"
#include "print/face_template.hpp"

namespace imprimatur::station {

struct DocumentSigner {
  std::string label;  // of the key in the vault
  crypto::Certificate certificate;
};

// A product with everything that its name stands for, loaded once at start. Immutable; any thread.
struct ProductLine {
  job::Product product;
  chip::ChipProfile profile;
  print::FaceTemplate face;
  std::vector<DocumentSigner> signers;  // in the order of succession; not empty
  std::string profile_hash;             // SHA-256, lower-case hex
  std::string face_hash;                // of the template's text
};

// Personal data of one card. Shared between the station and the lane that works on the card, never by two
// lanes at once.
struct CardWork {
  std::shared_ptr<const ProductLine> line;
  std::string chip_id;  // of the blank that was begun, as its receipt has it
  job::JobDocument document;
  job::Images images;
  Bytes salt;                              // blinds the commitments
  lds::FileMap files;                      // as composed, EF.SOD included once it is signed
  chip::ChipKeys keys;                     // of this card; gone once they were sent to the chip
  const DocumentSigner* signer = nullptr;  // of the line: who signs this card; chosen at begin_blank
  int derivations_left = 0;                // of card keys, as the intent on record allows
  lds::FileMap read_back;                  // as inspected
  lds::FileMap reread;                     // as read in the printed card
  Bytes face_pdf;                          // as sent to the printer
};

// What a job's data make of a card, but for its keys. Pure; any lane.
Result<std::shared_ptr<CardWork>> compose_work(ledger::PersonalData personal,
                                               std::shared_ptr<const ProductLine> line);

// The same with key pairs for the chip and the files that tell them: takes as long as an RSA key takes, so it
// is done while the card is on its way.
Result<std::shared_ptr<CardWork>> prepare_work(ledger::PersonalData personal,
                                               std::shared_ptr<const ProductLine> line, Random& random);

// Files that a run makes with its card's own keys, which no other run can make again: EF.CardAccess, EF.COM
// (it lists the others), DG14, DG15, EF.SOD.
bool made_with_keys(lds::FileId file);

}  // namespace imprimatur::station
