#include "api/metrics_text.hpp"

#include <algorithm>
#include <map>
#include <prometheus/text_serializer.h>

namespace lucid::api {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

bool is_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
  };
  return !text.empty() && (text.front() < '0' || text.front() > '9') && std::all_of(text.begin(), text.end(), allowed);
}

/// Families by name, in the order of their names.
class Families {
 public:
  void add(const std::string& name, const std::string& help, MetricType type,
           const std::map<std::string, std::string>& labels, double value) {
    if (!is_name(name)) return;
    MetricFamily& family = by_name_[name];
    if (family.metric.empty()) {
      family.name = name;
      family.help = help;
      family.type = type;
    }
    ClientMetric metric;
    for (const auto& [label, text] : labels) {
      if (is_name(label)) metric.label.push_back({label, text});
    }
    metric.counter.value = value;
    metric.gauge.value = value;
    family.metric.push_back(std::move(metric));
  }

  std::string text() {
    std::vector<MetricFamily> list;
    for (auto& [name, family] : by_name_) list.push_back(std::move(family));
    return prometheus::TextSerializer().Serialize(list);
  }

 private:
  std::map<std::string, MetricFamily> by_name_;
};

}  // namespace

std::string metrics_text(const std::vector<actors::Metric>& metrics, const std::vector<HttpCounters::Count>& counts) {
  Families families;
  for (const actors::Metric& metric : metrics) {
    families.add(metric.name, metric.help,
                 metric.kind == actors::Metric::Kind::counter ? MetricType::Counter : MetricType::Gauge, metric.labels,
                 static_cast<double>(metric.value));
  }
  for (const HttpCounters::Count& count : counts) {
    const std::map<std::string, std::string> labels{{"method", std::string(count.method)},
                                                    {"route", std::string(count.route)},
                                                    {"status", std::to_string(count.status)}};
    families.add("lucid_http_responses_total", "Answers by route and status", MetricType::Counter, labels,
                 static_cast<double>(count.answers));
    families.add("lucid_http_response_seconds_total", "Time that the answers took to make", MetricType::Counter, labels,
                 static_cast<double>(count.duration_us) / 1e6);
  }
  return families.text();
}

}  // namespace lucid::api
