#include <cstdio>

#include "config/genesis_file.hpp"
#include "core/ledger/block_rules.hpp"
#include "storage/chain_store.hpp"
#include "storage/data_directory.hpp"
#include "tools/lucid-bench/chain_maker.hpp"
#include "tools/lucid-bench/measure.hpp"
#include "tools/lucid-bench/replayed_state.hpp"

namespace lucid::bench {
namespace {

/// Blocks that one task reads and whose signatures it checks.
constexpr Height kLoadedSlab = 128;
constexpr Height kSayLoadedEvery = 10'000;

/// A block as stored, and its transactions whose signatures hold.
struct Loaded {
  Block block;
  Hash256 hash;  // as stored
  std::map<Hash256, crypto::TransactionPtr> known;
};
using LoadedSlab = Result<std::vector<Loaded>>;

Error at_height(Height height, Error error) {
  error.field = "block " + std::to_string(height) + (error.field.empty() ? "" : ": " + error.field);
  return error;
}

LoadedSlab load(const storage::ChainStore& store, const crypto::Verifier& verifier, Height first, Height last) {
  LUCID_TRY_ASSIGN(const auto snapshot, store.snapshot());
  std::vector<Loaded> out;
  for (Height height = first; height <= last; ++height) {
    Loaded loaded;
    LUCID_TRY_ASSIGN(const auto row, snapshot->block_row(height));
    LUCID_TRY_ASSIGN(loaded.block, snapshot->block(height));
    loaded.hash = row.hash;
    for (const auto& encoded : loaded.block.transactions) {
      auto checked = verifier.verify(encoded);
      if (!checked) return tl::unexpected(at_height(height, checked.error()));
      const Hash256 id = (*checked)->id;
      loaded.known[id] = std::make_shared<const crypto::Verified<crypto::SignedTransaction>>(*std::move(checked));
    }
    out.push_back(std::move(loaded));
  }
  return out;
}

class Replay {
 public:
  explicit Replay(const ledger::Chain& chain)
      : chain_(chain),
        verifier_(crypto::secp256k1_scheme(), chain.identity),
        state_(ledger::genesis_state(chain)),
        records_(chain) {}

  Status take(const Loaded& loaded) {
    const ledger::KnownTransactions known = [&](const Hash256& id) -> crypto::TransactionPtr {
      const auto place = loaded.known.find(id);
      return place == loaded.known.end() ? nullptr : place->second;
    };
    const ledger::BlockCheck check{loaded.block, loaded.hash, std::nullopt, std::nullopt, known, false, false};
    const auto plan = ledger::plan_next(chain_, state_);
    LUCID_TRY_ASSIGN(auto report, ledger::check_next_block(chain_, verifier_, state_, plan, records_, check));
    if (!report.valid() || !report.certificate_valid || !report.execution)
      return tl::unexpected(
          at_height(plan.height, report.first_error().value_or(Error{Fault::block_certificate, {}, {}, {}})));
    transactions_ += loaded.block.transactions.size();
    records_.apply(*report.execution);
    state_ = std::move(report.execution->state);
    return {};
  }

  /// The stored state is what the blocks lead to, and the tip's own certificate holds.
  Status compare(const storage::TipRow& tip) const {
    if (tip.state != state_)
      return fail(Fault::storage_checksum, "stored state",
                  "that after replaying " + std::to_string(state_.height) + " blocks", "another");
    const auto held = verifier_.verify(tip.certificate, state_.height, state_.hash, state_.set_of_tip());
    if (!held) return tl::unexpected(at_height(state_.height, held.error()));
    return {};
  }
  const ledger::ChainState& state() const { return state_; }
  std::uint64_t transactions() const { return transactions_; }

 private:
  const ledger::Chain& chain_;
  crypto::Verifier verifier_;
  ledger::ChainState state_;
  ReplayedState records_;
  std::uint64_t transactions_ = 0;
};

}  // namespace

Result<ChainCheck> check_chain(const std::filesystem::path& data_dir) {
  LUCID_TRY_ASSIGN(const auto genesis, config::read_genesis(data_dir / "genesis.json"));
  LUCID_TRY_ASSIGN(const auto chain, ledger::make_chain(genesis.genesis, crypto::secp256k1_scheme()));
  LUCID_TRY_ASSIGN(const auto directory, storage::DataDirectory::open(data_dir));
  LUCID_TRY_ASSIGN(const auto environment, directory.environment(storage::Environment::chain));
  LUCID_TRY_ASSIGN(const auto store, storage::ChainStore::open(*environment, chain));
  LUCID_TRY_ASSIGN(const auto snapshot, store.snapshot());
  LUCID_TRY_ASSIGN(const auto tip, snapshot->tip());
  const Height last = tip.state.height;
  const crypto::Verifier verifier(crypto::secp256k1_scheme(), chain.identity);

  const auto start = steady_now();
  Replay replay(chain);
  const Height slabs = (last + kLoadedSlab - 1) / kLoadedSlab;
  Ahead<LoadedSlab> ahead(slabs, [&](std::size_t slab) {
    return load(store, verifier, slab * kLoadedSlab + 1, std::min<Height>(last, (slab + 1) * kLoadedSlab));
  });
  for (Height slab = 0; slab < slabs; ++slab) {
    LUCID_TRY_ASSIGN(const auto blocks, ahead.next());
    for (const Loaded& loaded : blocks) {
      LUCID_TRY(replay.take(loaded));
      if (replay.state().height % kSayLoadedEvery == 0)
        std::fprintf(stderr, "checked %llu blocks, %.0f a second\n",
                     static_cast<unsigned long long>(replay.state().height),
                     static_cast<double>(replay.state().height) / seconds_since(start));
    }
  }
  LUCID_TRY(replay.compare(tip));
  return ChainCheck{last, replay.transactions(), seconds_since(start)};
}

}  // namespace lucid::bench
