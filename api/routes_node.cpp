// The node itself: what it serves, how it is, what its actors do.
#include <array>
#include <set>

#include "api/http_counters.hpp"
#include "api/json_writer.hpp"
#include "api/metrics_text.hpp"
#include "api/openapi.hpp"
#include "api/route.hpp"
#include "api/router.hpp"

namespace lucid::api {
namespace {

Response root(const Call& call) {
  JsonWriter out;
  out.begin_object()
      .field("message", "Lucid Blocks: a node that makes session recordings tamper-evident")
      .field("version", call.options.version)
      .field("docs", "/docs")
      .key("endpoints")
      .begin_array();
  for (const Route* route : call.router.routes())
    out.value(std::string(route->method) + " " + std::string(route->pattern));
  out.end_array().end_object();
  return json_response(out);
}

/// `status`, and one boolean for each part as it was measured just now.
Response health_answer(const Call& call, const actors::Health& health, std::string_view status, bool good) {
  static const std::set<std::string_view> kOwn{"status", "service", "version", "details"};
  JsonWriter out;
  out.begin_object()
      .field("status", status)
      .field("service", call.options.service)
      .field("version", call.options.version);
  for (const auto& [part, answered] : health.parts) {
    if (!kOwn.contains(part)) out.field(part, answered);
  }
  out.field("details", health.in_words).end_object();
  Response response;
  response.status = good ? 200 : 503;
  if (!good) response.headers.emplace_back("Retry-After", std::to_string(kRetryAfterSeconds));
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = out.take();
  return response;
}

Response health(const Call& call) {
  const actors::Health now = call.node.health();
  bool all = now.ready;
  for (const auto& [part, answered] : now.parts) all = all && answered;
  return health_answer(call, now, all ? "healthy" : "unhealthy", all);
}

/// That the process answers: a part that hangs is the supervisor's business, no reason to kill the node.
Response liveness(const Call& call) {
  return health_answer(call, call.node.health(), "alive", true);
}

Response readiness(const Call& call) {
  const actors::Health now = call.node.health();
  return health_answer(call, now, now.ready ? "ready" : "not_ready", now.ready);
}

Response metrics(const Call& call) {
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = metrics_text(call.node.metrics(), call.counters.snapshot());
  return response;
}

Response openapi(const Call& call) {
  Response response;
  response.body = openapi_document(call.router.routes(), call.options.version);
  return response;
}

Response docs(const Call& call) {
  Response response;
  response.content_type = "text/html; charset=utf-8";
  response.headers.emplace_back("Content-Security-Policy", "default-src 'none'");
  response.body = docs_page(call.router.routes(), call.options.version);
  return response;
}

void write_actor(JsonWriter& out, const actors::ActorView& actor) {
  out.begin_object()
      .field("name", actor.name)
      .field("parent", actor.parent)
      .field("state", actor.state)
      .field("alive", actor.alive)
      .field("ended", actor.ended)
      .field("mailbox", actor.mailbox)
      .key("handled")
      .begin_array();
  for (const actors::MessageCount& count : actor.handled) {
    out.begin_object()
        .field("type", count.type)
        .field("count", count.count)
        .field("p50_us", count.p50_us)
        .field("p99_us", count.p99_us)
        .field("max_us", count.max_us)
        .end_object();
  }
  out.end_array()
      .field("p50_us", actor.p50_us)
      .field("p99_us", actor.p99_us)
      .field("max_us", actor.max_us)
      .field("doing", actor.doing)
      .field("doing_since_ms", actor.doing_since_ms)
      .time_field("started_at", actor.started_at)
      .field("restarts", actor.restarts)
      .end_object();
}

Response actors_now(const Call& call) {
  JsonWriter out;
  out.begin_object().key("actors").begin_array();
  for (const actors::ActorView& actor : call.node.actors()) write_actor(out, actor);
  out.end_array().end_object();
  return json_response(out);
}

constexpr bool kAlsoOnAdminPort = true;

constexpr std::array kNodeRoutes{
    Route{"GET", "/", Access::everyone, BodyKind::none, 0, 200, root, "What this node serves"},
    Route{"GET", "/health", Access::everyone, BodyKind::none, 0, 200, health,
          "Whether every part of the node answers, measured now", "", kAlsoOnAdminPort},
    Route{"GET", "/health/liveness", Access::everyone, BodyKind::none, 0, 200, liveness, "Whether the process answers",
          "", kAlsoOnAdminPort},
    Route{"GET", "/health/readiness", Access::everyone, BodyKind::none, 0, 200, readiness,
          "Whether the node takes anchors now", "", kAlsoOnAdminPort},
    Route{"GET", "/metrics", Access::everyone, BodyKind::none, 0, 200, metrics, "Metrics in the Prometheus text format",
          "", kAlsoOnAdminPort},
    Route{"GET", "/openapi.json", Access::everyone, BodyKind::none, 0, 200, openapi, "These routes, for programs"},
    Route{"GET", "/docs", Access::everyone, BodyKind::none, 0, 200, docs, "These routes, for people"},
    Route{"GET", "/api/v1/monitoring/actors", Access::admin, BodyKind::none, 0, 200, actors_now,
          "What each actor does, and how long it takes", "", kAlsoOnAdminPort},
    Route{"GET", "/monitoring/actors", Access::admin, BodyKind::none, 0, 200, actors_now,
          "What each actor does, and how long it takes", "", kAlsoOnAdminPort},
};

}  // namespace

std::span<const Route> node_routes() {
  return kNodeRoutes;
}

}  // namespace lucid::api
