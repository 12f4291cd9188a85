#include "tests/scenario/transcript.hpp"

#include <sstream>
#include <stdexcept>

#include "tests/scenario/leaders_world.hpp"
#include "tests/scenario/room_world.hpp"

namespace lucid::test {
namespace {

Words words_of(const std::string& line) {
  std::istringstream rest(line[0] == '>' ? line.substr(1) : line);
  Words words;
  for (std::string word; rest >> word;) words.push_back(word);
  return words;
}

std::unique_ptr<World> make_world(const Words& words) {
  if (words.at(0) == "room") return std::make_unique<RoomWorld>(words);
  if (words.at(0) == "leaders") return std::make_unique<LeadersWorld>(words);
  throw std::runtime_error("no such world: " + words.at(0));
}

}  // namespace

std::optional<std::string> option(const Words& words, const std::string& key) {
  for (const std::string& word : words)
    if (word.rfind(key + "=", 0) == 0) return word.substr(key.size() + 1);
  return std::nullopt;
}

std::string play(const std::string& transcript) {
  std::istringstream lines(transcript);
  std::unique_ptr<World> world;
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("  ", 0) == 0) continue;  // an old output
    out += line + "\n";
    if (line.empty() || line[0] == '#') continue;
    try {
      if (line[0] != '>') {
        if (world) throw std::runtime_error("a transcript has one world");
        world = make_world(words_of(line));
        continue;
      }
      if (!world) throw std::runtime_error("no world yet");
      for (const std::string& answer : world->input(words_of(line))) out += "  " + answer + "\n";
    } catch (const std::exception& error) {
      throw std::runtime_error("in the line '" + line + "': " + error.what());
    }
  }
  return out;
}

}  // namespace lucid::test
