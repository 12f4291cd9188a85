#include "tools/lucid-sim/client_operation.hpp"

#include <cstring>

#include "tools/lucid-sim/key_table.hpp"

namespace lucid::sim {

Operation client_operation(Chance& chance, TimeMs started_at, std::uint64_t& made) {
  if (chance.percent(15)) {
    Data data;
    data.name = BoundedString<64>("note");
    data.bytes = BoundedBytes<4096>(Bytes(chance.below(64), std::uint8_t{0x61}));
    return data;
  }
  AnchorSession anchor;
  const std::uint64_t number = ++made;
  std::memcpy(anchor.session.data.data(), &number, sizeof number);
  anchor.manifest_hash.data.fill(0x11);
  anchor.merkle_root.data.fill(0x22);
  anchor.started_at = started_at;
  anchor.owner = KeyTable::instance().client(0).address;
  anchor.chunk_count = 4;
  anchor.total_size = 1'000;
  return anchor;
}

}  // namespace lucid::sim
