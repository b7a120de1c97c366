#include "bench/reliability_prepared_jobs.hpp"

#include "app/portrait.hpp"
#include "base/check.hpp"
#include "base/random.hpp"

namespace imprimatur::bench {
namespace {

constexpr int kModels = 400;
constexpr int kNumbersMax = 1'000'000;
constexpr std::size_t kCountedDigits = 6;  // at the end of a personal number: of nobody in particular
constexpr int kWidth = 240, kHeight = 320;
constexpr std::size_t kPortraitBytesMax = 12'288;

}  // namespace

Result<PreparedJobs> PreparedJobs::create(const std::filesystem::path& keys, WallTime now) {
  app::SampleOptions options;
  options.count = kModels;
  options.keys = keys;
  options.templates = SOURCE_DIR "/templates";
  options.products = {"vn-citizen"};
  options.now = now;
  TRY(auto product, job::load_product(options.templates, "vn-citizen"));
  TRY(auto approvers, app::load_approvers(options));
  PreparedJobs jobs(std::move(product), std::move(approvers));
  SeededRandom random(1);
  TRY_STATUS(app::each_sample(options, [&jobs, &random](const app::Sample& sample) -> Status {
    TRY(auto envelope, job::parse_envelope(sample.envelope));
    TRY(auto document, job::parse_document(envelope.document_text));
    envelope.images["face"] = app::draw_portrait(random, {.female = document.holder.sex == "F",
                                                          .age = 30,
                                                          .width_px = kWidth,
                                                          .height_px = kHeight,
                                                          .bytes_max = kPortraitBytesMax});
    jobs.models_.push_back({std::move(document), std::move(envelope.images)});
    return ok();
  }));
  return jobs;
}

Result<std::string> PreparedJobs::envelope(int number) const {
  CHECK(number >= 0 && number < kNumbersMax);
  const Model& model = models_[static_cast<std::size_t>(number) % models_.size()];
  SeededRandom random(static_cast<std::uint64_t>(number));
  job::JobDocument document = model.document;
  document.id = make_uuid(random);
  std::string digits = std::to_string(number);
  digits.insert(0, kCountedDigits - digits.size(), '0');
  std::string& personal_number = document.holder.personal_number;
  personal_number.replace(personal_number.size() - kCountedDigits, kCountedDigits, digits);
  document.document.number = personal_number;
  TRY(document.mrz, job::compose_mrz(document, product_));
  return app::seal_sample(random, std::move(document), model.images, approvers_).envelope;
}

}  // namespace imprimatur::bench
