#include "crypto/curves.hpp"

#include <array>

#include "base/check.hpp"
#include "crypto/openssl.hpp"

namespace imprimatur::crypto {
namespace {

using SecretNumber = ossl::Owned<BIGNUM, BN_clear_free>;
using SecretPoint = ossl::Owned<EC_POINT, EC_POINT_clear_free>;
using Context = ossl::Owned<BN_CTX, BN_CTX_free>;

constexpr std::uint8_t kUncompressed = 0x04;
constexpr int kScalarTriesMax = 256;  // each fails with a probability below one half
constexpr std::size_t kNonceBytesMax = 64;

struct CurveFacts {
  Curve curve;
  std::string_view name;
  int nid;
  std::size_t field_bytes;
};
constexpr std::array<CurveFacts, 4> kCurves{{
    {Curve::p256, "P-256", NID_X9_62_prime256v1, 32},
    {Curve::brainpool_p256r1, "brainpoolP256r1", NID_brainpoolP256r1, 32},
    {Curve::p384, "P-384", NID_secp384r1, 48},
    {Curve::brainpool_p384r1, "brainpoolP384r1", NID_brainpoolP384r1, 48},
}};

const CurveFacts& facts_of(Curve curve) {
  for (const CurveFacts& facts : kCurves) {
    if (facts.curve == curve) return facts;
  }
  CHECK(false);
}

Error bad_point(std::string what) {
  return fail("crypto.point", std::move(what));
}

// What one calculation needs. All four curves have cofactor 1, so that a point on the curve is in the group.
struct Arithmetic {
  explicit Arithmetic(Curve curve)
      : size(crypto::field_bytes(curve)),
        group(EC_GROUP_new_by_curve_name(facts_of(curve).nid)),
        context(BN_CTX_new()) {
    CHECK(group != nullptr && context != nullptr);
  }

  SecretPoint new_point() const {
    SecretPoint point(EC_POINT_new(group.get()));
    CHECK(point != nullptr);
    return point;
  }

  SecretNumber number(ByteView bytes) const {
    SecretNumber out(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
    CHECK(out != nullptr);
    BN_set_flags(out.get(), BN_FLG_CONSTTIME);
    return out;
  }

  Result<SecretNumber> scalar(const Secret& bytes) const {
    CHECK(bytes.size() == size);
    SecretNumber out = number(bytes.reveal());
    if (BN_ucmp(out.get(), EC_GROUP_get0_order(group.get())) >= 0) {
      return bad_point("the scalar is not below the curve's order");
    }
    return out;
  }

  // EC_POINT_oct2point refuses coordinates that are not below the field's prime and points that are not on
  // the curve.
  Result<SecretPoint> read(ByteView bytes) const {
    const ossl::ErrorQueueGuard errors;
    if (bytes.size() != 1 + 2 * size || bytes[0] != kUncompressed) {
      return bad_point("a point of this curve starts with 04 and has " + std::to_string(1 + 2 * size) +
                       " bytes");
    }
    SecretPoint point = new_point();
    if (EC_POINT_oct2point(group.get(), point.get(), bytes.data(), bytes.size(), context.get()) != 1) {
      return bad_point("the point is not on the curve");
    }
    return point;
  }

  Result<Bytes> write(const EC_POINT* point) const {
    if (EC_POINT_is_at_infinity(group.get(), point) == 1) return bad_point("the point is at infinity");
    Bytes out(1 + 2 * size);
    CHECK(EC_POINT_point2oct(group.get(), point, POINT_CONVERSION_UNCOMPRESSED, out.data(), out.size(),
                             context.get()) == out.size());
    return out;
  }

  // With one scalar OpenSSL takes its constant-time ladder.
  SecretPoint times(const BIGNUM* scalar, const EC_POINT* point) const {
    SecretPoint out = new_point();
    CHECK(point == nullptr
              ? EC_POINT_mul(group.get(), out.get(), scalar, nullptr, nullptr, context.get()) == 1
              : EC_POINT_mul(group.get(), out.get(), nullptr, point, scalar, context.get()) == 1);
    return out;
  }

  std::size_t size;
  ossl::EcGroup group;
  Context context;
};

}  // namespace

std::size_t field_bytes(Curve curve) {
  return facts_of(curve).field_bytes;
}

std::string_view name_of(Curve curve) {
  return facts_of(curve).name;
}

std::optional<Curve> curve_named(std::string_view name) {
  for (const CurveFacts& facts : kCurves) {
    if (facts.name == name) return facts.curve;
  }
  return std::nullopt;
}

Secret random_scalar(Curve curve, Random& random) {
  const Arithmetic math(curve);
  const BIGNUM* order = EC_GROUP_get0_order(math.group.get());
  for (int i = 0; i < kScalarTriesMax; ++i) {
    Secret bytes(random.bytes(math.size));
    const SecretNumber number = math.number(bytes.reveal());
    if (!BN_is_zero(number.get()) && BN_ucmp(number.get(), order) < 0) return bytes;
  }
  CHECK(false);  // the source of randomness is broken
}

Result<Bytes> multiply(Curve curve, const Secret& scalar) {
  const Arithmetic math(curve);
  TRY(auto number, math.scalar(scalar));
  return math.write(math.times(number.get(), nullptr).get());
}

Result<Bytes> multiply(Curve curve, const Secret& scalar, ByteView point) {
  const Arithmetic math(curve);
  TRY(auto number, math.scalar(scalar));
  TRY(auto base, math.read(point));
  return math.write(math.times(number.get(), base.get()).get());
}

Result<Bytes> map_nonce(Curve curve, const Secret& nonce, ByteView shared) {
  CHECK(!nonce.empty() && nonce.size() <= kNonceBytesMax);
  const Arithmetic math(curve);
  TRY(auto offset, math.read(shared));
  const SecretNumber number = math.number(nonce.reveal());
  const SecretPoint product = math.times(number.get(), nullptr);
  const SecretPoint sum = math.new_point();
  CHECK(EC_POINT_add(math.group.get(), sum.get(), product.get(), offset.get(), math.context.get()) == 1);
  return math.write(sum.get());
}

Secret x_coordinate(ByteView point) {
  CHECK(point.size() > 2 && point.size() % 2 == 1 && point[0] == kUncompressed);
  return Secret::copy_of(point.subspan(1, point.size() / 2));
}

}  // namespace imprimatur::crypto
