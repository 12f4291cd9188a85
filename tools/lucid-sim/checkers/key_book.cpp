#include "tools/lucid-sim/checkers/key_book.hpp"

#include <bit>

namespace lucid::sim {
namespace {

/// A height that is decided in its first round has a proposal at most and two votes of a key.
constexpr std::size_t kFirstRecords = 3;

}  // namespace

void KeyBook::add(const Said& said) {
  if (heights_.size() <= said.height) heights_.resize(said.height + 1);
  Records& records = heights_[said.height];
  if (records.empty()) records.reserve(kFirstRecords);
  records.push_back({said, 0, 0, false});
}

const Signed* KeyBook::find(const Said& said) const {
  const Signed* found = nullptr;
  if (const auto* records = at(said.height))
    for (auto record = records->rbegin(); record != records->rend(); ++record)
      if (record->said.is_at_place_of(said) && (found == nullptr || found->forgotten)) found = &*record;
  return found;
}

bool KeyBook::has(const Said& said) const {
  if (const auto* records = at(said.height))
    for (auto record = records->rbegin(); record != records->rend(); ++record)
      if (record->said.is_at_place_of(said) && record->said.has_content_of(said) &&
          record->said.signature == said.signature)
        return true;
  return false;
}

std::optional<KeyBook::Place> KeyBook::newest() const {
  for (auto records = heights_.rbegin(); records != heights_.rend(); ++records) {
    std::optional<Place> newest;
    for (const Signed& record : *records)
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

bool KeyBook::held_by(NodeMask node, const Said& said) {
  if (said.height >= heights_.size()) return false;
  Records& records = heights_[said.height];
  for (auto record = records.rbegin(); record != records.rend(); ++record)
    if (record->said.is_at_place_of(said) && record->said.has_content_of(said)) {
      record->holders |= node;
      return true;
    }
  return false;
}

void KeyBook::lost_by(NodeMask node) {
  for (Records& records : heights_)
    for (Signed& record : records) {
      record.holders &= ~node;
      record.answerable &= ~node;
    }
}

void KeyBook::ask() {
  for (Records& records : heights_)
    for (Signed& record : records) record.answerable = record.holders;
}

void KeyBook::answered(Height above, NodeMask members, std::size_t needed) {
  NodeMask newer = 0;
  for (Height height = heights_.size(); height-- > above + 1;)
    for (auto record = heights_[height].rbegin(); record != heights_[height].rend(); ++record) {
      newer |= record->answerable & members;
      if (static_cast<std::size_t>(std::popcount(newer)) < needed) record->forgotten = true;
    }
}

}  // namespace lucid::sim
