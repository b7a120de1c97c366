#include "devices/virtual_card/process/options.hpp"

#include <gtest/gtest.h>

namespace imprimatur::devices {
namespace {

Result<Options> parse(std::vector<std::string> words) {
  words.insert(words.begin(), "virtual-card");
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  const int count = static_cast<int>(pointers.size());
  pointers.push_back(nullptr);
  return parse_options(count, pointers.data());
}

TEST(Options, AreRead) {
  const auto options = parse({"--socket-dir",
                              "/s",
                              "--state",
                              "/st",
                              "--readers",
                              "3",
                              "--printers",
                              "2",
                              "--blanks",
                              "60",
                              "--class",
                              "vn-citizen=40",
                              "--class",
                              "utopia-id=20",
                              "--seed",
                              "9",
                              "--time",
                              "real",
                              "--receipt",
                              "r.csv",
                              "--durable",
                              "--die-with-parent",
                              "--transport-master",
                              "m.hex"});
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options.value().bench.readers, 3);
  EXPECT_EQ(options.value().classes.size(), 2U);
  EXPECT_EQ(options.value().classes[1].name, "utopia-id");
  EXPECT_EQ(options.value().classes[1].count, 20U);
  EXPECT_EQ(options.value().bench.seed, 9U);
  EXPECT_FALSE(options.value().bench.cards.time_model.instant());
  EXPECT_TRUE(options.value().bench.cards.durable);
  EXPECT_TRUE(options.value().die_with_parent);
}

TEST(Options, TellTheDialectAndTheLengthsOfAClass) {
  const auto options = parse({"--socket-dir", "/s", "--state", "/st", "--class", "a=1", "--class",
                              "b=2:iso7816-files:chaining", "--class", "c=3:emrtd-applet:older", "--class",
                              "d=4:gp-store-data:short", "--class", "e=1:iso7816-files:precreated:scp03",
                              "--time", "contactless-848"});
  ASSERT_TRUE(options.has_value());
  const auto& classes = options.value().classes;
  EXPECT_EQ(classes[0].kind, CardKind{});
  EXPECT_EQ(classes[1].count, 2U);
  EXPECT_EQ(classes[1].kind, (CardKind{.dialect = Dialect::iso7816_files, .lengths = Lengths::chaining}));
  EXPECT_EQ(classes[2].kind,
            (CardKind{.dialect = Dialect::emrtd_applet, .lengths = Lengths::short_only, .older = true}));
  EXPECT_EQ(classes[3].kind, (CardKind{.lengths = Lengths::short_only}));
  EXPECT_EQ(classes[4].kind,
            (CardKind{.dialect = Dialect::iso7816_files, .precreated = true, .scp03 = true}));
  EXPECT_EQ(options.value().bench.cards.time_model.bits_per_second, 848'000U);
  EXPECT_EQ(options.value().bench.cards.time_model.page_us, kRealContactless.page_us);
}

TEST(Options, RefuseWhatDoesNotFit) {
  const std::vector<std::string> base = {"--socket-dir", "/s", "--state", "/st"};
  const std::vector<std::vector<std::string>> wrong = {{"--readers", "17"},
                                                       {"--readers", "x"},
                                                       {"--class", "a"},
                                                       {"--class", "=3"},
                                                       {"--class", "a b=3"},
                                                       {"--class", "a=0"},
                                                       {"--blanks", "3", "--class", "a=2"},
                                                       {"--time", "fast"},
                                                       {"--time", "contactless-300"},
                                                       {"--class", "a=1:other"},
                                                       {"--class", "a=1:iso7816-files:older"},
                                                       {"--class", "a=1:emrtd-applet:chaining"},
                                                       {"--class", "a=1:emrtd-applet:precreated"},
                                                       {"--class", "a=1:gp-store-data:scp03"},
                                                       {"--class", "a=1:"},
                                                       {"--unknown"},
                                                       {"surplus"},
                                                       {"--seed"}};
  EXPECT_TRUE(parse(base).has_value());
  for (const auto& words : wrong) {
    std::vector<std::string> all = base;
    all.insert(all.end(), words.begin(), words.end());
    const auto options = parse(all);
    ASSERT_FALSE(options.has_value()) << words[0];
    EXPECT_EQ(options.error().code, "options.usage");
  }
  EXPECT_FALSE(parse({"--state", "/st"}).has_value());
  EXPECT_TRUE(parse({"--help"}).value().help);
}

}  // namespace
}  // namespace imprimatur::devices
