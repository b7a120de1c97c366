#include "app/commands/face_preview.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "app/loading.hpp"
#include "base/files.hpp"
#include "job/envelope.hpp"
#include "print/bitmap.hpp"
#include "print/render.hpp"

extern char** environ;

namespace imprimatur::app {
namespace {

constexpr std::size_t kPpmBytesMax = 32U << 20;

Error rasteriser_failed(const std::string& what) {
  return fail("preview.rasteriser", "pdftoppm " + what, {}, "Install poppler-utils");
}

// Runs to its end; timeout(1) ends it after 30 s.
Status run(std::vector<std::string> arguments) {
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  pid_t pid = 0;
  if (posix_spawnp(&pid, words[0], nullptr, nullptr, words.data(), environ) != 0) {
    return rasteriser_failed("cannot be started");
  }
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) return rasteriser_failed("was stopped");
  if (WEXITSTATUS(status) == 0) return ok();
  return rasteriser_failed("failed with exit code " + std::to_string(WEXITSTATUS(status)));
}

// One page of a PDF as PNG, with the bleed of card printers.
Status rasterise(const std::filesystem::path& pdf, int page, const std::filesystem::path& png) {
  std::filesystem::path root = png;
  root.replace_extension(".part");  // pdftoppm adds .ppm
  const std::string number = std::to_string(page);
  const std::filesystem::path ppm = root.string() + ".ppm";
  const Status ran = run({"timeout", "-k", "1", "30", "pdftoppm", "-r", std::to_string(print::kBitmapDpi),
                          "-f", number, "-l", number, "-singlefile", pdf.string(), root.string()});
  auto read = ran ? read_file(ppm, kPpmBytesMax) : Result<Bytes>(ran.error());
  // A holder's face: it stays nowhere, whatever became of the rasteriser.
  std::error_code ignored;
  std::filesystem::remove(ppm, ignored);
  TRY(auto bytes, std::move(read));
  TRY(auto bitmap, print::read_ppm(bytes));
  if (bitmap.width_px > print::kBitmapWidthPx || bitmap.height_px > print::kBitmapHeightPx) {
    return rasteriser_failed("made a bitmap of another size than the card's");
  }
  TRY(auto out, print::encode_png(print::with_bleed(bitmap, print::kBitmapWidthPx, print::kBitmapHeightPx)));
  return write_file(png, out, {.mode = 0600, .durability = Durability::relaxed});
}

Result<print::FaceData> data_of(const CommandContext& context, const std::filesystem::path& job) {
  TRY(auto text, read_text_file(job));
  TRY(auto envelope, job::parse_envelope(text));
  TRY(auto document, job::parse_document(envelope.document_text));
  TRY(auto product, job::load_product(context.templates, document.product));
  TRY(auto fields, job::compose_face_fields(document, product));
  return print::FaceData{std::move(fields), std::move(envelope.images)};
}

}  // namespace

Result<std::vector<std::filesystem::path>> preview_face(const CommandContext& context,
                                                        const print::FaceTemplate& face,
                                                        const std::filesystem::path& job,
                                                        const std::filesystem::path& folder) {
  TRY(auto data, data_of(context, job));
  TRY(auto renderer, print::FaceRenderer::create({context.templates, context.fonts}, sha256_hex));
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return fail("preview.folder", "the folder cannot be made", folder.string());

  struct Picture {
    std::string suffix;
    std::optional<print::Panel> only;
  };
  std::vector<Picture> pictures = {{"", {}}};
  if (print::uses_layers(face)) {
    pictures.push_back({"-colour", print::Panel::colour});
    pictures.push_back({"-resin", print::Panel::resin});
    pictures.push_back({"-overlay", print::Panel::overlay});
  }
  std::vector<std::filesystem::path> files;
  for (const Picture& picture : pictures) {
    TRY(auto pdf, renderer->render(face, data, picture.only));
    const std::filesystem::path pdf_file = folder / ("face" + picture.suffix + ".pdf");
    TRY_STATUS(write_file(pdf_file, pdf, {.mode = 0600, .durability = Durability::relaxed}));
    files.push_back(pdf_file);
    for (int page = 1; page <= 2; ++page) {
      const std::filesystem::path png = folder / ((page == 1 ? "front" : "back") + picture.suffix + ".png");
      TRY_STATUS(rasterise(pdf_file, page, png));
      files.push_back(png);
    }
  }
  return files;
}

}  // namespace imprimatur::app
