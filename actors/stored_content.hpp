// What a node keeps, as the integrity scan looks at it.
//
// Thread-safety: any thread.
#pragma once

#include "actors/block_manager.hpp"
#include "core/ledger/chain.hpp"
#include "storage/chain_store.hpp"
#include "storage/chunk_store.hpp"

namespace lucid::actors {

class StoredContent final : public Scannable {
 public:
  StoredContent(std::shared_ptr<const ledger::Chain> chain, crypto::Verifier verifier,
                std::shared_ptr<storage::ChainStore> blocks, std::shared_ptr<storage::ChunkStore> chunks)
      : chain_(std::move(chain)), verifier_(verifier), blocks_(std::move(blocks)), chunks_(std::move(chunks)) {}

  Result<Height> tip() const override;
  Status check_block(Height height) const override;
  Result<std::vector<Hash256>> chunks_in(std::uint8_t folder) const override;
  Status check_chunk(const Hash256& hash) const override;
  Result<std::vector<Hash256>> manifests_in(std::uint8_t folder) const override;
  Status check_manifest(const Hash256& hash) const override;

 private:
  std::shared_ptr<const ledger::Chain> chain_;
  crypto::Verifier verifier_;
  std::shared_ptr<storage::ChainStore> blocks_;
  std::shared_ptr<storage::ChunkStore> chunks_;
};

}  // namespace lucid::actors
