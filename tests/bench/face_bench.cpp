// `tools/bench face`: what one card's face costs, both sides, and where the time goes. tests/bench/RESULTS.md
// says what is compared with what. Exit code 0 when everything was measured, whether the goals are met or
// not; 1 when a face failed, 2 for wrong usage.
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <thread>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "base/files.hpp"
#include "bench/figures.hpp"
#include "crypto/digest.hpp"
#include "print/font_set.hpp"
#include "print/image_check.hpp"
#include "print/page_text.hpp"
#include "print/render.hpp"

namespace imprimatur::bench {
namespace {

struct Plan {
  int rounds = 15;  // of cards, of which the median counts
  int cards_a_round = 100;
  int scaling_pairs = 25;
  int scaling_cards = 60;  // a thread
  int memory_cards = 20'000;
};
constexpr Plan kQuick{
    .rounds = 5, .cards_a_round = 20, .scaling_pairs = 9, .scaling_cards = 40, .memory_cards = 600};
constexpr int kWarmCards = 100;

std::string sha256_of(ByteView bytes) {
  return to_hex_lower(crypto::sha256(bytes));
}

double thread_cpu_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// Resident memory of this process (proc(5), statm).
double resident_mb() {
  std::ifstream file("/proc/self/statm");
  double all_pages = 0, resident_pages = 0;
  CHECK(file >> all_pages >> resident_pages);
  return resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

// Made-up holders: a few hundred names, so that no card is the one before it.
class Holders {
 public:
  explicit Holders(Bytes portrait) : portrait_(std::move(portrait)) {}

  print::FaceData holder(int number) const {
    static constexpr std::array kFamilies = {"NGUYỄN", "TRẦN", "LÊ",  "PHẠM", "HOÀNG",
                                             "VÕ",     "ĐẶNG", "BÙI", "ĐỖ"};
    static constexpr std::array kMiddles = {"THỊ", "VĂN", "HỮU", "NGỌC", "QUỐC", "MINH", "THANH"};
    static constexpr std::array kGivens = {"PHƯƠNG THẢO", "ẨN",       "HẰNG", "DUỆ",
                                           "KHÁNH LY",    "TƯỜNG VY", "BÌNH", "SƠN"};
    const auto pick = [number](const auto& list, int step) {
      return std::string(list[static_cast<std::size_t>(number / step) % list.size()]);
    };
    const std::string name = pick(kFamilies, 1) + " " + pick(kMiddles, 9) + " " + pick(kGivens, 63);
    const std::string digits = std::to_string(301'000'000 + number);
    print::FaceData data;
    data.fields = {
        {"name_printed", name},
        {"name_capitals", name},
        {"personal_number", "048" + digits},
        {"birth_date", "2001-08-19"},
        {"sex", number % 2 == 0 ? "F" : "M"},
        {"nationality", "VNM"},
        {"place_of_origin", "Xã Hòa Ninh, Huyện Hòa Vang, Thành phố Đà Nẵng"},
        {"residence", "Số " + std::to_string(number % 900 + 1) +
                          ", Đường Nguyễn Thị Minh Khai, Phường Võ Thị Sáu, Quận 3, Thành phố Hồ Chí Minh"},
        {"identifying_features", "Nốt ruồi cách 1,5 cm dưới sau đuôi mắt trái"},
        {"issue_date", "2021-05-31"},
        {"expiry_date", "2026-08-19"},
        {"document_number", digits},
        {"issuer", "VNM"},
        {"mrz1", "IDVNM" + digits + "7048" + digits + "<<7"},
        {"mrz2", "0108191F2608190VNM<<<<<<<<<<<4"},
        {"mrz3", "NGUYEN<<HOANG<PHUONG<THAO<<<<<"}};
    data.fields["qr"] = data.fields["personal_number"] + "||" + name + "|19082001|Nữ|" +
                        data.fields["residence"] + "|31052021";
    data.images["face"] = portrait_;
    return data;
  }
  const Bytes& portrait() const { return portrait_; }

 private:
  const Bytes portrait_;
};

struct Stage {
  const print::FaceTemplate& face;
  const Holders& holders;
  const print::RendererFiles& files;

  std::unique_ptr<print::FaceRenderer> renderer() const {
    auto made = print::FaceRenderer::create(files, &sha256_of);
    CHECK(made);
    return std::move(made.value());
  }
};

struct CardTime {
  double all_ms = 0, check_ms = 0, photo_ms = 0, readback_ms = 0, kilobytes = 0;
};

// CPU time of one thread, as the median of rounds; the parts are measured beside it on the same cards.
Result<CardTime> measure_card(const Stage& stage, const Plan& plan, const print::FontSet& fonts) {
  const auto renderer = stage.renderer();
  const print::GlyphCharacters characters = print::glyph_characters(fonts);
  std::vector<double> all, check, photo, readback;
  double bytes = 0;
  int number = 0;
  for (int round = -1; round < plan.rounds; ++round) {  // the first one warms
    double all_ms = 0, check_ms = 0, photo_ms = 0, readback_ms = 0;
    for (int card = 0; card < plan.cards_a_round; ++card) {
      const print::FaceData data = stage.holders.holder(number++);
      const double start = thread_cpu_ms();
      TRY(auto pdf, renderer->render(stage.face, data));
      const double rendered = thread_cpu_ms();
      if (!renderer->check(stage.face, data).empty()) return fail("bench.face", "a face was refused");
      const double checked = thread_cpu_ms();
      TRY(auto clean, print::clean_image(stage.holders.portrait(), {}, {.longer_side_px_wanted = 350}));
      const double cleaned = thread_cpu_ms();
      TRY(auto texts, print::read_page_texts(pdf, characters));
      readback_ms += thread_cpu_ms() - cleaned;
      all_ms += rendered - start;
      check_ms += checked - rendered;
      photo_ms += cleaned - checked;
      if (round >= 0) bytes += static_cast<double>(pdf.size());
    }
    if (round < 0) continue;
    const double cards = plan.cards_a_round;
    all.push_back(all_ms / cards);
    check.push_back(check_ms / cards);
    photo.push_back(photo_ms / cards);
    readback.push_back(readback_ms / cards);
  }
  return CardTime{median(all), median(check), median(photo), median(readback),
                  bytes / 1000 / (plan.rounds * plan.cards_a_round)};
}

// Cards a second of `threads` renderers at once.
double rate(const Stage& stage, int threads, int cards) {
  std::vector<std::unique_ptr<print::FaceRenderer>> renderers;
  for (int i = 0; i < threads; ++i) {
    renderers.push_back(stage.renderer());
    CHECK(renderers.back()->render(stage.face, stage.holders.holder(i)));
  }
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::thread> workers;
  for (int i = 0; i < threads; ++i) {
    workers.emplace_back([&stage, &renderers, i, cards] {
      for (int card = 0; card < cards; ++card) {
        CHECK(renderers[static_cast<std::size_t>(i)]->render(stage.face, stage.holders.holder(card)));
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  return threads * cards / took.count();
}

// The best of many short runs on both sides: what else the machine does only ever slows a run.
double measure_scaling(const Stage& stage, const Plan& plan) {
  double one = 0, two = 0;
  for (int pair = 0; pair < plan.scaling_pairs; ++pair) {
    one = std::max(one, rate(stage, 1, plan.scaling_cards));
    two = std::max(two, rate(stage, 2, plan.scaling_cards));
  }
  return two / one;
}

// How much more memory the process holds after many cards than after a few.
Result<double> measure_growth(const Stage& stage, const Plan& plan) {
  const auto renderer = stage.renderer();
  double before = 0;
  for (int card = 0; card < kWarmCards + plan.memory_cards; ++card) {
    if (card == kWarmCards) before = resident_mb();
    TRY(auto pdf, renderer->render(stage.face, stage.holders.holder(card)));
  }
  return std::max(0.0, resident_mb() - before);
}

Figure figure(std::string name, double value, std::string unit, std::optional<Goal> goal = {}) {
  return {std::move(name), value, std::move(unit), goal};
}

Status measure(const Plan& plan, Figures& figures, const std::filesystem::path& source) {
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  const print::RendererFiles files{source / "templates", program.parent_path().parent_path() / "fonts"};
  TRY(auto face, print::load_face_template(files.templates, "vn-citizen"));
  TRY(auto portrait, read_file(source / "tests/data/portrait.jpg"));
  TRY(auto fonts, print::load_fonts(files.templates, files.fonts, &sha256_of));
  const Holders holders(std::move(portrait));
  const Stage stage{face, holders, files};
  TRY(auto growth, measure_growth(stage, plan));
  TRY(auto time, measure_card(stage, plan, fonts));
  const double scaling = measure_scaling(stage, plan);
  figures.add(figure("face.ms_per_card", time.all_ms, "ms", Goal{Goal::Kind::at_most, 5}));
  figures.add(figure("face.kb_per_card", time.kilobytes, "kB", Goal{Goal::Kind::at_most, 250}));
  figures.add(figure("face.two_thread_scaling", scaling, "ratio", Goal{Goal::Kind::at_least, 1.9}));
  figures.add(figure("face.rss_growth_mb", growth, "MB", Goal{Goal::Kind::at_most, 2}));
  figures.add(figure("face.photo_ms", time.photo_ms, "ms"));
  figures.add(figure("face.layout_ms", time.check_ms - time.photo_ms, "ms"));
  figures.add(figure("face.pdf_ms", time.all_ms - time.check_ms, "ms"));
  figures.add(figure("face.whole_readback_ms", time.readback_ms, "ms"));
  return ok();
}

Status run(bool quick, Figures& figures) {
  return measure(quick ? kQuick : Plan{}, figures, SOURCE_DIR);
}

}  // namespace
}  // namespace imprimatur::bench

int main(int count, char** words) {
  return imprimatur::bench::run_bench("face", count, words, imprimatur::bench::run);
}
