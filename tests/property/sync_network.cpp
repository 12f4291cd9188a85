#include "tests/property/sync_network.hpp"

#include <algorithm>

namespace lucid::test {
namespace {

using namespace sync;

constexpr std::uint64_t kBlockMs = 10'000;  // the chain grows by one block each interval
constexpr std::uint64_t kRedialMs = 2'000;  // a closed connection comes back

class SyncNetwork {
 public:
  SyncNetwork(const SyncTrouble& trouble, std::uint64_t seed)
      : trouble_(trouble),
        chance_(seed),
        chain_({.length = trouble.length,
                .members = trouble.members,
                .handover_after = trouble.handover_after,
                .successors = trouble.successors}),
        lies_(sync_lies()),
        bounds_(bounds_of(room_params())),
        start_height_(1 + chance_.below(trouble.length)) {
    bounds_.held_bytes = 8ull << 20;
    make_peers();
    tip_ = chance_.below(start_height_ + 1);
    for (std::uint64_t i = 0; i < trouble.restarts; ++i)
      schedule(chance_.below(60'000), {Kind::restart, 0, {}, {}, {}, {}});
    restart();
  }

  SyncRun run(std::uint64_t limit_ms) {
    while (!events_.empty() && now_ms_ <= limit_ms && !done()) {
      auto node = events_.extract(events_.begin());
      now_ms_ = node.key().first;
      happen(node.mapped());
    }
    run_.tip = tip_;
    run_.took_ms = now_ms_;
    const std::uint64_t end_ms = (trouble_.length - start_height_) * kBlockMs;
    run_.late_ms = now_ms_ > end_ms ? now_ms_ - end_ms : 0;
    run_.agrees = done();
    return run_;
  }

 private:
  enum class Kind : std::uint8_t { to_node, to_peer, dial, commit, consensus, restart, timer, flood };
  struct Event {
    Kind kind = Kind::timer;
    char peer = 0;
    std::uint64_t life = 0;
    std::shared_ptr<Input> input;
    GetBlocks request;
    std::uint64_t height = 0;  // of a timer: which one it is
  };
  struct OnePeer {
    PeerCharacter character = PeerCharacter::honest;
    bool connected = false;
  };

  void make_peers() {
    std::set<char> names(trouble_.members.begin(), trouble_.members.end());
    names.insert(trouble_.successors.begin(), trouble_.successors.end());
    names.erase('a');
    for (const char name : names)
      peers_[name].character = chance_.percent(30) ? PeerCharacter::slow : PeerCharacter::honest;
    for (const std::string* set : {&trouble_.members, &trouble_.successors}) {
      const auto is_bad = [&](char name) { return name != 'a' && peers_[name].character > PeerCharacter::slow; };
      std::size_t bad = static_cast<std::size_t>(std::count_if(set->begin(), set->end(), is_bad));
      while (bad < trouble_.bad) {
        const char name = (*set)[chance_.below(set->size())];
        if (name == 'a' || is_bad(name)) continue;
        peers_[name].character = static_cast<PeerCharacter>(2 + chance_.below(4));
        ++bad;
      }
    }
  }

  Height chain_height() const { return std::min<Height>(trouble_.length, start_height_ + now_ms_ / kBlockMs); }
  bool done() const { return tip_ == trouble_.length && agreed_ == tip_ + 1; }
  void schedule(std::uint64_t after_ms, Event event) {
    event.life = event.kind == Kind::restart ? 0 : life_;
    events_.emplace(std::pair(now_ms_ + after_ms, ++counter_), std::move(event));
  }
  void broke(std::string what) { run_.broken.push_back("at " + std::to_string(now_ms_) + " ms: " + std::move(what)); }

  void restart() {
    ++life_;
    agreed_ = 0;
    executing_ = 0;
    core_ = std::make_unique<Sync>(chain_.verifier(), bounds_, address_of('a'), chance_.next());
    for (auto& [name, peer] : peers_) {
      peer.connected = false;
      schedule(chance_.below(kRedialMs), {Kind::dial, name, {}, {}, {}, {}});
      if (peer.character == PeerCharacter::flooding) schedule(0, {Kind::flood, name, {}, {}, {}, {}});
    }
    give(chain_.committed(tip_));
  }

  void happen(Event& event) {
    if (event.kind == Kind::restart) return restart();
    if (event.life != life_) return;
    switch (event.kind) {
      case Kind::to_node:
        if (peers_[event.peer].connected) give(std::move(*event.input));
        return;
      case Kind::to_peer:
        return answer(event.peer, event.request);
      case Kind::dial:
        if (!peers_[event.peer].connected) {
          peers_[event.peer].connected = true;
          give(PeerConnected{peer_id(event.peer), address_of(event.peer)});
          tell(event.peer);
        } else if (chance_.percent(20)) {  // it flaps
          close(event.peer);
        } else {
          tell(event.peer);
        }
        return schedule(1'000 + chance_.below(5'000), {Kind::dial, event.peer, {}, {}, {}, {}});
      case Kind::commit:
        if (event.height != tip_ + 1) return;
        executing_ = 0;
        tip_ = event.height;
        return give(chain_.committed(tip_));
      case Kind::consensus:  // it may have heard enough to decide by itself
        if (event.height == tip_ + 1 && agreed_ == event.height && event.height <= chain_height())
          schedule(0, {Kind::commit, 0, {}, {}, {}, event.height});
        return;
      case Kind::timer:
        if (event.height == timer_) give(TimerFired{});
        return;
      case Kind::flood:
        send(event.peer, BlocksArrived{peer_id(event.peer), chain_.answer({tip_ + 1, 4}, chain_height())});
        return schedule(200, {Kind::flood, event.peer, {}, {}, {}, {}});
      case Kind::restart:
        return;
    }
  }

  static PeerId peer_id(char name) { return {static_cast<std::uint64_t>(name)}; }
  void close(char name) {
    peers_[name].connected = false;
    give(PeerGone{peer_id(name)});
  }
  void send(char from, Input input) {
    if (chance_.percent(trouble_.loss_percent)) return;
    const std::uint64_t slow_ms = peers_[from].character == PeerCharacter::slow ? chance_.below(8'000) : 0;
    schedule(1 + slow_ms + chance_.below(trouble_.delay_ms),
             {Kind::to_node, from, {}, std::make_shared<Input>(std::move(input)), {}, {}});
  }
  void tell(char name) {
    const bool boasts = peers_[name].character == PeerCharacter::boasting;
    send(name, TipClaimed{peer_id(name), boasts ? Height{1} << (10 + chance_.below(54)) : chain_height()});
  }

  void answer(char name, const GetBlocks& asked) {
    Blocks answer = chain_.answer(served_range(asked, chain_height()), chain_height());
    switch (peers_[name].character) {
      case PeerCharacter::silent:
        return;
      case PeerCharacter::boasting:
        answer = Blocks{asked.from, UINT64_MAX, {}};
        break;
      case PeerCharacter::lying:
        if (!answer.blocks.empty() && chance_.percent(70)) {
          const std::size_t at = chance_.below(answer.blocks.size());
          lies_[chance_.below(lies_.size())].tell(answer.blocks[at], chain_);
          answer.blocks.resize(at + 1);
        }
        break;
      default:
        break;
    }
    send(name, BlocksArrived{peer_id(name), std::move(answer)});
  }

  void give(Input input) {
    const Output out = core_->step(now_ms_, std::move(input));
    run_.most_held_bytes = std::max(run_.most_held_bytes, core_->held_bytes());
    if (core_->held_bytes() > bounds_.held_bytes) broke("more is held than the bound");
    for (const Error& alarm : out.alarms) broke("an alarm: " + lucid::to_text(alarm));
    for (const auto& drop : out.drops) {
      const char name = static_cast<char>(drop.peer.value);
      ++run_.dropped;
      const bool lied = peers_[name].character == PeerCharacter::lying;
      if (drop.reason == DropReason::lying && !lied) broke(std::string("dropped as a liar: ") + name);
      if (closes_connection(drop.reason)) peers_[name].connected = false;
    }
    if (out.execute) check(*out.execute, true);
    if (out.decided) check(*out.decided, false);
    if (out.agree) agree(*out.agree);
    for (const auto& request : out.requests)
      if (!chance_.percent(trouble_.loss_percent))
        schedule(1 + chance_.below(trouble_.delay_ms),
                 {Kind::to_peer, static_cast<char>(request.peer.value), {}, {}, request.request, {}});
    ++timer_;  // a new one replaces the old
    if (out.wake_at_ms) schedule(*out.wake_at_ms - now_ms_, {Kind::timer, 0, {}, {}, {}, timer_});
  }

  void check(const FinalBlock& given, bool execute) {
    if (given.height != tip_ + 1) broke("height " + std::to_string(given.height) + " out of order");
    if (given.height > trouble_.length || given.hash != chain_.hash(given.height))
      return broke("a block of another chain at height " + std::to_string(given.height));
    if (!(*given.block == chain_.at(given.height).block)) broke("another body");
    if (given.certificate->signatures.size() < chain_.room(given.height).set().quorum()) broke("no quorum");
    if (execute == (agreed_ == given.height)) broke("the wrong writer for height " + std::to_string(given.height));
    if (execute && executing_ == given.height) broke("executed twice");
    if (execute) executing_ = given.height;
    ++(execute ? run_.executed : run_.decided);
    schedule(1 + chance_.below(50), {Kind::commit, 0, {}, {}, {}, given.height});
  }

  void agree(Height height) {
    if (height != tip_ + 1 || executing_ == height) broke("agreement on a height that sync writes");
    agreed_ = height;
    if (core_->catching_up()) broke("agreement while it catches up");
    if (chance_.percent(50))
      for (int i = 0; i < 20; ++i)
        schedule(i * kBlockMs / 2 + chance_.below(kBlockMs), {Kind::consensus, 0, {}, {}, {}, height});
  }

  SyncTrouble trouble_;
  Chance chance_;
  SyncChain chain_;
  std::vector<SyncLie> lies_;
  Bounds bounds_;
  Height start_height_;
  std::map<char, OnePeer> peers_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Event> events_;
  std::uint64_t counter_ = 0;
  std::uint64_t now_ms_ = 0;
  std::uint64_t life_ = 0;
  std::uint64_t timer_ = 0;
  std::unique_ptr<Sync> core_;
  Height tip_ = 0;
  Height agreed_ = 0;
  Height executing_ = 0;
  SyncRun run_;
};

}  // namespace

SyncRun run_sync(const SyncTrouble& trouble, std::uint64_t seed, std::uint64_t limit_ms) {
  return SyncNetwork(trouble, seed).run(limit_ms);
}

}  // namespace lucid::test
