// Makes a long chain in a data directory that lucidd starts from: the production core under virtual time, validators
// that really propose and vote, real signatures of the accounts. Only the disk is treated less carefully than a node
// would: nothing is synced before the end.
//
// Of one validator the directory is its data directory. Of several it is one that `lucid localnet up` continues: the
// data directories node-1, node-2, … lie in it; the last one holds its keys alone, so that it has to catch up.
//
// Thread-safety: called from main; starts threads of its own and ends them.
#pragma once

#include <filesystem>

#include "core/base/result.hpp"
#include "core/types/vote.hpp"

namespace lucid::bench {

struct ChainSize {
  std::uint64_t blocks = 0;
  std::uint64_t anchors = 10;  // in each block
  std::uint32_t validators = 1;
};

/// The data directory of the first validator of a chain that make_chain() made in `directory`.
std::filesystem::path first_data_dir(const std::filesystem::path& directory, std::uint32_t validators);

/// The last block is dated now at most. Makes `data_dir` whole or not at all; refuses one that exists. Says on standard
/// error how far it is. Faults: file_form (it exists), storage_…, and whatever the core refuses.
Status make_chain(const std::filesystem::path& data_dir, const ChainSize& size);

struct ChainCheck {
  std::uint64_t blocks = 0, transactions = 0;
  double seconds = 0;
};

/// Everything of the chain in `data_dir`, from genesis on and with nothing believed: each header, certificate, VRF
/// proof and transaction signature, every block executed again, and the state after the last one compared with the
/// stored one. Faults name the height.
Result<ChainCheck> check_chain(const std::filesystem::path& data_dir);

}  // namespace lucid::bench
