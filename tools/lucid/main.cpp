// `lucid`: everything a person does with a node or a proof.
#include <exception>
#include <iostream>

#include "tools/lucid/commands.hpp"

namespace {

// In the order in which the help lists them.
// clang-format off
constexpr lucid::tools::AddCommand kCommands[] = {
    lucid::tools::add_status,
    lucid::tools::add_why_stalled,
    lucid::tools::add_schedule,
    lucid::tools::add_anchor,
    lucid::tools::add_verify,
    lucid::tools::add_session,
    lucid::tools::add_block,
    lucid::tools::add_tx,
    lucid::tools::add_actors,
    lucid::tools::add_localnet,
    lucid::tools::add_genesis,
    lucid::tools::add_keygen,
};
// clang-format on

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app("Lucid Blocks: anchors recorded sessions on a chain and verifies the proofs offline", "lucid");
  app.require_subcommand(1);
  int status = lucid::tools::kExitFine;
  for (const auto add : kCommands) add(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? lucid::tools::kExitFine : lucid::tools::kExitUsage;
  }
  return status;
} catch (const std::exception& error) {
  std::cerr << "lucid: " << error.what() << "\n";
  return lucid::tools::kExitNo;
}
