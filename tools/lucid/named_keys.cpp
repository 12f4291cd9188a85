#include "tools/lucid/named_keys.hpp"

#include "config/private_files.hpp"

namespace lucid::tools {
namespace {

constexpr std::size_t kMaxNameBytes = 64;

/// The name becomes part of a file's name, so it is kept to characters that are harmless in one.
Status check_name(const std::string& name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  const bool harmless = !name.empty() && name.size() <= kMaxNameBytes && name.front() != '.' &&
                        name.find_first_not_of(kAllowed) == std::string::npos;
  if (harmless) return {};
  return fail(Fault::text_form, "--name", "up to 64 letters, digits, - _ or . that do not begin with a dot",
              "\"" + name.substr(0, kMaxNameBytes) + "\"");
}

}  // namespace

std::filesystem::path public_key_file(const std::filesystem::path& key_dir, const std::string& name) {
  return key_dir / (name + ".pub.json");
}

Result<config::NodePublicKeys> make_named_keys(const std::filesystem::path& key_dir, const std::string& name,
                                               const std::filesystem::path& public_file) {
  LUCID_TRY(check_name(name));
  std::error_code error;
  if (std::filesystem::exists(public_file, error))
    return fail(Fault::file_io, public_file.string(), "no file there: nothing is overwritten", "one that exists");
  LUCID_TRY_ASSIGN(const config::NodePublicKeys keys, config::make_node_keys(key_dir));
  LUCID_TRY(config::write_new_file(public_file, config::public_keys_to_json(name, keys), true));
  return keys;
}

}  // namespace lucid::tools
