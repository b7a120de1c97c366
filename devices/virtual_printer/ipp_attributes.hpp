// What a virtual card printer says of itself and of its jobs, and which job attributes it takes
// (RFC 8011 sections 5.2 to 5.4, PWG 5100.3, 5100.7). Functions of their input.
#pragma once

#include <cups/ipp.h>

#include <memory>
#include <string>

#include "devices/virtual_printer/card_printer.hpp"

namespace imprimatur::devices {

struct IppFree {
  void operator()(ipp_t* message) const { ippDelete(message); }
};
using Ipp = std::unique_ptr<ipp_t, IppFree>;

// The medium: ISO/IEC 7810 ID-1 in hundredths of a millimetre, short side first (PWG 5101.1).
inline constexpr int kCardX = 5'398;
inline constexpr int kCardY = 8'560;
inline constexpr const char* kCardMedia = "iso_id-1_53.98x85.6mm";

// Printer description and job template attributes, group 04.
void add_printer_attributes(ipp_t* to, const CardPrinter& printer, const std::string& uri, SteadyTime now);

// Job attributes, group 02.
void add_job_attributes(ipp_t* to, const CardJob& job, const std::string& printer_uri,
                        std::int64_t up_time_s);

// The answer's attributes that the request asked for (RFC 8011 section 4.2.5.1), copied with their group.
void copy_requested(ipp_t* to, ipp_t* all, ipp_t* request);

// Copies to group 05 of `answer` what of the request's job template this printer cannot do: the attribute
// with its value where it knows the name, with the value "unsupported" where not. How many there were.
int add_unsupported(ipp_t* answer, ipp_t* request);

}  // namespace imprimatur::devices
