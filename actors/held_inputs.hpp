// What the consensus core is to hear once its last step is stored, while the disk has no room for it. What peers say is
// not kept: they say it again. Of the rest nothing is lost that still matters, so this stays small for however long.
//
// Thread-safety: one owner.
#pragma once

#include <deque>
#include <optional>

#include "core/consensus/input.hpp"

namespace lucid::actors {

class HeldInputs {
 public:
  void add(consensus::Input input);
  /// The oldest.
  std::optional<consensus::Input> next();
  std::size_t size() const { return inputs_.size(); }

 private:
  std::deque<consensus::Input> inputs_;
};

}  // namespace lucid::actors
