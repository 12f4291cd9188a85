// POST /anchoring/session as a recorder would: at fixed times, whether or not the last answer has come (an open loop).
// Latency counts from the time at which a request was due, so that a stall is paid by everyone who came during it.
#include <atomic>
#include <fcntl.h>
#include <mutex>
#include <unistd.h>

#include "api/client.hpp"
#include "tools/lucid-bench/benchmarks.hpp"
#include "tools/lucid-bench/measure.hpp"
#include "tools/lucid-bench/node_process.hpp"
#include "tools/lucid-bench/scratch.hpp"

namespace lucid::bench {
namespace {

using namespace std::chrono_literals;

constexpr double kPerSecond = 100;
constexpr unsigned kConnections = 16;
constexpr std::size_t kSyncs = 500;

struct Answers {
  std::vector<double> milliseconds;
  std::uint64_t refused = 0;
  std::string first_refusal;
};

class Schedule {
 public:
  Schedule(std::uint16_t port, std::size_t requests) : port_(port), requests_(requests) {
    for (std::size_t i = 0; i < requests; ++i) bodies_.push_back(anchor_body(i));
  }

  Answers run() {
    start_ = steady_now() + 100ms;
    on_threads(kConnections, [this](unsigned) { serve(); });
    return std::move(answers_);
  }

 private:
  void serve() {
    auto client = api::Client::make(url_of(port_));
    if (!client) return;
    (void)client->get("/health/liveness");  // the connection stands before the first request is due
    for (std::size_t i = next_++; i < requests_; i = next_++) {
      const auto due =
          start_ + std::chrono::microseconds(static_cast<std::int64_t>(static_cast<double>(i) * 1e6 / kPerSecond));
      std::this_thread::sleep_until(due);
      const auto answer = client->post_json(kAnchorPath, bodies_[i]);
      const double milliseconds = seconds_since(due) * 1e3;
      const std::lock_guard lock(mutex_);
      if (answer && answer->status == 202) {
        answers_.milliseconds.push_back(milliseconds);
        continue;
      }
      if (answers_.refused++ == 0) answers_.first_refusal = answer ? api::explain(*answer) : to_text(answer.error());
    }
  }

  std::uint16_t port_;
  std::size_t requests_;
  std::vector<std::string> bodies_;
  SteadyTime start_{};
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  Answers answers_;
};

/// One write of 4 KiB made durable, in milliseconds: what every durable answer waits for at least once.
std::vector<double> sync_times(const std::filesystem::path& directory) {
  std::vector<double> out;
  const std::string path = (directory / "sync").string();
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return out;
  const std::vector<char> page(4096, 'x');
  for (std::size_t i = 0; i < kSyncs; ++i) {
    const auto start = steady_now();
    const auto offset = static_cast<off_t>((i % 64) * page.size());
    if (::pwrite(file, page.data(), page.size(), offset) < 0 || ::fdatasync(file) != 0) break;
    out.push_back(seconds_since(start) * 1e3);
  }
  ::close(file);
  return out;
}

}  // namespace

Status bench_rest(const BenchOptions& options, Table& table) {
  LUCID_TRY_ASSIGN(const Scratch scratch, Scratch::make(options.directory, "rest"));
  const auto syncs = sync_times(scratch.path());
  LUCID_TRY_ASSIGN(NodeProcess node, NodeProcess::start(options.lucidd, scratch.path() / "data", {}));
  LUCID_TRY_ASSIGN(const NodePorts ports, node.wait_ready());
  const auto requests = static_cast<std::size_t>(options.rest_seconds * kPerSecond);
  const Answers answers = Schedule(ports.engine, requests).run();
  node.stop();
  if (answers.refused > 0 || answers.milliseconds.size() != requests)
    return fail(Fault::no_answer, "POST " + std::string(kAnchorPath), "202 to each of " + std::to_string(requests),
                std::to_string(answers.refused) + " refusals, the first: " + answers.first_refusal);
  const double p99 = percentile(answers.milliseconds, 0.99);
  table.add({"POST anchor p50, 100/s", median(answers.milliseconds), "ms", median(syncs), "fdatasync of 4 KiB, p50"});
  table.add(
      {"POST anchor p99, 100/s", p99, "ms", percentile(syncs, 0.99), "fdatasync of 4 KiB, p99", "< 20 ms", p99 < 20});
  return {};
}

}  // namespace lucid::bench
