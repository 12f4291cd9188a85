// The chain as a whole, and its upkeep.
#include <algorithm>
#include <array>

#include "api/json_writer.hpp"
#include "api/query_reader.hpp"
#include "api/route.hpp"
#include "api/time_text.hpp"
#include "api/views.hpp"

namespace lucid::api {
namespace {

constexpr double kDifficulty = 1.0;  // PoOT has none; the field is there for programs that ask for it
/// A block that others have and this node has not executed yet makes nobody a straggler.
constexpr Height kHeightsOnTheirWay = 1;

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

std::uint64_t connected_count(const actors::NetworkView& network) {
  return static_cast<std::uint64_t>(
      std::count_if(network.peers.begin(), network.peers.end(), [](const auto& peer) { return peer.connected; }));
}

Response chain_status(const Call& call) {
  const auto info = call.node.chain_info();
  if (!info) return call.fail(info.error());
  const auto network = call.node.network();
  if (!network) return call.fail(network.error());
  // A peer may claim any height: this is what is shown to people, and nothing follows from it.
  Height highest = info->height;
  for (const auto& peer : network->peers)
    if (peer.connected) highest = std::max(highest, peer.height);
  const bool behind = highest > info->height + kHeightsOnTheirWay;
  JsonWriter out;
  out.begin_object()
      .field("status", behind         ? "syncing"
                       : info->moving ? "healthy"
                                      : "error")
      .field("current_height", info->height)
      .field("network_height", highest)
      .field("sync_percentage",
             highest == 0 ? 100.0 : 100.0 * static_cast<double>(info->height) / static_cast<double>(highest))
      .time_field("last_block_time", info->tip_time)
      .field("latest_block_id", block_id(info->height, info->tip_time))
      .field("latest_block_hash", info->tip_hash)
      .field("peer_count", connected_count(*network))
      .field("consensus_participants", info->validators)
      .field("block_production_rate", info->blocks_last_minute)
      .field("pending_transactions", info->pending_transactions)
      .field("is_running", info->moving)
      .field("consensus_status", info->consensus_in_words)
      .end_object();
  return json_response(out);
}

Response chain_height(const Call& call) {
  const auto tip = call.node.tip();
  if (!tip) return call.fail(tip.error());
  JsonWriter out;
  out.begin_object().field("height", tip->height).time_field("timestamp", tip->time).end_object();
  return json_response(out);
}

/// Those that are connected, and those that could be and are not, with the reason.
void write_peers(JsonWriter& out, const actors::NetworkView& network, TimeMs now) {
  out.key("connected_peers").begin_array();
  for (const auto& peer : network.peers) {
    if (!peer.connected) continue;
    out.begin_object()
        .field("peer_id", peer.key)
        .field("name", peer.name)
        .field("address", peer.address)
        .time_field("last_seen", now - std::min(now, peer.silent_ms))
        .field("latency_ms", peer.latency_ms)
        .field("block_height", peer.height)
        .field("clock_offset_ms", peer.clock_offset_ms)
        .field("disk", to_text(peer.disk.state))
        .field("disk_write_ms", peer.disk.write_ms)
        .end_object();
  }
  out.end_array().key("missing_peers").begin_array();
  for (const auto& peer : network.peers) {
    if (peer.connected) continue;
    out.begin_object()
        .field("peer_id", peer.key)
        .field("name", peer.name)
        .field("address", peer.address)
        .time_field("last_seen", peer.seen ? std::optional(now - std::min(now, peer.silent_ms)) : std::nullopt)
        .field("reason", peer.why_not)
        .end_object();
  }
  out.end_array();
}

/// Of the connected peers, by the last ping of each.
double average_latency(const actors::NetworkView& network) {
  std::uint64_t sum_ms = 0;
  for (const auto& peer : network.peers) sum_ms += peer.connected ? peer.latency_ms : 0;
  const std::uint64_t count = connected_count(network);
  return count == 0 ? 0.0 : static_cast<double>(sum_ms) / static_cast<double>(count);
}

Response chain_network(const Call& call) {
  const auto participants = call.node.participants();
  if (!participants) return call.fail(participants.error());
  const auto network = call.node.network();
  if (!network) return call.fail(network.error());
  JsonWriter out;
  out.begin_object().field("peer_count", connected_count(*network));
  write_peers(out, *network, now_ms());
  out.field("network_latency_avg", average_latency(*network))
      .field("network_throughput", network->bytes_per_second)
      .field("turned_away", network->turned_away)
      .field("last_turned_away", network->last_turned_away)
      .key("consensus_participants")
      .begin_array();
  for (const auto& participant : *participants) {
    out.begin_object();
    write_participant(out, participant);
    out.end_object();
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
