// What a chip says by itself, under the names of the face's fields: so that a face can be compared with the
// chip of the same card.
#pragma once

#include <map>
#include <string>

#include "base/result.hpp"
#include "job/product.hpp"
#include "lds/files.hpp"

namespace imprimatur::job {

// From DG1: mrz1 to mrz3. From DG13, when it is there: personal_number, previous_number, name_printed,
// birth_date, sex_printed, place_of_origin, residence, issue_date; dates as YYYY-MM-DD. Everything else, and
// what no chip says, stays as `fields` has it; `qr` is put together again. Errors of decode_dg1, decode_dg13
// and fill_pattern; content.chip_date when a date of DG13 is none.
Result<std::map<std::string, std::string>> with_chip_fields(std::map<std::string, std::string> fields,
                                                            const lds::FileMap& chip, const Product& product);

}  // namespace imprimatur::job
