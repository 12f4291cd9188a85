#include "api/http_counters.hpp"

namespace lucid::api {

void HttpCounters::add(const Route* route, int status, std::uint64_t duration_us) {
  const std::lock_guard lock(mutex_);
  Sum& sum = counts_[{route, status}];
  ++sum.answers;
  sum.duration_us += duration_us;
}

std::vector<HttpCounters::Count> HttpCounters::snapshot() const {
  std::vector<Count> out;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, sum] : counts_) {
    const auto& [route, status] = key;
    out.push_back({route == nullptr ? "-" : route->method, route == nullptr ? "-" : route->pattern, status, sum.answers,
                   sum.duration_us});
  }
  return out;
}

}  // namespace lucid::api
