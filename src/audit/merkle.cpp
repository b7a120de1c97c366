#include "audit/merkle.hpp"

#include <bit>

namespace imprimatur::audit {
namespace {

constexpr std::uint8_t kLeafPrefix = 0x00;
constexpr std::uint8_t kNodePrefix = 0x01;

struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t size() const { return end - begin; }
};

// The largest power of two smaller than `size` (at least 2): where RFC 6962 splits.
std::uint64_t split_of(std::uint64_t size) {
  return std::bit_floor(size - 1);
}

// Root of a range that the RFC's splitting produces: it begins at a multiple of a power of two not smaller
// than its size.
Result<Hash> range_root(Range range, const SubtreeHash& hash_of) {
  if (std::has_single_bit(range.size())) {
    const int level = std::countr_zero(range.size());
    return hash_of({level, range.begin >> level});
  }
  const std::uint64_t middle = range.begin + split_of(range.size());
  TRY(auto left, range_root({range.begin, middle}, hash_of));
  TRY(auto right, range_root({middle, range.end}, hash_of));
  return node_hash(left, right);
}

Error out_of_range() {
  return fail("audit.proof_range", "the proof asks for leaves that the tree does not have");
}

// The two numbers that both verifying loops carry: where the path stands, and where the last leaf's does.
struct Walk {
  std::uint64_t fn = 0;
  std::uint64_t sn = 0;

  void up() {
    fn >>= 1;
    sn >>= 1;
  }
  bool sibling_is_left() const { return (fn & 1) != 0 || fn == sn; }
  // Over the levels at which the path has no sibling.
  void skip_to_sibling() {
    while ((fn & 1) == 0 && fn != 0) up();
  }
};

}  // namespace

Hash leaf_hash(ByteView entry) {
  return crypto::sha256({ByteView(&kLeafPrefix, 1), entry});
}

Hash node_hash(const Hash& left, const Hash& right) {
  return crypto::sha256({ByteView(&kNodePrefix, 1), left, right});
}

Hash empty_root() {
  return crypto::sha256(ByteView());
}

Result<Hash> tree_root(std::uint64_t size, const SubtreeHash& hash_of) {
  if (size == 0) return empty_root();
  return range_root({0, size}, hash_of);
}

Result<Proof> inclusion_proof(LeafOfTree leaf, const SubtreeHash& hash_of) {
  if (leaf.index >= leaf.size) return out_of_range();
  Proof from_root;
  Range range{0, leaf.size};
  while (range.size() > 1) {  // at most 64 turns
    const std::uint64_t middle = range.begin + split_of(range.size());
    const bool left = leaf.index < middle;
    TRY(auto sibling, range_root(left ? Range{middle, range.end} : Range{range.begin, middle}, hash_of));
    from_root.push_back(sibling);
    range = left ? Range{range.begin, middle} : Range{middle, range.end};
  }
  return Proof(from_root.rbegin(), from_root.rend());
}

// SUBPROOF of RFC 6962 section 2.1.2, from the root down.
Result<Proof> consistency_proof(Growth growth, const SubtreeHash& hash_of) {
  if (growth.old_size > growth.new_size) return out_of_range();
  if (growth.old_size == 0 || growth.old_size == growth.new_size) return Proof();
  Proof from_root;
  Range range{0, growth.new_size};
  bool is_old_tree = true;                // the subtree at the end of the way is the old tree itself
  while (range.end != growth.old_size) {  // at most 64 turns
    const std::uint64_t middle = range.begin + split_of(range.size());
    const bool left = growth.old_size <= middle;
    TRY(auto sibling, range_root(left ? Range{middle, range.end} : Range{range.begin, middle}, hash_of));
    from_root.push_back(sibling);
    if (!left) is_old_tree = false;
    range = left ? Range{range.begin, middle} : Range{middle, range.end};
  }
  if (!is_old_tree) {
    TRY(auto rest, range_root(range, hash_of));
    from_root.push_back(rest);
  }
  return Proof(from_root.rbegin(), from_root.rend());
}

bool verify_inclusion(LeafOfTree leaf, const Hash& hash, const Proof& proof, const Hash& root) {
  if (leaf.index >= leaf.size) return false;
  Walk walk{leaf.index, leaf.size - 1};
  Hash result = hash;
  for (const Hash& sibling : proof) {
    if (walk.sn == 0) return false;
    if (walk.sibling_is_left()) {
      result = node_hash(sibling, result);
      walk.skip_to_sibling();
    } else {
      result = node_hash(result, sibling);
    }
    walk.up();
  }
  return walk.sn == 0 && result == root;
}

bool verify_consistency(Growth growth, const Proof& proof, const Roots& roots) {
  if (growth.old_size > growth.new_size) return false;
  if (growth.old_size == growth.new_size) return proof.empty() && roots.old_root == roots.new_root;
  if (growth.old_size == 0) return proof.empty() && roots.old_root == empty_root();
  Proof path;
  if (std::has_single_bit(growth.old_size)) path.push_back(roots.old_root);
  path.insert(path.end(), proof.begin(), proof.end());
  if (path.empty()) return false;
  Walk walk{growth.old_size - 1, growth.new_size - 1};
  while ((walk.fn & 1) != 0) walk.up();
  Hash old_result = path.front();
  Hash new_result = path.front();
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (walk.sn == 0) return false;
    if (walk.sibling_is_left()) {
      old_result = node_hash(path[i], old_result);
      new_result = node_hash(path[i], new_result);
      walk.skip_to_sibling();
    } else {
      new_result = node_hash(new_result, path[i]);
    }
    walk.up();
  }
  return walk.sn == 0 && old_result == roots.old_root && new_result == roots.new_root;
}

Result<GrowingTree> GrowingTree::of(std::uint64_t size, const SubtreeHash& hash_of) {
  GrowingTree tree;
  while (tree.size_ < size) {
    const auto level = static_cast<int>(std::bit_width(size - tree.size_)) - 1;
    TRY(auto peak, hash_of({level, tree.size_ >> level}));
    tree.peaks_.push_back(peak);
    tree.size_ += std::uint64_t{1} << level;
  }
  return tree;
}

void GrowingTree::add(const Hash& leaf) {
  Hash peak = leaf;
  // Every one bit at the low end of the size is a peak that the new leaf completes.
  for (std::uint64_t bits = size_; (bits & 1) != 0; bits >>= 1) {
    peak = node_hash(peaks_.back(), peak);
    peaks_.pop_back();
  }
  peaks_.push_back(peak);
  ++size_;
}

Hash GrowingTree::root() const {
  if (peaks_.empty()) return empty_root();
  Hash result = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) result = node_hash(peaks_[i], result);
  return result;
}

}  // namespace imprimatur::audit
