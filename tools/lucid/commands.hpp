// The subcommands of `lucid`, a file each (cmd_<name>.cpp). A function declares one: its arguments and what runs.
//
// Exit status: 0 fine, 1 no (what was asked does not hold or did not work), 2 usage.
#pragma once

#include <CLI/CLI.hpp>

namespace lucid::tools {

inline constexpr int kExitFine = 0;
inline constexpr int kExitNo = 1;
inline constexpr int kExitUsage = 2;

/// Adds a subcommand to `app`; its callback leaves the exit status in `status`.
using AddCommand = void (*)(CLI::App& app, int& status);

void add_actors(CLI::App& app, int& status);
void add_anchor(CLI::App& app, int& status);
void add_block(CLI::App& app, int& status);
void add_genesis(CLI::App& app, int& status);
void add_keygen(CLI::App& app, int& status);
void add_localnet(CLI::App& app, int& status);
void add_schedule(CLI::App& app, int& status);
void add_session(CLI::App& app, int& status);
void add_status(CLI::App& app, int& status);
void add_tx(CLI::App& app, int& status);
void add_verify(CLI::App& app, int& status);
void add_why_stalled(CLI::App& app, int& status);

}  // namespace lucid::tools
