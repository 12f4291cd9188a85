#include "actors/block_sync.hpp"

#include "core/codec/codec.hpp"

namespace lucid::actors {

namespace {
constexpr std::chrono::seconds kSyncAskTimeout{5};
/// Executing and storing the largest block takes less; the ledger may wait for the disk.
constexpr std::chrono::seconds kExecuteTimeout{60};
constexpr std::chrono::seconds kVerifyAheadTimeout{30};
/// What the disk takes at once, and what its answer is waited for once.
constexpr std::uint32_t kRun = 32;

sync::Bounds bounds_with_runs(const ChainParams& params) {
  sync::Bounds bounds = sync::bounds_of(params);
  bounds.run = kRun;
  return bounds;
}

}  // namespace

FinalReader read_final(std::shared_ptr<storage::ChainStore> store) {
  return [store = std::move(store)](Height height) -> Result<CertifiedBlock> {
    LUCID_TRY_ASSIGN(const auto snapshot, store->snapshot());
    LUCID_TRY_ASSIGN(auto block, snapshot->block(height));
    LUCID_TRY_ASSIGN(auto certificate, snapshot->certificate_of(height));
    return CertifiedBlock{std::move(block), std::move(certificate)};
  };
}

BlockSync::BlockSync(interface::pointer self, Deps deps)
    : self_(self),
      deps_(std::move(deps)),
      core_(deps_.verifier, bounds_with_runs(deps_.params), deps_.self, deps_.seed),
      tip_since_ms_(deps_.clock.monotonic_ms()) {
  act::ask(self_, deps_.ledger, kSyncAskTimeout, GetTip{})
      .then([this](const TipChanged& tip) { take_tip(tip); }, [](const caf::error&) {});
  publish_state();
}

BlockSync::interface::behavior_type BlockSync::make_behavior() {
  return {
      [this](const TipChanged& tip) { take_tip(tip); },
      [this](const HeightPlanned& planned) {
        plan_ = planned.plan;
        pass_on();
      },
      [this](const PeerConnected& peer) {
        take(sync::PeerConnected{peer.peer, peer.validator});
      },
      [this](const PeerGone& peer) { take(sync::PeerGone{peer.peer}); },
      [this](const TipHeard& heard) {
        take(sync::TipClaimed{heard.from, heard.tip.height});
      },
      [this](const BlocksHeard& heard) {
        take(sync::BlocksArrived{heard.from, *heard.answer});
      },
      [this](const BlocksWanted& wanted) { give_blocks(wanted); },
      [this](const SyncDue& due) {
        if (due.generation != timer_) return;
        wake_at_ms_.reset();
        take(sync::TimerFired{});
      },
      [this](const GetSyncStatus&) {
        const std::uint64_t now_ms = deps_.clock.monotonic_ms();
        return SyncReport{core_.status(now_ms), now_ms - tip_since_ms_};
      },
  };
}

void BlockSync::take_tip(const TipChanged& tip) {
  const auto& state = *tip.state;
  const bool known = core_.status(deps_.clock.monotonic_ms()).started && state.height <= core_.tip();
  if (known) return;
  ahead_.erase(ahead_.begin(), ahead_.upper_bound(state.height));
  tip_since_ms_ = deps_.clock.monotonic_ms();
  take(sync::Committed{state.height, state.hash, state.validators});
}

void BlockSync::take(sync::Input input) {
  perform(core_.step(deps_.clock.monotonic_ms(), std::move(input)));
  publish_state();
}

void BlockSync::perform(const sync::Output& output) {
  for (const auto& drop : output.drops) {
    deps_.log("peer " + std::to_string(drop.peer.value) + " is " + std::string(sync::drop_reason_name(drop.reason)) +
              ": " + to_text(drop.error));
    if (sync::closes_connection(drop.reason)) act::tell(self_, deps_.peers, DropPeer{drop.peer, drop.reason});
  }
  for (const auto& alarm : output.alarms) deps_.log("ALARM sync: " + to_text(alarm));
  for (const auto& arrived : output.arrived) verify_ahead(arrived);
  if (output.execute) {
    run_ = {*output.execute};
    run_.insert(run_.end(), output.execute_after.begin(), output.execute_after.end());
    execute_when_verified();
  }
  if (output.decided) decided_ = output.decided;
  if (output.agree) agreed_ = *output.agree;
  pass_on();
  if (!output.tell_tip.empty()) act::tell(self_, deps_.peers, TellTip{output.tell_tip, TipNotice{core_.tip()}});
  for (const auto& request : output.requests)
    act::tell(self_, deps_.peers, AskForBlocks{request.peer, request.request});
  wake_at(output.wake_at_ms);
}

/// One that runs already and ends before is as good: the core looks, and says when to look again.
void BlockSync::wake_at(std::optional<std::uint64_t> at_ms) {
  if (!at_ms || (wake_at_ms_ && *wake_at_ms_ <= *at_ms)) return;
  wake_at_ms_ = at_ms;
  const std::uint64_t now_ms = deps_.clock.monotonic_ms();
  const std::uint64_t wait_ms = *at_ms > now_ms ? *at_ms - now_ms : 1;
  act::tell_after(self_, act::me<interface>(self_), std::chrono::milliseconds(wait_ms), SyncDue{++timer_});
}

/// Its certificate is looked at in its turn: a peer that lied has the signatures of what it was asked for checked once,
/// and is then dropped.
void BlockSync::verify_ahead(const sync::ArrivedBlock& arrived) {
  if (arrived.block->transactions.empty()) return;
  ahead_[arrived.height] = {arrived.hash, false, {}};
  act::ask(self_, deps_.checker, kVerifyAheadTimeout, VerifyBlock{arrived.block})
      .then([this, height = arrived.height,
             hash = arrived.hash](const BlockVerified& done) { verified(height, hash, done.transactions); },
            [this, height = arrived.height, hash = arrived.hash](const caf::error&) { verified(height, hash, {}); });
}

void BlockSync::verified(Height height, const Hash256& hash, std::vector<crypto::TransactionPtr> transactions) {
  const auto found = ahead_.find(height);
  if (found == ahead_.end() || found->second.hash != hash) return;
  found->second.verified = true;
  found->second.transactions = std::move(transactions);
  execute_when_verified();
}

/// What follows a success is the ledger's TipChanged of each.
void BlockSync::execute_when_verified() {
  FollowBlocks run;
  for (const auto& final : run_) {
    run.blocks.push_back({final.hash, final.block, final.certificate, {}});
    const auto found = ahead_.find(final.height);
    if (found == ahead_.end() || found->second.hash != final.hash) continue;  // the ledger checks it
    if (!found->second.verified) return;
    run.blocks.back().transactions = found->second.transactions;
  }
  run_.clear();
  if (run.blocks.empty()) return;
  act::ask(self_, deps_.ledger, kExecuteTimeout, std::move(run))
      .then([](const CommittedHeight&) {},
            [this](const caf::error& error) {
              take(sync::ExecuteFailed{core_.tip() + 1, from_caf(error)});
            });
}

/// The plan of the height that the validator may write, once; then what sync knows to be decided there.
void BlockSync::pass_on() {
  if (plan_ && plan_->height == agreed_ && passed_ < agreed_) {
    passed_ = agreed_;
    act::tell(self_, deps_.validator, HeightPlanned{plan_});
  }
  if (decided_ && decided_->height == passed_)
    act::tell(self_, deps_.validator, DecidedHeard{decided_->certificate, std::exchange(decided_, {})->block});
}

void BlockSync::give_blocks(const BlocksWanted& wanted) {
  const GetBlocks range = sync::served_range(wanted.request, core_.tip());
  auto answer = std::make_shared<Blocks>();
  answer->from = wanted.request.from;
  answer->tip = core_.tip();
  std::uint64_t bytes = 0;
  for (Height height = range.from; height < range.from + range.count; ++height) {
    auto block = deps_.read(height);
    if (!block) break;
    const std::uint64_t block_bytes = codec::encode(block->block).size() + codec::encode(block->certificate).size();
    if (!sync::fits_answer(bytes, block_bytes)) break;
    bytes += block_bytes;
    answer->blocks.push_back(std::move(*block));
  }
  act::tell(self_, deps_.peers, GiveBlocks{wanted.from, std::move(answer)});
}

void BlockSync::publish_state() {
  act::probe(self_).set_state(core_.status(deps_.clock.monotonic_ms()).doing);
}

}  // namespace lucid::actors
