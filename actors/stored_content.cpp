#include "actors/stored_content.hpp"

#include "core/ledger/block_rules.hpp"
#include "core/slots/slots.hpp"

namespace lucid::actors {

Result<Height> StoredContent::tip() const {
  LUCID_TRY_ASSIGN(const auto snapshot, blocks_->snapshot());
  LUCID_TRY_ASSIGN(const auto tip, snapshot->tip());
  return tip.state.height;
}

/// The stored block keeps all rules that need no state of its time, follows its parent, and was decided.
Status StoredContent::check_block(Height height) const {
  LUCID_TRY_ASSIGN(const auto snapshot, blocks_->snapshot());
  LUCID_TRY_ASSIGN(const auto row, snapshot->block_row(height));
  LUCID_TRY_ASSIGN(const auto block, snapshot->block(height));
  std::optional<Header> parent;
  if (height > 0) {
    LUCID_TRY_ASSIGN(const auto before, snapshot->block_row(height - 1));
    parent = before.header;
    LUCID_TRY_ASSIGN(const auto certificate, snapshot->certificate_of(height));
    LUCID_TRY_ASSIGN(const auto set, snapshot->validators_of(slots::epoch_of(chain_->params(), block.header.slot)));
    if (!set) return fail(Fault::storage_not_found, "validator set");
    if (auto held = verifier_.verify(certificate, height, row.hash, *set); !held) return tl::unexpected(held.error());
  }
  const ledger::BlockCheck check{block, row.hash, std::nullopt, std::nullopt, {}};
  const auto report = ledger::check_past_block(*chain_, verifier_, row.header, parent, check);
  if (auto error = report.first_error()) return tl::unexpected(std::move(*error));
  return {};
}

Result<std::vector<Hash256>> StoredContent::chunks_in(std::uint8_t folder) const {
  return chunks_->files().list(folder);
}

Status StoredContent::check_chunk(const Hash256& hash) const {
  LUCID_TRY(chunks_->files().read(hash));
  return {};
}

Result<std::vector<Hash256>> StoredContent::manifests_in(std::uint8_t folder) const {
  return chunks_->manifests().list(folder);
}

Status StoredContent::check_manifest(const Hash256& hash) const {
  LUCID_TRY(chunks_->manifests().read(hash));
  return {};
}

}  // namespace lucid::actors
