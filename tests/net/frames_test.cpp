#include "net/frames.hpp"

#include <gtest/gtest.h>

namespace lucid::net {
namespace {

Bytes frame_of(ByteView payload) {
  Bytes out;
  append_frame(out, payload);
  return out;
}

/// All payloads that are whole.
std::vector<Bytes> fetch_all(FrameReader& reader) {
  std::vector<Bytes> payloads;
  for (;;) {
    auto next = reader.next();
    EXPECT_TRUE(next) << to_text(next.error());
    if (!next || !*next) return payloads;
    payloads.push_back(**next);
  }
}

const Bytes kFirst{1, 2, 3}, kSecond{4}, kThird(300, 5);

Bytes three_frames() {
  Bytes stream;
  for (const Bytes& payload : {kFirst, kSecond, kThird}) append_frame(stream, payload);
  return stream;
}

TEST(Frames, AFrameIsItsLengthAndItsPayload) {
  EXPECT_EQ(frame_of(kFirst), (Bytes{0, 0, 0, 3, 1, 2, 3}));
  EXPECT_EQ(frame_of(Bytes(0x010203, 9)).size(), 4u + 0x010203u);
  EXPECT_EQ(Bytes(frame_of(Bytes(0x010203, 9))).at(1), 1);
}

TEST(Frames, AStreamMayBeCutAnywhere) {
  const Bytes stream = three_frames();
  for (std::size_t first = 0; first <= stream.size(); ++first)
    for (const std::size_t second : {first, std::min(first + 1, stream.size()), stream.size()}) {
      FrameReader reader(kMaxHelloBytes);
      std::vector<Bytes> payloads;
      for (const auto& [begin, end] : {std::pair{std::size_t{0}, first}, {first, second}, {second, stream.size()}}) {
        reader.feed(ByteView(stream).subspan(begin, end - begin));
        for (Bytes& payload : fetch_all(reader)) payloads.push_back(std::move(payload));
      }
      EXPECT_EQ(payloads, (std::vector<Bytes>{kFirst, kSecond, kThird})) << first << " " << second;
      EXPECT_EQ(reader.waiting_bytes(), 0u);
    }
}

TEST(Frames, AStreamMayComeByteByByte) {
  FrameReader reader(kMaxHelloBytes);
  std::vector<Bytes> payloads;
  for (int turn = 0; turn < 20; ++turn)
    for (const std::uint8_t byte : three_frames()) {
      reader.feed(ByteView(&byte, 1));
      for (Bytes& payload : fetch_all(reader)) payloads.push_back(std::move(payload));
    }
  ASSERT_EQ(payloads.size(), 60u);
  EXPECT_EQ(payloads[57], kFirst);
  EXPECT_EQ(payloads[59], kThird);
}

TEST(Frames, ThoseThatWaitAreKeptInTheirOrder) {
  FrameReader reader(kMaxHelloBytes);
  reader.feed(three_frames());
  EXPECT_EQ(reader.next().value(), kFirst);
  EXPECT_EQ(reader.waiting_bytes(), 5u + 304u);
  reader.feed(three_frames());
  EXPECT_EQ(fetch_all(reader), (std::vector<Bytes>{kSecond, kThird, kFirst, kSecond, kThird}));
}

TEST(Frames, AnEmptyOneIsRefused) {
  FrameReader reader(kMaxFrameBytes);
  reader.feed(Bytes{0, 0, 0});
  EXPECT_FALSE(reader.next().value());
  reader.feed(Bytes{0});
  EXPECT_EQ(reader.next().error().fault, Fault::frame_size);
}

TEST(Frames, ATooLongOneIsRefusedByItsHead) {
  for (const std::size_t bound : {std::size_t{1}, kMaxHelloBytes, kMaxFrameBytes}) {
    const auto head = [](std::size_t length) {
      Bytes out;
      for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(length >> shift));
      return out;
    };
    FrameReader fits(bound);
    fits.feed(head(bound));
    EXPECT_FALSE(fits.next().value()) << "waits for the payload";
    for (const std::size_t length : {bound + 1, std::size_t{0x80000000}, std::size_t{0xffffffff}}) {
      FrameReader reader(bound);
      reader.feed(head(length));
      const auto refused = reader.next();
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().fault, Fault::frame_size);
      EXPECT_EQ(refused.error().actual, std::to_string(length));
      EXPECT_EQ(reader.waiting_bytes(), 0u);
    }
  }
}

TEST(Frames, AfterARefusalNothingIsReadOrKept) {
  FrameReader reader(kMaxHelloBytes);
  reader.feed(Bytes{0, 0, 0, 0});
  EXPECT_FALSE(reader.next());
  reader.feed(three_frames());
  reader.set_max(kMaxFrameBytes);
  EXPECT_EQ(reader.next().error().fault, Fault::frame_size);
  EXPECT_EQ(reader.waiting_bytes(), 0u);
}

// Once both have said hello a side may send what it likes, and all of it may arrive at once.
TEST(Frames, TheBoundIsThatOfTheTimeWhenAFrameIsFetched) {
  const Bytes hello(100, 1), block(100'000, 2);
  Bytes stream = frame_of(hello);
  append_frame(stream, block);
  FrameReader reader(kMaxHelloBytes);
  reader.feed(stream);
  EXPECT_EQ(reader.next().value(), hello);
  reader.set_max(kMaxFrameBytes);
  EXPECT_EQ(reader.next().value(), block);

  FrameReader strict(kMaxHelloBytes);
  strict.feed(stream);
  EXPECT_EQ(strict.next().value(), hello);
  EXPECT_EQ(strict.next().error().fault, Fault::frame_size) << "a second hello may be no longer than the first";
}

TEST(Frames, OneOfTheLargestSizeArrives) {
  Bytes large(kMaxFrameBytes);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::uint8_t>(i * 13);
  const Bytes stream = frame_of(large);
  FrameReader reader(kMaxFrameBytes);
  for (ByteView rest(stream); !rest.empty(); rest = rest.subspan(std::min<std::size_t>(70'001, rest.size()))) {
    EXPECT_FALSE(reader.next().value());
    reader.feed(rest.first(std::min<std::size_t>(70'001, rest.size())));
  }
  EXPECT_EQ(reader.next().value(), large);
  EXPECT_EQ(reader.waiting_bytes(), 0u);
}

// Four megabytes are announced, and nothing comes: what is held is what came.
TEST(Frames, AnAnnouncementTakesNoRoom) {
  FrameReader reader(kMaxFrameBytes);
  reader.feed(Bytes{0x00, 0x40, 0x00, 0x00, 7, 7, 7});
  EXPECT_FALSE(reader.next().value());
  EXPECT_EQ(reader.waiting_bytes(), 7u);
}

}  // namespace
}  // namespace lucid::net
