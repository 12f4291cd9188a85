#include "tools/lucid-bench/chain_maker.hpp"

#include <cstdio>
#include <deque>

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
#include "tools/lucid/localnet/state.hpp"

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

/// One validator's node without its actors and its ledger.
class Member {
 public:
  static Result<Member> open(const fs::path& path, const crypto::Verifier& verifier, std::uint64_t life) {
    LUCID_TRY_ASSIGN(auto directory, storage::DataDirectory::open(path));
    LUCID_TRY_ASSIGN(auto keys, config::read_node_keys(path / "keys"));
    LUCID_TRY_ASSIGN(auto sign_env, directory.environment(storage::Environment::sign, bulk()));
    LUCID_TRY_ASSIGN(auto signer, consensus::VoteSigner::make(keys.consensus.clone(), verifier));
    return Member(std::move(directory), std::move(keys), std::move(sign_env), verifier, std::move(signer), life);
  }

  consensus::Output step(TimeMs now, consensus::Input input) { return core_->step(now, std::move(input)); }
  Status save(const consensus::Persist& persist, const std::vector<storage::SignedBlock>& blocks) {
    return storage::SignState(*sign_env_).save(persist, blocks);
  }
  Status sync() { return sign_env_->sync(); }
  const Address& address() const { return address_; }
  const crypto::VrfSecretKey& vrf_key() const { return keys_.vrf; }
  const storage::DataDirectory& directory() const { return directory_; }

 private:
  Member(storage::DataDirectory directory, config::NodeKeys keys, std::unique_ptr<storage::Store> sign_env,
         const crypto::Verifier& verifier, consensus::VoteSigner signer, std::uint64_t life)
      : directory_(std::move(directory)),
        keys_(std::move(keys)),
        sign_env_(std::move(sign_env)),
        address_(signer.address()),
        core_(std::make_unique<consensus::Consensus>(verifier, std::move(signer), consensus::Restored{}, life)) {}

  storage::DataDirectory directory_;
  config::NodeKeys keys_;
  std::unique_ptr<storage::Store> sign_env_;
  Address address_;
  std::unique_ptr<consensus::Consensus> core_;
};

/// All validators with one ledger for all: what their actors would tell each other is passed on here, in the same
/// order. Every message arrives, so that each certificate ends up with everybody's precommit.
class Maker {
 public:
  explicit Maker(ledger::Chain chain)
      : chain_(std::move(chain)),
        verifier_(crypto::secp256k1_scheme(), chain_.identity),
        state_(ledger::genesis_state(chain_)) {}

  Status open(const std::vector<fs::path>& data_dirs) {
    for (const auto& path : data_dirs) {
      LUCID_TRY_ASSIGN(auto member, Member::open(path, verifier_, members_.size() + 1));
      members_.push_back(std::move(member));
    }
    LUCID_TRY_ASSIGN(chain_env_, members_.front().directory().environment(storage::Environment::chain, bulk()));
    LUCID_TRY_ASSIGN(auto blocks, storage::ChainStore::open(*chain_env_, chain_));
    blocks_.emplace(std::move(blocks));
    return {};
  }

  Status grow(std::span<const crypto::TransactionPtr> candidates) {
    candidates_ = candidates;
    plan_ = ledger::plan_next(chain_, state_);
    now_ = plan_->earliest_time;
    built_.reset();
    decision_.reset();
    // The last block of a slot is due with or without work: then the first of these asks for it already.
    const auto plan = actors::consensus_plan(chain_.params(), *plan_, certificate_);
    for (std::size_t i = 0; i < members_.size(); ++i) inbox_.emplace_back(i, consensus::HeightStarted{plan});
    LUCID_TRY(deliver());
    if (!built_)
      for (std::size_t i = 0; i < members_.size(); ++i)
        inbox_.emplace_back(i, consensus::WorkWaiting{plan_->height, true});
    LUCID_TRY(deliver());
    return commit();
  }

  Status close() {
    for (auto& member : members_) LUCID_TRY(member.sync());
    return chain_env_->sync();
  }
  const ledger::ChainState& state() const { return state_; }

 private:
  Status deliver() {
    while (!inbox_.empty()) {
      auto [to, input] = std::move(inbox_.front());
      inbox_.pop_front();
      LUCID_TRY(perform(to, members_[to].step(now_, std::move(input))));
    }
    return {};
  }

  Status perform(std::size_t from, const consensus::Output& out) {
    if (out.persist) LUCID_TRY(members_[from].save(*out.persist, signed_blocks_));
    for (const auto& message : out.send) LUCID_TRY(send(from, message));
    if (out.answer) LUCID_TRY(answer(from, *out.answer));
    for (const auto& request : out.requests) {
      if (const auto* build = std::get_if<consensus::BuildBlock>(&request)) LUCID_TRY(this->build(from, *build));
      if (const auto* check = std::get_if<consensus::CheckBlock>(&request))  // executed when it was built
        inbox_.emplace_back(
            from, consensus::BlockChecked{check->height, check->block, std::nullopt, built_->block.last_commit});
    }
    if (out.decide && !decision_) decision_ = out.decide;
    if (out.refused && !refused_) refused_ = out.refused;
    return {};
  }

  Status send(std::size_t from, const consensus::Message& message) {
    for (std::size_t to = 0; to < members_.size(); ++to) {
      if (to == from) continue;
      if (const auto* vote = std::get_if<crypto::Verified<Vote>>(&message)) {
        inbox_.emplace_back(to, consensus::VoteArrived{*vote});
      } else if (const auto* question = std::get_if<NewestRecordQuestion>(&message)) {
        inbox_.emplace_back(to, consensus::NewestRecordAsked{members_[from].address(), *question});
      } else {
        if (!built_) return stuck("a block with the proposal");
        const auto& sent = std::get<consensus::ProposalMessage>(message);
        inbox_.emplace_back(to, consensus::ProposalArrived{sent.proposal, built_->block.header,
                                                           ledger::encoded_size(built_->block), sent.prevotes});
      }
    }
    return {};
  }

  Status answer(std::size_t from, const consensus::AnswerMessage& answer) {
    LUCID_TRY_ASSIGN(const auto verified, verifier_.verify(answer.answer, plan_->validators));
    for (std::size_t to = 0; to < members_.size(); ++to)
      if (members_[to].address() == answer.to)
        inbox_.emplace_back(to, consensus::NewestRecordTold{members_[from].address(), verified});
    return {};
  }

  Status build(std::size_t by, const consensus::BuildBlock& wanted) {
    if (built_) return stuck("one request to build");
    ledger::BuildInput input;
    input.round = wanted.round;
    input.time = wanted.time;
    input.last_commit = wanted.last_commit;
    input.candidates = candidates_;
    input.max_bytes = wanted.max_bytes;
    input.prove_vrf = [&](ByteView alpha) { return crypto::vrf_prove(members_[by].vrf_key(), alpha); };
    LUCID_TRY_ASSIGN(const auto snapshot, blocks_->snapshot());
    LUCID_TRY_ASSIGN(built_, ledger::build_block(chain_, verifier_, state_, *plan_, *snapshot, input));
    if (built_->block.transactions.size() != candidates_.size())
      return stuck("all " + std::to_string(candidates_.size()) + " anchors in the block",
                   std::to_string(built_->block.transactions.size()));
    signed_blocks_ = {storage::SignedBlock{built_->execution.hash, codec::encode(built_->block)}};
    inbox_.emplace_back(by, consensus::BlockBuilt{plan_->height, wanted.round, built_->execution.hash,
                                                  built_->execution.header, signed_blocks_.front().bytes.size()});
    return {};
  }

  Status commit() {
    if (!built_) return stuck("a request to build");
    if (!decision_ || decision_->block != built_->execution.hash)
      return stuck("a decision", refused_ ? to_text(*refused_) : "none");
    LUCID_TRY(blocks_->commit(built_->block, built_->execution, decision_->certificate));
    state_ = std::move(built_->execution.state);
    certificate_ = decision_->certificate;
    return {};
  }

  Status stuck(std::string wanted, std::string got = "none") const {
    return fail(Fault::internal, "height " + std::to_string(plan_->height), std::move(wanted), std::move(got));
  }

  ledger::Chain chain_;
  crypto::Verifier verifier_;
  ledger::ChainState state_;
  Certificate certificate_;
  std::vector<Member> members_;
  std::unique_ptr<storage::Store> chain_env_;
  std::optional<storage::ChainStore> blocks_;

  // of the height that is being made
  std::optional<ledger::HeightPlan> plan_;
  TimeMs now_ = 0;
  std::span<const crypto::TransactionPtr> candidates_;
  std::deque<std::pair<std::size_t, consensus::Input>> inbox_;  // to whom, what
  std::optional<ledger::BuiltBlock> built_;
  std::vector<storage::SignedBlock> signed_blocks_;
  std::optional<consensus::Decision> decision_;
  std::optional<Error> refused_;  // the first input that was
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

std::vector<fs::path> data_dirs(const fs::path& path, std::uint32_t validators) {
  if (validators == 1) return {path};
  std::vector<fs::path> out;
  for (std::uint32_t number = 1; number <= validators; ++number)
    out.push_back(tools::localnet::Home{path}.node(number));
  return out;
}

/// To all but the first, which has it, and the last, which is to have nothing but its keys.
Status hand_out(const std::vector<fs::path>& data_dirs) {
  const auto place = fs::path(storage::environment_name(storage::Environment::chain)) / "data.mdb";
  std::error_code error;
  for (std::size_t i = 1; i + 1 < data_dirs.size() && !error; ++i) {
    LUCID_TRY(storage::make_directory((data_dirs[i] / place).parent_path()));
    fs::copy_file(data_dirs.front() / place, data_dirs[i] / place, error);
  }
  if (!error && data_dirs.size() > 1)
    fs::remove_all(data_dirs.back() / storage::environment_name(storage::Environment::sign), error);
  if (error) return fail(Fault::file_io, data_dirs.front().string(), "to be copied", error.message());
  return {};
}

Status make_in(const fs::path& path, const ChainSize& size) {
  LUCID_TRY(storage::make_directory(path));
  const std::uint64_t interval_ms = params::profile_params(Profile::bench, 0).block_interval_ms;
  const TimeMs start = wall_ms() - (size.blocks + 2) * interval_ms;
  LUCID_TRY_ASSIGN(const Genesis genesis, size.validators == 1
                                              ? make_network(path, Profile::bench, start)
                                              : make_localnet(path, Profile::bench, start, size.validators));
  LUCID_TRY_ASSIGN(const auto chain, ledger::make_chain(genesis, crypto::secp256k1_scheme()));
  const auto places = data_dirs(path, size.validators);
  {
    Maker maker(chain);
    LUCID_TRY(maker.open(places));
    LUCID_TRY(grow_all(maker, chain, size));
    LUCID_TRY(maker.close());
  }
  if (size.validators > 1) LUCID_TRY(config::write_genesis(places.front() / "genesis.json", {genesis, {}}));
  return hand_out(places);
}

}  // namespace

fs::path first_data_dir(const fs::path& directory, std::uint32_t validators) {
  return data_dirs(directory, validators).front();
}

Status make_chain(const fs::path& data_dir, const ChainSize& size) {
  if (size.blocks == 0 || size.anchors == 0 || size.validators == 0)
    return fail(Fault::number_range, "chain", "at least one block, one anchor in each, and one validator");
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
