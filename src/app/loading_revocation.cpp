#include "app/loading_revocation.hpp"

#include <cctype>
#include <string>

#include "base/encoding.hpp"

namespace imprimatur::app {

Result<Bytes> revocation_list_of(std::string_view text, std::string_view name) {
  constexpr std::string_view kBegin = "-----BEGIN X509 CRL-----";
  constexpr std::string_view kEnd = "-----END X509 CRL-----";
  if (text.size() > kRevocationListBytesMax) {
    return fail("crypto.crl_syntax", "the file is larger than a revocation list may be", std::string(name));
  }
  const auto begin = text.find(kBegin);
  if (begin == std::string_view::npos) return copy_of(bytes_of(text));
  const auto end = text.find(kEnd, begin);
  if (end == std::string_view::npos) {
    return fail("crypto.crl_syntax", "the file has no end line of a revocation list", std::string(name));
  }
  std::string body(text.substr(begin + kBegin.size(), end - begin - kBegin.size()));
  std::erase_if(body, [](unsigned char c) { return std::isspace(c) != 0; });
  return from_base64(body);
}

}  // namespace imprimatur::app
