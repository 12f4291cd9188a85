// Network namespaces of a localnet: one for each node with a loopback and an eth0 of its own, and one for the bridge
// between them, so that nothing in the caller's namespace is touched. Who may not reach whom is a set of pairs of
// bridge ports in an nftables table beside the bridge. Needs root, and the programs ip (iproute2) and nft (nftables).
//
// Names begin with a prefix that follows from the localnet's directory: two localnets on one machine do not meet.
//
// Thread-safety: one thread. Errors: setting_value of "--netns", saying which command failed and how.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/result.hpp"
#include "tools/lucid/localnet/groups.hpp"

namespace lucid::tools::localnet {

/// "lucid-" and eight hex digits of the SHA-256 of the directory's path.
std::string name_prefix(const std::filesystem::path& directory);
std::string node_name_space(const std::string& prefix, std::uint32_t node);
/// The file that stands for a namespace; empty for no name.
std::string name_space_file(const std::string& name);
/// Of node i on the bridge: 10.77.0.i.
std::string node_address(std::uint32_t node);

class NameSpaces {
 public:
  NameSpaces(std::string prefix, std::uint32_t nodes) : prefix_(std::move(prefix)), nodes_(nodes) {}

  /// What is missing for namespaces, in words; empty: they can be tried.
  static std::string missing();

  /// Refuses where one of the names is taken.
  Status check_free() const;
  /// What was made stays where a later step fails: remove().
  Status make() const;
  /// Those of these names that are there, and nothing else.
  Status remove() const;
  /// Replaces any earlier partition. Frames between nodes of different groups are dropped in both directions.
  Status cut(const Groups& groups) const;
  Status heal() const;

 private:
  std::string bridge_name_space() const { return prefix_ + "-bridge"; }
  Status make_bridge() const;
  Status connect(std::uint32_t node) const;

  std::string prefix_;
  std::uint32_t nodes_;
};

}  // namespace lucid::tools::localnet
