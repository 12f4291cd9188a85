// Plays a conversation with a piece of core and writes down all that it answers.
//
// A transcript is text. Lines that begin with '#' and empty lines are for the reader. The first other line names the
// world and who is in it; lines that begin with '>' are inputs; the lines after an input, set in by two spaces, are the
// complete output in the order in which it must be performed. Which inputs there are, each world says: `room`
// (room_world.hpp: agreement, and sync beside it) and `leaders` (leaders_world.hpp: who leads each slot).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lucid::test {

using Words = std::vector<std::string>;
using Lines = std::vector<std::string>;

class World {
 public:
  World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  virtual ~World() = default;
  /// What comes out of one input. Throws std::exception where the input makes no sense.
  virtual Lines input(const Words& words) = 0;
};

/// The value of the word `key`=value.
std::optional<std::string> option(const Words& words, const std::string& key);

/// The whole transcript again, with the outputs as they are now.
std::string play(const std::string& transcript);

}  // namespace lucid::test
