#include "print/pdf_writer.hpp"

#include <hpdf.h>
#include <zlib.h>

#include <map>

#include "base/check.hpp"
#include "print/content.hpp"
#include "print/pdf_fonts.hpp"
#include "print/text_fit.hpp"

namespace imprimatur::print {
namespace {

constexpr int kBestCompression = 9;

// libharu calls this in the middle of its own functions: nothing may be thrown through it. The error
// stays in the document, where `write` looks for it.
extern "C" void on_haru_error(HPDF_STATUS, HPDF_STATUS, void*) {}

// Writes the text that the dictionary's `attr` points to, behind its other members.
extern "C" HPDF_STATUS write_members(HPDF_Dict dictionary, HPDF_Stream stream) {
  const auto* text = static_cast<const std::string*>(dictionary->attr);
  return HPDF_Stream_Write(stream, reinterpret_cast<const HPDF_BYTE*>(text->data()),
                           static_cast<HPDF_UINT>(text->size()));
}

struct PreparedFont {
  PdfFontText text;
  PdfStream file, to_unicode;
  std::string file_members;
};

}  // namespace

PdfStream deflate_stream(std::string_view bytes) {
  uLongf size = compressBound(bytes.size());
  std::string out(size, '\0');
  const int done = compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                             reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), kBestCompression);
  CHECK(done == Z_OK);
  out.resize(size);
  return {std::move(out), true};
}

struct PdfWriter::State {
  HPDF_Doc document = nullptr;
  std::map<std::string, PreparedFont> fonts;
  const std::string deflate_member = "/Filter /FlateDecode\n";

  // All of these return null once libharu has failed, and pass a null on.
  HPDF_Dict dictionary(const std::string* members);
  HPDF_Dict stream(const PdfStream& content, const std::string* members);
  HPDF_Dict font(const PreparedFont& prepared);
  HPDF_Dict opacity(double value);
  bool add_page(const PdfInput& input, const std::vector<const PdfStream*>& contents, HPDF_Dict resources);
  HPDF_Dict resources(const PdfInput& input);
  bool add_layers(const std::vector<PdfLayer>& layers, HPDF_Dict resources);
  Error failure() const;
};

HPDF_Dict PdfWriter::State::dictionary(const std::string* members) {
  HPDF_Dict made = HPDF_Dict_New(document->mmgr);
  if (made == nullptr || HPDF_Xref_Add(document->xref, made) != HPDF_OK) return nullptr;
  if (members != nullptr) {
    // libharu only reads it, in write_members.
    made->attr = const_cast<std::string*>(members);
    made->write_fn = &write_members;
  }
  return made;
}

HPDF_Dict PdfWriter::State::stream(const PdfStream& content, const std::string* members) {
  HPDF_Dict made = HPDF_DictStream_New(document->mmgr, document->xref);
  if (made == nullptr) return nullptr;
  if (content.deflated) {
    made->attr = const_cast<std::string*>(members != nullptr ? members : &deflate_member);
    made->write_fn = &write_members;
  } else {
    made->filter = HPDF_STREAM_FILTER_FLATE_DECODE;
  }
  const auto status =
      HPDF_Stream_Write(made->stream, reinterpret_cast<const HPDF_BYTE*>(content.bytes.data()),
                        static_cast<HPDF_UINT>(content.bytes.size()));
  return status == HPDF_OK ? made : nullptr;
}

HPDF_Dict PdfWriter::State::font(const PreparedFont& prepared) {
  HPDF_Dict file = stream(prepared.file, &prepared.file_members);
  HPDF_Dict descriptor = dictionary(&prepared.text.descriptor);
  HPDF_Dict cid_font = dictionary(&prepared.text.cid_font);
  HPDF_Dict to_unicode = stream(prepared.to_unicode, nullptr);
  HPDF_Dict made = dictionary(nullptr);
  HPDF_Array descendants = HPDF_Array_New(document->mmgr);
  if (file == nullptr || descriptor == nullptr || cid_font == nullptr || to_unicode == nullptr ||
      made == nullptr || descendants == nullptr) {
    return nullptr;
  }
  HPDF_STATUS status = HPDF_Dict_Add(descriptor, "FontFile2", file);
  status |= HPDF_Dict_Add(cid_font, "FontDescriptor", descriptor);
  status |= HPDF_Array_Add(descendants, cid_font);
  status |= HPDF_Dict_AddName(made, "Type", "Font");
  status |= HPDF_Dict_AddName(made, "Subtype", "Type0");
  status |= HPDF_Dict_AddName(made, "BaseFont", prepared.text.base_name.c_str());
  status |= HPDF_Dict_AddName(made, "Encoding", "Identity-H");
  status |= HPDF_Dict_Add(made, "DescendantFonts", descendants);
  status |= HPDF_Dict_Add(made, "ToUnicode", to_unicode);
  return status == HPDF_OK ? made : nullptr;
}

HPDF_Dict PdfWriter::State::opacity(double value) {
  HPDF_Dict made = dictionary(nullptr);
  if (made == nullptr) return nullptr;
  HPDF_STATUS status = HPDF_Dict_AddName(made, "Type", "ExtGState");
  status |= HPDF_Dict_AddReal(made, "ca", static_cast<HPDF_REAL>(value));
  return status == HPDF_OK ? made : nullptr;
}

HPDF_Dict PdfWriter::State::resources(const PdfInput& input) {
  HPDF_Dict all = dictionary(nullptr);
  HPDF_Dict font_names = HPDF_Dict_New(document->mmgr), image_names = HPDF_Dict_New(document->mmgr),
            state_names = HPDF_Dict_New(document->mmgr);
  if (all == nullptr || font_names == nullptr || image_names == nullptr || state_names == nullptr)
    return nullptr;
  HPDF_STATUS status = HPDF_Dict_Add(all, "Font", font_names);
  status |= HPDF_Dict_Add(all, "XObject", image_names);
  status |= HPDF_Dict_Add(all, "ExtGState", state_names);
  for (const std::string& name : input.fonts) {
    const auto prepared = fonts.find(name);
    CHECK(prepared != fonts.end());
    status |= HPDF_Dict_Add(font_names, name.c_str(), font(prepared->second));
  }
  for (std::size_t i = 0; i < input.images.size(); ++i) {
    if (input.images[i] == nullptr) continue;
    const Bytes& jpeg = input.images[i]->jpeg;
    HPDF_Image image = HPDF_LoadJpegImageFromMem(document, jpeg.data(), static_cast<HPDF_UINT>(jpeg.size()));
    status |= HPDF_Dict_Add(image_names, ("I" + std::to_string(i)).c_str(), image);
  }
  for (std::size_t i = 0; i < input.opacities.size(); ++i) {
    status |= HPDF_Dict_Add(state_names, ("G" + std::to_string(i)).c_str(), opacity(input.opacities[i]));
  }
  return status == HPDF_OK ? all : nullptr;
}

// Names them in the resources and in the catalogue (ISO 32000-1, 8.11.4).
bool PdfWriter::State::add_layers(const std::vector<PdfLayer>& layers, HPDF_Dict resources) {
  if (layers.empty()) return true;
  HPDF_Dict names = HPDF_Dict_New(document->mmgr), properties = HPDF_Dict_New(document->mmgr),
            usual = HPDF_Dict_New(document->mmgr);
  HPDF_Array all = HPDF_Array_New(document->mmgr), order = HPDF_Array_New(document->mmgr),
             hidden = HPDF_Array_New(document->mmgr);
  if (names == nullptr || properties == nullptr || usual == nullptr || all == nullptr || order == nullptr ||
      hidden == nullptr) {
    return false;
  }
  HPDF_STATUS status = HPDF_Dict_Add(resources, "Properties", names);
  status |= HPDF_Dict_Add(document->catalog, "OCProperties", properties);
  status |= HPDF_Dict_Add(properties, "OCGs", all);
  status |= HPDF_Dict_Add(properties, "D", usual);
  status |= HPDF_Dict_Add(usual, "Order", order);
  status |= HPDF_Dict_Add(usual, "OFF", hidden);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    HPDF_Dict group = dictionary(nullptr);
    if (group == nullptr) return false;
    status |= HPDF_Dict_AddName(group, "Type", "OCG");
    status |= HPDF_Dict_Add(group, "Name", HPDF_String_New(document->mmgr, layers[i].name.c_str(), nullptr));
    status |= HPDF_Dict_Add(names, ("L" + std::to_string(i)).c_str(), group);
    status |= HPDF_Array_Add(all, group);
    status |= HPDF_Array_Add(order, group);
    if (!layers[i].shown) status |= HPDF_Array_Add(hidden, group);
  }
  return status == HPDF_OK;
}

bool PdfWriter::State::add_page(const PdfInput& input, const std::vector<const PdfStream*>& contents,
                                HPDF_Dict resources) {
  HPDF_Page page = HPDF_AddPage(document);
  HPDF_Array parts = HPDF_Array_New(document->mmgr);
  if (page == nullptr || parts == nullptr) return false;
  HPDF_STATUS status = HPDF_Page_SetWidth(page, static_cast<HPDF_REAL>(input.width_mm * kPointsPerMm));
  status |= HPDF_Page_SetHeight(page, static_cast<HPDF_REAL>(input.height_mm * kPointsPerMm));
  status |= HPDF_Dict_Add(page, "Resources", resources);
  for (const PdfStream* content : contents) {
    HPDF_Dict part = stream(*content, nullptr);
    if (part == nullptr) return false;
    status |= HPDF_Array_Add(parts, part);
  }
  status |= HPDF_Dict_Add(page, "Contents", parts);
  return status == HPDF_OK;
}

Error PdfWriter::State::failure() const {
  char number[16];
  std::snprintf(number, sizeof number, "0x%04lX", static_cast<unsigned long>(HPDF_GetError(document)));
  return fail("print.pdf", std::string("the PDF library failed with error ") + number);
}

PdfWriter::PdfWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}

PdfWriter::~PdfWriter() {
  if (state_->document != nullptr) HPDF_Free(state_->document);
}

Result<std::unique_ptr<PdfWriter>> PdfWriter::create(const FontSet& fonts) {
  std::unique_ptr<PdfWriter> writer(new PdfWriter(std::make_unique<State>()));
  writer->state_->document = HPDF_New(&on_haru_error, nullptr);
  if (writer->state_->document == nullptr) return fail("print.pdf", "the PDF library does not start");
  for (const auto& [name, font] : fonts.fonts) {
    PreparedFont prepared;
    prepared.text = describe_font(font);
    prepared.file = deflate_stream(text_of(font.file));
    prepared.file_members = "/Filter /FlateDecode\n/Length1 " + std::to_string(font.file.size()) + "\n";
    prepared.to_unicode = deflate_stream(prepared.text.to_unicode);
    writer->state_->fonts.emplace(name, std::move(prepared));
  }
  return writer;
}

Result<Bytes> PdfWriter::write(const PdfInput& input) {
  HPDF_Doc document = state_->document;
  HPDF_ResetError(document);
  if (HPDF_NewDoc(document) != HPDF_OK) return state_->failure();            // drops what was there before
  document->pdf_version = input.layers.empty() ? HPDF_VER_14 : HPDF_VER_15;  // opacity; layers
  HPDF_Dict shared = state_->resources(input);
  if (shared == nullptr || !state_->add_layers(input.layers, shared)) return state_->failure();
  for (const auto& contents : input.pages) {
    if (!state_->add_page(input, contents, shared)) return state_->failure();
  }
  if (HPDF_SaveToStream(document) != HPDF_OK) return state_->failure();
  Bytes out(HPDF_GetStreamSize(document));
  auto size = static_cast<HPDF_UINT32>(out.size());
  const HPDF_STATUS read = HPDF_ReadFromStream(document, out.data(), &size);
  if ((read != HPDF_OK && read != HPDF_STREAM_EOF) || size != out.size()) return state_->failure();
  HPDF_FreeDoc(document);
  return out;
}

}  // namespace imprimatur::print
