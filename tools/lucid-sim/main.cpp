#include "tools/lucid-sim/program.hpp"

int main(int count, char** values) {
  return lucid::sim::run_program(count, values, nullptr);
}
