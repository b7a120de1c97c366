// Who answers what: the table of calls (design section 9). Functions of a request; no network, any worker
// thread.
#pragma once

#include "api/backend.hpp"
#include "api/http_types.hpp"

namespace imprimatur::api {

class Routes {
 public:
  explicit Routes(Backend& backend) : backend_(backend) {}
  HttpResponse handle(const HttpRequest& request) const;

 private:
  Backend& backend_;
};

// `events` as text: a page as newline-delimited stored bytes, for the plain GET twin of the socket.
std::string journal_lines(const JournalPage& page);

}  // namespace imprimatur::api
