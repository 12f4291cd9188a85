#include "tools/lucid-sim/checkers/key_book.hpp"

#include <bit>

namespace lucid::sim {

const std::vector<Signed>* KeyBook::at(Height height) const {
  const auto place = heights_.find(height);
  return place == heights_.end() ? nullptr : &place->second;
}

const Signed* KeyBook::find(const Said& said) const {
  const Signed* found = nullptr;
  if (const auto* records = at(said.height))
    for (auto record = records->rbegin(); record != records->rend(); ++record)
      if (record->said.place() == said.place() && (found == nullptr || found->forgotten)) found = &*record;
  return found;
}

bool KeyBook::has(const Said& said) const {
  if (const auto* records = at(said.height))
    for (auto record = records->rbegin(); record != records->rend(); ++record)
      if (record->said.place() == said.place() && record->said.content() == said.content() &&
          record->said.signature == said.signature)
        return true;
  return false;
}

std::optional<KeyBook::Place> KeyBook::newest() const {
  for (auto height = heights_.rbegin(); height != heights_.rend(); ++height) {
    std::optional<Place> newest;
    for (const Signed& record : height->second)
      if (!record.forgotten) newest = newest ? std::max(*newest, record.said.place()) : record.said.place();
    if (newest) return newest;
  }
  return std::nullopt;
}

const Said* KeyBook::lock_before(Height height, Round round) const {
  const Said* lock = nullptr;
  if (const auto* records = at(height))
    for (const Signed& record : *records)
      if (record.said.step == 2 && record.said.value && record.said.round < round && !record.forgotten &&
          (lock == nullptr || record.said.round > lock->round))
        lock = &record.said;
  return lock;
}

std::optional<Round> KeyBook::newest_round(Height height) const {
  std::optional<Round> newest;
  if (const auto* records = at(height))
    for (const Signed& record : *records) newest = std::max(newest, std::optional(record.said.round));
  return newest;
}

void KeyBook::held_by(NodeMask node, const Said& said) {
  const auto place = heights_.find(said.height);
  if (place == heights_.end()) return;
  for (auto record = place->second.rbegin(); record != place->second.rend(); ++record)
    if (record->said.place() == said.place() && record->said.content() == said.content()) {
      record->holders |= node;
      return;
    }
}

void KeyBook::lost_by(NodeMask node) {
  for (auto& [height, records] : heights_)
    for (Signed& record : records) {
      record.holders &= ~node;
      record.answerable &= ~node;
    }
}

void KeyBook::ask() {
  for (auto& [height, records] : heights_)
    for (Signed& record : records) record.answerable = record.holders;
}

void KeyBook::answered(Height above, NodeMask members, std::size_t needed) {
  NodeMask newer = 0;
  for (auto height = heights_.rbegin(); height != heights_.rend() && height->first > above; ++height)
    for (auto record = height->second.rbegin(); record != height->second.rend(); ++record) {
      newer |= record->answerable & members;
      if (static_cast<std::size_t>(std::popcount(newer)) < needed) record->forgotten = true;
    }
}

}  // namespace lucid::sim
