#include "devices/ipp/ipp_message.hpp"

#include <algorithm>

#include "base/byte_reader.hpp"
#include "base/check.hpp"

namespace imprimatur::devices {
namespace {

bool is_text(ipp_tag_t tag) {
  return tag == IPP_TAG_TEXTLANG || tag == IPP_TAG_NAMELANG ||
         (tag >= IPP_TAG_TEXT && tag <= IPP_TAG_MIMETYPE);
}

// Calls `visit(attribute, index)` for every value of every attribute of that name.
template <class Visit>
void each_value(ipp_t* message, const char* name, Visit visit) {
  for (ipp_attribute_t* attribute = ippFindAttribute(message, name, IPP_TAG_ZERO); attribute != nullptr;
       attribute = ippFindNextAttribute(message, name, IPP_TAG_ZERO)) {
    for (int i = 0; i < ippGetCount(attribute); ++i) visit(attribute, i);
  }
}

// libcups pulls the bytes of a message through this.
ssize_t read_some(void* context, ipp_uchar_t* buffer, size_t count) {
  auto& left = *static_cast<ByteView*>(context);
  const std::size_t taken = std::min(count, left.size());
  std::copy_n(left.begin(), taken, buffer);
  left = left.subspan(taken);
  return static_cast<ssize_t>(taken);
}

Error malformed(std::string_view what, std::size_t offset) {
  return fail("printer.answer", "Not an IPP message: " + std::string(what) + " at offset " +
                                    std::to_string(offset) + " (RFC 8010 section 3.1).");
}

// The shape of a message, before libcups sees it: it takes an attribute that stands in no group, and calls
// itself for each collection in a collection until the stack is full.
Status check_shape(ByteView bytes) {
  constexpr int kDepthMax = 8;
  constexpr std::uint8_t kEnd = 0x03, kFirstValueTag = 0x10, kBeginCollection = 0x34, kEndCollection = 0x37;
  ByteReader reader(bytes, "The IPP message");
  TRY(auto header, reader.take(8));
  static_cast<void>(header);  // version, status, request-id
  bool in_group = false;
  int depth = 0;
  while (true) {
    const std::size_t offset = reader.offset();
    TRY(const std::uint8_t tag, reader.take_u8());
    if (tag == kEnd)
      return reader.at_end() ? ok() : Status(malformed("bytes behind its end", reader.offset()));
    if (tag < kFirstValueTag) {
      in_group = true;
      continue;
    }
    if (!in_group) return malformed("an attribute in no group", offset);
    for (int part = 0; part < 2; ++part) {  // name, value
      TRY(const std::uint64_t size, reader.take_be(2));
      TRY(auto content, reader.take(size));
      static_cast<void>(content);
    }
    depth += tag == kBeginCollection ? 1 : (tag == kEndCollection ? -1 : 0);
    if (depth < 0 || depth > kDepthMax) return malformed("collections nested wrongly or too deep", offset);
  }
}

ssize_t write_some(void* context, ipp_uchar_t* buffer, size_t count) {
  append(*static_cast<Bytes*>(context), ByteView(buffer, count));
  return static_cast<ssize_t>(count);
}

}  // namespace

std::optional<int> IppMessage::integer(const char* name) const {
  const std::vector<int> all = integers(name);
  if (all.empty()) return std::nullopt;
  return all.front();
}

std::optional<bool> IppMessage::boolean(const char* name) const {
  ipp_attribute_t* attribute = ippFindAttribute(get(), name, IPP_TAG_BOOLEAN);
  if (attribute == nullptr) return std::nullopt;
  return ippGetBoolean(attribute, 0) != 0;
}

std::optional<std::string> IppMessage::text(const char* name) const {
  std::vector<std::string> all = texts(name);
  if (all.empty()) return std::nullopt;
  return std::move(all.front());
}

std::vector<std::string> IppMessage::texts(const char* name) const {
  std::vector<std::string> out;
  each_value(get(), name, [&out](ipp_attribute_t* attribute, int i) {
    if (!is_text(ippGetValueTag(attribute))) return;
    if (const char* value = ippGetString(attribute, i, nullptr)) out.emplace_back(value);
  });
  return out;
}

std::vector<int> IppMessage::integers(const char* name) const {
  std::vector<int> out;
  each_value(get(), name, [&out](ipp_attribute_t* attribute, int i) {
    const ipp_tag_t tag = ippGetValueTag(attribute);
    if (tag == IPP_TAG_INTEGER || tag == IPP_TAG_ENUM) out.push_back(ippGetInteger(attribute, i));
  });
  return out;
}

std::vector<ipp_t*> IppMessage::collections(const char* name) const {
  std::vector<ipp_t*> out;
  each_value(get(), name, [&out](ipp_attribute_t* attribute, int i) {
    if (ippGetValueTag(attribute) != IPP_TAG_BEGIN_COLLECTION) return;
    if (ipp_t* value = ippGetCollection(attribute, i)) out.push_back(value);
  });
  return out;
}

std::vector<std::string> IppMessage::unsupported_names() const {
  std::vector<std::string> out;
  for (ipp_attribute_t* attribute = ippFirstAttribute(get()); attribute != nullptr;
       attribute = ippNextAttribute(get())) {
    const char* name = ippGetName(attribute);
    if (ippGetGroupTag(attribute) == IPP_TAG_UNSUPPORTED_GROUP && name != nullptr) out.emplace_back(name);
  }
  return out;
}

Result<IppMessage> parse_ipp(ByteView bytes) {
  if (auto shape = check_shape(bytes); !shape) {
    return fail("printer.answer", std::move(shape).error().message);
  }
  IppMessage message;
  ByteView left = bytes;
  // Each turn reads at least one attribute group or fails, so it ends with the bytes.
  ipp_state_t state = IPP_STATE_IDLE;
  do {
    state = ippReadIO(&left, read_some, 1, nullptr, message.get());
  } while (state != IPP_STATE_DATA && state != IPP_STATE_ERROR && !left.empty());
  if (state != IPP_STATE_DATA) return malformed("a wrong value", bytes.size() - left.size());
  return message;
}

Bytes ipp_bytes(const IppMessage& message) {
  Bytes out;
  ippSetState(message.get(), IPP_STATE_IDLE);
  CHECK(ippWriteIO(&out, write_some, 1, nullptr, message.get()) == IPP_STATE_DATA);
  return out;
}

}  // namespace imprimatur::devices
