#include "actors/runtime/observed.hpp"

#include <algorithm>
#include <cstdlib>
#include <cxxabi.h>

#include "actors/runtime/failure.hpp"

namespace lucid::actors {
namespace {

bool belongs_to_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// CAF's own types are called "@exit", "@down" and so on.
std::string builtin_name(std::uint16_t number) {
  std::string name = caf::numbered_type_names[number - 1];
  if (!name.empty() && name.front() == '@') name.erase(0, 1);
  return name;
}

std::string name_of(const caf::type_erased_tuple& content) {
  std::string name;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const auto [number, info] = content.type(i);
    if (i != 0) name += ", ";
    name += number != 0 ? builtin_name(number) : info != nullptr ? short_type_name(info->name()) : "unknown";
  }
  return name.empty() ? "nothing" : name;
}

}  // namespace

std::string short_type_name(const char* mangled) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> demangled(abi::__cxa_demangle(mangled, nullptr, nullptr, &status),
                                                              std::free);
  const std::string_view full = status == 0 ? demangled.get() : mangled;
  std::string out;
  for (std::size_t i = 0; i < full.size(); ++i) {
    if (full.substr(i, 2) != "::") {
      out += full[i];
      continue;
    }
    ++i;
    if (!out.empty() && out.back() == ')') out.erase(out.rfind('('));  // "(anonymous namespace)", "f(int)"
    while (!out.empty() && belongs_to_name(out.back())) out.pop_back();
  }
  return out;
}

std::string reason_in_words(const caf::error& reason) {
  return to_text(reason);
}

Probe::Kind& Observed::kind_of(const caf::mailbox_element& element) {
  const caf::type_erased_tuple& content = element.content();
  std::uintptr_t key = 0;
  if (!content.empty()) {
    const auto [number, info] = content.type(0);
    key = number != 0 ? number : reinterpret_cast<std::uintptr_t>(info);
  }
  if (Probe::Kind* known = probe_->find(key)) return *known;
  return probe_->add(key, name_of(content));
}

void Observed::handle_down(const caf::down_msg& down) {
  // A handler may watch again, so the list is not walked while handlers run.
  std::vector<DownHandler> handlers;
  std::erase_if(watched_, [&](auto& entry) {
    if (entry.first != down.source) return false;
    handlers.push_back(std::move(entry.second));
    return true;
  });
  for (const DownHandler& handler : handlers) handler(down.reason);
}

void Observed::guard(caf::scheduled_actor& self) {
  self.set_default_handler([](caf::scheduled_actor*, caf::message_view&) -> caf::result<caf::message> {
    return caf::sec::unexpected_message;  // counted under its type, or under "nothing" if its bytes were refused
  });
  self.set_error_handler([](caf::scheduled_actor*, caf::error&) {
    // An error answer that nobody waits for: counted as "error". By default it would end the actor.
  });
  self.set_exception_handler([](caf::scheduled_actor*, std::exception_ptr& thrown) -> caf::error {
    std::string what = "something that is no exception";
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      what = error.what();
    } catch (...) {
    }
    return to_caf({Fault::internal, {}, {}, "exception: " + what});
  });
}

}  // namespace lucid::actors
