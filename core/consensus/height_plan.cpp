#include "core/consensus/height_plan.hpp"

#include <algorithm>

namespace lucid::consensus {

Status check(const HeightPlan& plan) {
  const auto& members = plan.validators.members;
  if (plan.height == 0) return fail(Fault::internal, "plan.height", "at least 1", "0");
  if (members.empty()) return fail(Fault::internal, "plan.validators", "at least one", "none");
  if (plan.order.size() != members.size())
    return fail(Fault::internal, "plan.order", std::to_string(members.size()) + " validators",
                std::to_string(plan.order.size()));
  auto sorted = plan.order;
  std::sort(sorted.begin(), sorted.end());
  const bool permutation = std::equal(sorted.begin(), sorted.end(), members.begin(),
                                      [](const Address& a, const Validator& b) { return a == b.address; });
  if (!permutation) return fail(Fault::internal, "plan.order", "a permutation of the validators", "another list");
  if (plan.params.time_precision_ms >= plan.params.block_interval_ms)
    return fail(Fault::internal, "plan.params.time_precision_ms", "below block_interval_ms",
                std::to_string(plan.params.time_precision_ms));
  const auto& signatures = plan.last_commit.signatures;
  if (!signatures.empty() && plan.last_commit.height + 1 != plan.height)
    return fail(Fault::internal, "plan.last_commit.height", std::to_string(plan.height - 1),
                std::to_string(plan.last_commit.height));
  for (const auto& signature : signatures)
    if (signature.validator >= plan.last_validators.size())
      return fail(Fault::internal, "plan.last_commit.validator", "below " + std::to_string(plan.last_validators.size()),
                  std::to_string(signature.validator));
  return {};
}

}  // namespace lucid::consensus
