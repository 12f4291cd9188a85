#include "api/http_listener.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/http_socket.hpp"

namespace lucid::api {
namespace {

constexpr int kSweepMs = 250;  // how exactly deadlines of connections without a thread are kept
constexpr int kLingerMs = 20;  // a thread waits this long for the next request before it gives the connection back

}  // namespace

class HttpListener::Engine {
 public:
  Engine(const ListenerOptions& options, Serve serve, Refusal refusal, ListeningSocket listening)
      : options_(options), serve_(std::move(serve)), refusal_(std::move(refusal)), listening_(listening) {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    wake_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    watch(listening_.socket, EPOLLIN, EPOLL_CTL_ADD);
    watch(wake_, EPOLLIN, EPOLL_CTL_ADD);
    loop_ = std::thread([this] { run_loop(); });
    for (std::size_t i = 0; i < options_.threads; ++i) workers_.emplace_back([this] { run_worker(); });
  }

  ~Engine() { stop(); }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  std::uint16_t port() const { return listening_.port; }
  void stop();

 private:
  enum class Place : std::uint8_t { parked, waiting, with_a_thread };
  struct Entry {
    std::unique_ptr<Connection> connection;
    Place place = Place::parked;
    bool upload = false;
  };

  void run_loop();
  void run_worker();
  void accept_clients();
  void admit(int socket, const ClientAddress& client);
  void hear(int socket);
  void sweep();
  Entry* next_request();
  void serve_all(Entry& entry);
  bool await_next(Entry& entry);
  void enqueue(Entry& entry, bool upload);
  void park(Entry& entry);
  void refuse(Entry& entry, int status);
  void forget(Connection& connection);
  void watch(int socket, std::uint32_t events, int operation);

  const ListenerOptions options_;
  const Serve serve_;
  const Refusal refusal_;
  const ListeningSocket listening_;
  int epoll_ = -1;
  int wake_ = -1;
  std::thread loop_;
  std::vector<std::thread> workers_;

  std::mutex mutex_;  // over all below, except the connection of an entry that is with a thread
  std::condition_variable work_;
  std::unordered_map<int, Entry> connections_;
  std::map<std::string, std::size_t> by_address_;
  std::deque<Entry*> requests_;
  std::deque<Entry*> uploads_;
  std::size_t uploading_ = 0;
  bool accepting_ = true;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<std::size_t> lingering_{0};
  std::atomic<bool> stopping_{false};
};

void HttpListener::Engine::watch(int socket, std::uint32_t events, int operation) {
  epoll_event event{};
  event.events = events;
  event.data.fd = socket;
  ::epoll_ctl(epoll_, operation, socket, &event);
}

// ---- the loop

void HttpListener::Engine::run_loop() {
  std::array<epoll_event, 64> events;
  auto swept = Connection::Clock::now();
  while (!stopping_) {
    bool idle = false;
    {
      const std::lock_guard lock(mutex_);
      idle = connections_.empty() && accepting_;
    }
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), idle ? -1 : kSweepMs);
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < count && !stopping_; ++i) {
      const int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (socket == listening_.socket) accept_clients();
      if (socket != listening_.socket && socket != wake_) hear(socket);
    }
    if (Connection::Clock::now() - swept < std::chrono::milliseconds(kSweepMs)) continue;
    swept = Connection::Clock::now();
    sweep();
  }
}

void HttpListener::Engine::accept_clients() {
  for (int i = 0; i < 64; ++i) {
    ClientAddress client;
    const int socket = accept_on(listening_.socket, client);
    if (socket >= 0) {
      admit(socket, client);
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
      watch(listening_.socket, 0, EPOLL_CTL_MOD);  // until the next sweep, or the loop would spin
      accepting_ = false;
    }
    if (errno != EINTR && errno != ECONNABORTED) return;
  }
}

void HttpListener::Engine::admit(int socket, const ClientAddress& client) {
  auto connection = std::make_unique<Connection>(socket, client.text, client.port, client.loopback, options_.timeouts);
  auto& of_address = by_address_[client.text];
  const bool over = connections_.size() >= options_.max_connections ||
                    (!client.loopback && of_address >= options_.max_connections_per_address);
  if (over) {
    if (of_address == 0) by_address_.erase(client.text);
    const std::string answer = refusal_(503);
    (void)::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    connection->begin_closing();
    connection->discard();
    return;
  }
  ++of_address;
  connections_.emplace(socket, Entry{std::move(connection)});
  watch(socket, EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, EPOLL_CTL_ADD);
}

/// A parked connection has something to say.
void HttpListener::Engine::hear(int socket) {
  const auto found = connections_.find(socket);
  if (found == connections_.end() || found->second.place != Place::parked) return;
  Entry& entry = found->second;
  if (entry.connection->closing()) {
    entry.connection->discard() ? park(entry) : forget(*entry.connection);
    return;
  }
  switch (entry.connection->receive()) {
    case Connection::Arrival::partial:
      park(entry);
      return;
    case Connection::Arrival::ready:
      enqueue(entry, false);
      return;
    case Connection::Arrival::upload:
      enqueue(entry, true);
      return;
    case Connection::Arrival::line_too_long:
      refuse(entry, 414);
      return;
    case Connection::Arrival::head_too_large:
      refuse(entry, 431);
      return;
    case Connection::Arrival::closed:
      forget(*entry.connection);
      return;
  }
}

void HttpListener::Engine::sweep() {
  if (!accepting_) {
    watch(listening_.socket, EPOLLIN, EPOLL_CTL_MOD);
    accepting_ = true;
  }
  const auto now = Connection::Clock::now();
  std::vector<Entry*> late;
  for (auto& [socket, entry] : connections_) {
    if (entry.place == Place::parked && entry.connection->deadline() <= now) late.push_back(&entry);
  }
  for (Entry* entry : late) {
    const bool begun = entry->connection->has_unread() && !entry->connection->closing();
    begun ? refuse(*entry, 408) : forget(*entry->connection);
  }
}

/// Also where a thread gives a connection back; mutex_ is held.
void HttpListener::Engine::park(Entry& entry) {
  entry.place = Place::parked;
  watch(entry.connection->socket(), EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, EPOLL_CTL_MOD);
}

void HttpListener::Engine::enqueue(Entry& entry, bool upload) {
  if (requests_.size() + uploads_.size() >= options_.max_waiting) {
    refuse(entry, 503);
    return;
  }
  entry.place = Place::waiting;
  entry.upload = upload;
  (upload ? uploads_ : requests_).push_back(&entry);
  ++waiting_;
  work_.notify_one();
}

void HttpListener::Engine::refuse(Entry& entry, int status) {
  const std::string answer = refusal_(status);
  (void)::send(entry.connection->socket(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  entry.connection->begin_closing();
  park(entry);
}

void HttpListener::Engine::forget(Connection& connection) {
  const auto counted = by_address_.find(connection.address());
  if (counted != by_address_.end() && --counted->second == 0) by_address_.erase(counted);
  connections_.erase(connection.socket());
}

// ---- the threads

HttpListener::Engine::Entry* HttpListener::Engine::next_request() {
  std::unique_lock lock(mutex_);
  const std::size_t max_uploads = std::max<std::size_t>(1, options_.threads / 2);
  const auto upload_may_start = [&] { return !uploads_.empty() && uploading_ < max_uploads; };
  work_.wait(lock, [&] { return stopping_ || !requests_.empty() || upload_may_start(); });
  if (stopping_) return nullptr;
  auto& queue = requests_.empty() ? uploads_ : requests_;
  Entry* entry = queue.front();
  queue.pop_front();
  --waiting_;
  if (entry->upload) ++uploading_;
  entry->place = Place::with_a_thread;
  return entry;
}

void HttpListener::Engine::run_worker() {
  while (Entry* entry = next_request()) serve_all(*entry);
}

void HttpListener::Engine::serve_all(Entry& entry) {
  Connection& connection = *entry.connection;
  for (;;) {
    connection.begin_request();
    const bool keep = serve_(connection) && !stopping_;
    if (entry.upload) {
      const std::lock_guard lock(mutex_);
      --uploading_;
      entry.upload = false;
      if (!uploads_.empty()) work_.notify_one();
    }
    if (!keep) break;
    connection.finish_request();
    if (!await_next(entry)) return;
    if (stopping_) break;
  }
  const std::lock_guard lock(mutex_);
  if (connection.closing() && !stopping_)
    park(entry);
  else
    forget(connection);
}

/// After an answer: true if this thread goes on with the next request, which is there; else the connection is no longer
/// this thread's.
bool HttpListener::Engine::await_next(Entry& entry) {
  Connection& connection = *entry.connection;
  Connection::Arrival arrival = connection.receive();
  if (arrival == Connection::Arrival::partial && waiting_ == 0) {
    if (lingering_.fetch_add(1) < options_.threads / 2) {
      pollfd ready{connection.socket(), POLLIN, 0};
      if (::poll(&ready, 1, kLingerMs) > 0) arrival = connection.receive();
    }
    --lingering_;
  }
  if (arrival == Connection::Arrival::ready && waiting_ == 0) return true;
  const std::lock_guard lock(mutex_);
  switch (arrival) {
    case Connection::Arrival::partial:
      park(entry);
      break;
    case Connection::Arrival::ready:
      enqueue(entry, false);
      break;
    case Connection::Arrival::upload:
      enqueue(entry, true);
      break;
    case Connection::Arrival::line_too_long:
      refuse(entry, 414);
      break;
    case Connection::Arrival::head_too_large:
      refuse(entry, 431);
      break;
    case Connection::Arrival::closed:
      forget(connection);
      break;
  }
  return false;
}

void HttpListener::Engine::stop() {
  if (stopping_.exchange(true)) return;
  const std::uint64_t one = 1;
  (void)!::write(wake_, &one, sizeof one);
  if (loop_.joinable()) loop_.join();
  {
    const std::lock_guard lock(mutex_);
    ::close(listening_.socket);
    // A thread that waits for a slow client's bytes need not wait on; what it answers may still go out.
    for (auto& [socket, entry] : connections_) {
      if (entry.place == Place::with_a_thread) ::shutdown(socket, SHUT_RD);
    }
  }
  work_.notify_all();
  for (auto& worker : workers_) worker.join();
  connections_.clear();
  ::close(wake_);
  ::close(epoll_);
}

// ---- the public face

HttpListener::HttpListener(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
HttpListener::~HttpListener() = default;

Result<std::unique_ptr<HttpListener>> HttpListener::open(const ListenerOptions& options, Serve serve, Refusal refusal) {
  LUCID_TRY_ASSIGN(const ListeningSocket listening, listen_on(options.bind, options.port, options.field));
  return std::unique_ptr<HttpListener>(
      new HttpListener(std::make_unique<Engine>(options, std::move(serve), std::move(refusal), listening)));
}

std::uint16_t HttpListener::port() const {
  return engine_->port();
}
void HttpListener::stop() {
  engine_->stop();
}

}  // namespace lucid::api
