// The parts of a chip profile that have files of their own: called by parse_profile. Pure functions; any
// thread.
#pragma once

#include "chip/profile_reader.hpp"

namespace imprimatur::chip {

// Members `identity` and `commands`: the defaults of the dialect, and what the profile says instead.
Status read_identity_command(const ProfileReader& reader, const json::object& root, ChipProfile& profile);
Status read_commands(const ProfileReader& reader, const json::object& root, ChipProfile& profile);
// `create` of one file: a template whose gaps are those of a file.
Result<ByteTemplate> read_file_template(const ProfileReader& reader, const json::object& object,
                                        std::string_view name, const std::string& where);

// What no single member shows: protocols have their files and keys, nothing is asked for that the card lacks,
// test keys.
Status check_rules(const ProfileReader& reader, const ChipProfile& profile, TestKeys test_keys);

}  // namespace imprimatur::chip
