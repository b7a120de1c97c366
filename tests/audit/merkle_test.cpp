#include "audit/merkle.hpp"

#include <gtest/gtest.h>

#include "tests/audit/vectors.hpp"

namespace imprimatur::audit {
namespace {

// The public tree of eight leaves (transparency-dev/merkle).
struct PublicTree {
  json::object vectors = tlog_vectors().at("merkle_public").as_object();
  LeafTree leaves;
  std::vector<Hash> roots;
  PublicTree() {
    for (const auto& leaf : vectors.at("leaves_hex").as_array()) {
      leaves.add(leaf_hash(from_hex(std::string(leaf.as_string())).value()));
    }
    for (const auto& root : vectors.at("roots_by_size").as_array()) roots.push_back(hash_of_hex(root));
  }
};

TEST(Merkle, HashesLeavesAsRfc6962Does) {
  const PublicTree tree;
  const auto& hashes = tree.vectors.at("leaf_hashes").as_array();
  ASSERT_EQ(hashes.size(), 8U);
  for (std::size_t i = 0; i < hashes.size(); ++i) EXPECT_EQ(tree.leaves.hash({0, i}), hash_of_hex(hashes[i]));
}

TEST(Merkle, GivesTheRootOfEverySize) {
  const PublicTree tree;
  GrowingTree growing;
  for (std::uint64_t size = 0; size <= 8; ++size) {
    EXPECT_EQ(tree_root(size, tree.leaves.reader()).value(), tree.roots[size]) << size;
    EXPECT_EQ(growing.root(), tree.roots[size]) << size;
    if (size < 8) growing.add(tree.leaves.hash({0, size}));
  }
}

TEST(Merkle, ProvesAndVerifiesEveryLeafOfEverySize) {
  const PublicTree tree;
  int seen = 0;
  for (const auto& line : tree.vectors.at("inclusion_proofs").as_array()) {
    const auto& vector = line.as_object();
    const LeafOfTree leaf{number_at(vector, "index"), number_at(vector, "size")};
    const Proof expected = proof_of_hex(vector.at("proof"));
    EXPECT_EQ(inclusion_proof(leaf, tree.leaves.reader()).value(), expected);
    const Hash hash = tree.leaves.hash({0, leaf.index});
    const Hash& root = tree.roots[leaf.size];
    EXPECT_TRUE(verify_inclusion(leaf, hash, expected, root));
    EXPECT_FALSE(verify_inclusion({leaf.index + leaf.size, leaf.size}, hash, expected, root));
    EXPECT_FALSE(verify_inclusion(leaf, hash, expected, tree.roots[0]));
    Proof longer = expected;
    longer.push_back(root);
    EXPECT_FALSE(verify_inclusion(leaf, hash, longer, root)) << "surplus hash";
    if (!expected.empty()) {
      EXPECT_FALSE(verify_inclusion(leaf, hash, Proof(expected.begin(), expected.end() - 1), root))
          << "missing hash";
    }
    ++seen;
  }
  EXPECT_EQ(seen, 36);
}

TEST(Merkle, ProvesAndVerifiesEveryGrowth) {
  const PublicTree tree;
  int seen = 0;
  for (const auto& line : tree.vectors.at("consistency_proofs").as_array()) {
    const auto& vector = line.as_object();
    const Growth growth{number_at(vector, "old_size"), number_at(vector, "new_size")};
    const Proof expected = proof_of_hex(vector.at("proof"));
    EXPECT_EQ(consistency_proof(growth, tree.leaves.reader()).value(), expected);
    const Roots roots{tree.roots[growth.old_size], tree.roots[growth.new_size]};
    EXPECT_TRUE(verify_consistency(growth, expected, roots));
    EXPECT_FALSE(verify_consistency(growth, expected, {tree.roots[0], roots.new_root}));
    EXPECT_FALSE(verify_consistency(growth, expected, {roots.old_root, tree.roots[0]}));
    Proof longer = expected;
    longer.push_back(roots.new_root);
    EXPECT_FALSE(verify_consistency(growth, longer, roots));
    ++seen;
  }
  EXPECT_EQ(seen, 36);
}

TEST(Merkle, TakesTheEmptyTreeAsTheBeginningOfEveryTree) {
  const PublicTree tree;
  EXPECT_TRUE(consistency_proof({0, 5}, tree.leaves.reader()).value().empty());
  EXPECT_TRUE(verify_consistency({0, 5}, {}, {empty_root(), tree.roots[5]}));
  EXPECT_FALSE(verify_consistency({0, 5}, {}, {tree.roots[1], tree.roots[5]}));
  EXPECT_FALSE(verify_consistency({5, 3}, {}, {tree.roots[5], tree.roots[3]}));
}

TEST(Merkle, RefusesProofsOfLeavesThatAreNotThere) {
  const PublicTree tree;
  EXPECT_EQ(inclusion_proof({8, 8}, tree.leaves.reader()).error().code, "audit.proof_range");
  EXPECT_EQ(consistency_proof({8, 7}, tree.leaves.reader()).error().code, "audit.proof_range");
}

TEST(Merkle, MakesNeitherOfTheTwoWellKnownMistakes) {
  const auto worked = tlog_vectors().at("worked_example").as_object();
  const auto& entries = worked.at("entries").as_array();
  GrowingTree tree;
  for (std::size_t i = 0; i < 3; ++i) tree.add(leaf_hash(bytes_of(text_at(entries[i].as_object(), "utf8"))));
  for (const auto& line : tlog_vectors().at("negative").as_array()) {
    const auto& vector = line.as_object();
    if (vector.contains("wrong_leaf_0")) {
      const Hash leaf = leaf_hash(bytes_of(text_at(entries[0].as_object(), "utf8")));
      EXPECT_EQ(leaf, hash_of_hex(vector.at("right_leaf_0")));
      EXPECT_NE(leaf, hash_of_hex(vector.at("wrong_leaf_0")));
    }
    if (vector.contains("wrong_root_3")) {
      EXPECT_EQ(tree.root(), hash_of_hex(vector.at("right_root_3")));
      EXPECT_NE(tree.root(), hash_of_hex(vector.at("wrong_root_3")));
    }
  }
}

TEST(Merkle, AgreesWithTheWorkedExample) {
  const auto worked = tlog_vectors().at("worked_example").as_object();
  LeafTree leaves;
  for (const auto& entry : worked.at("entries").as_array()) {
    const Hash leaf = leaf_hash(bytes_of(text_at(entry.as_object(), "utf8")));
    EXPECT_EQ(leaf, hash_of_hex(entry.as_object().at("leaf_hash")));
    leaves.add(leaf);
  }
  std::vector<Hash> roots;
  for (const auto& root : worked.at("roots_by_size").as_array())
    roots.push_back(hash_of_hex(root.as_object().at("root_hex")));
  ASSERT_EQ(roots.size(), 8U);
  for (std::uint64_t size = 0; size < roots.size(); ++size) {
    EXPECT_EQ(tree_root(size, leaves.reader()).value(), roots[size]);
  }
  const auto& inner = worked.at("inner_nodes").as_object();
  EXPECT_EQ(leaves.hash({1, 0}), hash_of_hex(inner.at("0-1")));
  EXPECT_EQ(leaves.hash({1, 1}), hash_of_hex(inner.at("2-3")));
  EXPECT_EQ(leaves.hash({1, 2}), hash_of_hex(inner.at("4-5")));
  EXPECT_EQ(leaves.hash({2, 0}), hash_of_hex(inner.at("0-3")));
  for (const auto& line : worked.at("inclusion_proofs_size_7").as_array()) {
    const auto& vector = line.as_object();
    const LeafOfTree leaf{number_at(vector, "index"), 7};
    const Proof expected = proof_of_hex(vector.at("proof_hex"));
    EXPECT_EQ(inclusion_proof(leaf, leaves.reader()).value(), expected);
    EXPECT_TRUE(verify_inclusion(leaf, leaves.hash({0, leaf.index}), expected, roots[7]));
  }
  for (const auto& line : worked.at("consistency_proofs").as_array()) {
    const auto& vector = line.as_object();
    const Growth growth{number_at(vector, "old_size"), number_at(vector, "new_size")};
    const Proof expected = proof_of_hex(vector.at("proof_hex"));
    EXPECT_EQ(consistency_proof(growth, leaves.reader()).value(), expected);
    EXPECT_TRUE(verify_consistency(growth, expected, {roots[growth.old_size], roots[growth.new_size]}));
  }
}

TEST(Merkle, AgreesWithTheTreeOf300) {
  const auto vectors = tlog_vectors().at("tree_of_300").as_object();
  LeafTree leaves;
  GrowingTree growing;
  Hash root_256{};
  for (unsigned i = 0; i < 300; ++i) {
    Bytes entry;
    append_be(entry, i, 2);
    leaves.add(leaf_hash(entry));
    growing.add(leaf_hash(entry));
    if (i == 255) root_256 = growing.root();
  }
  const Hash root = hash_of_hex(vectors.at("root_300"));
  EXPECT_EQ(growing.root(), root);
  const Proof inclusion = proof_of_hex(vectors.at("inclusion_proof_index_299"));
  EXPECT_EQ(inclusion_proof({299, 300}, leaves.reader()).value(), inclusion);
  EXPECT_TRUE(verify_inclusion({299, 300}, leaves.hash({0, 299}), inclusion, root));
  const Proof consistency = proof_of_hex(vectors.at("consistency_256_300"));
  EXPECT_EQ(consistency_proof({256, 300}, leaves.reader()).value(), consistency);
  EXPECT_TRUE(verify_consistency({256, 300}, consistency, {root_256, root}));
}

}  // namespace
}  // namespace imprimatur::audit
