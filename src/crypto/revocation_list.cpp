#include "crypto/revocation_list.hpp"

#include "crypto/certificate_impl.hpp"
#include "crypto/key_impl.hpp"

namespace imprimatur::crypto {
namespace {

constexpr std::size_t kListBytesMax = 16U << 20;

using List = ossl::Owned<X509_CRL, X509_CRL_free>;

Error bad_list(std::string what) {
  return fail("crypto.crl_syntax", std::move(what));
}

// A critical extension (delta indicator, issuing distribution point) changes what the list means.
bool has_critical_extension(const X509_CRL* list) {
  for (int i = 0; i < X509_CRL_get_ext_count(list); ++i) {
    if (X509_EXTENSION_get_critical(X509_CRL_get_ext(list, i)) != 0) return true;
  }
  return false;
}

Result<List> read_list(ByteView der) {
  if (der.size() > kListBytesMax) return bad_list("the revocation list is larger than 16 MiB");
  const unsigned char* at = der.data();
  List list(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
  if (!list || at != der.data() + der.size()) return bad_list("the revocation list is not in DER");
  if (X509_CRL_get_version(list.get()) != X509_CRL_VERSION_2) {
    return bad_list("the revocation list is not of version 2");
  }
  if (has_critical_extension(list.get())) {
    return bad_list("the revocation list is partial or indirect: only whole lists are read");
  }
  return list;
}

Status check_signature(X509_CRL* list, const std::vector<Certificate>& anchors) {
  for (const Certificate& anchor : anchors) {
    X509* authority = anchor.impl().get();
    if (X509_NAME_cmp(X509_get_subject_name(authority), X509_CRL_get_issuer(list)) != 0) continue;
    if ((X509_get_key_usage(authority) & KU_CRL_SIGN) == 0) continue;
    if (X509_CRL_verify(list, anchor.public_key().impl().get()) == 1) return ok();
  }
  return fail("crypto.crl_signature", "no trusted authority signed the revocation list");
}

Status check_dates(const X509_CRL* list, WallTime at) {
  std::time_t seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  const ASN1_TIME* next = X509_CRL_get0_nextUpdate(list);
  if (next == nullptr) return bad_list("the revocation list does not say when the next one comes");
  // X509_cmp_time: 0 is an error, negative is before.
  const int begins = X509_cmp_time(X509_CRL_get0_lastUpdate(list), &seconds);
  const int ends = X509_cmp_time(next, &seconds);
  if (begins == 0 || ends == 0) return bad_list("a date of the revocation list cannot be read");
  if (begins > 0) return fail("crypto.crl_expired", "the revocation list is from later than now");
  if (ends < 0) {
    return fail("crypto.crl_expired", "the revocation list is out of date", {},
                "get the authority's newest list");
  }
  return ok();
}

}  // namespace

Result<Revocation> look_up_revocation(ByteView list_der, const Certificate& certificate,
                                      const std::vector<Certificate>& anchors, WallTime at) {
  const ossl::ErrorQueueGuard errors;
  TRY(const List list, read_list(list_der));
  const X509* subject = certificate.impl().get();
  if (X509_NAME_cmp(X509_CRL_get_issuer(list.get()), X509_get_issuer_name(subject)) != 0) {
    return Revocation::not_covered;
  }
  TRY_STATUS(check_signature(list.get(), anchors));
  X509_REVOKED* entry = nullptr;
  // Who was revoked stays so: an old list may say it too.
  if (X509_CRL_get0_by_serial(list.get(), &entry, X509_get0_serialNumber(subject)) != 0) {
    return Revocation::revoked;
  }
  TRY_STATUS(check_dates(list.get(), at));
  return Revocation::good;
}

}  // namespace imprimatur::crypto
