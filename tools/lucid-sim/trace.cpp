#include "tools/lucid-sim/trace.hpp"

#include <iomanip>
#include <sstream>

namespace lucid::sim {
namespace {

std::string machine(NodeIndex node) {
  return "pi-" + std::to_string(node);
}
std::string shorted(const Hash256& hash) {
  return to_hex(hash).substr(0, 8);
}
std::string value(const std::optional<Hash256>& hash) {
  return hash ? shorted(*hash) : "nil";
}
std::string place(Height height, Round round) {
  return std::to_string(height) + "/" + std::to_string(round);
}

struct Words {
  const std::map<Address, std::string>& names;

  std::string name(const Address& address) const {
    const auto found = names.find(address);
    return found == names.end() ? to_text(address).substr(0, 10) : found->second;
  }
  std::string of(const SignedMessage& message) const {
    if (const auto* vote = std::get_if<Vote>(&message))
      return std::string(vote->step == VoteStep::prevote ? "prevote " : "precommit ") + value(vote->block) + " of " +
             name(vote->voter) + " at " + place(vote->height, vote->round);
    const auto& proposal = std::get<Proposal>(message);
    return "proposal " + shorted(proposal.block) + " of " + name(proposal.proposer) + " at " +
           place(proposal.height, proposal.round) +
           (proposal.valid_round ? ", again from round " + std::to_string(*proposal.valid_round) : "");
  }
  static std::string list(const std::vector<NodeIndex>& nodes) {
    if (nodes.empty()) return "all";
    std::string out;
    for (const NodeIndex node : nodes) out += (out.empty() ? "" : " ") + machine(node);
    return out;
  }

  std::string operator()(const Started& s) const {
    return machine(s.node) + " starts with height " + std::to_string(s.height) +
           (s.old_disk ? ", on an old image of its disk" : "");
  }
  std::string operator()(const Crashed& s) const { return machine(s.node) + " loses power"; }
  std::string operator()(const ClockSet& s) const {
    return machine(s.node) + " has a clock that is off by " + std::to_string(s.offset_ms) + " ms";
  }
  std::string operator()(const LinksChanged& s) const {
    std::string out = "links:";
    for (NodeIndex from = 0; from < s.reaches.size(); ++from) {
      out += " " + machine(from) + ">";
      for (NodeIndex to = 0; to < s.reaches.size(); ++to)
        if (from != to && s.reaches[from][to]) out += std::to_string(to) + ",";
      if (out.back() == ',') out.pop_back();
    }
    return out;
  }
  std::string operator()(const Stored& s) const {
    const auto& durable = s.persist.durable;
    return machine(s.node) + " stores " + std::to_string(s.persist.records.size()) + " records for height " +
           std::to_string(durable.height) + ", locked on " + value(durable.locked_block) +
           (durable.halted ? ", halted" : "");
  }
  std::string operator()(const Sent& s) const { return machine(s.node) + " sends " + of(s.message); }
  std::string operator()(const Held& s) const { return machine(s.node) + " holds " + of(s.message); }
  std::string operator()(const Decided& s) const {
    return machine(s.node) + " decides " + shorted(s.hash) + " at height " + std::to_string(s.height) + " in round " +
           std::to_string(s.certificate.round) + (s.synced ? ", from a peer" : "");
  }
  std::string operator()(const Committed& s) const {
    return machine(s.node) + " commits " + shorted(s.hash) + " at height " + std::to_string(s.block->header.height) +
           " with " + std::to_string(s.block->transactions.size()) + " transactions";
  }
  std::string operator()(const Planned& s) const {
    return machine(s.node) + " plans height " + std::to_string(s.height) + " in slot " + std::to_string(s.slot.value) +
           ", led by " + (s.order.empty() ? "nobody" : name(s.order.front()));
  }
  std::string operator()(const RoleChanged& s) const {
    static constexpr std::string_view kRoles[] = {"waits for records of its key", "catches up", "has joined"};
    return machine(s.node) + " " + std::string(kRoles[static_cast<std::size_t>(s.role)]);
  }
  std::string operator()(const Acknowledged& s) const {
    return machine(s.node) + " acknowledges " + shorted(s.transaction);
  }
  std::string operator()(const WorkWaits& s) const {
    return machine(s.node) + (s.waits ? " has work" : " has no work");
  }
  std::string operator()(const EvidenceFound& s) const {
    return machine(s.node) + " finds evidence: " + of(s.evidence.first) + " and " + of(s.evidence.second);
  }
  std::string operator()(const AlarmRaised& s) const {
    return machine(s.node) + " raises alarm " + std::string(consensus::alarm_name(s.kind)) + ": " + s.words;
  }
  std::string operator()(const MemoryUsed& s) const {
    return machine(s.node) + " holds " + std::to_string(s.messages) + " messages, " + std::to_string(s.bytes) +
           " bytes for height " + std::to_string(s.height);
  }
  std::string operator()(const FaultInjected& s) const {
    return "fault " + std::string(fault_name(s.kind)) + (s.begins ? " begins: " : " is over: ") + list(s.nodes) +
           (s.amount != 0 ? ", " + std::to_string(s.amount) : "");
  }
};

}  // namespace

Trace::Trace(std::ostream& out, const ClusterFacts& facts) : out_(out), start_(facts.genesis.params.start_time) {
  for (NodeIndex i = 0; i < facts.nodes.size(); ++i) {
    names_.emplace(facts.nodes[i].address, machine(i));
    for (const Address& later : facts.nodes[i].later_addresses) names_.emplace(later, machine(i));
  }
}

void Trace::see(TimeMs now, const Sighting& sighting) {
  const TimeMs since = now - start_;
  std::string millis = std::to_string(since % 1'000);
  millis.insert(0, 3 - millis.size(), '0');
  out_ << '+' << since / 1'000 << '.' << millis << ' ' << std::visit(Words{names_}, sighting) << '\n';
}

}  // namespace lucid::sim
