// The facade's answers about agreement: how it stands, who takes part, how heights were decided, who leads which slot.
#include <algorithm>

#include "actors/node_service.hpp"
#include "core/ledger/height_plan.hpp"
#include "core/slots/slots.hpp"

namespace lucid::actors {

namespace {

std::string shown_name(const Validator& member) {
  return member.name.empty() ? to_text(member.address) : std::string(member.name);
}

std::string name_in(const ValidatorSet& set, const Address& address) {
  const Validator* member = set.find(address);
  return member ? shown_name(*member) : to_text(address);
}

template <class List>
std::vector<std::string> names_in(const ValidatorSet& set, const List& addresses) {
  std::vector<std::string> out;
  for (const Address& address : addresses) out.push_back(name_in(set, address));
  return out;
}

consensus::MemberFacts member_facts(const Validator& member, const NetworkView& network) {
  consensus::MemberFacts out;
  out.address = member.address;
  out.name = shown_name(member);
  for (const PeerStanding& peer : network.peers) {
    if (peer.key != member.tls_key) continue;
    out.connected = peer.connected;
    out.seen = peer.seen;
    out.silent_ms = peer.silent_ms;
    out.why_not = peer.why_not;
    out.height = peer.height;
    out.clock_offset_ms = peer.clock_offset_ms;
    out.disk = peer.disk;
  }
  return out;
}

/// The set of an epoch, where it is stored; else the set of now.
Result<ValidatorSet> set_of(const storage::ChainSnapshot& snapshot, const storage::TipRow& tip, Epoch epoch) {
  LUCID_TRY_ASSIGN(auto stored, snapshot.validators_of(epoch));
  return stored ? std::move(*stored) : tip.state.validators;
}

Result<ConsensusEvent> event_at(const storage::ChainSnapshot& snapshot, const storage::TipRow& tip,
                                const ChainParams& params, Height height) {
  LUCID_TRY_ASSIGN(const auto row, snapshot.block_row(height));
  LUCID_TRY_ASSIGN(const auto parent, snapshot.block_row(height - 1));
  LUCID_TRY_ASSIGN(const auto certificate, snapshot.certificate_of(height));
  LUCID_TRY_ASSIGN(const auto set, set_of(snapshot, tip, slots::epoch_of(params, row.header.slot)));
  ConsensusEvent out{height, parent.header.time, row.header.time, certificate.round, {}, set.size()};
  for (const auto& signature : certificate.signatures)
    if (signature.validator < set.size()) out.signers.push_back(shown_name(set.members[signature.validator]));
  return out;
}

}  // namespace

consensus::StallFacts NodeService::stall_facts(const ledger::ChainState& tip, std::chrono::milliseconds within) {
  auto& to = deps_.actors;
  consensus::StallFacts out;
  out.params = deps_.chain->params();
  out.now = deps_.clock.wall_ms();
  out.tip = tip.height;
  out.validators = tip.validators;
  out.is_member = tip.validators.index_of(deps_.self).has_value();
  out.disk = deps_.disk->health();
  const auto network = act::call<PeersReport>(to.system, to.peers, within, GetPeers{});
  for (const Validator& member : tip.validators.members)
    if (member.address != deps_.self)
      out.others.push_back(member_facts(member, network ? network->network : NetworkView{}));
  if (const auto sync = act::call<SyncReport>(to.system, to.block_sync, within, GetSyncStatus{}))
    out.catch_up = {sync->status.catching_up, sync->tip_for_ms, sync->status.confirmed, sync->status.needed,
                    sync->status.doing};
  else
    out.silent_part = "block_sync";
  if (!network) out.silent_part = "peers";
  auto report = act::call<ConsensusReport>(to.system, to.validator, within, GetConsensusStatus{});
  if (!report) {
    out.silent_part = "validator";
    return out;
  }
  out.status = std::move(report->status);
  out.rounds = std::move(report->rounds);
  out.times = report->times;
  return out;
}

Result<ConsensusView> NodeService::consensus_status() {
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.blocks->snapshot());
  LUCID_TRY_ASSIGN(const auto tip, snapshot->tip());
  ConsensusView out;
  out.facts = stall_facts(tip.state, kToldWithin);
  out.diagnosis = consensus::diagnose(out.facts);
  const ChainParams& params = deps_.chain->params();
  out.slot = slots::next_slot(params, tip.state.slot, tip.state.time);
  out.epoch = slots::epoch_of(params, out.slot);
  out.tip_time = tip.state.time;
  return out;
}

Result<std::vector<Participant>> NodeService::participants() {
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.blocks->snapshot());
  LUCID_TRY_ASSIGN(const auto tip, snapshot->tip());
  const auto facts = stall_facts(tip.state, kToldWithin);
  std::vector<Participant> out;
  for (const Validator& member : tip.state.validators.members) {
    Participant participant;
    participant.name = shown_name(member);
    participant.address = member.address;
    participant.last_vote = "none";
    for (const auto& voter : facts.status.voters)
      if (voter.address == member.address)
        participant.last_vote = std::string(voter.precommit != "none" ? voter.precommit : voter.prevote);
    if (const auto* row = tip.state.credits.current.find(member.address)) {
      participant.slots_signed = row->slots_signed;
      participant.slots = row->slots;
    }
    if (member.address == deps_.self) {
      participant.is_active = true;
      participant.last_seen = facts.now;
    }
    for (const auto& other : facts.others) {
      if (other.address != member.address) continue;
      participant.is_active = other.is_here();
      if (other.seen) participant.last_seen = facts.now - std::min(facts.now, other.silent_ms);
    }
    out.push_back(std::move(participant));
  }
  return out;
}

Result<ConsensusHistory> NodeService::consensus_history(const Page& page) {
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.blocks->snapshot());
  LUCID_TRY_ASSIGN(const auto tip, snapshot->tip());
  ConsensusHistory out;
  out.total = tip.state.height;  // genesis was decided by nobody
  for (std::uint64_t i = page.offset; i < out.total && out.events.size() < page.limit; ++i) {
    LUCID_TRY_ASSIGN(auto event, event_at(*snapshot, tip, deps_.chain->params(), tip.state.height - i));
    out.events.push_back(std::move(event));
  }
  return out;
}

Result<Slot> NodeService::slot_to_come() {
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.blocks->snapshot());
  LUCID_TRY_ASSIGN(const auto tip, snapshot->tip());
  return slots::next_slot(deps_.chain->params(), tip.state.slot, tip.state.time);
}

/// Orders and results of the past are rows of the database. Of the slot to come the order is made from the state of the
/// tip; those after it hang on who wins that one, so nothing is said of them.
Result<SlotSchedule> NodeService::schedule(Slot from, Slot to) {
  const ChainParams& params = deps_.chain->params();
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.blocks->snapshot());
  LUCID_TRY_ASSIGN(const auto tip, snapshot->tip());
  const ledger::HeightPlan plan = ledger::plan_next(*deps_.chain, tip.state);
  SlotSchedule out;
  out.open = plan.slot;
  for (Slot slot = from; slot <= to; slot = slot.next()) {
    ScheduleRow row;
    row.slot = slot;
    row.epoch = slots::epoch_of(params, slot);
    row.starts_at = slots::start_of(params, slot);
    LUCID_TRY_ASSIGN(const auto result, snapshot->slot_result(slot));
    if (result && result->reason != credits::SlotReason::missed) {
      LUCID_TRY_ASSIGN(const auto set, set_of(*snapshot, tip, row.epoch));
      LUCID_TRY_ASSIGN(const auto first, snapshot->block_row(result->first_height));
      row.state = ScheduleRow::State::decided;
      row.leaders = names_in(set, result->leaders);
      row.cooling = names_in(set, result->cooling);
      if (result->winner) row.winner = name_in(set, *result->winner);
      row.reason = result->reason;
      row.first_height = result->first_height;
      row.first_round = first.header.round;
      row.transactions = first.transaction_count;
    } else if (result) {
      row.state = ScheduleRow::State::missed;
    } else if (slot == plan.slot) {
      row.state = ScheduleRow::State::open;
      row.leaders = names_in(plan.validators, plan.slot_order.leaders);
      row.leaders.resize(std::min(row.leaders.size(), credits::kRecordedLeaders));
      row.cooling = names_in(plan.validators, plan.slot_order.cooling);
    } else if (slot < plan.slot) {
      // What it missed since its last block, the chain writes down with the next one.
      const bool passed = tip.state.height > 0 && slot > tip.state.slot;
      row.state = passed ? ScheduleRow::State::missed : ScheduleRow::State::before;
    }
    out.rows.push_back(std::move(row));
  }
  return out;
}

}  // namespace lucid::actors
