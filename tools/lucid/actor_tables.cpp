#include "tools/lucid/actor_tables.hpp"

#include <algorithm>
#include <array>

#include "config/calendar.hpp"
#include "tools/lucid/text_table.hpp"

namespace lucid::tools {
namespace {

using actors::ActorView;
using Row = TextRow;

std::uint64_t handled_by(const ActorView& actor) {
  std::uint64_t sum = 0;
  for (const auto& kind : actor.handled) sum += kind.count;
  return sum;
}

std::string doing(const ActorView& actor) {
  if (!actor.alive) return "ended: " + printable(actor.ended);
  if (actor.doing.empty()) return "waits";
  return printable(actor.doing) + " for " + duration_text(actor.doing_since_ms * 1'000);
}

bool has_parent(const ActorView& actor, const std::vector<ActorView>& all) {
  return std::any_of(all.begin(), all.end(),
                     [&](const ActorView& other) { return other.name == actor.parent && other.name != actor.name; });
}

void add_branch(std::vector<Row>& rows, const std::vector<ActorView>& all, const ActorView& actor,
                const std::string& before_name, const std::string& before_children) {
  rows.push_back({before_name + printable(actor.name), doing(actor), printable(actor.state)});
  std::vector<const ActorView*> children;
  for (const ActorView& other : all)
    if (other.parent == actor.name && other.name != actor.name) children.push_back(&other);
  if (before_children.size() > 64) return;  // parents that form a circle would have no end
  for (const ActorView* child : children) {
    const bool last = child == children.back();
    add_branch(rows, all, *child, before_children + (last ? "└─ " : "├─ "), before_children + (last ? "   " : "│  "));
  }
}

}  // namespace

std::string duration_text(std::uint64_t us) {
  const auto tenths = [](std::uint64_t value, std::uint64_t unit) {
    return std::to_string(value / unit) + "." + std::to_string(value % unit * 10 / unit);
  };
  if (us < 1'000) return std::to_string(us) + " us";
  if (us < 1'000'000) return tenths(us, 1'000) + " ms";
  return tenths(us, 1'000'000) + " s";
}

std::string actor_tree(const std::vector<ActorView>& actors) {
  std::vector<Row> rows;
  for (const ActorView& actor : actors)
    if (!has_parent(actor, actors)) add_branch(rows, actors, actor, "", "");
  return text_table(rows);
}

std::string actor_table(std::vector<ActorView> actors) {
  std::stable_sort(actors.begin(), actors.end(), [](const ActorView& a, const ActorView& b) {
    return std::pair(a.doing_since_ms, a.mailbox) > std::pair(b.doing_since_ms, b.mailbox);
  });
  std::vector<Row> rows = {{"ACTOR", "MAILBOX", "HANDLED", "P50", "P99", "MAX", "RESTARTS", "DOING"}};
  for (const ActorView& actor : actors)
    rows.push_back({printable(actor.name), std::to_string(actor.mailbox), std::to_string(handled_by(actor)),
                    duration_text(actor.p50_us), duration_text(actor.p99_us), duration_text(actor.max_us),
                    std::to_string(actor.restarts), doing(actor)});
  return text_table(rows);
}

std::string actor_in_full(const ActorView& actor) {
  std::vector<Row> rows = {
      {"name", printable(actor.name)},
      {"supervised by", actor.parent.empty() ? "nobody" : printable(actor.parent)},
      {"state", printable(actor.state)},
      {"doing", doing(actor)},
      {"mailbox", std::to_string(actor.mailbox)},
      {"handled", std::to_string(handled_by(actor))},
      {"handling time", "p50 " + duration_text(actor.p50_us) + ", p99 " + duration_text(actor.p99_us) + ", max " +
                            duration_text(actor.max_us)},
      {"started", config::time_to_text(actor.started_at)},
      {"restarts", std::to_string(actor.restarts)},
  };
  if (actor.restarts > 0 && actor.alive) rows.push_back({"the last ended", printable(actor.ended)});
  std::string out = text_table(rows);
  if (actor.handled.empty()) return out;
  std::vector<Row> kinds = {{"MESSAGE", "HANDLED", "P50", "P99", "MAX"}};
  for (const auto& kind : actor.handled)
    kinds.push_back({printable(kind.type), std::to_string(kind.count), duration_text(kind.p50_us),
                     duration_text(kind.p99_us), duration_text(kind.max_us)});
  return out + "\n" + text_table(kinds);
}

nlohmann::ordered_json actor_json(const ActorView& actor) {
  nlohmann::ordered_json handled = nlohmann::ordered_json::array();
  for (const auto& kind : actor.handled)
    handled.push_back({{"type", kind.type},
                       {"count", kind.count},
                       {"p50_us", kind.p50_us},
                       {"p99_us", kind.p99_us},
                       {"max_us", kind.max_us}});
  return {{"name", actor.name},
          {"parent", actor.parent},
          {"state", actor.state},
          {"mailbox", actor.mailbox},
          {"handled", std::move(handled)},
          {"p50_us", actor.p50_us},
          {"p99_us", actor.p99_us},
          {"max_us", actor.max_us},
          {"doing", actor.doing},
          {"doing_since_ms", actor.doing_since_ms},
          {"started_at", config::time_to_text(actor.started_at)},
          {"restarts", actor.restarts},
          {"alive", actor.alive},
          {"ended", actor.ended}};
}

}  // namespace lucid::tools
