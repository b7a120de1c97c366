#include "job/envelope.hpp"

#include "base/encoding.hpp"
#include "crypto/digest.hpp"
#include "job/text_rules.hpp"

namespace imprimatur::job {
namespace {

constexpr JsonLimits kEnvelopeLimits{.size_max = 8U << 20, .depth_max = 16};
constexpr std::size_t kImagesMax = 8;
constexpr std::size_t kSaltBytes = 32;

Error envelope_error(std::string_view what, std::string sentence, std::string field) {
  return fail("envelope." + std::string(what), std::move(sentence), std::move(field));
}

Result<const json::value*> member_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr) return envelope_error("syntax", "the member is missing", "/" + std::string(name));
  return value;
}

Result<std::string> text_of_member(const json::object& object, std::string_view name) {
  TRY(auto value, member_of(object, name));
  if (!value->is_string()) return envelope_error("syntax", "expected a string", "/" + std::string(name));
  return std::string(value->get_string().data(), value->get_string().size());
}

Result<const json::object*> object_of_member(const json::object& object, std::string_view name) {
  TRY(auto value, member_of(object, name));
  if (!value->is_object()) return envelope_error("syntax", "expected an object", "/" + std::string(name));
  return &value->get_object();
}

Status check_members(const json::object& object) {
  for (const auto& member : object) {
    const std::string_view name(member.key().data(), member.key().size());
    if (name != "v" && name != "approval" && name != "salt" && name != "document" && name != "images") {
      return envelope_error("syntax", "the member is not known", "/" + pointer_step(name));
    }
  }
  return ok();
}

Result<Images> read_images(const json::object& object) {
  if (object.size() > kImagesMax) {
    return envelope_error("image", "at most " + std::to_string(kImagesMax) + " images are taken", "/images");
  }
  Images images;
  for (const auto& member : object) {
    const std::string name(member.key().data(), member.key().size());
    const std::string field = "/images/" + pointer_step(name);
    if (!complaint(name, kMemberNameRule).empty())
      return envelope_error("image", "not a name for an image", field);
    if (!member.value().is_string()) return envelope_error("image", "expected base64 as a string", field);
    const auto& text = member.value().get_string();
    auto bytes = from_base64({text.data(), text.size()});
    if (!bytes) return envelope_error("image", bytes.error().message, field);
    if (bytes.value().empty()) return envelope_error("image", "the image is empty", field);
    images[name] = std::move(bytes.value());
  }
  return images;
}

}  // namespace

Result<Envelope> parse_envelope(std::string_view text) {
  auto parsed = parse_json_object(text, kEnvelopeLimits);
  if (!parsed) return envelope_error("syntax", parsed.error().message, {});
  const json::object& object = parsed.value();
  TRY(auto version, member_of(object, "v"));
  if (!version->is_int64() || version->get_int64() != 1) {
    return envelope_error("version", "this station takes envelopes of version 1", "/v");
  }
  TRY_STATUS(check_members(object));
  Envelope envelope;
  TRY(auto approval, object_of_member(object, "approval"));
  envelope.approval = *approval;
  TRY(auto salt_text, text_of_member(object, "salt"));
  auto salt = from_base64url(salt_text);
  if (!salt || salt.value().size() != kSaltBytes) {
    return envelope_error("salt", "expected 32 bytes in base64url", "/salt");
  }
  envelope.salt = std::move(salt.value());
  TRY(auto document_text, text_of_member(object, "document"));
  envelope.document_text = std::move(document_text);
  TRY(auto image_object, object_of_member(object, "images"));
  TRY(auto images, read_images(*image_object));
  envelope.images = std::move(images);
  envelope.digest = to_base64url(crypto::sha256(bytes_of(text)));
  return envelope;
}

std::string write_envelope(const Envelope& envelope) {
  json::object images;
  for (const auto& [name, bytes] : envelope.images) images[name] = to_base64(bytes);
  return canonical_json(json::object{{"v", 1},
                                     {"approval", envelope.approval},
                                     {"salt", to_base64url(envelope.salt)},
                                     {"document", envelope.document_text},
                                     {"images", images}});
}

std::string document_commitment(ByteView salt, std::string_view document_text) {
  return to_base64url(crypto::sha256({salt, bytes_of(document_text)}));
}

}  // namespace imprimatur::job
