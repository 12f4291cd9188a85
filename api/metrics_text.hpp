// The node's metrics and the counts of answers in the Prometheus text format.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "actors/node_facade.hpp"
#include "api/http_counters.hpp"

namespace lucid::api {

/// Metrics of one name stand together, with the help and kind of the first; a name or label of another form than the
/// format allows is left out.
std::string metrics_text(const std::vector<actors::Metric>& metrics, const std::vector<HttpCounters::Count>& counts);

}  // namespace lucid::api
