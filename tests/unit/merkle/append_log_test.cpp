#include "core/merkle/append_log.hpp"

#include <gtest/gtest.h>
#include <map>

#include "core/codec/codec.hpp"
#include "core/merkle/tree.hpp"

namespace lucid::merkle {
namespace {

/// A log beside its leaves and the nodes that it completed.
struct Story {
  AppendLog log;
  std::vector<Hash256> leaves;
  std::map<std::pair<std::uint8_t, std::uint64_t>, Hash256> nodes;

  void grow_to(std::size_t size) {
    while (leaves.size() < size) {
      leaves.push_back(leaf_hash(as_bytes("anchor " + std::to_string(leaves.size()))));
      std::vector<LogNode> completed;
      log.append(leaves.back(), completed);
      for (const LogNode& node : completed) EXPECT_TRUE(nodes.insert({{node.level, node.index}, node.hash}).second);
    }
  }
  NodeReader reader() const {
    return [this](std::uint8_t level, std::uint64_t index) -> Result<Hash256> {
      const auto found = nodes.find({level, index});
      if (found == nodes.end()) return fail(Fault::storage_not_found, "node");
      return found->second;
    };
  }
};

TEST(AppendLog, ItsRootIsThatOfATreeOfTheSameLeavesAtEverySize) {
  Story story;
  for (std::size_t size = 0; size <= 130; ++size) {
    story.grow_to(size);
    EXPECT_EQ(story.log.size(), size);
    EXPECT_EQ(story.log.root(), root(story.leaves)) << size;
  }
}

TEST(AppendLog, AnAppendCompletesItsLeafAndEveryFullSubtreeItEnds) {
  Story story;
  story.grow_to(7);
  std::vector<LogNode> completed;
  story.log.append(leaf_hash(as_bytes("eighth")), completed);
  ASSERT_EQ(completed.size(), 4u);
  EXPECT_EQ(completed[0].level, 0);
  EXPECT_EQ(completed[0].index, 7u);
  EXPECT_EQ(completed[1].index, 3u);
  EXPECT_EQ(completed[2].index, 1u);
  EXPECT_EQ(completed[3].level, 3);
  EXPECT_EQ(completed[3].index, 0u);
  EXPECT_EQ(completed[3].hash, story.log.root());
}

TEST(AppendLog, StoredNodesGiveTheProofsOfEveryEarlierSize) {
  Story story;
  story.grow_to(37);
  for (std::size_t size = 1; size <= 37; ++size) {
    const auto then = std::span(story.leaves).first(size);
    for (std::size_t index = 0; index < size; ++index)
      EXPECT_EQ(log_inclusion_proof(story.reader(), index, size).value(), inclusion_proof(then, index).value());
    for (std::size_t old_size = 0; old_size <= size; ++old_size)
      EXPECT_EQ(log_consistency_proof(story.reader(), old_size, size).value(),
                consistency_proof(then, old_size).value());
  }
}

TEST(AppendLog, AProofOutsideTheLogIsRefused) {
  Story story;
  story.grow_to(5);
  EXPECT_EQ(log_inclusion_proof(story.reader(), 5, 5).error().fault, Fault::merkle_index);
  EXPECT_EQ(log_inclusion_proof(story.reader(), 0, kMaxTreeSize + 1).error().fault, Fault::merkle_size);
  EXPECT_EQ(log_consistency_proof(story.reader(), 6, 5).error().fault, Fault::merkle_size);
  EXPECT_EQ(log_consistency_proof(story.reader(), 1, kMaxTreeSize + 1).error().fault, Fault::merkle_size);
}

TEST(AppendLog, AnErrorOfTheStoreComesThrough) {
  Story story;
  story.grow_to(5);
  story.nodes.erase({0, 4});
  EXPECT_EQ(log_inclusion_proof(story.reader(), 0, 5).error().fault, Fault::storage_not_found);
  EXPECT_EQ(log_consistency_proof(story.reader(), 4, 5).error().fault, Fault::storage_not_found);
}

TEST(AppendLog, WrittenAndReadBackItGoesOnAsBefore) {
  Story story;
  story.grow_to(13);
  auto copy = codec::decode<AppendLog>(codec::encode(story.log)).value();
  EXPECT_EQ(copy, story.log);
  story.grow_to(14);
  std::vector<LogNode> completed;
  copy.append(story.leaves.back(), completed);
  EXPECT_EQ(copy.root(), story.log.root());
}

}  // namespace
}  // namespace lucid::merkle
