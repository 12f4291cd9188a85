#include <atomic>

#include "core/crypto/sha256.hpp"
#include "core/crypto/signature_scheme.hpp"
#include "tools/lucid-bench/benchmarks.hpp"
#include "tools/lucid-bench/measure.hpp"

namespace lucid::bench {
namespace {

constexpr double kSeconds = 3;
constexpr std::size_t kSignatures = 256;  // different ones, so that no branch is learned by heart

struct Signed {
  Hash256 digest;
  RecoverableSignature signature;
};

std::vector<Signed> make_signatures() {
  const auto& scheme = crypto::secp256k1_scheme();
  const crypto::SigningKey key(crypto::sha256(as_bytes("lucid-bench recover loop")).data);
  std::vector<Signed> out;
  for (std::size_t i = 0; i < kSignatures; ++i) {
    const Hash256 digest = crypto::sha256(as_bytes(std::to_string(i)));
    out.push_back({digest, scheme.sign_recoverable(key, digest)});
  }
  return out;
}

}  // namespace

Status bench_recover(const BenchOptions&, Table& table) {
  const auto signatures = make_signatures();
  std::atomic<std::uint64_t> recovered = 0, refused = 0;
  const auto start = steady_now();
  const double cpu = process_cpu_seconds();
  on_threads(cores(), [&](unsigned) {
    std::uint64_t good = 0, bad = 0;
    while (seconds_since(start) < kSeconds)
      for (const auto& one : signatures) crypto::secp256k1_scheme().recover(one.digest, one.signature) ? ++good : ++bad;
    recovered += good;
    refused += bad;
  });
  const double seconds = seconds_since(start);
  if (refused > 0) return fail(Fault::signature_invalid, "recover loop", "no refusal", std::to_string(refused.load()));
  const double cpu_used = process_cpu_seconds() - cpu;
  table.add({kRecoverRow, static_cast<double>(recovered) / seconds, "/s on " + std::to_string(cores()) + " cores"});
  table.add({kRecoverCpuRow, cpu_used / static_cast<double>(recovered) * 1e6, "us"});
  return {};
}

}  // namespace lucid::bench
