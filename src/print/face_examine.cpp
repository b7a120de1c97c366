#include "print/face_examine.hpp"

#include <algorithm>
#include <array>

#include "print/binding.hpp"
#include "print/draw_text.hpp"
#include "print/text_check.hpp"

namespace imprimatur::print {
namespace {

constexpr std::size_t kFaultsMax = 200;

struct Alphabet {
  std::string_view language;
  std::string_view letters;  // beyond A-Z and a-z
};

// Of the languages that faces are written in; of others only A-Z and a-z are asked.
constexpr std::array kAlphabets{
    Alphabet{"vi",
             "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
             "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"},
    Alphabet{"fr", "ÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸàâæçéèêëîïôœùûüÿ’"},
    Alphabet{"de", "ÄÖÜẞäöüß"},
    Alphabet{"es", "ÁÉÍÑÓÚÜáéíñóúü¿¡"},
    Alphabet{"pl", "ĄĆĘŁŃÓŚŹŻąćęłńóśźż"},
    Alphabet{"tr", "ÇĞİÖŞÜçğıöşü"},
};
constexpr std::string_view kLatin = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kMrzCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<";

class SideExamination {
 public:
  SideExamination(const Side& side, std::string name, const FontSet& fonts, std::vector<Error>& errors)
      : side_(side), name_(std::move(name)), fonts_(fonts), errors_(errors) {}

  void run() {
    for (const Element& element : side_.elements) {
      if (const auto* text = std::get_if<TextElement>(&element.what)) {
        examine_style(element, text->style);
        examine_text(element, *text);
      } else if (const auto* caption = std::get_if<CaptionElement>(&element.what)) {
        examine_style(element, caption->first);
        examine_style(element, caption->second);
        Content ignored;
        std::vector<FaceFinding> findings;
        draw_caption(ignored, fonts_, element, *caption, findings);
        report(element, findings, {});
      } else if (const auto* mrz = std::get_if<MrzElement>(&element.what)) {
        examine_letters(element, mrz->font, kMrzCharacters, "the characters of an MRZ");
      }
    }
  }

 private:
  void wrong(const char* code, const Element& element, const std::string& what) {
    if (errors_.size() >= kFaultsMax) return;
    errors_.push_back(fail(code, name_ + ": " + element.name + " " + what, name_ + "/" + element.name));
  }

  void report(const Element& element, const std::vector<FaceFinding>& findings, const std::string& shown) {
    for (const FaceFinding& finding : findings) {
      const char* code = finding.code == "face.does_not_fit" ? "template.size" : "template.font";
      wrong(code, element,
            (shown.empty() ? "" : "with \"" + shown + "\" ") + "cannot be printed: " + finding.sentence);
    }
  }

  void examine_letters(const Element& element, const std::string& font_name, std::string_view letters,
                       const std::string& what) {
    const Font* font = fonts_.find(font_name);
    if (font == nullptr)
      return wrong("template.font", element, "uses the font " + font_name + ", which is not loaded");
    const auto characters = check_text(letters);
    if (!characters) return;
    const Status covered = check_glyphs(font->metrics, characters.value());
    if (!covered) {
      wrong("template.font", element,
            "uses the font " + font_name + ", which lacks one of " + what + ": " + covered.error().message);
    }
  }

  void examine_style(const Element& element, const TextStyle& style) {
    if (style.language.empty()) return;
    examine_letters(element, style.font, kLatin, "the Latin letters and digits");
    const std::string language = style.language.substr(0, style.language.find('-'));
    const auto alphabet = std::find_if(kAlphabets.begin(), kAlphabets.end(), [&](const Alphabet& candidate) {
      return candidate.language == language;
    });
    if (alphabet == kAlphabets.end()) return;
    examine_letters(element, style.font, alphabet->letters, "the letters of the language " + language);
  }

  void examine_shown(const Element& element, const TextElement& text, const std::string& shown) {
    TextElement fixed;
    fixed.style = text.style;
    fixed.text = shown;
    Content ignored;
    std::vector<FaceFinding> findings;
    draw_text(ignored, fonts_, element, fixed, {}, findings);
    report(element, findings, shown);
  }

  void examine_text(const Element& element, const TextElement& text) {
    if (!text.text.empty()) return examine_shown(element, text, text.text);
    if (text.when_empty) examine_shown(element, text, *text.when_empty);
    if (!text.parts.empty()) return;
    if (text.format.kind == Format::Kind::words) {
      for (const auto& word : text.format.words) examine_shown(element, text, word.second);
    } else if (text.format.kind == Format::Kind::date) {
      for (int month = 1; month <= 12; ++month) {
        const std::string digits = std::to_string(month + 100).substr(1);
        const auto date = format_date("2008-" + digits + "-28", text.format.pattern, text.format.words);
        if (date) examine_shown(element, text, date.value());
        if (!date) wrong("template.value", element, "has no word for the month " + digits);
      }
    }
  }

  const Side& side_;
  std::string name_;
  const FontSet& fonts_;
  std::vector<Error>& errors_;
};

void expect(std::string_view text, PageTexts& texts) {
  const auto characters = check_text(text);
  if (characters && !characters.value().empty()) texts.push_back(characters.value());
}

void expect_field(const std::string& field, const FaceData& data, PageTexts& texts) {
  const auto found = data.fields.find(field);
  if (found != data.fields.end()) expect(found->second, texts);
}

}  // namespace

std::vector<Error> examine_with_fonts(const FaceTemplate& face, const FontSet& fonts) {
  std::vector<Error> errors;
  SideExamination(face.front, "front", fonts, errors).run();
  SideExamination(face.back, "back", fonts, errors).run();
  return errors;
}

PageTexts expected_texts(const Side& side, const FaceData& data, std::optional<Panel> only) {
  PageTexts texts;
  for (const Element& element : side.elements) {
    if (!holds(element.when, data) || (only && element.panel != *only)) continue;
    if (const auto* text = std::get_if<TextElement>(&element.what)) {
      const auto value = bound_text(*text, data);
      if (value) expect(value.value(), texts);
    } else if (const auto* caption = std::get_if<CaptionElement>(&element.what)) {
      expect(caption->first_text, texts);
      expect("/ " + caption->second_text, texts);
    } else if (const auto* mrz = std::get_if<MrzElement>(&element.what)) {
      for (const std::string& field : mrz->fields) expect_field(field, data, texts);
    }
  }
  return texts;
}

}  // namespace imprimatur::print
