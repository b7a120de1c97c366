// Mutual TLS 1.3 for the API's TCP port: the server's certificate, the authorities of client certificates,
// their revocation list. The only file besides `crypto` that uses OpenSSL (through Asio).
//
// A connection is checked whole when it begins: no session is resumed, so what was revoked does not come
// back.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <string>

#include "api/byte_stream.hpp"
#include "api/tls_files.hpp"
#include "base/result.hpp"

namespace imprimatur::api {

// Who has come: the stream and what the certificate says.
struct TlsPeer {
  std::unique_ptr<ByteStream> stream;
  std::string fingerprint;  // SHA-256 of the certificate, lower-case hex
  std::string subject;      // the one common name of its subject; empty when there is none, or several
};

class TlsContext {
 public:
  // Errors api.tls with the file, and what is wrong with it.
  static Result<std::shared_ptr<TlsContext>> load(const TlsFiles& files);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  const CertificatesRead& read() const;

  // A handshake that has not begun; `close` ends it, also while it is under way.
  class Handshake {
   public:
    virtual ~Handshake() = default;
    // Nothing when the other end has no certificate that counts, speaks no TLS 1.3, or is too slow.
    virtual asio::awaitable<std::optional<TlsPeer>> run(std::chrono::milliseconds limit) = 0;
    virtual void close() = 0;
  };
  std::unique_ptr<Handshake> begin(asio::ip::tcp::socket socket);

 private:
  struct State;
  explicit TlsContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace imprimatur::api
