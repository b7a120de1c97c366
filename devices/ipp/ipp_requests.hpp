// The requests that a card needs, as IPP messages: functions of their input.
#pragma once

#include <string>

#include "devices/ipp/ipp_answers.hpp"
#include "devices/ipp/ipp_message.hpp"
#include "devices/ipp/ipp_printer.hpp"
#include "print/printer.hpp"

namespace imprimatur::devices {

// What stands in every request (RFC 8011 section 4.1.4 to 4.1.5).
struct IppSender {
  std::string uri;   // printer-uri
  std::string user;  // requesting-user-name: a role, never a person
  int request_id = 1;
};

// How the card is to be made; the same in Validate-Job and Create-Job.
struct IppCard {
  std::string job_name;  // attempt id
  int sides = 2;
  DuplexTurn turn = DuplexTurn::short_edge;
  CardMedia media;
  bool say_copies = false;  // copies 1, where the printer knows the attribute
};

// What the printer can do: long, asked for once.
IppMessage get_printer_capabilities(const IppSender& sender);
// How it is now: short, asked for again and again.
IppMessage get_printer_state(const IppSender& sender);
IppMessage validate_job(const IppSender& sender, const IppCard& card);
IppMessage create_job(const IppSender& sender, const IppCard& card);
// The document follows the message.
IppMessage send_document(const IppSender& sender, const print::PrintTicket& ticket);
IppMessage get_job_attributes(const IppSender& sender, std::int32_t job_id);
IppMessage cancel_job(const IppSender& sender, const print::PrintTicket& ticket);

// Value of `sides` (RFC 8011 section 5.2.8).
const char* sides_keyword(int sides, DuplexTurn turn);

}  // namespace imprimatur::devices
