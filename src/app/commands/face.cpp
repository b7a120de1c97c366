// imprimatur face check|preview TEMPLATE: a face without a station.
#include <cstdio>

#include "app/commands/command.hpp"
#include "app/loading.hpp"
#include "base/files.hpp"
#include "job/envelope.hpp"
#include "print/render.hpp"

namespace imprimatur::app {
namespace {

struct PreviewOptions {
  std::string name;
  std::filesystem::path job;
  std::filesystem::path out = "face.pdf";
};

int run_check(const CommandContext& context, const std::string& name) {
  auto face = print::load_face_template(context.templates, name);
  if (!face) return report_error(context, face.error());
  const std::string hash = sha256_hex(bytes_of(face.value().source_text));
  if (context.json) {
    std::printf("%s\n",
                canonical_json(json::object{{"face", name}, {"hash", hash}, {"holds", true}}).c_str());
  } else {
    std::printf("%s holds: %zu elements in front, %zu at the back, hash %s\n", name.c_str(),
                face.value().front.elements.size(), face.value().back.elements.size(), hash.c_str());
  }
  return kExitYes;
}

// The product whose face the job's document names.
Status preview(const CommandContext& context, const PreviewOptions& options) {
  TRY(auto face, print::load_face_template(context.templates, options.name));
  TRY(auto text, read_text_file(options.job));
  TRY(auto envelope, job::parse_envelope(text));
  TRY(auto document, job::parse_document(envelope.document_text));
  TRY(auto product, job::load_product(context.templates, document.product));
  TRY(auto fields, job::compose_face_fields(document, product));
  TRY(auto renderer, print::FaceRenderer::create({context.templates, context.fonts}, sha256_hex));
  TRY(auto pdf, renderer->render(face, {std::move(fields), envelope.images}));
  return write_file(options.out, pdf);
}

}  // namespace

void add_face(CLI::App& app, CommandContext& context) {
  auto* face = app.add_subcommand("face", "Check or preview a face template");
  face->require_subcommand(1);
  auto name = std::make_shared<std::string>();
  auto* check = face->add_subcommand("check", "Is the template sound?");
  check->add_option("TEMPLATE", *name, "Name, as in templates/faces")->required();
  check->callback([&context, name] { context.run = [&context, name] { return run_check(context, *name); }; });

  auto options = std::make_shared<PreviewOptions>();
  auto* show = face->add_subcommand("preview", "Draw a job's face as PDF");
  show->add_option("TEMPLATE", options->name, "Name, as in templates/faces")->required();
  show->add_option("--job", options->job, "Envelope")->required()->check(CLI::ExistingFile);
  show->add_option("--out", options->out, "PDF to write")->capture_default_str();
  show->callback([&context, options] {
    context.run = [&context, options] {
      const auto shown = preview(context, *options);
      if (!shown) return report_error(context, shown.error());
      if (!context.json) std::printf("%s\n", options->out.c_str());
      return kExitYes;
    };
  });
}

}  // namespace imprimatur::app
