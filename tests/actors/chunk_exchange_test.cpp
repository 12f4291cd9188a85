// What one node gives others of its chunks, and how it gets those that it lacks. The test carries the pieces.
#include "actors/chunk_exchange.hpp"

#include <gmock/gmock.h>

#include "core/crypto/sha256.hpp"
#include "storage/memory_store.hpp"
#include "storage/schema.hpp"
#include "tests/actors/fixture.hpp"
#include "tests/fixtures/temporary_directory.hpp"

namespace lucid::actors {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr PeerId kHolder{1}, kOther{2}, kObserver{3};

class ChunkExchangeTest : public ActorTest {
 protected:
  ChunkExchangeTest() {
    auto opened = storage::ChunkStore::open(*env_, directory_.path());
    chunks_ = std::move(*opened);
    chunk_store_.set(
        act::spawn<ChunkKeeper>(system(), place(), ChunkKeeper::Deps{clock(), chunks_, 0, [](const std::string&) {}}));
    peers_.set(listen(said_));
    exchange_ = act::spawn<ChunkExchange>(
        system(), place(), ChunkExchange::Deps{chunks_, chunk_store_, peers_, 1, [this](const std::string& sentence) {
                                                 log_.push_back(sentence);
                                               }});
    for (const PeerId peer : {kHolder, kOther}) tell(exchange_, PeerConnected{peer, Address{}});
    tell(exchange_, PeerConnected{kObserver, std::nullopt});
  }
  void TearDown() override {
    chunk_store_.clear();
    exchange_ = nullptr;
    ActorTest::TearDown();
  }

  std::shared_ptr<Result<ChunkBytes>> fetch(const Bytes& wanted) {
    auto pending = ask_later<ChunkBytes>(exchange_, FetchContent{crypto::sha256(wanted), {}});
    run();
    return pending;
  }
  /// The newest question, and whom it went to.
  AskPiece asked() { return said_->of<AskPiece>().back(); }
  ChunkPiece piece_of(const Bytes& bytes, std::uint64_t offset) const {
    ChunkPiece piece{asked_hash_.value_or(crypto::sha256(bytes)), offset, bytes.size(), {}};
    const std::size_t size = std::min<std::size_t>(bytes.size() - offset, kChunkPieceBytes);
    piece.bytes.assign(bytes.begin() + static_cast<std::ptrdiff_t>(offset),
                       bytes.begin() + static_cast<std::ptrdiff_t>(offset + size));
    return piece;
  }
  void answer(PeerId from, ChunkPiece piece) {
    tell(exchange_, PieceHeard{from, std::make_shared<const ChunkPiece>(std::move(piece))});
  }
  /// Answers all questions as a peer that holds `bytes`, to the end.
  void answer_all(const Bytes& bytes) {
    while (!said_->of<AskPiece>().empty()) {
      const AskPiece question = asked();
      said_->of<AskPiece>().clear();
      answer(question.peer, piece_of(bytes, question.piece.offset));
    }
  }

  test::TemporaryDirectory directory_;
  std::shared_ptr<storage::MemoryStore> env_ =
      std::make_shared<storage::MemoryStore>(storage::tables_of(storage::Environment::chunks));
  std::shared_ptr<storage::ChunkStore> chunks_;
  Route<ChunkStoreActor> chunk_store_;
  using Said = Heard<AskPiece, GivePiece>;
  std::shared_ptr<Said> said_ = std::make_shared<Said>();
  Route<Said::Interface> peers_;
  ChunkExchangeActor exchange_;
  std::vector<std::string> log_;
  std::optional<Hash256> asked_hash_;  // that a liar's pieces claim to be of
  const Bytes bytes_ = Bytes(2 * kChunkPieceBytes + 100, 0x17);
};

TEST_F(ChunkExchangeTest, AChunkThatAnotherHoldsComesInPiecesAndIsKept) {
  const auto pending = fetch(bytes_);
  ASSERT_THAT(said_->of<AskPiece>(), SizeIs(1));
  EXPECT_EQ(asked().piece.offset, 0u);
  answer_all(bytes_);
  ASSERT_TRUE(*pending) << to_text(pending->error());
  EXPECT_EQ(*(*pending)->bytes, bytes_);
  EXPECT_EQ(*chunks_->read(crypto::sha256(bytes_)), bytes_) << "the next reader asks nobody";
}

TEST_F(ChunkExchangeTest, WhoeverAsksMeanwhileWaitsForTheSamePieces) {
  const auto first = fetch(bytes_), second = fetch(bytes_);
  EXPECT_THAT(said_->of<AskPiece>(), SizeIs(1));
  answer_all(bytes_);
  EXPECT_TRUE(*first);
  EXPECT_TRUE(*second);
}

TEST_F(ChunkExchangeTest, OneThatHasItNotIsFollowedByTheOtherAndObserversAreNeverAsked) {
  const auto pending = fetch(bytes_);
  const PeerId first = asked().peer;
  answer(first, ChunkPiece{crypto::sha256(bytes_), 0, 0, {}});
  ASSERT_THAT(said_->of<AskPiece>(), SizeIs(2));
  const PeerId second = asked().peer;
  EXPECT_NE(second, first);
  answer(second, ChunkPiece{crypto::sha256(bytes_), 0, 0, {}});
  EXPECT_THAT(said_->of<AskPiece>(), SizeIs(2));
  ASSERT_FALSE(*pending);
  EXPECT_EQ(pending->error().fault, Fault::chunk_not_found);
}

TEST_F(ChunkExchangeTest, OtherBytesAreNotBelievedAndTheNextIsAskedFromTheBeginning) {
  Bytes forged = bytes_;
  forged.back() ^= 1;
  asked_hash_ = crypto::sha256(bytes_);
  const auto pending = fetch(bytes_);
  const PeerId liar = asked().peer;
  while (asked().peer == liar) answer(liar, piece_of(forged, asked().piece.offset));
  EXPECT_EQ(asked().piece.offset, 0u);
  EXPECT_THAT(log_.back(), HasSubstr("other bytes"));
  answer_all(bytes_);
  ASSERT_TRUE(*pending);
  EXPECT_EQ(*(*pending)->bytes, bytes_);
}

TEST_F(ChunkExchangeTest, WhoIsSilentOrGoneIsFollowedByTheOther) {
  const auto pending = fetch(bytes_);
  const PeerId silent = asked().peer;
  advance(std::chrono::milliseconds(kPieceWithinMs));
  const PeerId other = asked().peer;
  EXPECT_NE(other, silent);
  answer(silent, piece_of(bytes_, 0));
  EXPECT_THAT(said_->of<AskPiece>(), SizeIs(2)) << "its time is over";
  tell(exchange_, PeerGone{other});
  ASSERT_FALSE(*pending);
  EXPECT_EQ(pending->error().fault, Fault::chunk_not_found);
}

TEST_F(ChunkExchangeTest, PiecesThatDoNotFitAreNonsense) {
  for (const auto& [size, count] :
       {std::pair{std::uint64_t{100}, std::size_t{101}}, std::pair{~std::uint64_t{0}, std::size_t{10}},
        std::pair{std::uint64_t{10}, std::size_t{0}}}) {
    const auto pending = fetch(bytes_);
    for (int peer = 0; peer < 2; ++peer) {
      ChunkPiece piece{crypto::sha256(bytes_), 0, size, {}};
      piece.bytes.assign(count, 1);
      answer(asked().peer, std::move(piece));
    }
    ASSERT_FALSE(*pending) << size;
    EXPECT_EQ(pending->error().fault, Fault::chunk_not_found);
  }
}

TEST_F(ChunkExchangeTest, WhatIsHereIsGivenInPiecesAndWhatIsNotIsSaidSo) {
  ASSERT_TRUE(ask<ChunkMeta>(chunk_store_, PutChunk{{std::make_shared<const Bytes>(bytes_), {}, {}, {}}}));
  const Hash256 hash = crypto::sha256(bytes_);
  Bytes got;
  while (got.size() < bytes_.size()) {
    tell(exchange_, PieceWanted{kHolder, ChunkAsked{hash, got.size()}});
    const ChunkPiece& piece = *said_->of<GivePiece>().back().piece;
    EXPECT_EQ(said_->of<GivePiece>().back().peer, kHolder);
    ASSERT_FALSE(piece.bytes.empty());
    EXPECT_EQ(piece.offset, got.size());
    EXPECT_EQ(piece.size, bytes_.size());
    got.insert(got.end(), piece.bytes.begin(), piece.bytes.end());
  }
  EXPECT_EQ(got, bytes_);
  tell(exchange_, PieceWanted{kHolder, ChunkAsked{hash, bytes_.size()}});
  EXPECT_THAT(said_->of<GivePiece>().back().piece->bytes, IsEmpty()) << "beyond its end";
  tell(exchange_, PieceWanted{kHolder, ChunkAsked{crypto::sha256(Bytes{1}), 0}});
  EXPECT_EQ(said_->of<GivePiece>().back().piece->size, 0u);
}

}  // namespace
}  // namespace lucid::actors
