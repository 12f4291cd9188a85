#include "tools/lucid/restorer.hpp"

#include <fstream>
#include <set>
#include <system_error>

#include "core/crypto/sha256.hpp"
#include "tools/lucid/chunk_packing.hpp"
#include "tools/lucid/session_files.hpp"

namespace lucid::tools {
namespace {

namespace fs = std::filesystem;

auto cannot_write(const fs::path& path, const std::string& reason) {
  return fail(Fault::file_io, path.string(), {}, reason);
}

Status prepare(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return cannot_write(directory, error.message());
  if (!fs::is_empty(directory, error) || error)
    return cannot_write(directory, error ? error.message() : "the directory has files in it; name another");
  return {};
}

Result<Bytes> checked_chunk(const ManifestChunk& chunk, const ChunkSource& source) {
  LUCID_TRY_ASSIGN(const Bytes stored, source(chunk));
  if (const Hash256 hash = crypto::sha256(stored); hash != chunk.hash)
    return fail(Fault::chunk_hash_mismatch, "chunk " + std::to_string(chunk.index), to_hex(chunk.hash), to_hex(hash));
  return unpack_chunk(chunk, stored);
}

/// Writes to `beside` and renames once the file's own hash fits.
Status restore_file(const Manifest& manifest, const ManifestFile& file, const fs::path& beside, const fs::path& path,
                    const ChunkSource& source) {
  std::ofstream out(beside, std::ios::binary | std::ios::trunc);
  crypto::Sha256 hasher;
  for (std::uint32_t i = 0; i < file.chunk_count; ++i) {
    LUCID_TRY_ASSIGN(const Bytes plain, checked_chunk(manifest.chunks[file.first_chunk + i], source));
    hasher.update(plain);
    out.write(reinterpret_cast<const char*>(plain.data()), static_cast<std::streamsize>(plain.size()));
  }
  out.close();
  if (!out) return cannot_write(beside, "the bytes cannot be written");
  if (const Hash256 hash = hasher.finish(); hash != file.hash)
    return fail(Fault::file_differs, file.name, "SHA-256 " + to_hex(file.hash), to_hex(hash));
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (!error) fs::rename(beside, path, error);
  if (error) return cannot_write(path, error.message());
  return {};
}

/// A name of its own for each file, in order: where two recorded names are safe as one, the second gets a number.
std::vector<fs::path> distinct_names(const Manifest& manifest, std::set<fs::path>& taken) {
  std::vector<fs::path> names;
  for (const ManifestFile& file : manifest.files) {
    const fs::path wanted = safe_name(file.name);
    fs::path name = wanted;
    for (std::size_t number = 2; !taken.insert(name).second; ++number) {
      name = wanted;
      name += "." + std::to_string(number);
    }
    names.push_back(name);
  }
  return names;
}

}  // namespace

Result<std::vector<RestoredFile>> restore_session(const Manifest& manifest, const fs::path& directory,
                                                  const ChunkSource& source) {
  LUCID_TRY(prepare(directory));
  std::set<fs::path> taken;
  const auto names = distinct_names(manifest, taken);
  fs::path unfinished = ".unfinished";
  while (!taken.insert(unfinished).second) unfinished += "_";
  std::vector<RestoredFile> restored;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const fs::path path = directory / names[i];
    if (auto status = restore_file(manifest, manifest.files[i], directory / unfinished, path, source); !status) {
      std::error_code ignored;
      fs::remove(directory / unfinished, ignored);
      return tl::unexpected(std::move(status).error());
    }
    restored.push_back({manifest.files[i].name, path});
  }
  return restored;
}

}  // namespace lucid::tools
