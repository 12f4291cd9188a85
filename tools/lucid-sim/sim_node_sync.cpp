// The sync of a machine: who is connected, what is asked and answered, and what it has the others do.
#include "core/sync/answer_rules.hpp"
#include "tools/lucid-sim/sim_node.hpp"

namespace lucid::sim {
namespace {

/// A connection that sync has closed is there again after this.
constexpr std::uint64_t kReconnectMs = 2'000;

sync::PeerId peer_of(NodeIndex machine) {
  return {machine};
}

}  // namespace

/// Performs what sync asks for, in the order of core/sync/output.hpp.
void SimNode::sync(sync::Input input) {
  const sync::Output out = sync_->step(clock_.monotonic_ms(world_.events.now()), std::move(input));
  const std::uint64_t life = life_;
  for (const auto& drop : out.drops) {
    if (!sync::closes_connection(drop.reason)) continue;
    after(kReconnectMs, [this, peer = drop.peer] {
      const auto machine = static_cast<NodeIndex>(peer.value);
      sync(sync::PeerConnected{peer, KeyTable::instance().machine(world_.plan.machines[machine].keys).address});
    });
  }
  if (out.execute) {
    const SizedBlockPtr block = sized(out.execute->block);
    see(Decided{self_, out.execute->height, block->hash, block->block, *out.execute->certificate, true});
    commit(block, *out.execute->certificate);
  }
  if (out.decided) {
    const SizedBlockPtr block = sized(out.decided->block);
    blocks_.emplace(block->hash, block);
    learned_ = out.decided->height;
    take(consensus::CertificateArrived{out.decided->certificate});
  }
  if (life != life_) return;
  if (out.agree) {
    take(consensus::HeightStarted{consensus_plan()});
    if (life != life_) return;
    told_height_ = 0;
    tell_work();
    if (life != life_) return;
  }
  tell_role();
  if (!out.tell_tip.empty()) {
    const MessagePtr notice = make_message(TipNotice{chain_->height()});
    for (const auto& peer : out.tell_tip) world_.send(self_, static_cast<NodeIndex>(peer.value), notice);
  }
  for (const auto& wanted : out.requests)
    world_.send(self_, static_cast<NodeIndex>(wanted.peer.value), make_message(wanted.request));
  if (out.wake_at_ms) {
    const std::uint64_t now_ms = clock_.monotonic_ms(world_.events.now());
    const std::uint64_t delay_ms = *out.wake_at_ms > now_ms ? *out.wake_at_ms - now_ms : 0;
    wake_sync(clock_.true_delay_ms(delay_ms) + 1);
  }
}

/// Only the newest timer counts, and each input of sync asks for one, mostly for the time for which there is one.
void SimNode::wake_sync(std::uint64_t delay_ms) {
  const TimeMs at = world_.events.now() + delay_ms;
  if (sync_wakes_at_ == at) return;
  sync_wakes_at_ = at;
  after(delay_ms, [this, wake = ++sync_wake_] {
    if (wake != sync_wake_) return;
    sync_wakes_at_ = 0;
    sync(sync::TimerFired{});
  });
}

void SimNode::connect_peers() {
  const auto machines = static_cast<NodeIndex>(world_.plan.machines.size());
  const std::uint64_t life = life_;
  for (NodeIndex i = 0; i < machines && life == life_; ++i)
    if (i != self_)
      sync(sync::PeerConnected{peer_of(i), KeyTable::instance().machine(world_.plan.machines[i].keys).address});
  if (life == life_) sync(sync::Committed{chain_->height(), chain_->state().hash, chain_->state().validators});
}

void SimNode::tell_role() {
  const bool waits = core_->start_phase() != consensus::StartPhase::cleared;
  const Role role = sync_->catching_up() ? Role::catching_up : waits ? Role::waiting_for_records : Role::joined;
  if (told_role_ == role) return;
  told_role_ = role;
  see(RoleChanged{self_, role});
}

void SimNode::receive_sync(NodeIndex from, const Content& content) {
  if (const auto* tip = std::get_if<TipNotice>(&content))
    sync(sync::TipClaimed{peer_of(from), tip->height});
  else if (const auto* request = std::get_if<GetBlocks>(&content))
    answer(from, *request);
  else if (const auto* blocks = std::get_if<Blocks>(&content))
    sync(sync::BlocksArrived{peer_of(from), *blocks});
}

void SimNode::answer(NodeIndex to, const GetBlocks& request) {
  Blocks out;
  out.from = request.from;
  out.tip = chain_->height();
  const GetBlocks served = sync::served_range(request, out.tip);
  std::uint64_t bytes = 0;
  for (Height height = served.from; height < served.from + served.count; ++height) {
    const CommittedRow& row = chain_->row(height);
    const std::uint64_t size = row.block->bytes + kMaxCertificateBytes;
    if (!sync::fits_answer(bytes, size)) break;
    bytes += size;
    out.blocks.push_back({*row.block->block, *row.certificate});
  }
  world_.send(self_, to, make_message(std::move(out)));
}

}  // namespace lucid::sim
