#include "tools/lucid/node_client.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <thread>

#include "tools/lucid/commands.hpp"
#include "tools/lucid/report.hpp"

namespace lucid::tools {
namespace {

constexpr int kTries = 5;
constexpr unsigned kLongestWaitS = 5;

std::string route(const std::string& path) {
  for (const std::string_view at_root : {"/health", "/metrics", "/api/"})
    if (path.starts_with(at_root)) return path;
  return "/api/v1" + path;
}

bool is_busy(int status) {
  return status == 429 || status == 503;
}

/// As the node asks for, within bounds; a second where it does not say.
std::chrono::seconds wait_asked(const api::ClientResponse& response) {
  const std::string text(response.header("retry-after"));
  if (text.empty() || text.size() > 3 || text.find_first_not_of("0123456789") != std::string::npos)
    return std::chrono::seconds(1);
  return std::chrono::seconds(std::min<unsigned long>(std::stoul(text), kLongestWaitS));
}

Status check_success(const std::string& path, const api::ClientResponse& response) {
  if (response.ok()) return {};
  return fail(Fault::node_refused, path, {}, api::explain(response));
}

Result<Json> parse(const std::string& path, const api::ClientResponse& response) {
  Json json = Json::parse(response.body, nullptr, false);
  if (json.is_discarded() || !json.is_object())
    return fail(Fault::node_answer, path, "a JSON object", "something else");
  return json;
}

void print_value(const Json& value, const std::string& indent);

void print_members(const Json& object, const std::string& indent) {
  std::size_t width = 0;
  for (const auto& [name, value] : object.items()) width = std::max(width, name.size());
  for (const auto& [name, value] : object.items()) {
    std::cout << indent << name << std::string(width - name.size(), ' ');
    print_value(value, indent);
  }
}

bool all_plain(const Json& list) {
  return std::none_of(list.begin(), list.end(), [](const Json& entry) { return entry.is_structured(); });
}

std::string plain(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? "-" : value.dump();
}

void print_value(const Json& value, const std::string& indent) {
  if (value.is_object() && !value.empty()) {
    std::cout << "\n";
    print_members(value, indent + "  ");
  } else if (value.is_array() && !all_plain(value)) {
    std::cout << "\n";
    for (const Json& entry : value) {
      std::cout << indent << "  -\n";
      entry.is_object() ? print_members(entry, indent + "    ") : print_value(entry, indent + "    ");
    }
  } else if (value.is_array()) {
    for (const Json& entry : value) std::cout << "  " << plain(entry);
    std::cout << (value.empty() ? "  none\n" : "\n");
  } else {
    std::cout << "  " << (value.is_object() ? "none" : plain(value)) << "\n";
  }
}

}  // namespace

Result<NodeClient> NodeClient::make(const std::string& url, const api::ClientOptions& options) {
  LUCID_TRY_ASSIGN(auto client, api::Client::make(url, options));
  return NodeClient(std::move(client));
}

template <class Request>
Result<api::ClientResponse> NodeClient::patiently(const std::string& path, Request&& request) {
  for (int attempt = 1;; ++attempt) {
    auto response = request(route(path));
    if (!response || !is_busy(response->status) || attempt == kTries) return response;
    std::this_thread::sleep_for(wait_asked(*response));
  }
}

Result<Json> NodeClient::get(const std::string& path) {
  LUCID_TRY_ASSIGN(const auto response, patiently(path, [&](const std::string& at) { return client_.get(at); }));
  LUCID_TRY(check_success(path, response));
  return parse(path, response);
}

Result<Json> NodeClient::get_any(const std::string& path) {
  LUCID_TRY_ASSIGN(const auto response, client_.get(route(path)));
  return parse(path, response);
}

Result<Bytes> NodeClient::get_bytes(const std::string& path) {
  LUCID_TRY_ASSIGN(const auto response, patiently(path, [&](const std::string& at) { return client_.get(at); }));
  LUCID_TRY(check_success(path, response));
  return to_bytes(response.body_bytes());
}

Result<bool> NodeClient::has(const std::string& path) {
  LUCID_TRY_ASSIGN(const auto response, patiently(path, [&](const std::string& at) { return client_.head(at); }));
  if (response.status == 404) return false;
  LUCID_TRY(check_success(path, response));
  return true;
}

Result<Json> NodeClient::post(const std::string& path, const Json& body) {
  const std::string text = body.dump();
  LUCID_TRY_ASSIGN(const auto response,
                   patiently(path, [&](const std::string& at) { return client_.post_json(at, text); }));
  LUCID_TRY(check_success(path, response));
  return parse(path, response);
}

Result<Json> NodeClient::post_bytes(const std::string& path, ByteView bytes) {
  LUCID_TRY_ASSIGN(const auto response, patiently(path, [&](const std::string& at) {
                     return client_.post(at, bytes, "application/octet-stream");
                   }));
  LUCID_TRY(check_success(path, response));
  return parse(path, response);
}

Result<Json> NodeClient::put_bytes(const std::string& path, ByteView bytes) {
  LUCID_TRY_ASSIGN(const auto response, patiently(path, [&](const std::string& at) {
                     return client_.put(at, bytes, "application/octet-stream");
                   }));
  LUCID_TRY(check_success(path, response));
  return parse(path, response);
}

void add_node_options(CLI::App& command, NodeOptions& options) {
  command.add_option("--node", options.url, "The node's URL")->envname("LUCID_NODE")->capture_default_str();
  command.add_flag("--json", options.json, "Print JSON");
}

Result<std::string> text_field(const Json& answer, const std::string& name) {
  const auto found = answer.find(name);
  if (found == answer.end() || !found->is_string()) return fail(Fault::node_answer, name, "text");
  return found->get<std::string>();
}

Result<std::uint64_t> number_field(const Json& answer, const std::string& name) {
  const auto found = answer.find(name);
  if (found == answer.end() || !found->is_number_unsigned()) return fail(Fault::node_answer, name, "a number");
  return found->get<std::uint64_t>();
}

void print_fields(const Json& answer) {
  print_members(answer, "");
}

int print_answer(const Result<Json>& answer, bool json) {
  if (!answer) return refuse(answer.error(), json);
  if (json)
    std::cout << answer->dump(2) << "\n";
  else
    print_fields(*answer);
  return kExitFine;
}

}  // namespace lucid::tools
