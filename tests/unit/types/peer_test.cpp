#include "core/types/peer.hpp"

#include <gtest/gtest.h>
#include <set>

namespace lucid {
namespace {

TEST(RefusalReasons, EachHasAFaultOfItsOwnAndIsFoundByIt) {
  std::set<Fault> faults;
  for (std::uint8_t number = 0; number <= static_cast<std::uint8_t>(last_of(RefusalReason{})); ++number) {
    const auto reason = static_cast<RefusalReason>(number);
    EXPECT_TRUE(faults.insert(fault_of(reason)).second) << fault_name(fault_of(reason));
    EXPECT_NE(fault_of(reason), Fault::internal);
    EXPECT_EQ(refusal_reason(fault_of(reason)), reason);
  }
}

TEST(RefusalReasons, WhatBrokeAConnectionIsNoReasonThatIsTold) {
  for (const Fault fault : {Fault::peer_tls, Fault::peer_refused, Fault::frame_size, Fault::decode_variant})
    EXPECT_EQ(refusal_reason(fault), std::nullopt) << fault_name(fault);
}

}  // namespace
}  // namespace lucid
