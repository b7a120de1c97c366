#include <openjpeg.h>

#include <algorithm>
#include <memory>

#include "base/byte_reader.hpp"
#include "print/image_decode.hpp"

namespace imprimatur::print {
namespace {

constexpr std::uint32_t kTilesMax = 1024;
constexpr int kBoxesMax = 256;
constexpr std::size_t kBufferBytes = 1U << 16;

using Codec = std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)>;
using Stream = std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)>;
using Image = std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)>;
using Info = opj_codestream_info_v2_t;

// What OpenJPEG reads from: borrowed bytes and a place in them.
struct Source {
  ByteView bytes;
  std::size_t place = 0;
};

extern "C" OPJ_SIZE_T read_source(void* to, OPJ_SIZE_T count, void* source) {
  auto* from = static_cast<Source*>(source);
  const std::size_t size = std::min(count, from->bytes.size() - from->place);
  if (size == 0) return static_cast<OPJ_SIZE_T>(-1);
  std::copy_n(from->bytes.data() + from->place, size, static_cast<std::uint8_t*>(to));
  from->place += size;
  return size;
}

extern "C" OPJ_OFF_T skip_source(OPJ_OFF_T count, void* source) {
  auto* from = static_cast<Source*>(source);
  if (count < 0) return -1;
  const std::size_t size = std::min(static_cast<std::size_t>(count), from->bytes.size() - from->place);
  from->place += size;
  return size == 0 && count > 0 ? -1 : static_cast<OPJ_OFF_T>(size);
}

extern "C" OPJ_BOOL seek_source(OPJ_OFF_T place, void* source) {
  auto* from = static_cast<Source*>(source);
  if (place < 0 || static_cast<std::size_t>(place) > from->bytes.size()) return OPJ_FALSE;
  from->place = static_cast<std::size_t>(place);
  return OPJ_TRUE;
}

// The library's own words go nowhere: ours say what the submitter can do.
extern "C" void ignore_message(const char*, void*) {}

Stream open_stream(Source& source) {
  Stream stream(opj_stream_create(kBufferBytes, OPJ_TRUE), &opj_stream_destroy);
  if (!stream) return stream;
  opj_stream_set_user_data(stream.get(), &source, nullptr);
  opj_stream_set_user_data_length(stream.get(), source.bytes.size());
  opj_stream_set_read_function(stream.get(), &read_source);
  opj_stream_set_skip_function(stream.get(), &skip_source);
  opj_stream_set_seek_function(stream.get(), &seek_source);
  return stream;
}

// The top-level boxes (ISO/IEC 15444-1, I.4) in front of the codestream, for an Exif block (uuid box
// "JpgTiffExif->JP2").
Status check_boxes(ByteView jp2) {
  constexpr std::string_view kExif = "JpgTiffExif->JP2";
  std::size_t at = 0;
  for (int box = 0; box < kBoxesMax && at + 8 <= jp2.size(); ++box) {
    const std::size_t length = read_be(jp2.subspan(at, 4));
    const std::string type = text_of(jp2.subspan(at + 4, 4));
    if (length < 8 || length > jp2.size() - at) return ok();  // to the end of the file, or for the decoder
    const ByteView body = jp2.subspan(at + 8, length - 8);
    if (type == "uuid" && body.size() > kExif.size() && text_of(body.first(kExif.size())) == kExif) {
      TRY_STATUS(check_upright(body.subspan(kExif.size())));
    }
    at += length;
  }
  return ok();
}

Status check_components(const opj_image_t& image) {
  const Error wrong =
      fail("image.colour_space", "the image is not RGB or grey of 8 bits without transparency");
  if (image.numcomps != 1 && image.numcomps != 3) return wrong;
  if (image.color_space == OPJ_CLRSPC_SYCC || image.color_space == OPJ_CLRSPC_EYCC ||
      image.color_space == OPJ_CLRSPC_CMYK) {
    return wrong;
  }
  for (OPJ_UINT32 i = 0; i < image.numcomps; ++i) {
    const opj_image_comp_t& component = image.comps[i];
    if (component.prec != 8 || component.sgnd != 0 || component.dx != 1 || component.dy != 1) return wrong;
  }
  return ok();
}

Result<ImageInfo> read_header(opj_codec_t* codec, const opj_image_t& image, const ImageLimits& limits) {
  if (image.x1 <= image.x0 || image.y1 <= image.y0) return fail("image.not_jp2", "the image has no area");
  TRY_STATUS(check_dimensions(std::int64_t{image.x1} - image.x0, std::int64_t{image.y1} - image.y0, limits));
  TRY_STATUS(check_components(image));
  Info* codestream = opj_get_cstr_info(codec);
  if (codestream == nullptr) return fail("image.not_jp2", "the image's codestream header cannot be read");
  const bool few = std::uint64_t{codestream->tw} * codestream->th <= kTilesMax;
  opj_destroy_cstr_info(&codestream);
  if (!few) return fail("image.dimensions", "the image is cut into too many tiles");
  ImageInfo info;
  info.width_px = static_cast<int>(image.x1 - image.x0);
  info.height_px = static_cast<int>(image.y1 - image.y0);
  info.colour = image.numcomps == 1 ? ImageColour::grey : ImageColour::colour;
  return info;
}

Result<Pixels> pixels_of(const opj_image_t& image, const ImageInfo& info) {
  TRY_STATUS(check_components(image));  // a palette may have made components
  Pixels pixels{
      info.width_px, info.height_px, image.numcomps == 1 ? ImageColour::grey : ImageColour::colour, {}};
  const std::size_t count =
      static_cast<std::size_t>(info.width_px) * static_cast<std::size_t>(info.height_px);
  for (OPJ_UINT32 i = 0; i < image.numcomps; ++i) {
    const opj_image_comp_t& component = image.comps[i];
    if (component.data == nullptr || std::size_t{component.w} * component.h != count) return corrupt_image();
  }
  pixels.bytes.reserve(count * image.numcomps);
  for (std::size_t at = 0; at < count; ++at) {
    for (OPJ_UINT32 i = 0; i < image.numcomps; ++i) {
      pixels.bytes.push_back(static_cast<std::uint8_t>(std::clamp(image.comps[i].data[at], 0, 255)));
    }
  }
  return pixels;
}

}  // namespace

Result<Decoded> decode_jp2(ByteView jp2, const ImageLimits& limits, const CleanOptions& options) {
  const bool boxed = jp2[0] == 0;
  if (boxed) {
    TRY_STATUS(check_boxes(jp2));
  }
  Source source{jp2, 0};
  const Codec codec(opj_create_decompress(boxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K), &opj_destroy_codec);
  const Stream stream = open_stream(source);
  if (!codec || !stream) return fail("image.codec", "the JPEG 2000 decoder does not start");
  opj_set_info_handler(codec.get(), &ignore_message, nullptr);
  opj_set_warning_handler(codec.get(), &ignore_message, nullptr);
  opj_set_error_handler(codec.get(), &ignore_message, nullptr);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  if (opj_setup_decoder(codec.get(), &parameters) == OPJ_FALSE ||
      opj_decoder_set_strict_mode(codec.get(), OPJ_TRUE) == OPJ_FALSE) {
    return fail("image.codec", "the JPEG 2000 decoder does not start");
  }
  opj_image_t* raw = nullptr;
  const bool has_header = opj_read_header(stream.get(), codec.get(), &raw) != OPJ_FALSE;
  const Image image(raw, &opj_image_destroy);
  if (!has_header || !image) return fail("image.not_jp2", "the image's JPEG 2000 header cannot be read");
  Decoded decoded;
  TRY(auto info, read_header(codec.get(), *image, limits));
  decoded.info = info;
  decoded.info.bytes = static_cast<int>(jp2.size());
  if (opj_decode(codec.get(), stream.get(), image.get()) == OPJ_FALSE ||
      opj_end_decompress(codec.get(), stream.get()) == OPJ_FALSE) {
    return corrupt_image();
  }
  TRY(auto pixels, pixels_of(*image, decoded.info));
  pixels = shrunk(std::move(pixels), options.longer_side_px_wanted);
  if (options.grey) pixels = greyed(std::move(pixels));
  decoded.pixels = std::move(pixels);
  return decoded;
}

}  // namespace imprimatur::print
