// `lucid keygen`: a node's secret keys, and the public file that a genesis is made of.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "config/key_files.hpp"
#include "config/private_files.hpp"
#include "tools/lucid/commands.hpp"
#include "tools/lucid/report.hpp"

namespace lucid::tools {
namespace {

constexpr std::size_t kMaxNameBytes = 64;

struct KeygenArguments {
  std::string key_dir;
  std::string name;
  std::string public_file;
  bool json = false;
};

/// The name becomes part of a file's name, so it is kept to characters that are harmless in one.
Status check_name(const std::string& name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  const bool harmless = !name.empty() && name.size() <= kMaxNameBytes && name.front() != '.' &&
                        name.find_first_not_of(kAllowed) == std::string::npos;
  if (harmless) return {};
  return fail(Fault::text_form, "--name", "up to 64 letters, digits, - _ or . that do not begin with a dot",
              "\"" + name.substr(0, kMaxNameBytes) + "\"");
}

Status make(const KeygenArguments& arguments) {
  LUCID_TRY(check_name(arguments.name));
  const std::filesystem::path dir = arguments.key_dir;
  const std::filesystem::path file = arguments.public_file.empty() ? dir / (arguments.name + ".pub.json")
                                                                   : std::filesystem::path(arguments.public_file);
  std::error_code error;
  if (std::filesystem::exists(file, error))
    return fail(Fault::file_io, file.string(), "no file there: nothing is overwritten", "one that exists");
  LUCID_TRY_ASSIGN(const config::NodePublicKeys keys, config::make_node_keys(dir));
  const std::string json = config::public_keys_to_json(arguments.name, keys);
  LUCID_TRY(config::write_new_file(file, json, true));
  if (arguments.json) {
    nlohmann::ordered_json out = nlohmann::ordered_json::parse(json);
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
