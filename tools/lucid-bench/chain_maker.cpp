#include "tools/lucid-bench/chain_maker.hpp"

#include <cstdio>

#include "actors/height_plans.hpp"
#include "core/codec/codec.hpp"
#include "core/consensus/consensus.hpp"
#include "core/crypto/vrf.hpp"
#include "core/ledger/block_builder.hpp"
#include "core/ledger/block_size.hpp"
#include "storage/chain_store.hpp"
#include "storage/data_directory.hpp"
#include "storage/sign_state.hpp"
#include "tools/lucid-bench/measure.hpp"
#include "tools/lucid-bench/network.hpp"

namespace lucid::bench {
namespace {

namespace fs = std::filesystem;

/// Blocks whose transactions are signed and checked by one task.
constexpr std::uint64_t kSlab = 128;
constexpr std::uint64_t kSayEvery = 10'000;

using Slab = std::vector<Result<crypto::TransactionPtr>>;

storage::LmdbOptions bulk() {
  storage::LmdbOptions options;
  options.bulk_load_may_destroy_database_on_power_cut = true;
  return options;
}

/// One validator's node without its actors: what they would tell each other is passed on here, in the same order.
class Maker {
 public:
  Maker(const storage::DataDirectory& directory, ledger::Chain chain, config::NodeKeys keys)
      : directory_(directory),
        chain_(std::move(chain)),
        keys_(std::move(keys)),
        verifier_(crypto::secp256k1_scheme(), chain_.identity),
        state_(ledger::genesis_state(chain_)) {}

  Status open() {
    LUCID_TRY_ASSIGN(chain_env_, directory_.environment(storage::Environment::chain, bulk()));
    LUCID_TRY_ASSIGN(sign_env_, directory_.environment(storage::Environment::sign, bulk()));
    LUCID_TRY_ASSIGN(auto blocks, storage::ChainStore::open(*chain_env_, chain_));
    blocks_.emplace(std::move(blocks));
    sign_state_.emplace(*sign_env_);
    LUCID_TRY_ASSIGN(auto signer, consensus::VoteSigner::make(keys_.consensus.clone(), verifier_));
    core_.emplace(verifier_, std::move(signer), consensus::Restored{}, 1);
    return {};
  }

  Status grow(std::span<const crypto::TransactionPtr> candidates) {
    const auto plan = ledger::plan_next(chain_, state_);
    const TimeMs now = plan.earliest_time;
    // The last block of a slot is due with or without work: then the first of these asks for it already.
    auto requests =
        core_->step(now, consensus::HeightStarted{actors::consensus_plan(chain_.params(), plan, certificate_)})
            .requests;
    if (requests.empty()) requests = core_->step(now, consensus::WorkWaiting{plan.height, true}).requests;
    if (requests.size() != 1 || !std::holds_alternative<consensus::BuildBlock>(requests[0]))
      return fail(Fault::internal, "height " + std::to_string(plan.height), "a request to build");
    const auto& wanted = std::get<consensus::BuildBlock>(requests[0]);
    ledger::BuildInput input;
    input.round = wanted.round;
    input.time = wanted.time;
    input.last_commit = wanted.last_commit;
    input.candidates = candidates;
    input.max_bytes = wanted.max_bytes;
    input.prove_vrf = [this](ByteView alpha) { return crypto::vrf_prove(keys_.vrf, alpha); };
    LUCID_TRY_ASSIGN(const auto snapshot, blocks_->snapshot());
    LUCID_TRY_ASSIGN(auto built, ledger::build_block(chain_, verifier_, state_, plan, *snapshot, input));
    if (built.block.transactions.size() != candidates.size())
      return fail(Fault::internal, "height " + std::to_string(plan.height),
                  "all " + std::to_string(candidates.size()) + " anchors in the block",
                  std::to_string(built.block.transactions.size()));
    return decide(std::move(built), wanted.round, now);
  }

  Status close() {
    LUCID_TRY(sign_env_->sync());
    return chain_env_->sync();
  }
  const ledger::ChainState& state() const { return state_; }

 private:
  Status decide(ledger::BuiltBlock built, Round round, TimeMs now) {
    const Height height = built.execution.header.height;
    const auto decided =
        core_->step(now, consensus::BlockBuilt{height, round, built.execution.hash, built.execution.header,
                                               ledger::encoded_size(built.block)});
    if (!decided.persist || !decided.decide)
      return fail(Fault::internal, "height " + std::to_string(height), "a decision",
                  decided.refused ? to_text(*decided.refused) : "none");
    LUCID_TRY(sign_state_->save(*decided.persist,
                                std::vector{storage::SignedBlock{built.execution.hash, codec::encode(built.block)}}));
    LUCID_TRY(blocks_->commit(built.block, built.execution, decided.decide->certificate));
    state_ = std::move(built.execution.state);
    certificate_ = decided.decide->certificate;
    return {};
  }

  const storage::DataDirectory& directory_;
  ledger::Chain chain_;
  config::NodeKeys keys_;
  crypto::Verifier verifier_;
  ledger::ChainState state_;
  Certificate certificate_;
  std::unique_ptr<storage::Store> chain_env_, sign_env_;
  std::optional<storage::ChainStore> blocks_;
  std::optional<storage::SignState> sign_state_;
  std::optional<consensus::Consensus> core_;
};

/// Signed by the accounts and checked as a node checks what comes in.
Slab make_slab(const Accounts& accounts, const crypto::Verifier& verifier, const ChainSize& size, std::uint64_t slab) {
  const std::uint64_t first = slab * kSlab * size.anchors;
  const std::uint64_t last = std::min((slab + 1) * kSlab, size.blocks) * size.anchors;
  Slab out;
  out.reserve(last - first);
  for (std::uint64_t i = first; i < last; ++i) {
    auto checked = verifier.verify(accounts.anchor(i, size.blocks));
    if (checked)
      out.emplace_back(std::make_shared<const crypto::Verified<crypto::SignedTransaction>>(*std::move(checked)));
    else
      out.emplace_back(tl::unexpected(checked.error()));
  }
  return out;
}

Status grow_all(Maker& maker, const ledger::Chain& chain, const ChainSize& size) {
  const Accounts accounts(chain.identity);
  const crypto::Verifier verifier(crypto::secp256k1_scheme(), chain.identity);
  const std::uint64_t slabs = (size.blocks + kSlab - 1) / kSlab;
  Ahead<Slab> ahead(slabs, [&](std::size_t slab) { return make_slab(accounts, verifier, size, slab); });
  const auto start = steady_now();
  std::vector<crypto::TransactionPtr> candidates;
  for (std::uint64_t slab = 0; slab < slabs; ++slab) {
    const Slab transactions = ahead.next();
    for (std::size_t from = 0; from < transactions.size(); from += size.anchors) {
      candidates.clear();
      for (std::size_t i = from; i < from + size.anchors; ++i) {
        if (!transactions[i]) return tl::unexpected(transactions[i].error());
        candidates.push_back(*transactions[i]);
      }
      LUCID_TRY(maker.grow(candidates));
      if (maker.state().height % kSayEvery == 0)
        std::fprintf(stderr, "made %llu blocks, %.0f a second\n", static_cast<unsigned long long>(maker.state().height),
                     static_cast<double>(maker.state().height) / seconds_since(start));
    }
  }
  return {};
}

Status make_in(const fs::path& path, const ChainSize& size) {
  LUCID_TRY_ASSIGN(const auto directory, storage::DataDirectory::open(path));
  const std::uint64_t interval_ms = params::profile_params(Profile::bench, 0).block_interval_ms;
  const TimeMs start = wall_ms() - (size.blocks + 2) * interval_ms;
  LUCID_TRY_ASSIGN(const Genesis genesis, make_network(path, Profile::bench, start));
  LUCID_TRY_ASSIGN(const auto chain, ledger::make_chain(genesis, crypto::secp256k1_scheme()));
  LUCID_TRY_ASSIGN(auto keys, config::read_node_keys(path / "keys"));
  Maker maker(directory, chain, std::move(keys));
  LUCID_TRY(maker.open());
  LUCID_TRY(grow_all(maker, chain, size));
  return maker.close();
}

}  // namespace

Status make_chain(const fs::path& data_dir, const ChainSize& size) {
  if (size.blocks == 0 || size.anchors == 0)
    return fail(Fault::number_range, "chain", "at least one block and one anchor in each");
  std::error_code error;
  if (fs::exists(data_dir, error))
    return fail(Fault::file_form, data_dir.string(), "a directory that is not there yet", "one");
  const fs::path parent = fs::absolute(data_dir).parent_path();
  fs::create_directories(parent, error);
  const fs::path making = data_dir.string() + ".making";
  fs::remove_all(making, error);  // of a run that was broken off
  LUCID_TRY(make_in(making, size));
  fs::rename(making, data_dir, error);
  if (error) return fail(Fault::file_io, data_dir.string(), "to be renamed from " + making.string(), error.message());
  return storage::sync_directory(parent);
}

}  // namespace lucid::bench
