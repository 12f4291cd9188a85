#include "tools/lucid/localnet/name_space.hpp"

#include <unistd.h>
#include <vector>

#include "core/crypto/sha256.hpp"
#include "tools/lucid/localnet/process.hpp"

namespace lucid::tools::localnet {
namespace {

constexpr const char* kFolder = "/run/netns/";

Status ip(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), find_program("ip"));
  LUCID_TRY(run_to_end(arguments));
  return {};
}

bool is_there(const std::string& name) {
  std::error_code error;
  return std::filesystem::exists(name_space_file(name), error);
}

std::string port_of_bridge(std::uint32_t node) {
  return "p" + std::to_string(node);
}

}  // namespace

std::string name_prefix(const std::filesystem::path& directory) {
  constexpr std::size_t kDigits = 8;
  return "lucid-" + to_hex(crypto::sha256(as_bytes(directory.native())).view()).substr(0, kDigits);
}

std::string node_name_space(const std::string& prefix, std::uint32_t node) {
  return prefix + "-" + std::to_string(node);
}

std::string name_space_file(const std::string& name) {
  return name.empty() ? name : kFolder + name;
}

std::string node_address(std::uint32_t node) {
  return "10.77.0." + std::to_string(node);
}

std::string NameSpaces::missing() {
  if (::geteuid() != 0) return "only root may make network namespaces";
  for (const auto& [program, package] : {std::pair("ip", "iproute2"), std::pair("nft", "nftables")})
    if (find_program(program).empty())
      return "the program " + std::string(program) + " (package " + package +
             "; `tools/packages ensure localnet`) is not there";
  return {};
}

Status NameSpaces::check_free() const {
  std::vector<std::string> names{bridge_name_space()};
  for (std::uint32_t node = 1; node <= nodes_; ++node) names.push_back(node_name_space(prefix_, node));
  for (const auto& name : names)
    if (is_there(name))
      return fail(Fault::setting_value, "--netns", "no namespace of this name yet (`ip netns del` removes it)", name);
  return {};
}

Status NameSpaces::make() const {
  LUCID_TRY(make_bridge());
  for (std::uint32_t node = 1; node <= nodes_; ++node) LUCID_TRY(connect(node));
  return {};
}

Status NameSpaces::make_bridge() const {
  const std::string name = bridge_name_space();
  LUCID_TRY(ip({"netns", "add", name}));
  LUCID_TRY(ip({"-n", name, "link", "add", "br0", "type", "bridge"}));
  LUCID_TRY(ip({"-n", name, "link", "set", "br0", "up"}));
  LUCID_TRY(run_to_end({find_program("nft"),
                        "add table bridge faults; "
                        "add set bridge faults cut { type ifname . ifname; }; "
                        "add chain bridge faults forward { type filter hook forward priority 0; policy accept; }; "
                        "add rule bridge faults forward iifname . oifname @cut counter drop"},
                       name));
  return {};
}

Status NameSpaces::connect(std::uint32_t node) const {
  const std::string bridge = bridge_name_space(), name = node_name_space(prefix_, node), port = port_of_bridge(node);
  LUCID_TRY(ip({"netns", "add", name}));
  LUCID_TRY(ip({"-n", bridge, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", name}));
  LUCID_TRY(ip({"-n", bridge, "link", "set", port, "master", "br0", "up"}));
  LUCID_TRY(ip({"-n", name, "addr", "add", node_address(node) + "/24", "dev", "eth0"}));
  LUCID_TRY(ip({"-n", name, "link", "set", "lo", "up"}));
  return ip({"-n", name, "link", "set", "eth0", "up"});
}

Status NameSpaces::remove() const {
  Status status;
  const auto remove_one = [&](const std::string& name) {
    if (!is_there(name)) return;
    if (auto removed = ip({"netns", "del", name}); !removed && status) status = std::move(removed);
  };
  for (std::uint32_t node = 1; node <= nodes_; ++node) remove_one(node_name_space(prefix_, node));
  remove_one(bridge_name_space());
  return status;
}

Status NameSpaces::cut(const Groups& groups) const {
  std::string pairs;
  for (std::size_t a = 0; a < groups.size(); ++a)
    for (std::size_t b = 0; b < groups.size(); ++b)
      for (const auto from : a == b ? std::vector<std::uint32_t>() : groups[a])
        for (const auto to : groups[b])
          pairs += (pairs.empty() ? "\"" : ", \"") + port_of_bridge(from) + "\" . \"" + port_of_bridge(to) + "\"";
  std::string commands = "flush set bridge faults cut";
  if (!pairs.empty()) commands += "; add element bridge faults cut { " + pairs + " }";
  LUCID_TRY(run_to_end({find_program("nft"), commands}, bridge_name_space()));
  return {};
}

Status NameSpaces::heal() const {
  return cut({});
}

}  // namespace lucid::tools::localnet
