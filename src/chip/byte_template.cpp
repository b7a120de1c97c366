#include "chip/byte_template.hpp"

#include <array>

#include "base/encoding.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::size_t kTextMax = 2048;
constexpr std::size_t kDepthMax = 8;

struct NamedSlot {
  std::string_view name;
  Slot slot;
  bool secret;
};

constexpr std::array kSlots{
    NamedSlot{"application", Slot::application, false},
    NamedSlot{"file_id", Slot::file_id, false},
    NamedSlot{"file_size", Slot::file_size, false},
    NamedSlot{"short_id", Slot::short_id, false},
    NamedSlot{"read_condition", Slot::read_condition, false},
    NamedSlot{"document_number", Slot::document_number, true},
    NamedSlot{"birth_date", Slot::birth_date, true},
    NamedSlot{"expiry_date", Slot::expiry_date, true},
    NamedSlot{"bac_seed", Slot::bac_seed, true},
    NamedSlot{"mrz_hash", Slot::mrz_hash, true},
    NamedSlot{"can", Slot::can, true},
    NamedSlot{"aa_modulus", Slot::aa_modulus, false},
    NamedSlot{"aa_public_exponent", Slot::aa_public_exponent, false},
    NamedSlot{"aa_private_exponent", Slot::aa_private_exponent, true},
    NamedSlot{"aa_prime_p", Slot::aa_prime_p, true},
    NamedSlot{"aa_prime_q", Slot::aa_prime_q, true},
    NamedSlot{"aa_scalar", Slot::aa_scalar, true},
    NamedSlot{"ca_scalar", Slot::ca_scalar, true},
    NamedSlot{"ca_point", Slot::ca_point, false},
    NamedSlot{"access_keys", Slot::access_keys, true},
    NamedSlot{"aa_key", Slot::aa_key, true},
    NamedSlot{"ca_key", Slot::ca_key, true},
};

const NamedSlot& entry_of(Slot slot) {
  for (const NamedSlot& entry : kSlots) {
    if (entry.slot == slot) return entry;
  }
  return kSlots[0];
}

}  // namespace

std::string_view name_of(Slot slot) {
  return entry_of(slot).name;
}

bool is_secret(Slot slot) {
  return entry_of(slot).secret;
}

// Recursive descent; every round takes at least one character.
class ByteTemplate::Parser {
 public:
  Parser(std::string_view text, std::set<Slot>& slots) : text_(text), slots_(slots) {}

  Result<std::vector<Node>> whole() {
    if (text_.size() > kTextMax) return bad("is longer than 2048 characters");
    TRY(auto nodes, sequence(0));
    if (at_ != text_.size()) return bad("has a bracket that was not opened");
    return nodes;
  }

 private:
  Error bad(std::string_view what) const {
    return fail("chip.template",
                "the bytes " + std::string(what) + ", at character " + std::to_string(at_ + 1));
  }

  Result<std::vector<Node>> sequence(std::size_t depth) {
    if (depth > kDepthMax) return bad("have more than 8 brackets in one another");
    std::vector<Node> nodes;
    while (at_ < text_.size() && text_[at_] != ')') {
      if (text_[at_] == ' ') {
        ++at_;
      } else if (text_[at_] == '{') {
        TRY(auto node, gap());
        nodes.push_back(std::move(node));
      } else if (text_[at_] == '(') {
        ++at_;
        TRY(auto group, sequence(depth + 1));
        if (at_ == text_.size()) return bad("have a bracket that is not closed");
        ++at_;
        nodes.push_back({Node::Kind::group, {}, {}, std::move(group)});
      } else {
        TRY(auto node, literal());
        nodes.push_back(std::move(node));
      }
    }
    return nodes;
  }

  Result<Node> gap() {
    const std::size_t end = text_.find('}', at_);
    if (end == std::string_view::npos) return bad("have a gap that is not closed");
    const std::string_view name = text_.substr(at_ + 1, end - at_ - 1);
    for (const NamedSlot& entry : kSlots) {
      if (entry.name != name) continue;
      at_ = end + 1;
      slots_.insert(entry.slot);
      return Node{Node::Kind::slot, {}, entry.slot, {}};
    }
    return bad("name a gap that does not exist");
  }

  Result<Node> literal() {
    const std::size_t end = std::min(text_.find_first_of(" {()}", at_), text_.size());
    const std::string_view digits = text_.substr(at_, end - at_);
    auto bytes = from_hex(digits);
    if (!bytes || digits.empty()) return bad("are not hex digits in pairs");
    at_ = end;
    return Node{Node::Kind::literal, std::move(bytes).value(), {}, {}};
  }

  std::string_view text_;
  std::set<Slot>& slots_;
  std::size_t at_ = 0;
};

Result<ByteTemplate> ByteTemplate::parse(std::string_view text) {
  ByteTemplate parsed;
  TRY(parsed.nodes_, Parser(text, parsed.slots_).whole());
  return parsed;
}

Status ByteTemplate::append_filled(const std::vector<Node>& nodes, const SlotValues& values, Bytes& out) {
  for (const Node& node : nodes) {
    switch (node.kind) {
      case Node::Kind::literal:
        append(out, node.literal);
        break;
      case Node::Kind::slot: {
        const auto value = values.find(node.slot);
        if (value == values.end()) {
          return fail("chip.template", "there is no value for {" + std::string(name_of(node.slot)) + "}");
        }
        append(out, value->second.reveal());
        break;
      }
      case Node::Kind::group: {
        Bytes inner;
        const Status filled = append_filled(node.group, values, inner);
        append(out, lds::encode_length(inner.size()));
        append(out, inner);
        wipe(inner);
        if (!filled) return filled;
        break;
      }
    }
  }
  return ok();
}

Result<Secret> ByteTemplate::fill(const SlotValues& values) const {
  Bytes out;
  out.reserve(kTextMax);  // so that growing leaves no copies of keys behind
  const Status filled = append_filled(nodes_, values, out);
  Secret secret(std::move(out));
  if (!filled) return filled.error();
  return secret;
}

}  // namespace imprimatur::chip
