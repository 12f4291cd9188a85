#include "tools/lucid-sim/actors/actor_cluster.hpp"
#include "tools/lucid-sim/program.hpp"

int main(int count, char** values) {
  return lucid::sim::run_program(count, values, lucid::sim::run_actor_seed);
}
