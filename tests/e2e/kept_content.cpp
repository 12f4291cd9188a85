#include "tests/e2e/kept_content.hpp"

#include "actors/stored_content.hpp"
#include "config/genesis_file.hpp"
#include "core/codec/codec.hpp"
#include "core/crypto/verifier.hpp"

namespace lucid::e2e {

Result<std::unique_ptr<KeptContent>> KeptContent::open(const std::filesystem::path& directory) {
  LUCID_TRY_ASSIGN(auto locked, storage::DataDirectory::open(directory));
  std::unique_ptr<KeptContent> kept(new KeptContent(std::move(locked)));
  LUCID_TRY_ASSIGN(auto file, config::read_genesis(directory / "genesis.json"));
  LUCID_TRY_ASSIGN(auto chain, ledger::make_chain(std::move(file.genesis), crypto::secp256k1_scheme()));
  kept->chain_ = std::make_shared<const ledger::Chain>(std::move(chain));
  LUCID_TRY_ASSIGN(kept->chain_env_, kept->directory_.environment(storage::Environment::chain));
  LUCID_TRY_ASSIGN(kept->chunks_env_, kept->directory_.environment(storage::Environment::chunks));
  LUCID_TRY_ASSIGN(auto blocks, storage::ChainStore::open(*kept->chain_env_, *kept->chain_));
  kept->blocks_ = std::make_shared<storage::ChainStore>(std::move(blocks));
  LUCID_TRY_ASSIGN(kept->chunks_, storage::ChunkStore::open(*kept->chunks_env_, directory / "chunks"));
  return kept;
}

Height KeptContent::height() const {
  const auto snapshot = blocks_->snapshot();
  if (!snapshot) return 0;
  const auto tip = (*snapshot)->tip();
  return tip ? tip->state.height : 0;
}

Result<bool> KeptContent::is_final(const SessionId& session) const {
  LUCID_TRY_ASSIGN(const auto snapshot, blocks_->snapshot());
  LUCID_TRY_ASSIGN(const auto found, snapshot->find_anchor(session));
  return found.has_value();
}

Result<std::map<SessionId, unsigned>> KeptContent::anchored() const {
  std::map<SessionId, unsigned> out;
  LUCID_TRY_ASSIGN(const auto snapshot, blocks_->snapshot());
  for (Height height = 1; height <= this->height(); ++height) {
    LUCID_TRY_ASSIGN(const Block block, snapshot->block(height));
    for (const auto& encoded : block.transactions) {
      LUCID_TRY_ASSIGN(const auto transaction, codec::decode<Transaction>(encoded, "transaction"));
      if (const auto* anchor = std::get_if<AnchorSession>(&transaction.operation)) ++out[anchor->session];
    }
  }
  return out;
}

Result<std::uint64_t> KeptContent::verify() const {
  const actors::StoredContent content(chain_, {crypto::secp256k1_scheme(), chain_->identity}, blocks_, chunks_);
  std::uint64_t checked = 0;
  for (Height at = 0; at <= height(); ++at, ++checked) LUCID_TRY(content.check_block(at));
  for (unsigned folder = 0; folder < 256; ++folder) {
    LUCID_TRY_ASSIGN(const auto files, content.chunks_in(static_cast<std::uint8_t>(folder)));
    for (const auto& hash : files) LUCID_TRY(content.check_chunk(hash));
    LUCID_TRY_ASSIGN(const auto manifests, content.manifests_in(static_cast<std::uint8_t>(folder)));
    for (const auto& hash : manifests) LUCID_TRY(content.check_manifest(hash));
  }
  return checked;
}

}  // namespace lucid::e2e
