#include "tools/lucid-bench/cluster_load.hpp"

#include <nlohmann/json.hpp>

#include "api/client.hpp"
#include "api/error_table.hpp"
#include "tools/lucid-bench/network.hpp"

namespace lucid::bench {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr auto kLookOften = 10ms;
constexpr Height kValidFor = 1'000'000;

/// Two connections to each node; each has accounts of its own, so that every account's nonces are handed in in order.
constexpr std::size_t kLanes = 2 * kClusterNodes;
static_assert(kAccounts % kLanes == 0);
constexpr std::size_t kBatchAnchors = 100;
/// Handed over and not final yet: the queue never runs dry and never grows.
constexpr std::uint64_t kInFlight = 8'000;
/// Without one more final anchor for so long the run has failed.
constexpr double kPatienceSeconds = 30;

constexpr const char* kBatchPath = "/api/v1/transactions/batch";
constexpr const char* kSubmitPath = "/api/v1/transactions";
constexpr std::size_t kSteadyConnections = 8;

std::string raw_of(const std::string& hex) {
  return R"({"raw":")" + hex + R"("})";
}

Result<Json> ask_json(api::Client& client, const char* path) {
  LUCID_TRY_ASSIGN(const auto answer, client.get(path));
  if (!answer.ok()) return fail(Fault::no_answer, path, "200", api::explain(answer));
  return Json::parse(answer.body, nullptr, false);
}

/// A refusal for want of room, or since what goes before has not found any yet.
bool is_for_room(const std::string& code) {
  for (const Fault fault : {Fault::mempool_full, Fault::mempool_sender_full, Fault::mempool_nonce_gap})
    if (code == api::answer_of(fault).code) return true;
  return false;
}

}  // namespace

// ---- when what is final

HeightWatch::HeightWatch(const Cluster& cluster) : seen_(cluster.size()) {
  for (std::size_t node = 0; node < cluster.size(); ++node)
    threads_.emplace_back([this, node, url = cluster.url(node)] { look(node, url); });
}

HeightWatch::~HeightWatch() {
  stop_ = true;
  for (auto& thread : threads_) thread.join();
}

void HeightWatch::look(std::size_t node, const std::string& url) {
  auto client = api::Client::make(url);
  if (!client) return;
  for (; !stop_; std::this_thread::sleep_for(kLookOften)) {
    const auto answer = ask_json(*client, "/api/v1/chain/height");
    if (!answer || !answer->is_object()) continue;
    const auto now = steady_now();
    const std::lock_guard lock(mutex_);
    seen_[node].try_emplace(answer->value("height", Height{0}), now);
  }
}

std::optional<SteadyTime> HeightWatch::reached(std::size_t node, Height height) const {
  const std::lock_guard lock(mutex_);
  const auto found = seen_[node].lower_bound(height);
  return found == seen_[node].end() ? std::nullopt : std::optional(found->second);
}

std::optional<Height> HeightWatch::height(std::size_t node) const {
  const std::lock_guard lock(mutex_);
  return seen_[node].empty() ? std::nullopt : std::optional(seen_[node].rbegin()->first);
}

Height HeightWatch::highest() const {
  Height out = 0;
  for (std::size_t node = 0; node < seen_.size(); ++node) out = std::max(out, height(node).value_or(0));
  return out;
}

bool HeightWatch::all_reach(Height wanted, double seconds) const {
  const auto start = steady_now();
  for (std::size_t node = 0; node < seen_.size(); ++node)
    for (auto at = height(node); !at || *at < wanted; at = height(node)) {
      if (seconds_since(start) > seconds) return false;
      std::this_thread::sleep_for(kLookOften);
    }
  return true;
}

// ---- as fast as they are taken

/// Posts batches over one connection.
class BatchSender {
 public:
  static Result<BatchSender> make(const std::string& url) {
    LUCID_TRY_ASSIGN(auto client, api::Client::make(url));
    return BatchSender(std::move(client));
  }

  /// What was refused for room, in order. An error is any other refusal.
  Result<std::vector<std::string>> post(std::vector<std::string> batch) {
    std::string body = R"({"transactions":[)";
    for (std::size_t i = 0; i < batch.size(); ++i) body += (i > 0 ? "," : "") + raw_of(batch[i]);
    LUCID_TRY_ASSIGN(const auto answer, client_.post_json(kBatchPath, body + "]}"));
    if (answer.status != 202) return fail(Fault::no_answer, kBatchPath, "202", api::explain(answer));
    const Json said = Json::parse(answer.body, nullptr, false);
    std::vector<std::string> refused;
    for (const auto& error : said.value("errors", Json::array())) {
      if (!is_for_room(error.value("code", "")))
        return fail(Fault::node_answer, kBatchPath, "every anchor to be taken", error.dump());
      refused.push_back(std::move(batch[error.value("index", std::size_t{0})]));
    }
    return refused;
  }

 private:
  explicit BatchSender(api::Client client) : client_(std::move(client)) {}
  api::Client client_;
};

FullLoad::FullLoad(const Cluster& cluster, const crypto::ChainIdentity& chain, std::uint64_t first, std::uint64_t count)
    : cluster_(cluster), count_(count), lanes_(kLanes) {
  const Accounts accounts(chain);
  std::vector<std::string> all(count);
  on_threads(cores(), [&](unsigned thread) {
    for (std::uint64_t i = thread; i < count; i += cores()) all[i] = to_hex(accounts.anchor(first + i, kValidFor));
  });
  for (std::uint64_t i = 0; i < count; ++i) {
    auto& lane = lanes_[(first + i) % kLanes];
    if (lane.empty() || lane.back().size() == kBatchAnchors) lane.emplace_back();
    lane.back().push_back(std::move(all[i]));
  }
}

Status FullLoad::run(std::uint64_t warm_up, std::uint64_t measured) {
  std::vector<std::thread> threads;
  for (std::size_t lane = 0; lane < kLanes; ++lane) threads.emplace_back([this, lane] { generate(lane); });
  if (const Status watched = watch(warm_up, measured); !watched) stop_with(watched.error());
  for (auto& thread : threads) thread.join();
  if (failure_) return tl::unexpected(*failure_);
  return {};
}

void FullLoad::stop_with(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = error;
  stop_ = true;
}

void FullLoad::generate(std::size_t lane) {
  const double before = thread_cpu_seconds();
  auto sender = BatchSender::make(cluster_.url(lane % cluster_.size()));
  if (!sender) return stop_with(sender.error());
  for (auto& batch : lanes_[lane]) {
    while (!stop_ && handed_over_ > final_ + kInFlight) std::this_thread::sleep_for(1ms);
    if (stop_) break;
    handed_over_ += batch.size();
    if (const Status handed = hand_over(*sender, std::move(batch)); !handed) stop_with(handed.error());
  }
  const std::lock_guard lock(mutex_);
  generator_cpu_ += thread_cpu_seconds() - before;
}

Status FullLoad::hand_over(BatchSender& sender, Batch batch) {
  for (;;) {
    LUCID_TRY_ASSIGN(batch, sender.post(std::move(batch)));
    if (batch.empty() || stop_) return {};
    again_ += batch.size();
    std::this_thread::sleep_for(5ms);
  }
}

/// Counts what is final at node 1.
Status FullLoad::watch(std::uint64_t warm_up, std::uint64_t measured) {
  LUCID_TRY_ASSIGN(auto client, api::Client::make(cluster_.url(0)));
  std::optional<std::uint64_t> before, from;
  SteadyTime start{}, last_change = steady_now();
  while (!stop_ && final_ < count_) {
    LUCID_TRY_ASSIGN(const Json info, ask_json(client, "/api/v1/chain/info"));
    const auto total = info.value("total_transactions", std::uint64_t{0});
    if (!before) before = total;
    const std::uint64_t count = total - *before;
    if (count != final_) last_change = steady_now();
    final_ = count;
    if (!from && count >= warm_up) {
      from = count;
      start = steady_now();
    }
    if (from && rate_ == 0 && count >= *from + measured)
      rate_ = static_cast<double>(count - *from) / seconds_since(start);
    if (seconds_since(last_change) > kPatienceSeconds)
      return fail(Fault::no_answer, "the chain", "more than " + std::to_string(count) + " anchors to become final",
                  std::to_string(handed_over_) + " handed over");
    std::this_thread::sleep_for(kLookOften);
  }
  return {};
}

// ---- at fixed times

SteadyLoad::SteadyLoad(const Cluster& cluster, const crypto::ChainIdentity& chain, double per_second, std::size_t count)
    : cluster_(cluster), per_second_(per_second) {
  const Accounts accounts(chain);
  for (std::size_t i = 0; i < count; ++i) {
    const Bytes encoded = accounts.data(i, kValidFor, kTransactionBytes);
    bodies_.emplace_back(crypto::transaction_id(encoded), raw_of(to_hex(encoded)));
  }
}

SteadyLoad::~SteadyLoad() {
  stop();
}

void SteadyLoad::start() {
  start_ = steady_now() + 100ms;
  for (std::size_t i = 0; i < kSteadyConnections; ++i) threads_.emplace_back([this] { serve(); });
}

void SteadyLoad::finish() {
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void SteadyLoad::stop() {
  stop_ = true;
  finish();
}

void SteadyLoad::serve() {
  std::vector<api::Client> clients;
  for (std::size_t node = 0; node < cluster_.size(); ++node)
    if (auto client = api::Client::make(cluster_.url(node))) clients.push_back(std::move(*client));
  for (std::size_t i = next_++; i < bodies_.size() && !stop_; i = next_++) {
    const auto& [id, body] = bodies_[i];
    const std::size_t node = i % clients.size();  // the accounts of one node stay with it
    std::this_thread::sleep_until(
        start_ + std::chrono::microseconds(static_cast<std::int64_t>(static_cast<double>(i) * 1e6 / per_second_)));
    const auto answer = clients[node].post_json(kSubmitPath, body);
    const auto now = steady_now();
    const std::lock_guard lock(mutex_);
    if (answer && answer->status == 202)
      accepted_.push_back({id, node, now});
    else if (refused_++ == 0)
      first_refusal_ = answer ? api::explain(*answer) : to_text(answer.error());
  }
}

}  // namespace lucid::bench
