// The facade's answers about the node itself: scans, health, actors, figures.
#include "actors/node_service.hpp"

namespace lucid::actors {

Result<ScanReport> NodeService::start_scan() {
  return act::call<ScanReport>(deps_.actors.system, deps_.actors.block_manager, kAnswerWithin, StartScan{});
}

Result<ScanReport> NodeService::last_scan() {
  return act::call<ScanReport>(deps_.actors.system, deps_.actors.block_manager, kAnswerWithin, GetScan{});
}

Health NodeService::health() {
  auto& to = deps_.actors;
  Health out;
  const auto tip = act::call<TipChanged>(to.system, to.ledger, kWellWithin, GetTip{});
  std::optional<consensus::StallFacts> facts;
  if (tip) facts = stall_facts(*tip->state, kWellWithin);
  const auto consensus = facts ? std::optional(consensus::diagnose(*facts)) : std::nullopt;
  const auto anchoring = act::call<AnchoringSummary>(to.system, to.anchor, kWellWithin, GetAnchoringSummary{});
  out.parts["consensus"] = consensus && consensus->moving() && facts->status.may_sign;
  // Other validators that must be reachable: none where one signature decides.
  out.parts["network"] = consensus && consensus->here >= consensus->needed;
  out.parts["block_creator"] =
      act::call<MempoolStats>(to.system, to.block_producer, kWellWithin, GetMempoolStats{}).has_value();
  out.parts["transaction_processor"] = tip.has_value();
  out.parts["session_anchoring"] = anchoring && !anchoring->failing;
  out.parts["chain_manager"] = act::call<ScanReport>(to.system, to.block_manager, kWellWithin, GetScan{}).has_value();
  out.parts["chunk_storage"] =
      act::call<ChunkPage>(to.system, to.chunk_store, kWellWithin, GetSessionChunks{SessionId{}, Page{0, 1}})
          .has_value();
  out.parts["disk"] = room_left().has_value();
  out.ready = true;
  for (const auto& [name, well] : out.parts) {
    out.ready = out.ready && well;
    if (!well) out.in_words += (out.in_words.empty() ? "not well: " : ", ") + name;
  }
  if (consensus && !out.parts["consensus"]) out.in_words += "; " + consensus->summary;
  if (const auto room = room_left(); !room) out.in_words += "; " + to_text(room.error());
  if (out.ready) out.in_words = consensus->summary;
  return out;
}

std::vector<ActorView> NodeService::actors() {
  return deps_.probes.snapshot();
}

std::vector<Metric> NodeService::metrics() {
  std::vector<Metric> out;
  const auto add = [&](std::string name, std::string help, Metric::Kind kind, std::uint64_t value,
                       std::map<std::string, std::string> labels = {}) {
    out.push_back({std::move(name), std::move(help), kind, std::move(labels), static_cast<std::int64_t>(value)});
  };
  if (const auto snapshot = deps_.blocks->snapshot()) {
    if (const auto tip = (*snapshot)->tip()) {
      add("lucid_chain_height", "Height of the newest final block", Metric::Kind::gauge, tip->state.height);
      add("lucid_chain_time_ms", "Time of the newest final block, Unix milliseconds", Metric::Kind::gauge,
          tip->state.time);
      add("lucid_transactions_total", "Transactions in final blocks", Metric::Kind::counter, tip->state.transactions);
      add("lucid_anchors_total", "Sessions anchored", Metric::Kind::counter, tip->state.log.size());
    }
  }
  if (const auto pool =
          act::call<MempoolStats>(deps_.actors.system, deps_.actors.block_producer, kWellWithin, GetMempoolStats{})) {
    add("lucid_mempool_transactions", "Transactions that wait", Metric::Kind::gauge, pool->count);
    add("lucid_mempool_bytes", "Bytes of transactions that wait", Metric::Kind::gauge, pool->bytes);
    add("lucid_mempool_accepted_total", "Transactions taken in", Metric::Kind::counter, pool->accepted);
    add("lucid_mempool_refused_total", "Transactions refused", Metric::Kind::counter, pool->refused);
  }
  if (const auto wire =
          act::call<WireCounts>(deps_.actors.system, deps_.actors.peer_wire, kWellWithin, GetWireCounts{})) {
    add("lucid_peer_bytes_sent_total", "Bytes sent to other validators and observers, as encrypted",
        Metric::Kind::counter, wire->bytes_out);
    add("lucid_peer_bytes_received_total", "Bytes received from them", Metric::Kind::counter, wire->bytes_in);
    add("lucid_peer_frames_dropped_total", "Messages dropped, since a peer did not read", Metric::Kind::counter,
        wire->frames_dropped);
    add("lucid_peers_turned_away_total", "Connections that did not prove themselves", Metric::Kind::counter,
        wire->turned_away);
  }
  add("lucid_signatures_recovered_total", "Signatures of transactions, and of owners in them, that were checked",
      Metric::Kind::counter, deps_.signatures.recovered());
  if (const auto anchoring =
          act::call<AnchoringSummary>(deps_.actors.system, deps_.actors.anchor, kWellWithin, GetAnchoringSummary{}))
    add("lucid_anchorings_open", "Anchors accepted and not final", Metric::Kind::gauge,
        anchoring->pending + anchoring->processing);
  if (const auto space = deps_.directory.disk_space()) {
    add("lucid_disk_free_bytes", "Free bytes of the data directory's disk", Metric::Kind::gauge, space->free_bytes);
    add("lucid_disk_total_bytes", "Bytes of the data directory's disk", Metric::Kind::gauge, space->total_bytes);
  }
  for (const auto& actor : deps_.probes.snapshot()) {
    add("lucid_actor_mailbox", "Messages that wait in an actor's mailbox", Metric::Kind::gauge, actor.mailbox,
        {{"actor", actor.name}});
    add("lucid_actor_restarts_total", "Restarts of an actor", Metric::Kind::counter, actor.restarts,
        {{"actor", actor.name}});
    for (const auto& handled : actor.handled)
      add("lucid_actor_messages_total", "Messages handled", Metric::Kind::counter, handled.count,
          {{"actor", actor.name}, {"type", handled.type}});
  }
  return out;
}

}  // namespace lucid::actors
