#include "print/face_template.hpp"

#include <gtest/gtest.h>

#include "print/template_contrast.hpp"
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

const char* const kSpecimens[] = {"vn-citizen", "utopia-id", "utopia-staff"};

TEST(FaceTemplate, LoadsEverySpecimen) {
  for (const char* name : kSpecimens) {
    const auto face = load_face_template(templates_folder(), name);
    ASSERT_TRUE(face) << face.error().message;
    EXPECT_EQ(face.value().name, name);
    EXPECT_EQ(face.value().source_text,
              read_text_file(templates_folder() / "faces" / (name + std::string(".json"))).value());
  }
}

TEST(FaceTemplate, EverySpecimenSaysSoLargeOnBothSides) {
  for (const char* name : kSpecimens) {
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

TEST(FaceTemplate, ShippedTemplatesFollowThePublishedSchema) {
  const auto checked = test_support::run_command("/usr/bin/python3 " SOURCE_DIR
                                                 "/tests/print/check_schema " SOURCE_DIR "/templates/faces");
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
  EXPECT_NE(checked.output.find("utopia-staff.json"), std::string::npos) << checked.output;
}

std::string text_at(const std::string& name, const std::string& box,
                    const std::string& more = R"("text":"A")") {
  return R"({"type":"text","name":")" + name + R"(","font":"sans","box":)" + box + "," + more + "}";
}

TEST(FaceTemplate, TellsEveryFaultWithItsLine) {
  const auto parsed =
      examine_face_template(template_with("\n" + rectangle("a", "[1,1,90,5]") + ",\n" +
                                              text_at("b", "[1,20,9,9]", R"("size":2,"text":"B")") + ",\n" +
                                              text_at("c", "[20,20,9,9]", R"("colour":"#eeeeee","text":"C")"),
                                          "\n" + rectangle("d", "[1,1,5,60]")),
                            {"sans"});
  ASSERT_TRUE(parsed.face);
  ASSERT_EQ(parsed.faults.size(), 4U);
  const auto& faults = parsed.faults;
  EXPECT_EQ(faults[0].error.code, "template.size");
  EXPECT_EQ(faults[0].line, 3);
  EXPECT_EQ(faults[0].error.message.rfind("line 3, front/b", 0), 0U) << faults[0].error.message;
  EXPECT_EQ(faults[1].error.code, "template.outside_card");
  EXPECT_EQ(faults[1].line, 2);
  EXPECT_EQ(faults[2].error.code, "template.contrast");
  EXPECT_EQ(faults[2].line, 4);
  EXPECT_EQ(faults[3].error.code, "template.outside_card");
  EXPECT_EQ(faults[3].error.field, "back/d");
  EXPECT_EQ(faults[3].line, 5);
}

TEST(FaceTemplate, WantsAKeepOutOverTheContactsOfAChip) {
  const auto with_chip = [](const std::string& keep_out) {
    std::string text = template_with({});
    text.replace(text.find(R"("card":"ID-1")"), 13, R"("card":"ID-1","chip":"front")");
    return text.replace(text.find(R"("front":{)"), 9, R"("front":{"keep_out":[)" + keep_out + "],");
  };
  EXPECT_TRUE(parse(with_chip(R"({"name":"plate","box":[8.3,17.7,13.5,12.4]})")));
  const auto small = parse(with_chip(R"({"name":"plate","box":[11,19,10,10]})"));
  ASSERT_FALSE(small);
  EXPECT_EQ(small.error().code, "template.keep_out");
  EXPECT_FALSE(parse(with_chip("")));
}

TEST(FaceTemplate, TextsMayShareAPlaceOnlyWhenNoCardShowsBoth) {
  const std::string a = R"("text":"A","when":{"field":"sex","is":["F"]})";
  const auto pair = [&](const std::string& condition) {
    return error_of(text_at("a", "[1,1,9,9]", a) + "," +
                    text_at("b", "[2,2,9,9]", R"("text":"B","when":)" + condition));
  };
  EXPECT_EQ(pair(R"({"field":"sex","is":["M","X"]})"), "");
  EXPECT_EQ(pair(R"({"field":"sex","is_not":["F"]})"), "");
  EXPECT_EQ(pair(R"({"field":"sex","present":false})"), "");
  EXPECT_TRUE(says(pair(R"({"field":"sex","present":true})"), "template.overlap", "front: b overlaps a"));
  EXPECT_TRUE(says(pair(R"({"field":"sex","is_not":["M"]})"), "template.overlap", "front: b"));
  EXPECT_TRUE(says(pair(R"({"field":"role","is":["M"]})"), "template.overlap", "front: b"));
}

TEST(FaceTemplate, RefusesConditionsThatAreNone) {
  for (const char* when : {R"({"field":"sex"})", R"({"is":["F"]})", R"({"field":"sex","is":[]})",
                           R"({"field":"sex","is":[1]})", R"({"field":"sex","is":["F"],"present":true})"}) {
    EXPECT_NE(error_of(text_at("a", "[1,1,9,9]", R"("text":"A","when":)" + std::string(when))), "") << when;
  }
}

TEST(FaceTemplate, ReadingTextsNeverOverlapEvenWhenTheySayTheyMay) {
  EXPECT_TRUE(says(error_of(text_at("a", "[1,1,9,9]", R"("text":"A","allow_overlap":true)") + "," +
                            text_at("b", "[2,2,9,9]", R"("text":"B")")),
                   "template.overlap", "front: b"));
  EXPECT_EQ(error_of(text_at("a", "[1,1,9,9]",
                             R"("text":"A","allow_overlap":true,"decoration":true,"colour":"#eeeeee")") +
                     "," + text_at("b", "[2,2,9,9]", R"("text":"B")")),
            "");
}

// Expected ratios as of the WCAG's definition; #767676 is the well-known lightest grey that passes on white.
TEST(FaceTemplate, MeasuresContrastAsTheWcagDoes) {
  EXPECT_NEAR(contrast_ratio({0, 0, 0}, {255, 255, 255}), 21, 0.001);
  EXPECT_NEAR(contrast_ratio({0x76, 0x76, 0x76}, {255, 255, 255}), 4.54, 0.005);
  EXPECT_NEAR(contrast_ratio({255, 255, 255}, {0x77, 0x77, 0x77}), 4.48, 0.005);
}

TEST(FaceTemplate, AsksContrastOfTextWithAllThatLiesUnderIt) {
  const auto on = [](const std::string& ground, const std::string& colour) {
    return error_of(ground + "," + text_at("t", "[10,10,20,6]", R"("text":"T","colour":")" + colour + "\""));
  };
  const std::string dark =
      R"({"type":"rectangle","name":"g","box":[5,5,40,20],"fill":"#202020","allow_overlap":true})";
  EXPECT_EQ(on(dark, "#ffffff"), "");
  EXPECT_TRUE(says(on(dark, "#000000"), "template.contrast", "front: t has a contrast of 1."));
  const std::string half =
      R"({"type":"rectangle","name":"g","box":[5,5,15,20],"fill":"#202020","allow_overlap":true})";
  EXPECT_TRUE(says(on(half, "#ffffff"), "template.contrast", "#ffffff under it"));
  const std::string lines =
      R"({"type":"guilloche","name":"g","box":[0,0,85,53],"allow_overlap":true,"amplitude":2,)"
      R"("cycles":3,"from":"#808080"})";
  EXPECT_TRUE(says(on(lines, "#404040"), "template.contrast", "#808080 under it"));
  const std::string ghost =
      R"({"type":"image","name":"g","image":"face","box":[5,5,40,20],"opacity":0.5,"allow_overlap":true})";
  EXPECT_EQ(on(ghost, "#000000"), "");  // black on 50 % grey: 5.3
  EXPECT_TRUE(says(on(ghost, "#202020"), "template.contrast", "#808080 under it"));
}

TEST(FaceTemplate, LargeTypeNeedsLessContrast) {
  EXPECT_EQ(error_of(text_at("t", "[10,10,60,9]", R"("text":"T","size":16,"colour":"#888888")")), "");
  EXPECT_NE(error_of(text_at("t", "[10,10,60,9]", R"("text":"T","size":12,"colour":"#888888")")), "");
}

TEST(FaceTemplate, MutatedTemplatesNeverCrash) {
  const std::string good = read_text_file(templates_folder() / "faces" / "utopia-staff.json").value();
  std::uint32_t state = 1;  // a small generator of its own, so that a failure can be repeated
  const auto next = [&state] { return state = state * 1664525U + 1013904223U; };
  const std::string bits = "{}[]\",:0123456789.-ex ";
  for (int round = 0; round < mutations(300); ++round) {
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
