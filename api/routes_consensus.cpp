// Agreement: how it stands and why it stands still, who takes part, how heights were decided, who leads which slot.
#include <algorithm>
#include <array>

#include "api/json_writer.hpp"
#include "api/query_reader.hpp"
#include "api/route.hpp"
#include "api/time_text.hpp"
#include "api/views.hpp"
#include "core/params/params.hpp"
#include "core/slots/slots.hpp"

namespace lucid::api {
namespace {

using consensus::Pace;
using State = actors::ScheduleRow::State;

/// Rows of one answer about the schedule, and what is shown where nobody says which slots.
constexpr std::uint64_t kMaxScheduleRows = 500, kPastSlots = 12, kComingSlots = 3;

// ---- status

/// "idle", "voting" or "finalizing".
std::string_view state_of(const consensus::ConsensusStatus& status) {
  if (status.decided || status.step == consensus::step_name(consensus::RoundStep::precommit)) return "finalizing";
  return status.opened ? "voting" : "idle";
}

void write_causes(JsonWriter& out, const consensus::Diagnosis& diagnosis) {
  out.key("causes").begin_array();
  for (const consensus::Cause& cause : diagnosis.causes) {
    out.begin_object()
        .field("code", consensus::cause_name(cause.kind))
        .field("sentence", consensus::to_text(cause))
        .field("rule", consensus::rule_text(cause))
        .key("validators")
        .begin_array();
    for (const consensus::Concerned& one : cause.who)
      out.begin_object().field("node_id", one.name).field("ms", one.ms).field("detail", one.detail).end_object();
    out.end_array().end_object();
  }
  out.end_array();
}

/// A line for each round and validator: of the last rounds, oldest first.
void write_votes(JsonWriter& out, const std::vector<consensus::RoundVotes>& rounds) {
  out.key("votes").begin_array();
  for (const consensus::RoundVotes& round : rounds)
    for (const consensus::VoterStatus& voter : round.voters)
      out.begin_object()
          .field("round", round.round)
          .field("leader", round.proposer_name)
          .field("proposed", round.proposed)
          .field("node_id", voter.name)
          .field("address", voter.address)
          .field("prevote", voter.prevote)
          .field("precommit", voter.precommit)
          .end_object();
  out.end_array();
}

/// The clocks of those that are here, against this node's.
void write_clocks(JsonWriter& out, const consensus::StallFacts& facts) {
  out.key("clock").begin_object().time_field("now", facts.now);
  out.field("tolerance_ms", facts.params.time_precision_ms).key("offsets").begin_array();
  for (const consensus::MemberFacts& other : facts.others)
    if (other.is_here() && other.clock_offset_ms)
      out.begin_object().field("node_id", other.name).field("offset_ms", *other.clock_offset_ms).end_object();
  out.end_array().end_object();
}

void write_disks(JsonWriter& out, const consensus::StallFacts& facts) {
  const auto one = [&](const DiskHealth& disk) {
    out.field("state", to_text(disk.state)).field("write_ms", disk.write_ms);
  };
  out.key("disk").begin_object();
  one(facts.disk);
  out.field("slow_from_ms", consensus::slow_disk_ms(facts.params)).key("others").begin_array();
  for (const consensus::MemberFacts& other : facts.others) {
    if (!other.is_here()) continue;
    out.begin_object().field("node_id", other.name);
    one(other.disk);
    out.end_object();
  }
  out.end_array().end_object();
}

void write_diagnosis(JsonWriter& out, const actors::ConsensusView& view) {
  const auto& [facts, diagnosis] = std::tie(view.facts, view.diagnosis);
  out.field("moving", diagnosis.moving())
      .field("pace", consensus::pace_name(diagnosis.pace))
      .field("summary", diagnosis.summary)
      .field("overdue_ms", diagnosis.overdue_ms)
      .field("patience_ms", diagnosis.patience_ms)
      .field("validators_here", diagnosis.here)
      .field("quorum", diagnosis.needed)
      .field("quorum_rule", facts.validators.quorum_rule == QuorumRule::strict ? "strict" : "two_thirds")
      .field("signing", facts.status.signing)
      .field("waiting_for", facts.status.waiting_for);
  write_causes(out, diagnosis);
  write_votes(out, facts.rounds);
  write_clocks(out, facts);
  write_disks(out, facts);
}

Response consensus_status(const Call& call) {
  const auto view = call.node.consensus_status();
  if (!view) return call.fail(view.error());
  const consensus::StallFacts& facts = view->facts;
  const consensus::ConsensusStatus& status = facts.status;
  const std::size_t members = facts.validators.size();
  const double share = members == 0 ? 0.0 : static_cast<double>(view->diagnosis.needed) / static_cast<double>(members);
  JsonWriter out;
  out.begin_object()
      .field("status", !view->diagnosis.moving() ? "error"
                       : status.opened           ? "voting"
                                                 : "active")
      .field("consensus_state", state_of(status))
      .field("consensus_timeout", static_cast<double>(facts.params.slot_timeout_ms) / 1000)
      .key("participants")
      .begin_array();
  for (const Validator& member : facts.validators.members) out.value(std::string(member.name));
  out.end_array()
      .field("current_round", status.round)
      .field("participants_count", members)
      .field("min_participants", facts.params.min_validators)
      .field("voting_threshold", view->diagnosis.needed)
      .field("approval_threshold", share)
      .time_field("last_consensus_time", view->tip_time)
      .field("consensus_algorithm", "PoOT")
      .field("active_consensus", status.opened && !status.decided)
      .field("slot", view->slot.value)
      .field("epoch", view->epoch.value)
      .key("leader");
  status.started ? out.value(status.proposer_name) : out.null();
  out.field("height", facts.tip + 1).field("step", status.step);
  write_diagnosis(out, *view);
  out.end_object();
  return json_response(out);
}

Response consensus_participants(const Call& call) {
  const auto participants = call.node.participants();
  if (!participants) return call.fail(participants.error());
  JsonWriter out;
  out.begin_object().key("participants").begin_array();
  for (const actors::Participant& participant : *participants) {
    out.begin_object();
    write_participant(out, participant);
    out.field("is_active", participant.is_active).time_field("last_seen", participant.last_seen).end_object();
  }
  out.end_array()
      .field("total_participants", participants->size())
      .field("active_participants",
             std::count_if(participants->begin(), participants->end(), [](const auto& one) { return one.is_active; }))
      .end_object();
  return json_response(out);
}

// ---- the past

void write_event(JsonWriter& out, const actors::ConsensusEvent& event) {
  const double percent =
      event.members == 0 ? 0.0 : 100.0 * static_cast<double>(event.signers.size()) / static_cast<double>(event.members);
  out.begin_object()
      .field("event_id", "consensus_" + std::to_string(event.height))
      .field("event_type", "block_validation")
      .field("target_id", block_id(event.height, event.time))
      .field("round_number", event.round)
      .field("result", "approved")
      .key("participants")
      .begin_array();
  for (const std::string& signer : event.signers) out.value(signer);
  out.end_array()
      .field("participants_count", event.signers.size())
      .field("approval_percentage", percent)
      .time_field("started_at", event.started_at)
      .time_field("completed_at", event.time)
      .time_field("timestamp", event.time)
      .end_object();
}

Response consensus_history(const Call& call) {
  FieldErrors errors;
  QueryReader query(call.request, errors);
  actors::Page page;
  page.limit = query.number("limit", 1, 100).value_or(20);
  page.offset = query.number("offset", 0, std::numeric_limits<std::int64_t>::max()).value_or(0);
  if (errors.any()) return call.fail(errors, 400);
  const auto history = call.node.consensus_history(page);
  if (!history) return call.fail(history.error());
  JsonWriter out;
  out.begin_object().key("history").begin_array();
  for (const actors::ConsensusEvent& event : history->events) write_event(out, event);
  out.end_array().key("pagination").begin_object();
  out.field("limit", page.limit).field("offset", page.offset).field("total", history->total).end_object().end_object();
  return json_response(out);
}

// ---- the schedule

std::string_view state_name(State state) {
  switch (state) {
    case State::decided:
      return "decided";
    case State::missed:
      return "missed";
    case State::open:
      return "open";
    case State::undetermined:
      return "undetermined";
    case State::before:
      break;
  }
  return "before";
}

std::string_view reason_of(const actors::ScheduleRow& row) {
  if (row.state != State::decided) return row.state == State::missed ? "missed" : state_name(row.state);
  return row.reason == credits::SlotReason::success ? "success" : "fallback_success";
}

std::string sentence_of(const actors::ScheduleRow& row) {
  switch (row.state) {
    case State::decided: {
      const std::string what = row.transactions == 0 ? "an empty block" : "a block";
      const std::string with = what + ", at height " + std::to_string(row.first_height);
      if (row.reason == credits::SlotReason::success) return "the primary made " + with;
      return (row.leaders.empty() ? std::string("the primary") : row.leaders.front()) +
             " got no block through; in round " + std::to_string(row.first_round) + " " +
             row.winner.value_or("another") + " made " + with;
    }
    case State::missed:
      return "nobody made a block: the chain stood still or no quorum was there";
    case State::open:
      return "no block yet";
    case State::undetermined:
      return "the order hangs on blocks before it";
    case State::before:
      break;
  }
  return "the chain had not begun";
}

void write_names(JsonWriter& out, std::string_view field, const std::vector<std::string>& names, std::size_t from) {
  out.key(field).begin_array();
  for (std::size_t i = from; i < names.size(); ++i) out.value(names[i]);
  out.end_array();
}

void write_row(JsonWriter& out, const actors::ScheduleRow& row) {
  out.begin_object()
      .field("slot", row.slot.value)
      .field("epoch", row.epoch.value)
      .time_field("starts_at", row.starts_at)
      .field("state", state_name(row.state))
      .key("primary");
  row.leaders.empty() ? out.null() : out.value(row.leaders.front());
  write_names(out, "fallbacks", row.leaders, 1);
  out.key("result").begin_object().field("winner", row.winner).field("reason", reason_of(row));
  out.field("sentence", sentence_of(row))
      .field("first_height", row.state == State::decided ? std::optional(row.first_height) : std::nullopt)
      .end_object();
  write_names(out, "cooldown", row.cooling, 0);
  out.end_object();
}

Response consensus_schedule(const Call& call) {
  const auto info = call.node.chain_info();
  if (!info) return call.fail(info.error());
  const auto coming = call.node.slot_to_come();
  if (!coming) return call.fail(coming.error());
  // Beyond it times would not fit; far fewer are ever asked for.
  const std::uint64_t last = slots::slot_at(info->params, params::kMaxTime).value_or(Slot{}).value;
  FieldErrors errors;
  QueryReader query(call.request, errors);
  const auto slot = query.number("slot", 0, last);
  auto from = query.number("from", 0, last);
  auto to = query.number("to", 0, last);
  if (slot && (from || to)) errors.add({Fault::text_form, "slot", "either slot, or from and to", "both"});
  if (slot) from = to = slot;
  if (!from) from = to ? *to - std::min(*to, kPastSlots) : coming->value - std::min(coming->value, kPastSlots);
  if (!to) to = std::min(last, std::max(*from, coming->value) + kComingSlots);
  if (*from > *to)
    errors.add({Fault::number_range, "from", "at most to, " + std::to_string(*to), std::to_string(*from)});
  else if (*to - *from >= kMaxScheduleRows)
    errors.add({Fault::number_range, "to", "below from + " + std::to_string(kMaxScheduleRows), std::to_string(*to)});
  if (errors.any()) return call.fail(errors, 400);
  const auto schedule = call.node.schedule(Slot{*from}, Slot{*to});
  if (!schedule) return call.fail(schedule.error());
  JsonWriter out;
  out.begin_object().field("open_slot", schedule->open.value).key("schedule").begin_array();
  for (const actors::ScheduleRow& row : schedule->rows) write_row(out, row);
  out.end_array().end_object();
  return json_response(out);
}

constexpr std::array kConsensusRoutes{
    Route{"GET", "/api/v1/consensus/status", Access::read, BodyKind::none, 0, 200, consensus_status,
          "How agreement stands, and why where it stands still"},
    Route{"GET", "/api/v1/consensus/participants", Access::read, BodyKind::none, 0, 200, consensus_participants,
          "The validators, and which of them are here"},
    Route{"GET", "/api/v1/consensus/history", Access::read, BodyKind::none, 0, 200, consensus_history,
          "How each height was decided, newest first", "limit offset"},
    Route{"GET", "/api/v1/consensus/schedule", Access::read, BodyKind::none, 0, 200, consensus_schedule,
          "Who leads which slot, and what came of it", "slot from to"},
};

}  // namespace

std::span<const Route> consensus_routes() {
  return kConsensusRoutes;
}

}  // namespace lucid::api
