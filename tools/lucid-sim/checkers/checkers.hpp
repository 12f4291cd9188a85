// The checkers: every invariant of protocol.md section 8, judged on sightings alone. They share no rule with the core:
// quorums, slots, orders, tallies, seeds and set changes are reckoned here a second time, and differently.
//
// Thread-safety: one cluster is watched by one thread; facts, scheme and findings outlive the checkers.
#pragma once

#include <memory>
#include <vector>

#include "core/crypto/signature_scheme.hpp"
#include "tools/lucid-sim/checkers/findings.hpp"
#include "tools/lucid-sim/observer.hpp"

namespace lucid::sim {

/// Whether blocks must have been made for work: not where a history was written by hand and says nothing of work.
enum class Policy : std::uint8_t { judged, ignored };

/// Tell every sighting to all of them, in their order: the first keeps the history that the others look things up in.
std::vector<std::unique_ptr<Observer>> make_checkers(const ClusterFacts& facts, const crypto::SignatureScheme& scheme,
                                                     Findings& findings, Policy policy = Policy::judged);

}  // namespace lucid::sim
