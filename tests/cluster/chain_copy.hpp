// A node's chain as a client reads it over REST: every block's own bytes, decoded and hashed here.
//
// Thread-safety: one owner.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/client.hpp"
#include "core/types/block.hpp"

namespace lucid::cluster {

/// `which`: "latest" or "height/N". Absent where nobody answers or there is none.
std::optional<Block> block_of(const std::string& url, const std::string& which);

class ChainCopy {
 public:
  explicit ChainCopy(const std::string& url);

  struct Anchored {
    Height height = 0;  // of the first
    unsigned times = 0;
  };

  /// Reads what came since. Faults: no_answer, what decoding finds, block_previous_hash.
  Status extend();

  /// From height 1 on.
  const std::vector<Hash256>& hashes() const { return hashes_; }
  Height height() const { return hashes_.size(); }
  const std::map<SessionId, Anchored>& anchored() const { return anchored_; }
  /// Evidence on chain, in order.
  const std::vector<Evidence>& evidence() const { return evidence_; }

 private:
  Status take(const Block& block);

  api::Client client_;
  std::vector<Hash256> hashes_;
  std::map<SessionId, Anchored> anchored_;
  std::vector<Evidence> evidence_;
};

}  // namespace lucid::cluster
