#include "print/page_text.hpp"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace imprimatur::print {
namespace {

constexpr std::size_t kObjectsMax = 2000;
constexpr std::size_t kStreamBytesMax = 8U << 20;
constexpr std::size_t kReferencesMax = 1000;

Error bad(const std::string& what) {
  return fail("print.readback", "the rendered page does not read back: " + what, {},
              "Do not print it; report this as a fault of the program");
}

std::optional<std::size_t> number_at(std::string_view text) {
  const std::size_t start = std::min(text.find_first_not_of(' '), text.size());
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + start, text.data() + text.size(), value);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

// The objects of a file, found by its cross-reference table (ISO 32000-1, 7.5.4).
class Objects {
 public:
  static Result<Objects> open(ByteView pdf) {
    Objects objects;
    objects.text_ = {reinterpret_cast<const char*>(pdf.data()), pdf.size()};
    constexpr std::string_view kMark = "startxref";
    const std::size_t mark = objects.text_.rfind(kMark);
    if (mark == std::string_view::npos) return bad("no startxref");
    std::string_view table = objects.text_.substr(mark + kMark.size());
    table.remove_prefix(std::min(table.find_first_of("0123456789"), table.size()));
    const auto offset = number_at(table);
    if (!offset || *offset >= pdf.size()) return bad("no cross-reference table");
    table = objects.text_.substr(*offset);
    constexpr std::string_view kHead = "xref";
    if (!table.starts_with(kHead)) return bad("no cross-reference table");
    objects.trailer_ = table;
    const std::size_t first = table.find("0 ");
    const auto count = first == std::string_view::npos ? std::nullopt : number_at(table.substr(first + 2));
    if (!count || *count > kObjectsMax) return bad("too many objects");
    table.remove_prefix(std::min(table.find('\n', first), table.size() - 1) + 1);
    constexpr std::size_t kEntryBytes = 20;
    for (std::size_t i = 0; i < *count; ++i) {
      if (table.size() < (i + 1) * kEntryBytes) return bad("a short cross-reference table");
      objects.offsets_.push_back(number_at(table.substr(i * kEntryBytes, 10)).value_or(0));
    }
    return objects;
  }

  // From the object's first byte on to the end of the file.
  Result<std::string_view> at(std::size_t number) const {
    if (number >= offsets_.size() || offsets_[number] >= text_.size()) return bad("no such object");
    const std::string_view object = text_.substr(offsets_[number]);
    if (number_at(object) != number) return bad("an object is not where it should be");
    return object;
  }

  // References in the value of `key` in the dictionary at the front of `object`: one, or a list.
  static Result<std::vector<std::size_t>> references(std::string_view object, std::string_view key) {
    const std::string_view dictionary =
        object.substr(0, std::min(object.find("stream"), object.find("endobj")));
    const std::size_t place = dictionary.find(key);
    if (place == std::string_view::npos) return bad("no " + std::string(key));
    std::string_view value = dictionary.substr(place + key.size());
    value = value.substr(0, value.find('/'));  // the next key
    std::vector<std::size_t> numbers;
    constexpr std::string_view kDigits = "0123456789";
    for (std::size_t i = value.find_first_of(kDigits); i != std::string_view::npos;
         i = value.find_first_of(kDigits)) {
      const auto number = number_at(value.substr(i));
      const std::size_t end = value.find('R', i);
      if (!number || numbers.size() >= kReferencesMax) return bad("a list that is too long");
      if (end == std::string_view::npos) break;
      numbers.push_back(*number);
      value.remove_prefix(end + 1);
    }
    return numbers;
  }

  Result<std::size_t> reference(std::string_view object, std::string_view key) const {
    TRY(auto numbers, references(object, key));
    if (numbers.size() != 1) return bad(std::string(key) + " is not one object");
    return numbers[0];
  }

  Result<std::string_view> root() const {
    const std::size_t trailer = trailer_.find("trailer");
    if (trailer == std::string_view::npos) return bad("no trailer");
    TRY(auto number, reference(trailer_.substr(trailer), "/Root "));
    return at(number);
  }

 private:
  std::string_view text_, trailer_;
  std::vector<std::size_t> offsets_;
};

Result<std::string> inflate_all(std::string_view packed) {
  std::string out;
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return bad("zlib does not start");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  int state = Z_OK;
  while (state == Z_OK && out.size() < kStreamBytesMax) {
    const std::size_t before = out.size();
    out.resize(before + std::max<std::size_t>(packed.size() * 4, 4096));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(out.size() - before);
    state = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (state != Z_STREAM_END) return bad("a damaged content stream");
  return out;
}

// The compressed bytes of a stream.
Result<std::string_view> packed_content(const Objects& objects, std::size_t number) {
  TRY(auto object, objects.at(number));
  TRY(auto length_at, objects.reference(object, "/Length "));
  TRY(auto length_object, objects.at(length_at));
  const std::size_t value = length_object.find("obj");
  const std::size_t digits = length_object.find_first_of("0123456789", value);
  const std::size_t start = object.find("stream");
  if (value == std::string_view::npos || digits == std::string_view::npos || start == std::string_view::npos)
    return bad("a stream without length");
  const std::size_t data = object.find('\n', start) + 1;
  const auto length = number_at(length_object.substr(digits));
  if (!length || *length > kStreamBytesMax || data + *length > object.size()) return bad("a stream's length");
  return object.substr(data, *length);
}

// Reads the operators that Content writes, one a line.
class ContentReading {
 public:
  ContentReading(std::string_view content, const GlyphCharacters& characters)
      : content_(content), characters_(characters) {}

  Result<PageTexts> read() {
    while (!content_.empty()) {
      const std::size_t end = std::min(content_.find('\n'), content_.size());
      TRY_STATUS(read_line(content_.substr(0, end)));
      content_.remove_prefix(std::min(end + 1, content_.size()));
    }
    if (!marks_.empty()) return bad("a span without end");
    return std::move(texts_);
  }

 private:
  Status read_line(std::string_view line) {
    if (line.ends_with(" BMC") || line.ends_with(" BDC")) {
      const bool span = line.starts_with("/Span ");
      if (in_span() || marks_.size() > 4) return bad("spans in each other");
      marks_.push_back(span);
      if (span) texts_.emplace_back();
      first_run_ = true;
    } else if (line == "EMC") {
      if (marks_.empty()) return bad("an end without span");
      marks_.pop_back();
    } else if (line.starts_with("BT ")) {
      return read_run(line);
    }
    return ok();
  }

  bool in_span() const { return !marks_.empty() && marks_.back(); }

  Status read_run(std::string_view line) {
    const std::size_t slash = line.find('/'), space = line.find(' ', slash), open = line.find('<'),
                      close = line.find('>');
    if (!in_span() || slash == std::string_view::npos || close == std::string_view::npos || open > close ||
        (close - open - 1) % 4 != 0) {
      return bad("text outside a span");
    }
    const auto font = characters_.find(line.substr(slash + 1, space - slash - 1));
    if (font == characters_.end()) return bad("a font that is not ours");
    if (!first_run_) texts_.back() += U' ';
    first_run_ = false;
    for (std::size_t at = open + 1; at < close; at += 4) {
      unsigned glyph = 0;
      const auto [end, error] = std::from_chars(line.data() + at, line.data() + at + 4, glyph, 16);
      if (error != std::errc() || end != line.data() + at + 4 || glyph >= font->second.size() ||
          font->second[glyph] == 0) {
        return bad("a glyph that stands for no character");
      }
      texts_.back() += font->second[glyph];
    }
    return ok();
  }

  std::string_view content_;
  const GlyphCharacters& characters_;
  PageTexts texts_;
  std::vector<bool> marks_;  // open ones; true: a span
  bool first_run_ = true;
};

}  // namespace

GlyphCharacters glyph_characters(const FontSet& fonts) {
  GlyphCharacters all;
  for (const auto& [name, font] : fonts.fonts) {
    std::vector<char32_t>& characters = all[name];
    characters.resize(font.metrics.advances.size(), 0);
    for (const auto& [character, glyph] : font.metrics.glyphs) {
      if (glyph.id >= characters.size()) continue;
      char32_t& known = characters[glyph.id];
      if (known == 0 || character < known) known = character;  // as the PDF's ToUnicode map has it
    }
  }
  return all;
}

Result<PageTexts> read_content_texts(std::string_view content, const GlyphCharacters& characters) {
  return ContentReading(content, characters).read();
}

Result<std::vector<PageTexts>> read_page_texts(ByteView pdf, const GlyphCharacters& characters,
                                               const KnownStreams& known) {
  TRY(auto objects, Objects::open(pdf));
  TRY(auto root, objects.root());
  TRY(auto pages_number, objects.reference(root, "/Pages "));
  TRY(auto pages, objects.at(pages_number));
  TRY(auto page_numbers, Objects::references(pages, "/Kids "));
  std::vector<PageTexts> all;
  for (const std::size_t page_number : page_numbers) {
    TRY(auto page, objects.at(page_number));
    TRY(auto parts, Objects::references(page, "/Contents "));
    PageTexts texts;
    for (const std::size_t part : parts) {
      TRY(auto packed, packed_content(objects, part));
      const auto same = known.find(packed);
      if (same != known.end()) {
        texts.insert(texts.end(), same->second.begin(), same->second.end());
        continue;
      }
      TRY(auto content, inflate_all(packed));
      TRY(auto read, read_content_texts(content, characters));
      std::move(read.begin(), read.end(), std::back_inserter(texts));
    }
    all.push_back(std::move(texts));
  }
  return all;
}

}  // namespace imprimatur::print
