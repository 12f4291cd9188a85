// lucidd: the node. Reads its settings, opens what they name, runs until it is told to stop or cannot go on.
//
// Exit status: 0 stopped as asked, 1 could not start or had to stop, 2 the settings are wrong.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "actors/node.hpp"
#include "api/server.hpp"
#include "config/settings.hpp"
#include "storage/slow_disk.hpp"
#include "tools/lucidd/log.hpp"
#include "tools/lucidd/startup.hpp"

namespace {

using namespace lucid;

constexpr const char* kVersion = "0.1.0";
/// The node tells main that it has stopped by itself.
constexpr int kNodeFailed = SIGUSR1;

/// Threads inherit the mask, so only sigwait() in main sees these.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, kNodeFailed}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return set;
}

int refuse(const Error& error, int status) {
  std::cerr << "lucidd: " << to_text(error) << ".\n";
  return status;
}

api::ServerOptions server_options(const config::Settings& settings) {
  api::ServerOptions options;
  options.bind = settings.bind;
  options.engine_port = settings.ports.engine;
  options.admin_port = settings.ports.admin;
  options.version = kVersion;
  options.threads = settings.http.threads;
  options.max_waiting = settings.http.queue;
  options.max_connections = settings.http.connections;
  options.max_connections_per_address = settings.http.connections_per_address;
  options.read_timeout_ms = options.write_timeout_ms = settings.http.timeout_ms;
  options.request_deadline_ms = settings.http.request_deadline_ms;
  options.cors_origins = settings.cors_origins;
  options.allowed_hosts = settings.allowed_hosts;
  return options;
}

void greet(const config::Settings& settings, const config::Ports& ports) {
  const std::string url = "http://127.0.0.1:" + std::to_string(ports.engine);
  std::cout << "lucidd " << kVersion << " is ready.\n"
            << "  REST        " << url << "/api/v1/chain/info\n"
            << "  health      http://127.0.0.1:" << ports.admin << "/health\n"
            << "  metrics     http://127.0.0.1:" << ports.admin << "/metrics\n"
            << "  validators  " << settings.peers_bind << ":" << ports.peers << " (mutual TLS)\n"
            << "  actors      127.0.0.1:" << ports.actors << " (mutual TLS; lucid actors tree --data-dir "
            << settings.data_dir.string() << ")\n"
            << "Try: lucid status --node " << url << "\n"
            << "     lucid anchor FILE --node " << url << " --bundle\n"
            << std::flush;
}

/// Leaves without destructors. Everything acknowledged is synced, and CAF 0.17 would wait for a hung actor's thread, or
/// sometimes for one whose actor a message on its way still names, for ever.
[[noreturn]] void leave(int status) {
  lucidd::stop_log();
  std::cout.flush();
  _exit(status);
}

/// Runs the node until a signal comes or it stops by itself. Returns the exit status where there is nothing to stop.
int run(const config::LoadedSettings& loaded, const sigset_t& signals) {
  const config::Settings& settings = loaded.settings;
  storage::slow_disk_down(settings.slow_disk_ms);
  auto prepared = lucidd::prepare(loaded, [](const std::string& sentence) { lucidd::log_warning(sentence); });
  if (!prepared) return refuse(prepared.error(), 1);
  lucidd::log_warning("authentication is off: whoever reaches the REST port may read and write");

  std::mutex mutex;
  std::string failure;
  actors::NodeOptions options{
      std::move(prepared->directory),
      std::move(prepared->genesis.genesis),
      std::move(prepared->keys),
      std::move(prepared->certificates),
      {settings.peers_bind, settings.ports.peers, std::move(prepared->genesis.peers), std::move(prepared->observers)},
      settings.ports.actors,
      settings.chunk_quota_bytes,
      true,
      [](const std::string& sentence) { lucidd::log_info(sentence); },
      [&](const std::string& reason) {
        {
          const std::lock_guard lock(mutex);
          failure = reason;
        }
        kill(getpid(), kNodeFailed);
      }};
  options.clock_offset_ms = settings.clock_offset_ms;
  auto node = actors::Node::start(std::move(options));
  if (!node) return refuse(node.error(), 1);
  auto server = api::Server::start((*node)->facade(), server_options(settings), lucidd::log_request);
  if (!server) leave(refuse(server.error(), 1));
  config::Ports ports = settings.ports;
  ports.engine = (*server)->ports().engine;
  ports.admin = (*server)->ports().admin;
  ports.actors = (*node)->actors_port();
  ports.peers = (*node)->peers_port();
  if (auto written = lucidd::write_ports(settings.data_dir, ports); !written) leave(refuse(written.error(), 1));
  greet(settings, ports);

  int signal = 0;
  sigwait(&signals, &signal);
  lucidd::log_info(signal == kNodeFailed ? "stopping: the node cannot go on" : "stopping: asked to by a signal");
  std::remove((settings.data_dir / "ports.json").c_str());
  (*server)->stop();
  const auto left_behind = (*node)->stop("asked to stop");
  const std::lock_guard lock(mutex);
  if (!failure.empty()) lucidd::log_error("the node had to stop: " + failure);
  for (const auto& name : left_behind) lucidd::log_error("left behind: " + name + " did not end");
  leave(failure.empty() ? 0 : 1);
}

}  // namespace

int main(int argc, char** argv) {
  const sigset_t signals = block_signals();
  prctl(PR_SET_DUMPABLE, 0);  // keys are in memory: no core dumps, no ptrace by others
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  auto loaded = config::load_settings(arguments, config::process_environment());
  if (!loaded) return refuse(loaded.error(), 2);
  if (!loaded->help.empty()) {
    std::cout << loaded->help;
    return 0;
  }
  if (loaded->version) {
    std::cout << "lucidd " << kVersion << "\n";
    return 0;
  }
  if (loaded->print_config) {
    std::cout << config::print_config(*loaded);
    return 0;
  }
  const auto& settings = loaded->settings;
  if (!config::is_loopback(settings.bind) && !settings.insecure_open_api)
    return refuse({Fault::setting_value, "bind",
                   "a loopback address, because requests are not authenticated yet; --insecure-open-api lets everybody "
                   "who reaches the port read and write",
                   settings.bind},
                  2);
  lucidd::start_log(settings);
  const int status = run(*loaded, signals);
  lucidd::stop_log();
  return status;
}
