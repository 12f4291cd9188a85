#include "tools/lucid-sim/checkers/checkers.hpp"

#include "tools/lucid-sim/checkers/groups.hpp"

namespace lucid::sim {

std::vector<std::unique_ptr<Observer>> make_checkers(const ClusterFacts& facts, const crypto::SignatureScheme& scheme,
                                                     Findings& findings, Policy policy) {
  const auto shared = std::make_shared<Shared>(facts, scheme, findings);
  std::vector<std::unique_ptr<Observer>> checkers;
  // Agreement first: it adds to the history. Liveness before clients: it follows who is connected.
  for (const auto make : {agreement_checker, signing_checker, chain_checker, evidence_checker, roles_checker,
                          memory_checker, timers_checker, liveness_checker, clients_checker, deciding_checker})
    checkers.push_back(make(shared));
  if (policy == Policy::judged) checkers.push_back(work_checker(shared));
  return checkers;
}

}  // namespace lucid::sim
