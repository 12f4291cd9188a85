// The links between machines of the simulated cluster.
#pragma once

#include "tools/lucid-sim/links.hpp"
#include "tools/lucid-sim/message.hpp"

namespace lucid::sim {

using Network = Links<MessagePtr>;

}  // namespace lucid::sim
