#include "tools/lucid/consensus_text.hpp"

#include <algorithm>
#include <vector>

#include "tools/lucid/text_table.hpp"

namespace lucid::tools {
namespace {

using Json = nlohmann::ordered_json;

const Json& member(const Json& object, const char* name) {
  static const Json kNone;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found == object.end() ? kNone : *found;
}

std::string shown(const Json& object, const char* name) {
  const Json& value = member(object, name);
  if (value.is_string() && !value.get_ref<const std::string&>().empty()) return printable(value.get<std::string>());
  if (value.is_number() || value.is_boolean()) return value.dump();
  return "-";
}

std::string shown_list(const Json& list) {
  std::string out;
  if (list.is_array())
    for (const Json& entry : list)
      if (entry.is_string()) out += (out.empty() ? "" : " ") + printable(entry.get<std::string>());
  return out.empty() ? "-" : out;
}

/// As a sentence: a capital letter first, a full stop last.
std::string sentence(std::string text) {
  if (text.empty()) return text;
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  if (text.back() != '.') text += '.';
  return text;
}

std::string cause_lines(const Json& causes) {
  std::string out;
  if (!causes.is_array()) return out;
  for (const Json& cause : causes) {
    out += "  - " + shown(cause, "sentence") + "\n";  // may begin with a validator's name
    if (const std::string rule = shown(cause, "rule"); rule != "-") out += "    rule " + rule + "\n";
  }
  return out;
}

bool says_something(const Json& vote) {
  return member(vote, "proposed") == Json(true) || shown(vote, "prevote") != "none" ||
         shown(vote, "precommit") != "none";
}

/// Empty while nobody has proposed or voted.
std::string vote_table(const Json& votes) {
  std::vector<TextRow> rows{{"ROUND", "LEADER", "PROPOSED", "VALIDATOR", "PREVOTE", "PRECOMMIT"}};
  if (votes.is_array() && std::any_of(votes.begin(), votes.end(), says_something))
    for (const Json& vote : votes)
      rows.push_back({shown(vote, "round"), shown(vote, "leader"),
                      member(vote, "proposed") == Json(true) ? "yes" : "no", shown(vote, "node_id"),
                      shown(vote, "prevote"), shown(vote, "precommit")});
  return rows.size() == 1 ? "" : text_table(rows);
}

std::string clock_line(const Json& clock) {
  std::string others;
  const Json& offsets = member(clock, "offsets");
  if (offsets.is_array())
    for (const Json& one : offsets)
      others += (others.empty() ? "" : ", ") + shown(one, "node_id") + " " + shown(one, "offset_ms") + " ms";
  if (others.empty()) return "";
  return "Clocks, less this node's: " + others + " (" + shown(clock, "tolerance_ms") +
         " ms is what the chain bears).\n";
}

std::string disk_line(const Json& disk) {
  const auto one = [](const Json& entry) {
    return shown(entry, "state") + ", " + shown(entry, "write_ms") + " ms a synced write";
  };
  std::string out = "Disks: this node's is " + one(disk);
  const Json& others = member(disk, "others");
  if (others.is_array())
    for (const Json& other : others) out += "; " + shown(other, "node_id") + "'s " + one(other);
  return out + ".\n";
}

}  // namespace

std::string stall_report(const Json& status) {
  const bool moving = member(status, "moving") == Json(true);
  std::string out = sentence(shown(status, "summary")) + "\n";
  out += "Height " + shown(status, "height") + ", slot " + shown(status, "slot") + ", epoch " + shown(status, "epoch") +
         ", round " + shown(status, "current_round") + ", led by " + shown(status, "leader") + "; " +
         shown(status, "validators_here") + " of " + shown(status, "participants_count") +
         " validators are here, and " + shown(status, "quorum") + " must sign.\n";
  out += sentence(shown(status, "signing")) + "\n";
  if (const std::string causes = cause_lines(member(status, "causes")); !causes.empty())
    out += std::string(moving ? "\nNot well all the same:\n" : "\nWhy:\n") + causes;
  if (const std::string votes = vote_table(member(status, "votes")); !votes.empty())
    out += "\nWho voted what:\n" + votes;
  return out + "\n" + clock_line(member(status, "clock")) + disk_line(member(status, "disk"));
}

std::string schedule_table(const Json& schedule) {
  std::vector<TextRow> rows{{"SLOT", "BEGINS", "PRIMARY", "FALLBACKS", "COOLING", "WINNER", "RESULT"}};
  const Json& list = member(schedule, "schedule");
  if (list.is_array())
    for (const Json& row : list) {
      const Json& result = member(row, "result");
      std::string reason = shown(result, "reason");
      if (const std::string why = shown(result, "sentence"); why != "-") reason += ": " + why;
      rows.push_back({shown(row, "slot"), shown(row, "starts_at"), shown(row, "primary"),
                      shown_list(member(row, "fallbacks")), shown_list(member(row, "cooldown")),
                      shown(result, "winner"), reason});
    }
  return text_table(rows);
}

}  // namespace lucid::tools
