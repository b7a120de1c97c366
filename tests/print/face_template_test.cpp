#include "print/face_template.hpp"

#include <gtest/gtest.h>

#include "tests/print/face_fixture.hpp"

namespace imprimatur::print {
namespace {

std::string error_of(const std::string& front, const std::string& back = {}) {
  const auto face = parse(template_with(front, back));
  return face ? "" : face.error().code + " " + face.error().message;
}

bool says(const std::string& error, const std::string& code, const std::string& place) {
  return error.rfind(code + " ", 0) == 0 && error.find(place) != std::string::npos;
}

std::string rectangle(const std::string& name, const std::string& box, const std::string& more = {}) {
  return R"({"type":"rectangle","name":")" + name + R"(","fill":"#aabbcc","box":)" + box + more + "}";
}

const char* const kQr = R"({"type":"qr","name":"code","box":[60,10,18,18],"field":"qr","colour":"#000000"})";

TEST(FaceTemplate, LoadsBothSpecimens) {
  for (const char* name : {"vn-citizen", "utopia-id"}) {
    const auto face = load_face_template(templates_folder(), name);
    ASSERT_TRUE(face) << face.error().message;
    EXPECT_EQ(face.value().name, name);
    EXPECT_EQ(face.value().source_text,
              read_text_file(templates_folder() / "faces" / (name + std::string(".json"))).value());
  }
}

TEST(FaceTemplate, EverySpecimenSaysSoLargeOnBothSides) {
  for (const char* name : {"vn-citizen", "utopia-id"}) {
    const auto face = load_face_template(templates_folder(), name);
    ASSERT_TRUE(face);
    for (const Side* side : {&face.value().front, &face.value().back}) {
      double largest_pt = 0;
      for (const Element& element : side->elements) {
        const auto* text = std::get_if<TextElement>(&element.what);
        if (text != nullptr && text->text == "SPECIMEN")
          largest_pt = std::max(largest_pt, text->style.size_pt_min);
      }
      EXPECT_GE(largest_pt, 20) << name;
    }
  }
}

TEST(FaceTemplate, CitizensCardKeepsTheContactPlateFree) {
  const auto face = load_face_template(templates_folder(), "vn-citizen");
  ASSERT_TRUE(face);
  ASSERT_EQ(face.value().back.keep_out.size(), 1U);
  // ISO/IEC 7816-2: the contacts C1 to C8 lie within 10.25 to 19.87 mm and 19.23 to 28.55 mm.
  const Box& plate = face.value().back.keep_out[0].box;
  EXPECT_LE(plate.x, 10.25);
  EXPECT_LE(plate.y, 19.23);
  EXPECT_GE(plate.right(), 19.87);
  EXPECT_GE(plate.bottom(), 28.55);
}

TEST(FaceTemplate, RefusesMembersItDoesNotKnow) {
  EXPECT_TRUE(says(error_of(rectangle("plate", "[1,1,5,5]", R"(,"colour":"#000000")")),
                   "template.unknown_member", "front/plate: there is no member colour"));
  EXPECT_FALSE(parse(R"({"version":1,"name":"test","surprise":1})"));
}

TEST(FaceTemplate, RefusesMembersThatAreMissingOrWrong) {
  EXPECT_TRUE(says(error_of(R"({"type":"text","name":"a","box":[1,1,9,9],"font":"sans"})"), "template.value",
                   "front/a"));
  EXPECT_TRUE(says(error_of(R"({"type":"line","name":"a","to":[1,1],"width":0.1,"colour":"#000000"})"),
                   "template.missing", "front/a: from"));
  EXPECT_TRUE(says(error_of(rectangle("a", "[1,1,5]")), "template.value", "front/a: box"));
  EXPECT_TRUE(says(error_of(rectangle("a", "[1,1,5,-5]")), "template.value", "front/a: box"));
  EXPECT_TRUE(says(error_of(R"({"type":"rectangle","name":"a","box":[1,1,5,5],"fill":"pink"})"),
                   "template.value", "front/a: fill"));
  EXPECT_TRUE(
      says(error_of(R"({"type":"star","name":"a","box":[1,1,5,5]})"), "template.value", "front/a: type"));
}

TEST(FaceTemplate, RefusesWhatReachesOverTheEdge) {
  EXPECT_EQ(error_of(rectangle("a", "[0,0,85.6,53.98]")), "");
  EXPECT_TRUE(says(error_of(rectangle("a", "[80,1,5.7,5]")), "template.outside_card", "front: a"));
  EXPECT_TRUE(says(error_of({}, rectangle("a", "[1,-1,5,5]")), "template.outside_card", "back: a"));
}

TEST(FaceTemplate, RefusesOverlapsUnlessAllowed) {
  const std::string a = rectangle("a", "[1,1,5,5]");
  EXPECT_EQ(error_of(a + "," + rectangle("b", "[6,1,5,5]")), "");
  EXPECT_TRUE(
      says(error_of(a + "," + rectangle("b", "[5,5,5,5]")), "template.overlap", "front: b overlaps a"));
  EXPECT_EQ(error_of(a + "," + rectangle("b", "[5,5,5,5]", R"(,"allow_overlap":true)")), "");
}

TEST(FaceTemplate, RefusesArtThatCoversText) {
  const std::string text = R"({"type":"text","name":"a","box":[1,1,9,9],"font":"sans","field":"x"})";
  const std::string art = rectangle("veil", "[5,5,9,9]", R"(,"allow_overlap":true)");
  EXPECT_EQ(error_of(art + "," + text), "");
  EXPECT_TRUE(says(error_of(text + "," + art), "template.overlap", "front: veil would cover a"));
}

TEST(FaceTemplate, RefusesBoundTextThatIsAllowedToOverlap) {
  EXPECT_TRUE(says(
      error_of(
          R"({"type":"text","name":"a","box":[1,1,9,9],"font":"sans","field":"x","allow_overlap":true})"),
      "template.value", "front/a: allow_overlap"));
}

TEST(FaceTemplate, RefusesAnythingOverACode) {
  EXPECT_EQ(error_of(rectangle("under", "[50,5,30,30]", R"(,"allow_overlap":true)") + "," + kQr), "");
  EXPECT_TRUE(
      says(error_of(kQr + std::string(",") + rectangle("over", "[77,27,5,5]", R"(,"allow_overlap":true)")),
           "template.quiet_zone", "front: over lies on code"));
}

TEST(FaceTemplate, RefusesTextOnAKeepOutAndCutsArtThere) {
  const std::string head =
      R"({"version":1,"name":"test","title":"T","card":"ID-1","colours":{},"styles":{},"words":{},)"
      R"("front":{"keep_out":[{"name":"the plate","box":[8,18,14,12]}],"elements":[)";
  const std::string tail = R"(]},"back":{"elements":[]}})";
  EXPECT_TRUE(parse(head + rectangle("art", "[0,0,80,50]", R"(,"allow_overlap":true)") + tail));
  const auto face =
      parse(head + R"({"type":"text","name":"a","box":[20,20,9,9],"font":"sans","text":"A"})" + tail);
  ASSERT_FALSE(face);
  EXPECT_EQ(face.error().code, "template.keep_out");
}

TEST(FaceTemplate, RefusesUnknownFontsSmallTypeAndTakenNames) {
  EXPECT_TRUE(says(error_of(R"({"type":"text","name":"a","box":[1,1,9,9],"font":"dejavu","text":"A"})"),
                   "template.font", "front/a"));
  EXPECT_TRUE(
      says(error_of(R"({"type":"text","name":"a","box":[1,1,9,9],"font":"sans","size":4.5,"text":"A"})"),
           "template.size", "front/a"));
  EXPECT_TRUE(says(error_of(rectangle("a", "[1,1,2,2]") + "," + rectangle("a", "[9,9,2,2]")), "template.name",
                   "front: a"));
}

TEST(FaceTemplate, WantsTheMrzInTheLowerPartOfTheBack) {
  const auto mrz = [](const std::string& box) {
    return R"({"type":"mrz","name":"mrz","fields":["mrz1","mrz2","mrz3"],"font":"ocr-b","line_pitch":5.3,)"
           R"("first_baseline":5,"colour":"#000000","box":)" +
           box + "}";
  };
  EXPECT_EQ(error_of({}, mrz("[3.2,33,79.2,18]")), "");
  EXPECT_TRUE(says(error_of(mrz("[3.2,33,79.2,18]")), "template.value", "front: mrz"));
  EXPECT_TRUE(says(error_of({}, mrz("[3.2,20,79.2,18]")), "template.value", "back: mrz"));
  EXPECT_TRUE(says(error_of({}, mrz("[3.2,33,70,18]")), "template.value", "back: mrz"));
}

TEST(FaceTemplate, RefusesBrokenJsonAndForeignNames) {
  EXPECT_EQ(parse("{").error().code, "template.syntax");
  EXPECT_EQ(parse(R"({"version":1,"version":1})").error().code, "template.syntax");
  EXPECT_EQ(load_face_template(templates_folder(), "../products/vn-citizen").error().code, "template.name");
  EXPECT_FALSE(load_face_template(templates_folder(), "no-such-face"));
}

TEST(FaceTemplate, MutatedTemplatesNeverCrash) {
  const std::string good = read_text_file(templates_folder() / "faces" / "utopia-id.json").value();
  std::uint32_t state = 1;  // a small generator of its own, so that a failure can be repeated
  const auto next = [&state] { return state = state * 1664525U + 1013904223U; };
  const std::string bits = "{}[]\",:0123456789.-ex ";
  for (int round = 0; round < 300; ++round) {
    std::string changed = good;
    for (int hit = 0; hit < 3; ++hit) changed[next() % changed.size()] = bits[(next() >> 16) % bits.size()];
    const auto face =
        parse_face_template(changed, {"ocr-b", "sans", "sans-bold", "sans-italic", "serif-bold"});
    if (!face) {
      EXPECT_FALSE(face.error().message.empty());
    }
  }
}

}  // namespace
}  // namespace imprimatur::print
