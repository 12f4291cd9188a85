// One node that syncs among honest, slow, lying and flapping peers while their chain grows, in virtual time; one seed
// chooses everything. It stands in for ledger and consensus, performs what sync asks for, and checks from outside what
// must hold: only blocks of the chain are executed, in order, none that consensus was told to agree on, and memory
// stays bounded.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/sync/sync.hpp"
#include "tests/fixtures/sync_lies.hpp"
#include "tests/property/consensus_network.hpp"

namespace lucid::test {

enum class PeerCharacter : std::uint8_t { honest, slow, silent, lying, boasting, flooding };

struct SyncTrouble {
  std::string members = "abcd";  // a is the node that syncs
  Height handover_after = UINT64_MAX;
  std::string successors = "bcda";  // in another set the same names may stand, or others
  std::size_t bad = 0;              // of each set: silent, lying, boasting or flooding
  std::uint64_t loss_percent = 0;   // of requests and answers, in both directions
  std::uint64_t delay_ms = 300;     // of a message, at most
  std::uint64_t restarts = 0;       // of the node: its tip stays, the rest is gone
  Height length = 60;               // of the chain in the end
};

struct SyncRun {
  Height tip = 0;
  bool agrees = false;  // at its tip, which is the chain's
  std::uint64_t took_ms = 0;
  std::uint64_t late_ms = 0;  // of that, after the chain's last block
  std::uint64_t executed = 0;
  std::uint64_t decided = 0;  // handed to consensus
  std::uint64_t dropped = 0;
  std::uint64_t most_held_bytes = 0;
  std::vector<std::string> broken;  // sentences; empty when all held
};

/// Runs until the node agrees at the end of the chain, or `limit_ms` has passed.
SyncRun run_sync(const SyncTrouble& trouble, std::uint64_t seed, std::uint64_t limit_ms);

}  // namespace lucid::test
