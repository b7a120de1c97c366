#include "crypto/curves.hpp"

#include <gtest/gtest.h>

#include "tests/crypto/vectors.hpp"
#include "tests/support/scripted_random.hpp"

namespace imprimatur::crypto {
namespace {

constexpr Curve kCurves[] = {Curve::p256, Curve::brainpool_p256r1, Curve::p384, Curve::brainpool_p384r1};

const json::value& example(const json::value& file, std::string_view id) {
  for (const auto& entry : file.at("examples").as_array()) {
    if (entry.at("id").as_string() == id) return entry;
  }
  throw std::out_of_range("no such example");
}

Secret secret_member(const json::value& object, std::string_view name) {
  return Secret(vectors::hex_member(object, name));
}

// ICAO Doc 9303-11 appendix G.1: brainpoolP256r1, both mapping keys, the mapping, both agreement keys.
TEST(Curves, CalculateTheWorkedExampleOfGenericMapping) {
  const auto file = vectors::load("pace.json");
  const auto& gm = example(file, "ecdh-gm");
  const auto& map = gm.at("map");
  constexpr Curve curve = Curve::brainpool_p256r1;
  for (const std::string side : {"ifd", "ic"}) {
    EXPECT_EQ(multiply(curve, secret_member(map, "sk_" + side)).value(),
              vectors::hex_member(map, "pk_" + side));
  }
  const Bytes shared =
      multiply(curve, secret_member(map, "sk_ifd"), vectors::hex_member(map, "pk_ic")).value();
  EXPECT_EQ(shared, vectors::hex_member(map, "shared_H"));
  EXPECT_EQ(multiply(curve, secret_member(map, "sk_ic"), vectors::hex_member(map, "pk_ifd")).value(), shared);
  const Bytes generator = map_nonce(curve, secret_member(gm, "nonce_s"), shared).value();
  EXPECT_EQ(generator, vectors::hex_member(map, "mapped_generator"));

  const auto& agreement = gm.at("key_agreement");
  for (const std::string side : {"ifd", "ic"}) {
    EXPECT_EQ(multiply(curve, secret_member(agreement, "sk_" + side), generator).value(),
              vectors::hex_member(agreement, "pk_" + side));
  }
  const Bytes secret =
      multiply(curve, secret_member(agreement, "sk_ifd"), vectors::hex_member(agreement, "pk_ic")).value();
  EXPECT_EQ(copy_of(x_coordinate(secret).reveal()), vectors::hex_member(agreement, "shared_secret_x"));
}

// The generators as their standards write them (SEC 2 sections 2.4.2, 2.5.1; RFC 5639 sections 3.4, 3.6), by
// the scalar one; and the scalar order - 1, whose point is the generator mirrored.
TEST(Curves, HaveTheGeneratorsAndOrdersOfTheirStandards) {
  struct Facts {
    Curve curve;
    std::string x, order_less_one;
  };
  const Facts facts[] = {
      {Curve::p256, "6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296",
       "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550"},
      {Curve::p384,
       "AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7",
       "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52972"},
      {Curve::brainpool_p256r1, "8BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262",
       "A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A6"},
      {Curve::brainpool_p384r1,
       "1D1C64F068CF45FFA2A63A81B7C13F6B8847A3E77EF14FE3DB7FCAFE0CBD10E8E826E03436D646AAEF87B2E247D4AF1E",
       "8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B31F166E6CAC0425A7CF3AB6AF6B7FC3103B883202E9046564"}};
  for (const Facts& fact : facts) {
    Bytes one(field_bytes(fact.curve), 0);
    one.back() = 1;
    const Bytes generator = multiply(fact.curve, Secret(std::move(one))).value();
    EXPECT_EQ(to_hex(x_coordinate(generator).reveal()), fact.x);
    const Bytes mirrored = multiply(fact.curve, Secret(hex(fact.order_less_one))).value();
    EXPECT_EQ(to_hex(x_coordinate(mirrored).reveal()), fact.x);
    EXPECT_NE(mirrored, generator);
  }
}

TEST(Curves, AgreeOnOneSecretFromBothSides) {
  SeededRandom random(11);
  for (const Curve curve : kCurves) {
    const Secret left = random_scalar(curve, random);
    const Secret right = random_scalar(curve, random);
    EXPECT_EQ(multiply(curve, left, multiply(curve, right).value()).value(),
              multiply(curve, right, multiply(curve, left).value()).value());
  }
}

TEST(Curves, RefusePointsFromOutsideThatAreNone) {
  SeededRandom random(12);
  for (const Curve curve : kCurves) {
    const Secret scalar = random_scalar(curve, random);
    const Bytes point = multiply(curve, scalar).value();
    Bytes beside = point;
    beside.back() ^= 1;
    Bytes compressed = point;
    compressed[0] = 0x02;
    Bytes hybrid = point;
    hybrid[0] = static_cast<std::uint8_t>(0x06 | (point.back() & 1));
    Bytes too_large(point.size(), 0xFF);
    too_large[0] = 0x04;
    Bytes zeros(point.size(), 0);
    zeros[0] = 0x04;
    for (const Bytes& bad :
         {beside, compressed, hybrid, too_large, zeros, Bytes{}, Bytes{0x00}, Bytes(point.size(), 0),
          copy_of(ByteView(point).first(point.size() - 1)), concat({point, Bytes{0}})}) {
      const auto product = multiply(curve, scalar, bad);
      ASSERT_FALSE(product);
      EXPECT_EQ(product.error().code, "crypto.point");
      EXPECT_EQ(map_nonce(curve, scalar, bad).error().code, "crypto.point");
    }
  }
  const auto other = multiply(Curve::p256, random_scalar(Curve::p256, random)).value();
  EXPECT_FALSE(multiply(Curve::brainpool_p256r1, random_scalar(Curve::brainpool_p256r1, random), other));
}

TEST(Curves, RefuseInfinityAsAResult) {
  for (const Curve curve : kCurves) {
    const auto zero = multiply(curve, Secret(Bytes(field_bytes(curve), 0)));
    ASSERT_FALSE(zero);
    EXPECT_EQ(zero.error().code, "crypto.point");
  }
  // nonce 1 maps to generator + shared; shared is the mirrored generator, so the sum is infinity.
  const Bytes mirrored =
      multiply(Curve::p256, Secret(hex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550")))
          .value();
  const auto mapped = map_nonce(Curve::p256, Secret(hex("00000000000000000000000000000001")), mirrored);
  ASSERT_FALSE(mapped);
  EXPECT_EQ(mapped.error().code, "crypto.point");
}

TEST(Curves, DrawScalarsBelowTheOrderAndNeverZero) {
  const Bytes order = hex("A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7");
  Bytes less = order;
  less.back() -= 1;
  test_support::ScriptedRandom random({Bytes(32, 0xFF), Bytes(32, 0), order, less});
  EXPECT_EQ(copy_of(random_scalar(Curve::brainpool_p256r1, random).reveal()), less);
}

TEST(Curves, HaveNames) {
  for (const Curve curve : kCurves) EXPECT_EQ(curve_named(name_of(curve)), curve);
  EXPECT_EQ(curve_named("secp521r1"), std::nullopt);
  EXPECT_EQ(field_bytes(Curve::brainpool_p384r1), 48U);
}

}  // namespace
}  // namespace imprimatur::crypto
