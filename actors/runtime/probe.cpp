#include "actors/runtime/probe.hpp"

#include <algorithm>
#include <chrono>

namespace lucid::actors {
namespace {

// Names that come and go (one for each connection, say) must not fill the registry for ever.
constexpr std::size_t kMaxEnded = 256;
constexpr std::size_t kMaxStateBytes = 512;

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

std::uint64_t up_to_us(std::uint64_t ns) {
  return (ns + 999) / 1000;
}

}  // namespace

Probe::Probe(std::string name, std::string parent, TimeMs started_at, std::uint32_t restarts, std::string ended)
    : name_(std::move(name)),
      parent_(std::move(parent)),
      started_at_(started_at),
      restarts_(restarts),
      ended_(std::move(ended)) {}

Probe::~Probe() {
  for (auto& kind : kinds_) delete kind.load();
}

void Probe::set_state(std::string state) {
  if (state.size() > kMaxStateBytes) state.resize(kMaxStateBytes);
  const std::lock_guard lock(words_);
  state_ = std::move(state);
}

Probe::Kind* Probe::find(std::uintptr_t key) {
  for (auto& place : kinds_) {
    Kind* kind = place.load(std::memory_order_relaxed);
    if (kind == nullptr) return nullptr;
    if (kind->key == key) return kind;
  }
  return kinds_.back().load(std::memory_order_relaxed);
}

Probe::Kind& Probe::add(std::uintptr_t key, std::string name) {
  for (auto& place : kinds_) {
    if (place.load(std::memory_order_relaxed) != nullptr) continue;
    auto kind = std::make_unique<Kind>();
    kind->key = key;
    kind->name = &place == &kinds_.back() ? "other" : std::move(name);
    place.store(kind.get(), std::memory_order_release);
    return *kind.release();
  }
  return *kinds_.back().load(std::memory_order_relaxed);
}

std::uint64_t Probe::begin(const Kind& kind) {
  const std::uint64_t now = now_ns();
  doing_since_ns_.store(now, std::memory_order_relaxed);
  doing_.store(&kind, std::memory_order_release);
  return now;
}

void Probe::finish(Kind& kind, std::uint64_t began_ns, bool skipped) {
  doing_.store(nullptr, std::memory_order_relaxed);
  if (skipped) return;
  kind.times.record(now_ns() - began_ns);
  taken_.store(taken_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void Probe::ended(std::string reason) {
  {
    const std::lock_guard lock(words_);
    ended_ = std::move(reason);
  }
  alive_.store(false, std::memory_order_release);
}

void Probe::set_killer(std::function<void()> kill) {
  const std::lock_guard lock(words_);
  kill_ = std::move(kill);
}

void Probe::kill() {
  std::function<void()> kill;
  {
    const std::lock_guard lock(words_);
    kill = kill_;
  }
  if (kill) kill();
}

std::string Probe::why_ended() const {
  const std::lock_guard lock(words_);
  return ended_;
}

ActorView Probe::view() const {
  ActorView view;
  view.name = name_;
  view.parent = parent_;
  view.started_at = started_at_;
  view.restarts = restarts_;
  view.alive = alive();
  {
    const std::lock_guard lock(words_);
    view.state = state_;
    view.ended = ended_;
  }
  // The order matters: what is taken was enqueued before, so reading `taken` first never gives a negative depth.
  const std::uint64_t taken = taken_.load(std::memory_order_acquire);
  const std::uint64_t enqueued = enqueued_.load(std::memory_order_acquire);
  const Kind* doing = doing_.load(std::memory_order_acquire);
  if (view.alive && enqueued > taken) view.mailbox = enqueued - taken - (doing != nullptr ? 1 : 0);
  if (view.alive && doing != nullptr) {
    const std::uint64_t since = doing_since_ns_.load(std::memory_order_relaxed), now = now_ns();
    view.doing = doing->name;
    view.doing_since_ms = now > since ? (now - since) / 1'000'000 : 0;
  }
  Distribution all;
  for (const auto& place : kinds_) {
    const Kind* kind = place.load(std::memory_order_acquire);
    if (kind == nullptr) break;
    Distribution times;
    kind->times.add_to(times);
    if (times.count == 0) continue;
    view.handled.push_back(
        {kind->name, times.count, up_to_us(times.percentile(50)), up_to_us(times.percentile(99)), up_to_us(times.max)});
    kind->times.add_to(all);
  }
  view.p50_us = up_to_us(all.percentile(50));
  view.p99_us = up_to_us(all.percentile(99));
  view.max_us = up_to_us(all.max);
  return view;
}

std::shared_ptr<Probe> ProbeRegistry::add(std::string name, std::string parent) {
  const std::lock_guard lock(mutex_);
  const auto find = [&](const std::string& wanted) {
    return std::find_if(probes_.begin(), probes_.end(), [&](const auto& probe) { return probe->name() == wanted; });
  };
  std::string own = name;
  auto place = find(own);
  for (int n = 2; place != probes_.end() && (*place)->alive(); ++n) place = find(own = name + "#" + std::to_string(n));
  if (place != probes_.end()) {
    *place = std::make_shared<Probe>(own, std::move(parent), clock_.wall_ms(), (*place)->restarts() + 1,
                                     (*place)->why_ended());
    return *place;
  }
  const auto ended = std::count_if(probes_.begin(), probes_.end(), [](const auto& probe) { return !probe->alive(); });
  if (static_cast<std::size_t>(ended) >= kMaxEnded)
    probes_.erase(std::find_if(probes_.begin(), probes_.end(), [](const auto& probe) { return !probe->alive(); }));
  probes_.push_back(std::make_shared<Probe>(own, std::move(parent), clock_.wall_ms(), 0, std::string()));
  return probes_.back();
}

void ProbeRegistry::kill_all() {
  std::vector<std::shared_ptr<Probe>> probes;
  {
    const std::lock_guard lock(mutex_);
    probes = probes_;
  }
  for (const auto& probe : probes)
    if (probe->alive()) probe->kill();
}

std::vector<ActorView> ProbeRegistry::snapshot() const {
  std::vector<std::shared_ptr<Probe>> probes;
  {
    const std::lock_guard lock(mutex_);
    probes = probes_;
  }
  std::vector<ActorView> views;
  views.reserve(probes.size());
  for (const auto& probe : probes) views.push_back(probe->view());
  return views;
}

}  // namespace lucid::actors
