#include "actors/chunk_exchange.hpp"

#include "core/crypto/sha256.hpp"
#include "core/types/bundle.hpp"
#include "core/types/session.hpp"

namespace lucid::actors {

namespace {

constexpr std::chrono::seconds kStoredWithin{30};

/// Of anything that is fetched.
constexpr std::uint64_t kMaxContentBytes = std::max<std::uint64_t>(kMaxChunkBytes, kMaxManifestBytes);

Error found_nowhere(const Hash256& hash) {
  return {Fault::chunk_not_found, "chunk " + to_hex(hash), "held here or by a validator that is connected", {}};
}

}  // namespace

ChunkExchange::ChunkExchange(interface::pointer self, Deps deps)
    : self_(self), deps_(std::move(deps)), chance_(deps_.seed) {
  publish_state();
}

ChunkExchange::interface::behavior_type ChunkExchange::make_behavior() {
  return {
      [this](const PeerConnected& peer) {
        if (peer.validator) peers_.insert(peer.peer);
      },
      [this](const PeerGone& gone) {
        peers_.erase(gone.peer);
        for (auto at = fetches_.begin(); at != fetches_.end();) {
          const auto fetch = at++;
          if (fetch->second.asked == gone.peer) ask_next(fetch);
        }
      },
      [this](const PieceWanted& wanted) { give(wanted); },
      [this](const PieceHeard& piece) { heard(piece); },
      [this](const FetchContent& wanted) { return fetch(wanted); },
      [this](const PieceDue& due) {
        const auto fetch = fetches_.find(due.hash);
        if (fetch != fetches_.end() && fetch->second.attempt == due.attempt) ask_next(fetch);
      },
  };
}

// ---- giving

std::shared_ptr<const Bytes> ChunkExchange::content(const Hash256& hash) {
  if (given_ && given_hash_ == hash) return given_;
  auto bytes = deps_.chunks->read(hash);
  if (!bytes) bytes = deps_.chunks->read_manifest(hash);
  if (!bytes) return nullptr;
  given_hash_ = hash;
  given_ = std::make_shared<const Bytes>(std::move(*bytes));
  return given_;
}

void ChunkExchange::give(const PieceWanted& wanted) {
  ChunkPiece piece{wanted.piece.chunk, wanted.piece.offset, 0, {}};
  if (const auto bytes = content(wanted.piece.chunk); bytes && wanted.piece.offset < bytes->size()) {
    piece.size = bytes->size();
    const ByteView rest = ByteView(*bytes).subspan(wanted.piece.offset);
    const ByteView part = rest.first(std::min(rest.size(), kChunkPieceBytes));
    piece.bytes.assign(part.begin(), part.end());
  }
  act::tell(self_, deps_.peers, GivePiece{wanted.from, std::make_shared<const ChunkPiece>(std::move(piece))});
}

// ---- fetching

caf::result<ChunkBytes> ChunkExchange::fetch(const FetchContent& wanted) {
  auto found = fetches_.find(wanted.hash);
  if (found == fetches_.end() && fetches_.size() >= kFetchesAtOnce)
    return to_caf(Error{Fault::overloaded, "chunks on their way", "at most " + std::to_string(kFetchesAtOnce),
                        std::to_string(fetches_.size())});
  auto promise = self_->template make_response_promise<ChunkBytes>();
  const bool first = found == fetches_.end();
  if (first) found = fetches_.try_emplace(wanted.hash).first;
  found->second.waiting.push_back(promise);
  if (first) {
    found->second.session = wanted.session;
    ask_next(found);
  }
  return promise;
}

/// One that was not asked yet; without any the fetch has failed.
void ChunkExchange::ask_next(Fetches::iterator at) {
  Fetch& fetch = at->second;
  fetch.asked.reset();
  fetch.size = 0;
  fetch.bytes.clear();
  std::vector<PeerId> left;
  for (const PeerId peer : peers_)
    if (!fetch.tried.contains(peer)) left.push_back(peer);
  if (left.empty()) {
    for (auto& promise : fetch.waiting) promise.deliver(to_caf(found_nowhere(at->first)));
    fetches_.erase(at);
    return publish_state();
  }
  fetch.asked = left[chance_() % left.size()];
  fetch.tried.insert(*fetch.asked);
  ask(at);
  publish_state();
}

void ChunkExchange::ask(Fetches::iterator at) {
  Fetch& fetch = at->second;
  fetch.attempt = ++newest_attempt_;
  act::tell(self_, deps_.peers, AskPiece{*fetch.asked, ChunkAsked{at->first, fetch.bytes.size()}});
  act::tell_after(self_, act::me<interface>(self_), std::chrono::milliseconds(kPieceWithinMs),
                  PieceDue{at->first, fetch.attempt});
}

void ChunkExchange::heard(const PieceHeard& heard) {
  const ChunkPiece& piece = *heard.piece;
  const auto at = fetches_.find(piece.chunk);
  if (at == fetches_.end() || at->second.asked != heard.from) return;
  Fetch& fetch = at->second;
  if (piece.offset != fetch.bytes.size()) return;  // of a question before
  const bool fits = piece.size > 0 && piece.size <= kMaxContentBytes && !piece.bytes.empty() &&
                    (fetch.size == 0 || piece.size == fetch.size) && piece.offset + piece.bytes.size() <= piece.size;
  if (!fits) return ask_next(at);  // it has none, or talks nonsense
  fetch.size = piece.size;
  fetch.bytes.insert(fetch.bytes.end(), piece.bytes.begin(), piece.bytes.end());
  fetch.bytes.size() < fetch.size ? ask(at) : complete(at);
}

void ChunkExchange::complete(Fetches::iterator at) {
  const Hash256 hash = at->first;
  if (crypto::sha256(at->second.bytes) != hash) {
    deps_.log("a peer gave other bytes than those of chunk " + to_hex(hash));
    return ask_next(at);
  }
  const auto bytes = std::make_shared<const Bytes>(std::move(at->second.bytes));
  const auto session = at->second.session;
  auto waiting = std::make_shared<std::vector<caf::typed_response_promise<ChunkBytes>>>(std::move(at->second.waiting));
  fetches_.erase(at);
  publish_state();
  const auto stored = [waiting, bytes] {
    for (auto& promise : *waiting) promise.deliver(ChunkBytes{bytes});
  };
  const auto failed = [waiting](const caf::error& error) {
    for (auto& promise : *waiting) promise.deliver(error);
  };
  if (session)
    act::ask(self_, deps_.chunk_store, kStoredWithin, PutManifest{*session, bytes})
        .then([stored](const ManifestStored&) { stored(); }, failed);
  else
    act::ask(self_, deps_.chunk_store, kStoredWithin, PutChunk{ChunkPut{bytes, {}, {}, {}}})
        .then([stored](const ChunkMeta&) { stored(); }, failed);
}

void ChunkExchange::publish_state() {
  act::probe(self_).set_state(std::to_string(fetches_.size()) + " on their way");
}

}  // namespace lucid::actors
