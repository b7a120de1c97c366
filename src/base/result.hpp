// How failure is told: `Result<T>` holds a value or an `Error`; a dropped result warns.
//
// An `Error` is written once, where the failure is seen, for the person who has to act on it. It
// never holds a secret or personal data. Callers pass it up with TRY / TRY_STATUS, adding what was
// being done with `while_doing`. It is either logged or returned, never both.
#pragma once

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace imprimatur {

// Whether the thing that was asked for may have happened although it is reported as an error.
// A write that ended `unknown` is never repeated: look at the card or the printer first.
enum class Happened { no, unknown };

struct Error {
  std::string code;     // stable, lower case, "room.what": the key of the published catalogue
  std::string message;  // one plain sentence: what was expected, what was found, offset or status word
  std::string field;    // JSON pointer, file or element that is meant; empty when none
  std::string remedy;   // what the operator or submitter should do; empty when the catalogue says it
  Happened happened = Happened::no;
};

template <class T>
using Result = boost::outcome_v2::basic_result<T, Error, boost::outcome_v2::policy::terminate>;
using Status = Result<void>;

inline Status ok() {
  return boost::outcome_v2::success();
}

inline Error fail(std::string code, std::string message, std::string field = {}, std::string remedy = {}) {
  return {std::move(code), std::move(message), std::move(field), std::move(remedy), Happened::no};
}

inline Error unknown(std::string code, std::string message, std::string remedy = {}) {
  return {std::move(code), std::move(message), {}, std::move(remedy), Happened::unknown};
}

// The same error with what was being done in front of its message.
inline Error while_doing(std::string_view what, Error error) {
  error.message = std::string(what) + ": " + error.message;
  return error;
}

}  // namespace imprimatur

// TRY(auto value, expression): the value, or return the error. TRY_STATUS(expression): for Status.
#define TRY(...) BOOST_OUTCOME_TRY(__VA_ARGS__)
#define TRY_STATUS(...) BOOST_OUTCOME_TRYV(__VA_ARGS__)
