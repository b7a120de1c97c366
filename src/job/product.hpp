// A product: one kind of card, told as data (templates/products/NAME.json): which chip profile, face, blanks,
// signer, checks and limits go together.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "job/check.hpp"
#include "lds/files.hpp"

namespace imprimatur::job {

struct Product {
  std::string name;
  std::string issuer;  // as in the MRZ: "VNM"
  std::string blank_class;
  std::string chip_profile;     // templates/chips/NAME.json
  std::string face_template;    // templates/faces/NAME.json
  std::string document_signer;  // label of the vault's key
  std::vector<lds::FileId> data_groups;
  std::set<lds::FileId> optional_groups;  // of these, the ones left out when the job has nothing for them
  // Texts of the job's product data that the face shows under the same names (a staff card's role); one that
  // the job leaves out is empty.
  std::vector<std::string> face_data;
  std::string qr;  // pattern: "{personal_number}|{previous_number}|{name_printed}|{birth_date:DDMMYYYY}"
  std::vector<std::string> checks;              // names of the product's own checks, beside the common ones
  std::map<std::string, Severity> severities;   // by finding code; others block
  std::map<std::string, std::string> settings;  // open questions of a product, told as settings
  // Texts for values, by table: sex_printed, nationality_printed, provinces.
  std::map<std::string, std::map<std::string, std::string>> tables;
  int remakes_max = 2;             // spoiled blanks within one approval before the job fails
  bool reread_after_print = true;  // the chip is read again in the same card after printing
  bool face_reader = false;        // false: the card's record says "face not scanned"
  std::string source_text;         // of the file, for its hash
};

// Errors product.syntax, product.unknown with file and JSON pointer.
Result<Product> load_product(const std::filesystem::path& templates, std::string_view name);

// The product's own checks by name, and the common ones of this room: schema is done by parsing; mrz, dates,
// age and expiry rule, personal number's structure, images' hashes, and that everything can be composed.
// CHECK: the product was loaded, so that its checks can be made.
Checks checks_for(const Product& product);

// The MRZ as the product's rule makes it from the data. Errors content.name, content.mrz, content.expiry.
Result<lds::Mrz> compose_mrz(const JobDocument& document, const Product& product);

// Every data group that the product asks for and the job has something for, and EF.COM, which lists them; no
// EF.SOD. The same job gives the same bytes. Of the job's images DG2 takes `face`, DG7 `signature` and DG3
// the `finger_…` ones (biometrics.hpp). Errors content.* with the field: what cannot be said on the chip is
// never cut.
Result<lds::FileMap> compose_files(const JobDocument& document, const Images& images, const Product& product);

// What a face binds to, by field name: name_printed, name_capitals, primary_identifier, secondary_identifier,
// personal_number, previous_number, birth_date, sex, sex_printed, nationality, nationality_printed,
// place_of_origin, residence, identifying_features, issue_date, expiry_date (empty: without limit),
// expiry_printed, document_number, issuer, mrz1 to mrz3, qr. Dates are YYYY-MM-DD, unknown parts XX;
// expiry_printed is as it stands on the card. Beside them what the product's face_data names. Errors
// content.table, content.qr_separator, content.expiry, content.product_data with the field.
Result<std::map<std::string, std::string>> compose_face_fields(const JobDocument& document,
                                                               const Product& product);

}  // namespace imprimatur::job
