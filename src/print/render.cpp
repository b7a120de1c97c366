#include "print/render.hpp"

#include <map>

#include "print/compose.hpp"
#include "print/font_set.hpp"
#include "print/pdf_writer.hpp"

namespace imprimatur::print {
namespace {

// Templates whose static art is kept; a station prints a handful of products.
constexpr std::size_t kPreparedMax = 16;

struct PreparedSide {
  std::vector<Part> parts;
  std::vector<PdfStream> streams;  // by part; empty for the bound ones
};

// A template with its static parts drawn and compressed.
struct PreparedFace {
  Resources resources;
  PreparedSide front, back;
  std::vector<FaceFinding> findings;  // of static elements
};

// One card drawn: the bound parts of both sides.
struct Drawn {
  std::vector<PdfStream> front, back;  // as PreparedSide::parts; empty for the static ones
  CardImages images;
  std::vector<FaceFinding> findings;
};

std::vector<PdfStream> draw_parts(const ComposeInput& input, const Side& side, const std::vector<Part>& parts,
                                  bool statics, std::vector<FaceFinding>& findings) {
  std::vector<PdfStream> streams(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].is_static != statics) continue;
    std::string content = compose_part(input, side, parts[i], findings);
    streams[i] = statics ? deflate_stream(content) : PdfStream{std::move(content), false};
  }
  return streams;
}

std::vector<const PdfStream*> page_of(const PreparedSide& prepared, const std::vector<PdfStream>& drawn) {
  std::vector<const PdfStream*> contents;
  for (std::size_t i = 0; i < prepared.parts.size(); ++i) {
    contents.push_back(prepared.parts[i].is_static ? &prepared.streams[i] : &drawn[i]);
  }
  return contents;
}

}  // namespace

struct FaceRenderer::State {
  FontSet fonts;
  std::unique_ptr<PdfWriter> writer;
  std::map<std::string, PreparedFace> prepared;  // by the template's source text

  const PreparedFace& prepare(const FaceTemplate& face);
  Drawn draw(const FaceTemplate& face, const PreparedFace& prepared_face, const FaceData& data) const;
};

const PreparedFace& FaceRenderer::State::prepare(const FaceTemplate& face) {
  const auto known = prepared.find(face.source_text);
  if (known != prepared.end()) return known->second;
  if (prepared.size() >= kPreparedMax) prepared.clear();
  PreparedFace made;
  made.resources = resources_of(face);
  const FaceData nothing;
  const CardImages no_images;
  const ComposeInput input{fonts, face, made.resources, nothing, no_images};
  made.front.parts = parts_of(face.front);
  made.back.parts = parts_of(face.back);
  made.front.streams = draw_parts(input, face.front, made.front.parts, true, made.findings);
  made.back.streams = draw_parts(input, face.back, made.back.parts, true, made.findings);
  return prepared.emplace(face.source_text, std::move(made)).first->second;
}

Drawn FaceRenderer::State::draw(const FaceTemplate& face, const PreparedFace& prepared_face,
                                const FaceData& data) const {
  Drawn drawn;
  drawn.findings = prepared_face.findings;
  drawn.images = prepare_images(face, prepared_face.resources, data);
  const ComposeInput input{fonts, face, prepared_face.resources, data, drawn.images};
  drawn.front = draw_parts(input, face.front, prepared_face.front.parts, false, drawn.findings);
  drawn.back = draw_parts(input, face.back, prepared_face.back.parts, false, drawn.findings);
  drawn.findings.insert(drawn.findings.end(), drawn.images.findings.begin(), drawn.images.findings.end());
  return drawn;
}

FaceRenderer::FaceRenderer(std::unique_ptr<State> state) : state_(std::move(state)) {}
FaceRenderer::~FaceRenderer() = default;

Result<std::unique_ptr<FaceRenderer>> FaceRenderer::create(const RendererFiles& files,
                                                           const Sha256Hex& sha256_hex) {
  auto state = std::make_unique<State>();
  TRY(auto fonts, load_fonts(files.templates, files.fonts, sha256_hex));
  state->fonts = std::move(fonts);
  TRY(auto writer, PdfWriter::create(state->fonts));
  state->writer = std::move(writer);
  return std::unique_ptr<FaceRenderer>(new FaceRenderer(std::move(state)));
}

std::vector<FaceFinding> FaceRenderer::check(const FaceTemplate& face, const FaceData& data) {
  return state_->draw(face, state_->prepare(face), data).findings;
}

Result<Bytes> FaceRenderer::render(const FaceTemplate& face, const FaceData& data) {
  const PreparedFace& prepared = state_->prepare(face);
  const Drawn drawn = state_->draw(face, prepared, data);
  if (!drawn.findings.empty()) {
    const FaceFinding& first = drawn.findings.front();
    return fail("face.refused", first.field + ": " + first.sentence + " (" + first.code + ")", first.field,
                "Put the job's data right, or submit it anew");
  }
  PdfInput input;
  input.pages = {page_of(prepared.front, drawn.front), page_of(prepared.back, drawn.back)};
  input.fonts = prepared.resources.fonts;
  input.opacities = prepared.resources.opacities;
  for (const CleanImage& image : drawn.images.images) {
    input.images.push_back(image.jpeg.empty() ? nullptr : &image);  // optional, and this card has none
  }
  return state_->writer->write(input);
}

}  // namespace imprimatur::print
