// The chain as a whole, and its upkeep.
#include <array>

#include "api/json_writer.hpp"
#include "api/query_reader.hpp"
#include "api/route.hpp"
#include "api/time_text.hpp"
#include "api/views.hpp"

namespace lucid::api {
namespace {

constexpr double kDifficulty = 1.0;  // PoOT has none; the field is there for programs that ask for it

Response chain_info(const Call& call) {
  const auto info = call.node.chain_info();
  if (!info) return call.fail(info.error());
  JsonWriter out;
  out.begin_object()
      .field("network_name", "lucid_blocks")
      .field("version", call.options.version)
      .field("consensus_algorithm", "PoOT")
      .field("block_time_seconds", static_cast<double>(info->params.block_interval_ms) / 1000)
      .field("current_height", info->height)
      .field("height", info->height)
      .field("genesis_block", info->genesis_block)
      .field("total_transactions", info->total_transactions)
      .field("network_difficulty", kDifficulty)
      .field("difficulty", kDifficulty)
      .field("chain_id", info->params.chain_id)
      .field("state", info->moving ? "running" : "stalled")
      .field("open_network", info->open_network)
      .time_field("last_updated", info->tip_time)
      .end_object();
  return json_response(out);
}

Response chain_status(const Call& call) {
  const auto info = call.node.chain_info();
  if (!info) return call.fail(info.error());
  JsonWriter out;
  out.begin_object()
      .field("status", info->moving ? "healthy" : "error")
      .field("current_height", info->height)
      .field("network_height", info->height)
      .field("sync_percentage", 100.0)
      .time_field("last_block_time", info->tip_time)
      .field("latest_block_id", block_id(info->height, info->tip_time))
      .field("latest_block_hash", info->tip_hash)
      .field("peer_count", 0)
      .field("consensus_participants", info->validators)
      .field("block_production_rate", info->blocks_last_minute)
      .field("pending_transactions", info->pending_transactions)
      .field("is_running", info->moving)
      .field("consensus_status", info->consensus_in_words)
      .end_object();
  return json_response(out);
}

Response chain_height(const Call& call) {
  const auto info = call.node.chain_info();
  if (!info) return call.fail(info.error());
  JsonWriter out;
  out.begin_object().field("height", info->height).time_field("timestamp", info->tip_time).end_object();
  return json_response(out);
}

/// This node has no connections to others yet: the lists of peers are empty, the members of the chain are not.
Response chain_network(const Call& call) {
  const auto participants = call.node.participants();
  if (!participants) return call.fail(participants.error());
  JsonWriter out;
  out.begin_object().field("peer_count", 0).key("connected_peers").begin_array().end_array();
  out.field("network_latency_avg", 0).field("network_throughput", 0).key("consensus_participants").begin_array();
  for (const auto& participant : *participants) {
    const double rate = participant.slots == 0
                            ? 1.0
                            : static_cast<double>(participant.slots_signed) / static_cast<double>(participant.slots);
    out.begin_object()
        .field("node_id", participant.name)
        .field("address", participant.address)
        .field("voting_power", 1)
        .field("last_vote", participant.last_vote)
        .field("participation_rate", rate)
        .end_object();
  }
  out.end_array().end_object();
  return json_response(out);
}

Response scan_report(const Call& call, const Result<actors::ScanReport>& report, int status) {
  if (!report) return call.fail(report.error());
  JsonWriter out;
  out.begin_object()
      .field("running", report->running)
      .time_field("started_at", report->started_at == 0 ? std::optional<TimeMs>() : report->started_at)
      .time_field("finished_at", report->finished_at)
      .field("from", report->from)
      .field("to", report->to)
      .field("next", report->next)
      .field("blocks_checked", report->blocks_checked)
      .field("chunks_checked", report->chunks_checked)
      .field("manifests_checked", report->manifests_checked)
      .field("faults", report->faults)
      .key("first_fault");
  report->first_fault ? out.value(to_text(*report->first_fault)) : out.null();
  out.end_object();
  Response response = json_response(out);
  response.status = status;
  return response;
}

Response start_maintenance(const Call& call) {
  return scan_report(call, call.node.start_scan(), 202);
}
Response maintenance(const Call& call) {
  return scan_report(call, call.node.last_scan(), 200);
}

constexpr std::array kChainRoutes{
    Route{"GET", "/api/v1/chain/info", Access::everyone, BodyKind::none, 0, 200, chain_info,
          "The network, its parameters and its height"},
    Route{"GET", "/api/v1/chain/status", Access::everyone, BodyKind::none, 0, 200, chain_status,
          "Whether the chain moves, in words and numbers"},
    Route{"GET", "/api/v1/chain/height", Access::everyone, BodyKind::none, 0, 200, chain_height,
          "The height and the time of the newest block"},
    Route{"GET", "/api/v1/chain/network", Access::read, BodyKind::none, 0, 200, chain_network,
          "The connections of this node and the members of the chain"},
    Route{"POST", "/api/v1/chain/maintenance", Access::admin, BodyKind::none, 0, 202, start_maintenance,
          "Starts an integrity check of everything, unless one runs"},
    Route{"GET", "/api/v1/chain/maintenance", Access::admin, BodyKind::none, 0, 200, maintenance,
          "How the last integrity check stands"},
};

}  // namespace

std::span<const Route> chain_routes() {
  return kChainRoutes;
}

}  // namespace lucid::api
