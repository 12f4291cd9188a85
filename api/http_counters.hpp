// Counts answers by route and status, for /metrics.
//
// Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "api/route.hpp"

namespace lucid::api {

class HttpCounters {
 public:
  struct Count {
    std::string_view method, route;  // "-" where none matched
    int status = 0;
    std::uint64_t answers = 0;
    std::uint64_t duration_us = 0;  // of all of them together
  };

  /// `route` may be absent.
  void add(const Route* route, int status, std::uint64_t duration_us);
  std::vector<Count> snapshot() const;

 private:
  struct Sum {
    std::uint64_t answers = 0;
    std::uint64_t duration_us = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::pair<const Route*, int>, Sum> counts_;
};

}  // namespace lucid::api
