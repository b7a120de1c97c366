#include "print/render.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "print/compose.hpp"
#include "print/face_examine.hpp"
#include "print/font_set.hpp"
#include "print/page_text.hpp"
#include "print/pdf_writer.hpp"
#include "print/template_art.hpp"

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
  CardImages art;
  PreparedSide front, back;
  std::vector<FaceFinding> findings;  // of static elements and of art
  KnownStreams texts;                 // of the static parts
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

// A static part that does not read back stays unknown, and fails with the card.
void learn_texts(const ComposeInput& input, const Side& side, const PreparedSide& prepared,
                 const GlyphCharacters& characters, KnownStreams& texts) {
  std::vector<FaceFinding> ignored;
  for (std::size_t i = 0; i < prepared.parts.size(); ++i) {
    if (!prepared.parts[i].is_static) continue;
    auto read = read_content_texts(compose_part(input, side, prepared.parts[i], ignored), characters);
    if (read) texts.emplace(prepared.streams[i].bytes, std::move(read.value()));
  }
}

std::vector<const PdfStream*> page_of(const PreparedSide& prepared, const std::vector<PdfStream>& drawn,
                                      std::optional<Panel> only) {
  std::vector<const PdfStream*> contents;
  for (std::size_t i = 0; i < prepared.parts.size(); ++i) {
    if (only && prepared.parts[i].panel != *only) continue;
    contents.push_back(prepared.parts[i].is_static ? &prepared.streams[i] : &drawn[i]);
  }
  return contents;
}

// Whether the pages say what the data says.
Status check_readback(const Bytes& pdf, const GlyphCharacters& characters, const KnownStreams& known,
                      const FaceTemplate& face, const FaceData& data, std::optional<Panel> only) {
  TRY(auto pages, read_page_texts(pdf, characters, known));
  if (pages.size() == 2 && pages[0] == expected_texts(face.front, data, only) &&
      pages[1] == expected_texts(face.back, data, only)) {
    return ok();
  }
  return fail("print.readback", "the rendered page does not say what the data says", {},
              "Do not print it; report this as a fault of the program");
}

}  // namespace

struct FaceRenderer::State {
  RendererFiles files;
  Sha256Hex sha256_hex;
  FontSet fonts;
  GlyphCharacters characters;
  std::unique_ptr<PdfWriter> writer;
  std::mutex prepared_mutex;
  std::map<std::string, std::shared_ptr<const PreparedFace>> prepared;  // by the template's source text

  std::shared_ptr<const PreparedFace> prepare(const FaceTemplate& face);
  PreparedFace make(const FaceTemplate& face) const;
  Drawn draw(const FaceTemplate& face, const PreparedFace& prepared_face, const FaceData& data) const;
  std::vector<FaceFinding> check(const FaceTemplate& face, const PreparedFace& prepared_face,
                                 const FaceData& data) const;
};

std::shared_ptr<const PreparedFace> FaceRenderer::State::prepare(const FaceTemplate& face) {
  const std::lock_guard lock(prepared_mutex);
  const auto known = prepared.find(face.source_text);
  if (known != prepared.end()) return known->second;
  if (prepared.size() >= kPreparedMax) prepared.clear();
  auto made = std::make_shared<const PreparedFace>(make(face));
  prepared.emplace(face.source_text, made);
  return made;
}

PreparedFace FaceRenderer::State::make(const FaceTemplate& face) const {
  PreparedFace made;
  made.resources = resources_of(face);
  const auto art_files = load_art(face, files.templates, sha256_hex, made.findings);
  made.art = prepare_art(face, made.resources, art_files);
  made.findings.insert(made.findings.end(), made.art.findings.begin(), made.art.findings.end());
  const FaceData nothing;
  const ComposeInput input{fonts, face, made.resources, nothing, made.art};
  made.front.parts = parts_of(face.front);
  made.back.parts = parts_of(face.back);
  made.front.streams = draw_parts(input, face.front, made.front.parts, true, made.findings);
  made.back.streams = draw_parts(input, face.back, made.back.parts, true, made.findings);
  learn_texts(input, face.front, made.front, characters, made.texts);
  learn_texts(input, face.back, made.back, characters, made.texts);
  return made;
}

Drawn FaceRenderer::State::draw(const FaceTemplate& face, const PreparedFace& prepared_face,
                                const FaceData& data) const {
  Drawn drawn;
  drawn.findings = prepared_face.findings;
  drawn.images = prepare_images(face, prepared_face.resources, data, prepared_face.art);
  const ComposeInput input{fonts, face, prepared_face.resources, data, drawn.images};
  drawn.front = draw_parts(input, face.front, prepared_face.front.parts, false, drawn.findings);
  drawn.back = draw_parts(input, face.back, prepared_face.back.parts, false, drawn.findings);
  drawn.findings.insert(drawn.findings.end(), drawn.images.findings.begin(), drawn.images.findings.end());
  return drawn;
}

// As `draw`, with nothing to show for it: no image is made.
std::vector<FaceFinding> FaceRenderer::State::check(const FaceTemplate& face,
                                                    const PreparedFace& prepared_face,
                                                    const FaceData& data) const {
  std::vector<FaceFinding> findings = prepared_face.findings;
  const ComposeInput input{fonts, face, prepared_face.resources, data, prepared_face.art, true};
  draw_parts(input, face.front, prepared_face.front.parts, false, findings);
  draw_parts(input, face.back, prepared_face.back.parts, false, findings);
  auto of_images = examine_images(face, prepared_face.resources, data);
  std::move(of_images.begin(), of_images.end(), std::back_inserter(findings));
  return findings;
}

bool uses_layers(const FaceTemplate& face) {
  const auto in_layer = [](const Element& element) { return element.panel != Panel::colour; };
  return std::any_of(face.front.elements.begin(), face.front.elements.end(), in_layer) ||
         std::any_of(face.back.elements.begin(), face.back.elements.end(), in_layer);
}

FaceRenderer::FaceRenderer(std::unique_ptr<State> state) : state_(std::move(state)) {}
FaceRenderer::~FaceRenderer() = default;

Result<std::unique_ptr<FaceRenderer>> FaceRenderer::create(const RendererFiles& files,
                                                           const Sha256Hex& sha256_hex) {
  auto state = std::make_unique<State>();
  state->files = files;
  state->sha256_hex = sha256_hex;
  TRY(auto fonts, load_fonts(files.templates, files.fonts, sha256_hex));
  state->fonts = std::move(fonts);
  state->characters = glyph_characters(state->fonts);
  TRY(auto writer, PdfWriter::create(state->fonts));
  state->writer = std::move(writer);
  return std::unique_ptr<FaceRenderer>(new FaceRenderer(std::move(state)));
}

std::vector<Error> FaceRenderer::examine(const FaceTemplate& face) const {
  std::vector<Error> errors = examine_with_fonts(face, state_->fonts);
  std::vector<FaceFinding> findings;
  const auto files = load_art(face, state_->files.templates, state_->sha256_hex, findings);
  const CardImages art = prepare_art(face, resources_of(face), files);
  findings.insert(findings.end(), art.findings.begin(), art.findings.end());
  for (const FaceFinding& finding : findings) {
    errors.push_back(
        fail("template.art", "art/" + finding.field + ": " + finding.sentence, "art/" + finding.field));
  }
  return errors;
}

std::vector<FaceFinding> FaceRenderer::check(const FaceTemplate& face, const FaceData& data) {
  return state_->check(face, *state_->prepare(face), data);
}

Result<Bytes> FaceRenderer::render(const FaceTemplate& face, const FaceData& data,
                                   std::optional<Panel> only) {
  const auto kept = state_->prepare(face);
  const PreparedFace& prepared = *kept;
  const Drawn drawn = state_->draw(face, prepared, data);
  if (!drawn.findings.empty()) {
    const FaceFinding& first = drawn.findings.front();
    return fail("face.refused", first.field + ": " + first.sentence + " (" + first.code + ")", first.field,
                "Put the job's data right, or submit it anew");
  }
  PdfInput input;
  if (uses_layers(face)) input.layers = layers();
  for (PdfLayer& layer : input.layers) layer.shown = layer.shown || only.has_value();
  input.pages = {page_of(prepared.front, drawn.front, only), page_of(prepared.back, drawn.back, only)};
  input.fonts = prepared.resources.fonts;
  input.opacities = prepared.resources.opacities;
  for (const CleanImage& image : drawn.images.images) {
    input.images.push_back(image.jpeg.empty() ? nullptr : &image);  // optional, and this card has none
  }
  TRY(auto pdf, state_->writer->write(input));
  TRY_STATUS(check_readback(pdf, state_->characters, prepared.texts, face, data, only));
  return pdf;
}

}  // namespace imprimatur::print
