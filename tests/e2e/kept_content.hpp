// What a stopped node's data directory holds, read by this process through the node's own storage.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "core/ledger/chain.hpp"
#include "storage/chain_store.hpp"
#include "storage/chunk_store.hpp"
#include "storage/data_directory.hpp"

namespace lucid::e2e {

class KeptContent {
 public:
  /// Holds the directory's lock for as long as it lives.
  static Result<std::unique_ptr<KeptContent>> open(const std::filesystem::path& directory);

  Height height() const;
  Result<bool> is_final(const SessionId& session) const;
  /// How often each session is anchored by a transaction of the chain, whatever became of that.
  Result<std::map<SessionId, unsigned>> anchored() const;
  /// Every block against its parent, its rules and its certificate from genesis on, every chunk and manifest against
  /// its hash. The number of blocks checked.
  Result<std::uint64_t> verify() const;
  storage::ChunkStore& chunks() { return *chunks_; }

 private:
  explicit KeptContent(storage::DataDirectory directory) : directory_(std::move(directory)) {}

  storage::DataDirectory directory_;
  std::shared_ptr<const ledger::Chain> chain_;
  std::unique_ptr<storage::Store> chain_env_, chunks_env_;
  std::shared_ptr<storage::ChainStore> blocks_;
  std::shared_ptr<storage::ChunkStore> chunks_;
};

}  // namespace lucid::e2e
