#include "actors/runtime/tls_transport.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman_actor_impl.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/doorman_impl.hpp>
#include <caf/io/network/interfaces.hpp>
#include <caf/io/network/stream.hpp>
#include <chrono>
#include <vector>

#include "actors/runtime/act.hpp"
#include "net/sockets.hpp"

namespace lucid::actors {
namespace {

namespace io = caf::io::network;
using caf::io::network::native_socket;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Both sides must agree on these (design.md section 5, plane 2).
constexpr auto kHeartbeat = std::chrono::seconds(2);
constexpr auto kSilentPeer = std::chrono::seconds(8);
constexpr const char* kProtocol = "lucid-actors-1";

struct Shared {
  TlsTransportSettings settings;
  std::shared_ptr<const net::TlsContext> context;

  void say(const std::string& sentence) const {
    if (settings.say) settings.say(sentence);
  }
};
using SharedPtr = std::shared_ptr<const Shared>;

/// One of the places for peers that have not proven themselves yet. All in the I/O thread.
class Place {
 public:
  explicit Place(std::shared_ptr<std::size_t> taken) : taken_(std::move(taken)) { ++*taken_; }
  ~Place() { --*taken_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  std::shared_ptr<std::size_t> taken_;
};

/// What CAF's stream wants to read and write through.
class Policy {
 public:
  explicit Policy(net::TlsChannel channel) : channel_(std::move(channel)) {}

  io::rw_state read_some(std::size_t& count, native_socket, void* into, std::size_t size) {
    return state(channel_.read({static_cast<char*>(into), size}, count));
  }
  io::rw_state write_some(std::size_t& count, native_socket, const void* from, std::size_t size) {
    return state(channel_.write({static_cast<const char*>(from), size}, count));
  }
  bool must_read_more(native_socket, std::size_t) { return channel_.has_pending(); }

  net::TlsChannel& channel() { return channel_; }
  const net::TlsChannel& channel() const { return channel_; }

 private:
  // "Success" with no bytes makes the stream wait for the socket.
  static io::rw_state state(net::TlsChannel::Progress progress) {
    return progress == net::TlsChannel::Progress::failed ? io::rw_state::failure : io::rw_state::success;
  }
  net::TlsChannel channel_;
};

class Stream final : public io::stream {
 public:
  Stream(io::default_multiplexer& multiplexer, int socket, net::TlsChannel channel)
      : io::stream(multiplexer, socket), policy_(std::move(channel)) {}

  void handle_event(io::operation operation) override {
    const bool before = channel().established();
    handle_event_impl(operation, policy_);
    if (!before && channel().established() && on_established) on_established();
    if (channel().failed() && on_failed) std::exchange(on_failed, nullptr)();
  }
  net::TlsChannel& channel() { return policy_.channel(); }
  const net::TlsChannel& channel() const { return policy_.channel(); }

  std::function<void()> on_established, on_failed;

 private:
  Policy policy_;
};

/// One connection. Lives in the I/O thread.
class Scribe final : public caf::io::scribe {
 public:
  Scribe(io::default_multiplexer& multiplexer, int socket, net::TlsChannel channel, SharedPtr shared,
         std::unique_ptr<Place> place)
      : caf::io::scribe(io::conn_hdl_from_socket(socket)),
        shared_(std::move(shared)),
        place_(std::move(place)),
        stream_(multiplexer, socket, std::move(channel)) {
    stream_.on_established = [this] {
      place_.reset();
      if (std::exchange(flush_wanted_, false)) stream_.flush(this);
    };
    stream_.on_failed = [this] {
      place_.reset();
      if (!established()) shared_->say("turned away " + addr() + ": " + stream_.channel().why_failed());
      net::hang_up(stream_.fd());  // the timer of the handshake may keep this object, and so the socket, a while longer
    };
  }

  void configure_read(caf::io::receive_policy::config config) override {
    if (config.second > shared_->settings.max_frame_bytes) {
      shared_->say("closed the connection of " + addr() + ": a message of " + std::to_string(config.second) + " bytes");
      stream_.channel().fail();
      net::hang_up(stream_.fd());  // wakes the stream, whose read then fails
      config.second = 1;
    }
    stream_.configure_read(config);
    if (std::exchange(launched_, true)) return;
    stream_.start(this);
  }
  // Before the handshake is done a flush would only spin: the socket is writable all the time.
  void flush() override {
    if (established())
      stream_.flush(this);
    else
      flush_wanted_ = true;
  }
  void graceful_shutdown() override {
    stream_.graceful_shutdown();
    detach(&stream_.backend(), false);
  }
  void ack_writes(bool wanted) override { stream_.ack_writes(wanted); }
  std::vector<char>& wr_buf() override { return stream_.wr_buf(); }
  std::vector<char>& rd_buf() override { return stream_.rd_buf(); }
  void add_to_loop() override { stream_.activate(this); }
  void remove_from_loop() override { stream_.passivate(); }
  std::string addr() const override {
    const auto found = io::remote_addr_of_fd(stream_.fd());
    return found ? *found : "unknown";
  }
  std::uint16_t port() const override {
    const auto found = io::remote_port_of_fd(stream_.fd());
    return found ? *found : std::uint16_t{0};
  }

  bool established() const { return stream_.channel().established(); }
  /// Of a peer that took too long to prove itself.
  void evict() {
    if (established() || detached() || stream_.channel().failed()) return;
    shared_->say("turned away " + addr() + ": no handshake in time");
    stream_.on_failed = nullptr;
    place_.reset();
    stream_.channel().fail();
    net::hang_up(stream_.fd());
  }

 private:
  SharedPtr shared_;
  std::unique_ptr<Place> place_;  // none for connections that this side makes
  bool launched_ = false, flush_wanted_ = false;
  Stream stream_;
};
using ScribePtr = caf::intrusive_ptr<Scribe>;

}  // namespace

/// To the warden: this peer's time is over.
struct HandshakeOverdue {
  ScribePtr scribe;
};
LUCID_LOCAL_MESSAGE(HandshakeOverdue)

namespace {

io::default_multiplexer& multiplexer_of(caf::actor_system& system) {
  return dynamic_cast<io::default_multiplexer&>(system.middleman().backend());
}

/// Only passes on what time brings to the thread where it belongs.
class Warden final : public caf::event_based_actor {
 public:
  using caf::event_based_actor::event_based_actor;
  caf::behavior make_behavior() override {
    return {[this](const HandshakeOverdue& overdue) {
      multiplexer_of(system()).post([scribe = overdue.scribe] { scribe->evict(); });
    }};
  }
};

class Doorman final : public io::doorman_impl {
 public:
  Doorman(io::default_multiplexer& multiplexer, native_socket socket, SharedPtr shared, caf::actor warden)
      : io::doorman_impl(multiplexer, socket), shared_(std::move(shared)), warden_(std::move(warden)) {}

  bool new_connection() override {
    if (detached()) return false;
    net::Socket socket(acceptor_.accepted_socket());
    if (*handshaking_ >= shared_->settings.max_handshaking) {
      shared_->say("turned away a connection: too many have not proven themselves yet");
      return false;
    }
    io::nonblocking(socket.number(), true);
    net::tune(socket.number());
    net::TlsChannel channel(shared_->context, socket.number(), net::TlsChannel::Side::accepting);
    auto& multiplexer = acceptor_.backend();
    auto scribe = caf::make_counted<Scribe>(multiplexer, socket.release(), std::move(channel), shared_,
                                            std::make_unique<Place>(handshaking_));
    caf::delayed_anon_send(warden_, milliseconds(shared_->settings.handshake_ms), HandshakeOverdue{scribe});
    const auto handle = scribe->hdl();
    parent()->add_scribe(std::move(scribe));
    return caf::io::doorman::new_connection(&multiplexer, handle);
  }

 private:
  SharedPtr shared_;
  caf::actor warden_;
  std::shared_ptr<std::size_t> handshaking_ = std::make_shared<std::size_t>(0);
};

/// CAF's connector, with our sockets.
class Connector final : public caf::io::middleman_actor_impl {
 public:
  Connector(caf::actor_config& config, caf::actor broker, SharedPtr shared, caf::actor warden)
      : caf::io::middleman_actor_impl(config, std::move(broker)),
        shared_(std::move(shared)),
        warden_(std::move(warden)) {}

  void on_exit() override {
    warden_ = nullptr;
    caf::io::middleman_actor_impl::on_exit();
  }
  const char* name() const override { return "tls_connector"; }

 protected:
  caf::expected<caf::io::scribe_ptr> connect(const std::string& host, std::uint16_t port) override {
    auto socket = net::dial(host, port, shared_->settings.connect_ms);
    if (!socket) return to_caf(socket.error());
    net::tune(socket->number());
    net::TlsChannel channel(shared_->context, socket->number(), net::TlsChannel::Side::connecting);
    if (const Status proven = shake_hands(channel, socket->number(), host + ":" + std::to_string(port)); !proven)
      return to_caf(proven.error());
    return caf::make_counted<Scribe>(multiplexer_of(system()), socket->release(), std::move(channel), shared_, nullptr);
  }

  caf::expected<caf::io::doorman_ptr> open(std::uint16_t port, const char* address, bool reuse) override {
    auto socket = io::new_tcp_acceptor_impl(port, address, reuse);
    if (!socket) return std::move(socket.error());
    return caf::make_counted<Doorman>(multiplexer_of(system()), *socket, shared_, warden_);
  }

 private:
  // This actor has a thread of its own for one connection, so waiting here keeps nobody else.
  Status shake_hands(net::TlsChannel& channel, int socket, const std::string& where) const {
    const auto deadline = steady_clock::now() + milliseconds(shared_->settings.handshake_ms);
    for (;;) {
      const auto progress = channel.handshake();
      if (progress == net::TlsChannel::Progress::done) return {};
      if (progress == net::TlsChannel::Progress::failed)
        return fail(Fault::no_answer, where, "TLS 1.3 with this operator's certificate", channel.why_failed());
      const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
      if (left <= milliseconds(0) || !net::wait_readable(socket, static_cast<std::uint64_t>(left.count())))
        return fail(Fault::no_answer, where, "TLS 1.3 with this operator's certificate", "silence");
    }
  }

  SharedPtr shared_;
  caf::actor warden_;
};

}  // namespace

void configure_transport(caf::actor_system_config& config) {
  config.load<caf::io::middleman>();
  config.set("middleman.heartbeat-interval", caf::timespan(kHeartbeat));
  config.set("middleman.connection-timeout", caf::timespan(kSilentPeer));
  config.set("middleman.app-identifiers", std::vector<std::string>{kProtocol});
  config.set("middleman.workers", std::size_t{0});
}

struct TlsTransport::Parts {
  caf::actor_system& system;
  SharedPtr shared;
  caf::actor warden;
  caf::io::middleman_actor publisher;

  caf::io::middleman_actor connector() const {
    const auto broker = system.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"));
    return system.spawn<Connector, caf::detached + caf::hidden>(broker, shared, warden);
  }
};

TlsTransport::TlsTransport(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

TlsTransport::~TlsTransport() {
  // Connectors take no other reason for an end.
  caf::anon_send_exit(parts_->publisher, caf::exit_reason::kill);
  caf::anon_send_exit(parts_->warden, caf::exit_reason::kill);
}

caf::actor_system& TlsTransport::system() const {
  return parts_->system;
}

Result<std::unique_ptr<TlsTransport>> TlsTransport::start(caf::actor_system& system, TlsTransportSettings settings) {
  if (!system.has_middleman()) return fail(Fault::internal, "actor system", "configure_transport()", "without it");
  LUCID_TRY_ASSIGN(auto context, net::TlsContext::load(settings.files));
  auto shared = std::make_shared<const Shared>(Shared{std::move(settings), std::move(context)});
  auto parts = std::make_unique<Parts>(Parts{system, std::move(shared), system.spawn<Warden, caf::hidden>(), {}});
  parts->publisher = parts->connector();
  return std::unique_ptr<TlsTransport>(new TlsTransport(std::move(parts)));
}

Result<std::uint16_t> TlsTransport::publish_as(const caf::strong_actor_ptr& actor, std::set<std::string> signatures,
                                               std::uint16_t port, const std::string& address) {
  Result<std::uint16_t> result = fail(Fault::no_answer);
  caf::scoped_actor self(parts_->system);
  self->request(parts_->publisher, milliseconds(parts_->shared->settings.answer_ms), caf::publish_atom::value, port,
                actor, std::move(signatures), address, true)
      .receive([&](std::uint16_t bound) { result = bound; },
               [&](const caf::error& error) {
                 result =
                     fail(Fault::not_ready, address + ":" + std::to_string(port), "a free port", caf::to_string(error));
               });
  return result;
}

Result<caf::strong_actor_ptr> TlsTransport::connect_as(const std::set<std::string>& signatures, const std::string& host,
                                                       std::uint16_t port) {
  const std::string where = host + ":" + std::to_string(port);
  const TlsTransportSettings& settings = parts_->shared->settings;
  Result<caf::strong_actor_ptr> result = fail(Fault::no_answer, where);
  // A connector for each attempt: CAF's would wait for ever for a silent peer, and hand out dead handles it remembers.
  const auto connector = parts_->connector();
  caf::scoped_actor self(parts_->system);
  self->request(connector, milliseconds(settings.connect_ms + settings.handshake_ms + settings.answer_ms),
                caf::connect_atom::value, host, port)
      .receive(
          [&](const caf::node_id&, caf::strong_actor_ptr& actor, const std::set<std::string>& published) {
            if (actor == nullptr)
              result = fail(Fault::not_ready, where, "a published actor", "none");
            else if (!std::includes(published.begin(), published.end(), signatures.begin(), signatures.end()))
              result = fail(Fault::not_ready, where, "an actor of this kind", "one of another kind");
            else
              result = actor;
          },
          [&](const caf::error& error) {
            Error refusal = from_caf(error);
            if (refusal.field.empty()) refusal = {Fault::no_answer, where, "an actor", caf::to_string(error)};
            result = tl::unexpected(std::move(refusal));
          });
  caf::anon_send_exit(connector, caf::exit_reason::kill);
  return result;
}

}  // namespace lucid::actors
