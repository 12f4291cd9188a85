// `lucid keygen`: a node's secret keys, and the public file that a genesis is made of.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "tools/lucid/commands.hpp"
#include "tools/lucid/named_keys.hpp"
#include "tools/lucid/report.hpp"

namespace lucid::tools {
namespace {

struct KeygenArguments {
  std::string key_dir;
  std::string name;
  std::string public_file;
  bool json = false;
};

Status make(const KeygenArguments& arguments) {
  const std::filesystem::path dir = arguments.key_dir;
  const std::filesystem::path file = arguments.public_file.empty() ? public_key_file(dir, arguments.name)
                                                                   : std::filesystem::path(arguments.public_file);
  LUCID_TRY_ASSIGN(const config::NodePublicKeys keys, make_named_keys(dir, arguments.name, file));
  if (arguments.json) {
    nlohmann::ordered_json out = nlohmann::ordered_json::parse(config::public_keys_to_json(arguments.name, keys));
    out["key_dir"] = dir.string();
    out["public_file"] = file.string();
    std::cout << out.dump(2) << "\n";
    return {};
  }
  std::cout << "Made the keys of " << arguments.name << " in " << dir.string() << ". Whoever has them is that node:\n"
            << "keep the folder to yourself, and a copy of it where no other node runs.\n"
            << "  validator  " << to_text(keys.validator) << "\n"
            << "  account    " << to_text(keys.account) << "\n"
            << "  public     " << file.string() << " (for lucid genesis --validator " << arguments.name << "="
            << file.string() << ")\n";
  return {};
}

}  // namespace

void add_keygen(CLI::App& app, int& status) {
  auto arguments = std::make_shared<KeygenArguments>();
  auto* command = app.add_subcommand("keygen", "Make a node's secret keys and the public file for a genesis");
  command->add_option("--key-dir", arguments->key_dir, "Where the keys go; nothing there is overwritten")->required();
  command->add_option("--name", arguments->name, "The node's name")->required();
  command->add_option("--public", arguments->public_file, "Where the public file goes [KEY_DIR/NAME.pub.json]");
  command->add_flag("--json", arguments->json, "Print JSON");
  command->callback([arguments, &status] {
    const Status made = make(*arguments);
    status = made ? kExitFine : refuse(made.error(), arguments->json);
  });
}

}  // namespace lucid::tools
