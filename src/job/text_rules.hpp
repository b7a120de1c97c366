// The forms that texts of a job may have, shared by the parsers of this room.
#pragma once

#include "job/object_reader.hpp"

namespace imprimatur::job {

bool is_date_with_unknown_parts(std::string_view text);  // YYYY-MM-DD, from the right 00; shape only
bool is_base64url_sha256(std::string_view text);         // 43 characters

extern const TextRule kUuidRule;
extern const TextRule kLabelRule;       // campaign, unit, batch, kid, person: A-Z a-z 0-9 . _ : -, at most 64
extern const TextRule kFileNameRule;    // products, profiles, templates: a-z 0-9 -, at most 40
extern const TextRule kMemberNameRule;  // images, settings: a-z 0-9 _, at most 32
extern const TextRule kTimeRule;        // RFC 3339
extern const TextRule kDateRule;        // a day of the calendar
extern const TextRule kSha256Rule;      // base64url
extern const TextRule kStateRule;       // issuer, nationality: one to three letters (ICAO 9303-3, section 5)

// Free text of at most `length_max` code points; `length_min` 0 allows the empty text.
TextRule free_text(std::size_t length_min, std::size_t length_max);

}  // namespace imprimatur::job
