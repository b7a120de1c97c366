// imprimatur face check|preview TEMPLATE: a face without a station.
#include <cstdio>

#include "app/commands/command.hpp"
#include "app/commands/face_preview.hpp"
#include "app/loading.hpp"
#include "base/files.hpp"
#include "print/font_set.hpp"
#include "print/render.hpp"

namespace imprimatur::app {
namespace {

constexpr std::size_t kTemplateBytesMax = 1U << 20;

struct PreviewOptions {
  std::string name;
  std::filesystem::path job;
  std::filesystem::path out = "preview";
};

// A name as in templates/faces, or a file that is being worked on: what has a slash or ends in .json.
std::filesystem::path file_of(const CommandContext& context, const std::string& name) {
  if (name.find('/') != std::string::npos || name.ends_with(".json")) return name;
  return context.templates / "faces" / (name + ".json");
}

struct Examined {
  std::optional<print::FaceTemplate> face;
  std::vector<print::TemplateFault> faults;
};

// All that is wrong with the file, what only the fonts can tell too.
Result<Examined> examine(const CommandContext& context, const std::string& name) {
  const std::filesystem::path file = file_of(context, name);
  TRY(auto text, read_text_file(file, kTemplateBytesMax));
  TRY(auto fonts, print::listed_fonts(context.templates));
  TRY(auto renderer, print::FaceRenderer::create({context.templates, context.fonts}, sha256_hex));
  print::ParsedFace parsed = print::examine_face_template(text, fonts);
  Examined examined{std::move(parsed.face), std::move(parsed.faults)};
  if (!examined.face) return examined;
  if (examined.face->name != file.stem().string()) {
    examined.faults.push_back(
        {fail("template.name", "the template calls itself otherwise than its file"), 0});
  }
  for (Error& error : renderer->examine(*examined.face)) examined.faults.push_back({std::move(error), 0});
  return examined;
}

json::object as_json(const std::string& name, const Examined& examined) {
  json::array faults;
  for (const print::TemplateFault& fault : examined.faults) {
    faults.push_back(json::object{{"code", fault.error.code},
                                  {"field", fault.error.field},
                                  {"line", fault.line},
                                  {"sentence", fault.error.message}});
  }
  json::object answer{{"face", name}, {"holds", examined.faults.empty()}, {"faults", std::move(faults)}};
  if (examined.face) answer["hash"] = sha256_hex(bytes_of(examined.face->source_text));
  return answer;
}

void print_faults(const std::string& name, const Examined& examined) {
  if (examined.faults.empty()) {
    std::printf("%s holds: %zu elements in front, %zu at the back, hash %s\n", name.c_str(),
                examined.face->front.elements.size(), examined.face->back.elements.size(),
                sha256_hex(bytes_of(examined.face->source_text)).c_str());
  }
  for (const print::TemplateFault& fault : examined.faults) {
    std::printf("%s: %s (%s)\n", name.c_str(), fault.error.message.c_str(), fault.error.code.c_str());
  }
}

int run_check(const CommandContext& context, const std::vector<std::string>& names) {
  int code = kExitYes;
  for (const std::string& name : names) {
    const auto examined = examine(context, name);
    if (!examined) {
      code = report_error(context, examined.error());
      continue;
    }
    if (!examined.value().faults.empty()) code = kExitNo;
    if (context.json) std::printf("%s\n", canonical_json(as_json(name, examined.value())).c_str());
    if (!context.json) print_faults(name, examined.value());
  }
  return code;
}

Result<std::vector<std::filesystem::path>> preview(const CommandContext& context,
                                                   const PreviewOptions& options) {
  TRY(auto text, read_text_file(file_of(context, options.name), kTemplateBytesMax));
  TRY(auto fonts, print::listed_fonts(context.templates));
  TRY(auto face, print::parse_face_template(text, fonts));
  return preview_face(context, face, options.job, options.out);
}

int run_preview(const CommandContext& context, const PreviewOptions& options) {
  const auto files = preview(context, options);
  if (!files) return report_error(context, files.error());
  json::array names;
  for (const std::filesystem::path& file : files.value()) {
    if (!context.json) std::printf("%s\n", file.c_str());
    names.emplace_back(file.string());
  }
  if (context.json) std::printf("%s\n", canonical_json(json::object{{"files", std::move(names)}}).c_str());
  return kExitYes;
}

}  // namespace

void add_face(CLI::App& app, CommandContext& context) {
  auto* face = app.add_subcommand("face", "Check or preview a face template");
  face->require_subcommand(1);
  auto names = std::make_shared<std::vector<std::string>>();
  auto* check = face->add_subcommand("check", "Are the templates sound? Every fault, with its line");
  check->add_option("TEMPLATE", *names, "Names as in templates/faces, or files")->required();
  check->callback(
      [&context, names] { context.run = [&context, names] { return run_check(context, *names); }; });

  auto options = std::make_shared<PreviewOptions>();
  auto* show = face->add_subcommand("preview", "Draw a job's face: PDF, and a PNG of each side");
  show->add_option("TEMPLATE", options->name, "Name as in templates/faces, or a file")->required();
  show->add_option("--job", options->job, "Envelope")->required()->check(CLI::ExistingFile);
  show->add_option("--out", options->out, "Folder to write into")->capture_default_str();
  show->callback(
      [&context, options] { context.run = [&context, options] { return run_preview(context, *options); }; });
}

}  // namespace imprimatur::app
