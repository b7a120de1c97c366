#include "api/tls.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "api/linger.hpp"
#include "base/encoding.hpp"
#include "base/files.hpp"

namespace imprimatur::api {
namespace {

namespace ssl = asio::ssl;
using TcpStream = boost::beast::tcp_stream;
using SslStream = boost::beast::ssl_stream<TcpStream>;

// A certificate of ours is verified by one authority, or by a root and one below it.
constexpr int kChainDepthMax = 3;
constexpr std::size_t kPemBytesMax = 64U << 20;  // of authorities, or of their lists

Error tls_error(std::string message, const std::filesystem::path& file, std::string remedy = {}) {
  return fail("api.tls", std::move(message), file.string(), std::move(remedy));
}

std::string fingerprint_of(X509* certificate) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (certificate == nullptr || X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
  return to_hex_lower(ByteView(digest.data(), size));
}

// The one common name. Two of them could be read as two people, so they are none.
std::string common_name_of(X509* certificate) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(name, NID_commonName, at) >= 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) return {};
  std::string common_name(reinterpret_cast<char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return common_name.find('\0') == std::string::npos ? common_name : std::string();
}

// A key that everybody on the machine can read is no secret any more.
Status check_key_file(const std::filesystem::path& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return tls_error("the key's file cannot be read", file);
  if ((found.st_mode & (S_IROTH | S_IWOTH | S_IWGRP)) == 0) return ok();
  return tls_error("others may read or change the private key", file,
                   "Make a new key and certificate; chmod 0600 the key's file.");
}

Status load_own(ssl::context& context, const TlsFiles& files) {
  TRY_STATUS(check_key_file(files.key));
  error_code ec;
  context.use_certificate_chain_file(files.certificate.string(), ec);
  if (ec) return tls_error("no certificate can be read here: " + ec.message(), files.certificate);
  context.use_private_key_file(files.key.string(), ssl::context::pem, ec);
  if (ec) {
    return tls_error("no private key of the certificate can be read here: " + ec.message(), files.key,
                     "The key has to be PEM, without a pass phrase, and that of the certificate.");
  }
  return ok();
}

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using RevocationList = std::unique_ptr<X509_CRL, decltype(&X509_CRL_free)>;

// The whole file, so that what is hashed is what is used.
Result<Bytes> read_pem(const std::filesystem::path& file, std::string& hash) {
  auto text = read_file(file, kPemBytesMax);
  if (!text) return tls_error("the file cannot be read: " + text.error().message, file);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const Bytes& bytes = text.value();
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    return tls_error("the file cannot be hashed", file);
  hash = to_hex_lower(ByteView(digest.data(), size));
  return text;
}

Bio reader_of(const Bytes& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

// After the last PEM object: nothing but the end of the text may have ended the reading.
bool ended_well() {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

Status load_authorities(SSL_CTX* native, const TlsFiles& files, CertificatesRead& read) {
  TRY(auto text, read_pem(files.client_ca, read.client_ca));
  const Bio bio = reader_of(text);
  bool good = true;
  int count = 0;
  while (bio && good) {
    const Certificate one(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), &X509_free);
    if (!one) break;
    good = X509_STORE_add_cert(SSL_CTX_get_cert_store(native), one.get()) == 1 &&
           SSL_CTX_add_client_CA(native, one.get()) == 1;
    ++count;
  }
  if (ended_well() && good && count > 0) return ok();
  return tls_error("no certificate authority can be read here", files.client_ca);
}

// The lists are asked for the client's own certificate: one that is not covered, or whose list has run out,
// is refused.
Status load_revocations(SSL_CTX* native, const TlsFiles& files, CertificatesRead& read) {
  TRY(auto text, read_pem(files.client_crl, read.client_crl));
  X509_STORE* store = SSL_CTX_get_cert_store(native);
  const Bio bio = reader_of(text);
  bool good = true;
  int count = 0;
  while (bio && good) {
    const RevocationList one(PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr), &X509_CRL_free);
    if (!one) break;
    good = X509_STORE_add_crl(store, one.get()) == 1;
    ++count;
  }
  if (!ended_well() || !good || count == 0)
    return tls_error("no revocation list can be read here", files.client_crl);
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
  return ok();
}

Status load_clients(ssl::context& context, const TlsFiles& files, CertificatesRead& read) {
  SSL_CTX* native = context.native_handle();
  TRY_STATUS(load_authorities(native, files, read));
  if (files.client_crl.empty()) return ok();
  return load_revocations(native, files, read);
}

// OpenSSL's verification asks for the purpose "client" by itself (SSL_CTX, server side).
void demand_mutual_tls13(ssl::context& context) {
  SSL_CTX* native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_3_VERSION);
  context.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  SSL_CTX_set_verify_depth(native, kChainDepthMax);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(native, 0);
}

class TlsStream final : public ByteStream {
 public:
  TlsStream(TcpStream tcp, ssl::context& context) : stream_(std::move(tcp), context) {}

  SslStream& stream() { return stream_; }
  TcpStream& tcp() { return stream_.next_layer(); }

  asio::any_io_executor executor() override { return stream_.get_executor(); }
  void read_some(asio::mutable_buffer into, Done done) override {
    stream_.async_read_some(into, std::move(done));
  }
  void write_some(const WriteParts& parts, Done done) override {
    stream_.async_write_some(parts, std::move(done));
  }
  void expires_after(std::chrono::milliseconds limit) override { tcp().expires_after(limit); }
  void expires_never() override { tcp().expires_never(); }
  void close() override { tcp().close(); }
  asio::awaitable<void> finish() override {
    tcp().expires_after(kLinger);
    error_code ignored;
    co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
    co_await linger(tcp());
  }

 private:
  SslStream stream_;
};

class RunningHandshake final : public TlsContext::Handshake {
 public:
  explicit RunningHandshake(std::unique_ptr<TlsStream> stream) : stream_(std::move(stream)) {}

  asio::awaitable<std::optional<TlsPeer>> run(std::chrono::milliseconds limit) override {
    error_code ec;
    stream_->expires_after(limit);
    co_await stream_->stream().async_handshake(ssl::stream_base::server,
                                               asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return std::nullopt;
    X509* certificate = SSL_get0_peer_certificate(stream_->stream().native_handle());
    if (certificate == nullptr) co_return std::nullopt;
    TlsPeer peer;
    peer.fingerprint = fingerprint_of(certificate);
    peer.subject = common_name_of(certificate);
    peer.stream = std::move(stream_);
    co_return peer;
  }
  void close() override {
    if (stream_) stream_->close();
  }

 private:
  std::unique_ptr<TlsStream> stream_;
};

}  // namespace

struct TlsContext::State {
  ssl::context context{ssl::context::tls_server};
  CertificatesRead read;
};

TlsContext::TlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsContext::~TlsContext() = default;

Result<std::shared_ptr<TlsContext>> TlsContext::load(const TlsFiles& files) {
  auto state = std::make_unique<State>();
  demand_mutual_tls13(state->context);
  TRY_STATUS(load_own(state->context, files));
  TRY_STATUS(load_clients(state->context, files, state->read));
  state->read.certificate = fingerprint_of(SSL_CTX_get0_certificate(state->context.native_handle()));
  return std::shared_ptr<TlsContext>(new TlsContext(std::move(state)));
}

const CertificatesRead& TlsContext::read() const {
  return state_->read;
}

std::unique_ptr<TlsContext::Handshake> TlsContext::begin(asio::ip::tcp::socket socket) {
  error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);  // an event does not wait for the next one
  return std::make_unique<RunningHandshake>(
      std::make_unique<TlsStream>(TcpStream(std::move(socket)), state_->context));
}

}  // namespace imprimatur::api
