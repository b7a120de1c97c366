// Merkle trees over a log (RFC 6962 section 2.1): hashes, roots, inclusion and consistency proofs and their
// verification (the loops of RFC 9162 section 2.1). Pure functions; any thread.
#pragma once

#include <functional>
#include <vector>

#include "base/result.hpp"
#include "crypto/digest.hpp"

namespace imprimatur::audit {

using Hash = crypto::Sha256;
using Proof = std::vector<Hash>;  // leaf side first

Hash leaf_hash(ByteView entry);                       // SHA-256(00 ‖ entry)
Hash node_hash(const Hash& left, const Hash& right);  // SHA-256(01 ‖ left ‖ right)
Hash empty_root();                                    // SHA-256 of nothing

// A complete subtree: the 2^level leaves from index · 2^level on.
struct Subtree {
  int level = 0;
  std::uint64_t index = 0;
};
// Where the hashes of complete subtrees come from: memory, or tiles.
using SubtreeHash = std::function<Result<Hash>(Subtree)>;

// Root of the first `size` leaves.
Result<Hash> tree_root(std::uint64_t size, const SubtreeHash& hash_of);

// Audit path of a leaf. Error audit.proof_range when index is not below size.
struct LeafOfTree {
  std::uint64_t index = 0;
  std::uint64_t size = 0;
};
Result<Proof> inclusion_proof(LeafOfTree leaf, const SubtreeHash& hash_of);

// Proof that the tree of `old_size` leaves is the beginning of that of `new_size`. Error audit.proof_range.
struct Growth {
  std::uint64_t old_size = 0;
  std::uint64_t new_size = 0;
};
Result<Proof> consistency_proof(Growth growth, const SubtreeHash& hash_of);

bool verify_inclusion(LeafOfTree leaf, const Hash& leaf_hash, const Proof& proof, const Hash& root);

struct Roots {
  Hash old_root{};
  Hash new_root{};
};
bool verify_consistency(Growth growth, const Proof& proof, const Roots& roots);

// A tree that only grows: keeps the roots of its complete subtrees, one a level at most.
class GrowingTree {
 public:
  // One of `size` leaves that are there already. Errors of `hash_of`.
  static Result<GrowingTree> of(std::uint64_t size, const SubtreeHash& hash_of);
  void add(const Hash& leaf);
  std::uint64_t size() const { return size_; }
  Hash root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> peaks_;  // of falling size
};

}  // namespace imprimatur::audit
