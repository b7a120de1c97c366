// tlog.json, and hashes as it writes them.
#pragma once

#include "audit/merkle.hpp"
#include "base/encoding.hpp"
#include "base/files.hpp"
#include "base/json.hpp"

namespace imprimatur::audit {

inline const json::object& tlog_vectors() {
  static const json::object kVectors =
      parse_json_object(read_text_file(TEST_DATA_DIR "/tlog.json").value()).value();
  return kVectors;
}

inline std::string text_at(const json::object& object, const char* name) {
  return std::string(object.at(name).as_string());
}

inline Hash hash_of_hex(const json::value& value) {
  const Bytes bytes = from_hex(std::string(value.as_string())).value();
  Hash hash{};
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

inline Proof proof_of_hex(const json::value& values) {
  Proof proof;
  for (const auto& value : values.as_array()) proof.push_back(hash_of_hex(value));
  return proof;
}

inline std::uint64_t number_at(const json::object& object, const char* name) {
  return static_cast<std::uint64_t>(object.at(name).as_int64());
}

// Complete subtrees computed from the leaves by definition.
class LeafTree {
 public:
  void add(const Hash& leaf) { leaves_.push_back(leaf); }
  Hash hash(Subtree subtree) const {
    if (subtree.level == 0) return leaves_.at(subtree.index);
    return node_hash(hash({subtree.level - 1, 2 * subtree.index}),
                     hash({subtree.level - 1, 2 * subtree.index + 1}));
  }
  SubtreeHash reader() const {
    return [this](Subtree subtree) -> Result<Hash> { return hash(subtree); };
  }

 private:
  std::vector<Hash> leaves_;
};

}  // namespace imprimatur::audit
