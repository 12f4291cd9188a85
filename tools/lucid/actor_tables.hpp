// How `lucid actors` shows a node's actors: as a tree, a table, one in full, or JSON.
//
// Thread-safety: pure functions. Each returns whole lines.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "actors/actor_view.hpp"

namespace lucid::tools {

/// "0 us", "12 us", "1.2 ms", "3.4 s".
std::string duration_text(std::uint64_t us);

/// Who supervises whom, and each one's state in its own words.
std::string actor_tree(const std::vector<actors::ActorView>& actors);
/// Figures side by side; the busiest (by the time since it began what it does, then by mailbox) first.
std::string actor_table(std::vector<actors::ActorView> actors);
std::string actor_in_full(const actors::ActorView& actor);

nlohmann::ordered_json actor_json(const actors::ActorView& actor);

}  // namespace lucid::tools
