// The job document: what was approved, as the authority wrote it (design section 4). Data only; the schema
// is published as job_document.schema.json beside this file, and `parse_document` enforces it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "lds/mrz.hpp"

namespace imprimatur::job {

enum class JobKind { first, renewal, replacement, remake };

struct Holder {
  std::string personal_number;
  std::string previous_number;       // empty when none
  std::string name_printed;          // UTF-8 NFC, as printed
  std::string primary_identifier;    // national characters; family name
  std::string secondary_identifier;  // national characters; may be empty
  std::string birth_date;            // YYYY-MM-DD, unknown parts as 00 (ICAO 9303-3, 4.8)
  std::string sex;                   // "M", "F" or "X"
  std::string nationality;           // three letters as in the MRZ
  std::string place_of_origin;
  std::string residence;
  std::string identifying_features;  // may be empty
};

struct TravelDocument {
  std::string type;    // document code of the MRZ: "ID", "I"
  std::string issuer;  // as in the MRZ: "VNM", "UTO"
  std::string number;
  Date issue_date;
  std::optional<Date> expiry_date;  // nothing: without limit
};

struct ImageReference {
  std::string type;    // "image/jpeg", "image/jp2"
  std::string sha256;  // base64url
};

struct JobDocument {
  std::string id;  // UUID
  JobKind kind = JobKind::first;
  std::string campaign;
  std::string unit;  // delivery unit, a commune for instance
  std::string batch;
  int priority = 0;  // higher goes first, 0 to 9
  WallTime not_after;
  std::string product;   // a file of templates/products
  std::string replaces;  // job id of the card that this one replaces; empty when none
  TravelDocument document;
  lds::Mrz mrz;  // as approved
  Holder holder;
  json::object product_data;  // what only this product knows (DG13: parents, spouse, …)
  std::map<std::string, ImageReference> images;
};

// Errors job.schema with the JSON pointer of the first member that is wrong.
Result<JobDocument> parse_document(std::string_view text);
std::string write_document(const JobDocument& document);

std::string_view text_of(JobKind kind);
std::optional<JobKind> kind_named(std::string_view text);

// The images of a job by the names that the document gives them.
using Images = std::map<std::string, Bytes>;

}  // namespace imprimatur::job
