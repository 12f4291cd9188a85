#include "api/router.hpp"

#include <gtest/gtest.h>
#include <set>

namespace lucid::api {
namespace {

Response nothing(const Call&) {
  return {};
}

constexpr Route kRoutes[] = {
    {"GET", "/", Access::everyone, BodyKind::none, 0, 200, nothing, "root"},
    {"GET", "/a/{id}", Access::read, BodyKind::none, 0, 200, nothing, "one"},
    {"GET", "/a/latest", Access::read, BodyKind::none, 0, 200, nothing, "latest"},
    {"POST", "/a/batch", Access::write, BodyKind::json, 10, 202, nothing, "batch"},
    {"DELETE", "/a/{id}", Access::admin, BodyKind::none, 0, 204, nothing, "gone"},
    {"GET", "/a/{id}/proof", Access::read, BodyKind::none, 0, 200, nothing, "proof", "", true},
    {"GET", "/s/{id}/c/{index}", Access::read, BodyKind::none, 0, 200, nothing, "two"},
};

TEST(Router, LiteralSegmentsWinOverPlaceholders) {
  const Router router(kRoutes, false);
  EXPECT_EQ(router.match("GET", "/a/latest").route->summary, "latest");
  const auto one = router.match("GET", "/a/latest2");
  EXPECT_EQ(one.route->summary, "one");
  EXPECT_EQ(one.values[0], "latest2");
}

TEST(Router, ALiteralThatLeadsNowhereGivesWayToThePlaceholder) {
  const auto match = Router(kRoutes, false).match("GET", "/a/latest/proof");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.route->summary, "proof");
  EXPECT_EQ(match.value_count, 1U);
  EXPECT_EQ(match.values[0], "latest");
}

TEST(Router, TwoPlaceholdersGetTheirSegments) {
  const auto match = Router(kRoutes, false).match("GET", "/s/x/c/7");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.values[0], "x");
  EXPECT_EQ(match.values[1], "7");
}

TEST(Router, AnotherMethodOfAKnownPathListsWhatIsAllowed) {
  const auto match = Router(kRoutes, false).match("PUT", "/a/7");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_TRUE(match.known_path);
  EXPECT_EQ(match.allow, "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(Router(kRoutes, false).match("GET", "/a/batch").allow, "POST, OPTIONS");
}

TEST(Router, HeadIsAnsweredWhereGetIs) {
  EXPECT_EQ(Router(kRoutes, false).match("HEAD", "/a/7").route->summary, "one");
}

TEST(Router, WhatNoPatternTakesIsUnknown) {
  const Router router(kRoutes, false);
  for (const char* path :
       {"", "a", "/a", "/a/", "/a//proof", "//", "/a/7/", "/a/7/proof/x", "/s/x/c", "*", "/A/latest/x"})
    EXPECT_FALSE(router.match("GET", path).known_path) << path;
  EXPECT_NE(router.match("GET", "/").route, nullptr);
}

TEST(Router, TheAdminPortHasItsOwnRoutesOnly) {
  const Router router(kRoutes, true);
  EXPECT_NE(router.match("GET", "/a/7/proof").route, nullptr);
  EXPECT_FALSE(router.match("GET", "/a/7").known_path);
  EXPECT_EQ(router.routes().size(), 1U);
}

TEST(RouteTable, EveryRouteIsWholeAndStandsOnce) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  const Router router(all_routes(), false);
  for (const Route& route : all_routes()) {
    SCOPED_TRACE(std::string(route.method) + " " + std::string(route.pattern));
    EXPECT_TRUE(seen.emplace(route.method, route.pattern).second);
    EXPECT_NE(route.handler, nullptr);
    EXPECT_FALSE(route.summary.empty());
    EXPECT_EQ(route.body == BodyKind::none, route.body_limit == 0);
    EXPECT_EQ(router.match(route.method, route.pattern).route, &route);
  }
  EXPECT_GE(seen.size(), 45U);
}

}  // namespace
}  // namespace lucid::api
