// One IPP message (RFC 8010) in memory: owns libcups' ipp_t, reads its attributes without fear of
// missing or oddly typed ones, and turns it to bytes and back. One thread a message.
#pragma once

#include <cups/ipp.h>

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur::devices {

struct IppDelete {
  void operator()(ipp_t* message) const { ippDelete(message); }
};

class IppMessage {
 public:
  IppMessage() : message_(ippNew()) {}
  explicit IppMessage(ipp_t* owned) : message_(owned) {}

  // The message for libcups' own functions. Finding an attribute moves its cursor, so it is never const.
  ipp_t* get() const { return message_.get(); }

  // A number, since a printer may send one that ipp_status_t does not have.
  int status() const { return static_cast<int>(ippGetStatusCode(get())); }
  int request_id() const { return ippGetRequestId(get()); }

  // First value of the first attribute of that name; nothing when it is absent or of another kind.
  std::optional<int> integer(const char* name) const;  // integer and enum
  std::optional<bool> boolean(const char* name) const;
  std::optional<std::string> text(const char* name) const;

  // All values of all attributes of that name, in order: some printers say an attribute twice.
  std::vector<std::string> texts(const char* name) const;
  std::vector<int> integers(const char* name) const;
  // Collections are borrowed from this message.
  std::vector<ipp_t*> collections(const char* name) const;

  // Names of the attributes in group 05: what a printer refused or ignored (RFC 8011 section 4.1.7).
  std::vector<std::string> unsupported_names() const;

 private:
  std::unique_ptr<ipp_t, IppDelete> message_;
};

// A whole message and nothing after it. Error printer.answer.
Result<IppMessage> parse_ipp(ByteView bytes);

// The bytes of a complete message.
Bytes ipp_bytes(const IppMessage& message);

}  // namespace imprimatur::devices
