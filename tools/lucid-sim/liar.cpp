#include "tools/lucid-sim/liar.hpp"

namespace lucid::sim {

std::unique_ptr<Liar> make_liar(LiarDeps) {
  return std::make_unique<Liar>();
}

}  // namespace lucid::sim
