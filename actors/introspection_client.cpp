#include "actors/introspection_client.hpp"

#include <chrono>
#include <utility>

#include "actors/introspector.hpp"
#include "actors/runtime/tls_transport.hpp"

namespace lucid::actors {

// In the order in which they are made; they go the other way round.
struct IntrospectionClient::Parts {
  struct Config : caf::actor_system_config {
    Config() {
      set("scheduler.max-threads", std::size_t{1});
      configure_transport(*this);
      add_introspector_messages(*this);
    }
  };

  Config config;
  caf::actor_system system{config};
  std::unique_ptr<TlsTransport> transport;
  IntrospectorActor introspector;
  std::chrono::milliseconds answer{0};
};

IntrospectionClient::IntrospectionClient(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
IntrospectionClient::~IntrospectionClient() = default;

Result<std::unique_ptr<IntrospectionClient>> IntrospectionClient::connect(const Target& target) {
  auto parts = std::make_unique<Parts>();
  TlsTransportSettings settings;
  settings.files = target.files;
  LUCID_TRY_ASSIGN(parts->transport, TlsTransport::start(parts->system, std::move(settings)));
  LUCID_TRY_ASSIGN(parts->introspector, parts->transport->connect<IntrospectorActor>(target.host, target.port));
  parts->answer = std::chrono::milliseconds(target.answer_ms);
  return std::unique_ptr<IntrospectionClient>(new IntrospectionClient(std::move(parts)));
}

Result<std::vector<ActorView>> IntrospectionClient::snapshot() {
  auto snapshot = act::call<Snapshot>(parts_->system, parts_->introspector, parts_->answer, AskSnapshot{});
  if (!snapshot) return tl::unexpected(snapshot.error());
  return std::move(snapshot->actors);
}

Result<ActorView> IntrospectionClient::actor(const std::string& name) {
  return act::call<ActorView>(parts_->system, parts_->introspector, parts_->answer, AskActor{name});
}

}  // namespace lucid::actors
