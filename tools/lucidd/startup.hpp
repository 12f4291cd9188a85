// What stands between the settings and a running node: the data directory, the genesis and the keys. Each refusal is
// one sentence that says what to do.
//
// Thread-safety: called once, from main.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "config/genesis_file.hpp"
#include "config/key_files.hpp"
#include "config/operator_certs.hpp"
#include "config/settings.hpp"
#include "storage/data_directory.hpp"

namespace lucid::lucidd {

struct Prepared {
  storage::DataDirectory directory;  // locked
  config::GenesisFile genesis;
  config::NodeKeys keys;
  config::OperatorCerts certificates;
  std::vector<TlsPublicKey> observers;  // of the settings
  bool made_network = false;  // this start made the development network
};

/// Opens and locks the directory, finds or makes genesis and keys, compares what the deployment says of the chain.
/// Faults: those of DataDirectory, read_genesis, read_node_keys; setting_conflict; genesis_mismatch.
Result<Prepared> prepare(const config::LoadedSettings& loaded, const std::function<void(const std::string&)>& say);

/// data_dir/ports.json: which ports were opened, for scripts and `lucid`. Written whole or not at all.
Status write_ports(const std::filesystem::path& data_dir, const config::Ports& ports);

}  // namespace lucid::lucidd
