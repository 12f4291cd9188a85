// Actor systems with real threads and real connections, as separate processes of one operator would be.
#pragma once

#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "actors/runtime/act.hpp"
#include "actors/runtime/tls_transport.hpp"

namespace lucid::actors {

/// Waits until `true`, for as long as a slow machine may take. Never sleeps longer than needed.
inline bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

/// Sentences from any thread.
class Notes {
 public:
  std::function<void(const std::string&)> taker() {
    return [this](const std::string& sentence) {
      const std::lock_guard lock(mutex_);
      sentences_.push_back(sentence);
    };
  }
  bool contain(const std::string& part) const {
    const std::lock_guard lock(mutex_);
    for (const auto& sentence : sentences_)
      if (sentence.find(part) != std::string::npos) return true;
    return false;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> sentences_;
};

/// One process: a system with its probes and its transport.
class Process {
 public:
  static constexpr std::size_t kPoolThreads = 2;

  Process(const std::function<void(caf::actor_system_config&)>& add_messages, TlsTransportSettings settings)
      : parts_(std::make_unique<Parts>()) {
    parts_->config.set("scheduler.max-threads", kPoolThreads);
    configure_transport(parts_->config);
    add_messages(parts_->config);
    parts_->system = std::make_unique<caf::actor_system>(parts_->config);
    settings.say = parts_->notes.taker();
    auto transport = TlsTransport::start(*parts_->system, std::move(settings));
    EXPECT_TRUE(transport) << to_text(transport.error());
    if (transport) parts_->transport = std::move(*transport);
  }
  ~Process() {
    parts_->probes.kill_all();
    if (kept_) kept_parts().push_back(std::move(parts_));
  }

  /// The system is left as it is, as when a process ends: CAF 0.17 waits for the threads of detached actors, and
  /// sometimes for ever where one was published and asked from outside.
  void keep_at_end() { kept_ = true; }

  caf::actor_system& system() { return *parts_->system; }
  TlsTransport& transport() { return *parts_->transport; }
  const Notes& notes() const { return parts_->notes; }
  act::Place place(act::Thread thread = act::Thread::shared, std::string name = {}) {
    return {parts_->probes, "test", thread, std::move(name)};
  }
  ProbeRegistry& probes() { return parts_->probes; }
  const Clock& clock() const { return parts_->clock; }

 private:
  struct Parts {
    Notes notes;
    SystemClock clock;
    ProbeRegistry probes{clock};
    caf::actor_system_config config;
    std::unique_ptr<caf::actor_system> system;
    std::unique_ptr<TlsTransport> transport;
  };
  /// Never destroyed, and not lost either.
  static std::vector<std::unique_ptr<Parts>>& kept_parts() {
    static auto* const parts = new std::vector<std::unique_ptr<Parts>>();
    return *parts;
  }

  std::unique_ptr<Parts> parts_;
  bool kept_ = false;
};

}  // namespace lucid::actors
