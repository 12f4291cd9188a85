// The six rules of a block, each reported by name with its details (protocol.md sections 2, 3, 7; api.md,
// POST /blocks/validate). Checks run from cheap to expensive; the block is executed only when everything before holds.
//
// Thread-safety: pure functions.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ledger/execution.hpp"
#include "core/ledger/whole_block.hpp"

namespace lucid::ledger {

enum class BlockRule : std::uint8_t {
  block_structure,
  block_hash,
  previous_hash,
  merkle_root,
  timestamp,
  transactions
};
inline constexpr std::size_t kBlockRules = 6;

std::string_view rule_name(BlockRule rule);
/// One sentence of what the rule asks.
std::string_view rule_description(BlockRule rule);

struct RuleResult {
  BlockRule rule = BlockRule::block_structure;
  bool passed = false;
  std::optional<Error> error;                                // the first fault found; absent where passed
  std::vector<std::pair<std::string, std::string>> details;  // name and value, as api.md lists them
};

struct BlockReport {
  std::array<RuleResult, kBlockRules> results;
  bool certificate_valid = false;      // the parent's commit certificate and the VRF proof hold
  std::optional<Execution> execution;  // where all rules passed

  bool valid() const;
  const RuleResult& result(BlockRule rule) const { return results[static_cast<std::size_t>(rule)]; }
  /// The first failed rule's error, if any.
  std::optional<Error> first_error() const;
};

/// A transaction verified before, by id, or null.
using KnownTransactions = std::function<crypto::TransactionPtr(const Hash256& id)>;

struct BlockCheck {
  const Block& block;
  std::optional<Hash256> claimed_hash;  // the proposal's or the request's; absent: the header's own
  std::optional<TimeMs> current_time;   // for the report's details
  std::optional<TimeMs> latest_time;    // a block dated later is never executed; give one for whatever no quorum backs
  KnownTransactions known;              // may be empty: then every signature is checked here
  bool thorough = false;                // check signatures even where a cheap rule failed (for people)
  bool in_detail = true;                // fill in the details of each rule (for people)
  const WholeBlock* whole = nullptr;    // of this very block, where there is one: it is not hashed again
  const crypto::Verified<Certificate>* parent_commit = nullptr;  // where the block carries this one it is not checked
};

/// A block that may follow the tip. An error is the reader's: no verdict.
Result<BlockReport> check_next_block(const Chain& chain, const crypto::Verifier& verifier, const ChainState& state,
                                     const HeightPlan& plan, const StateReader& reader, const BlockCheck& check);

/// A block at or below the tip, against the committed header of its height and that of its parent (absent for
/// height 0). No state of that time is needed: whatever a header says that hashes to the committed one was executed
/// and agreed upon.
BlockReport check_past_block(const Chain& chain, const crypto::Verifier& verifier, const Header& committed,
                             const std::optional<Header>& parent, const BlockCheck& check);

}  // namespace lucid::ledger
