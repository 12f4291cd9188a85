// Each check finds what it is for, and lets pass what only looks like it.
#include "tests/lint/checks.hpp"

#include <gtest/gtest.h>

namespace lucid::lint {
namespace {

bool finds(const Findings& findings, std::size_t line) {
  return findings.size() == 1 && findings.front().line == line;
}
SourceFile at(std::string path, std::string text) {
  return {std::move(path), std::move(text)};
}

struct Sample {
  std::string path;
  std::string include;
};
class ForbiddenInclude : public testing::TestWithParam<Sample> {};
class AllowedInclude : public testing::TestWithParam<Sample> {};

TEST_P(ForbiddenInclude, IsFound) {
  const auto& [path, include] = GetParam();
  EXPECT_TRUE(finds(check_includes(at(path, "// x\n#include " + include + "\n")), 2)) << path << " " << include;
}
TEST_P(AllowedInclude, Passes) {
  const auto& [path, include] = GetParam();
  EXPECT_TRUE(check_includes(at(path, "#include " + include + "\n")).empty()) << path << " " << include;
}

INSTANTIATE_TEST_SUITE_P(
    Table, ForbiddenInclude,
    testing::Values(Sample{"core/ledger/x.cpp", "\"storage/kv.hpp\""},
                    Sample{"core/new/y.cpp", "\"core/base/bytes.hpp\""},
                    Sample{"core/base/x.cpp", "\"core/types/ids.hpp\""},
                    Sample{"core/crypto/x.cpp", "\"core/ledger/chain.hpp\""},
                    Sample{"core/base/x.cpp", "<caf/all.hpp>"}, Sample{"core/base/x.cpp", "<lmdb.h>"},
                    Sample{"core/base/x.cpp", "<nlohmann/json.hpp>"}, Sample{"core/base/x.cpp", "<openssl/ssl.h>"},
                    Sample{"core/base/x.cpp", "<sys/socket.h>"}, Sample{"storage/x.cpp", "\"net/frame.hpp\""},
                    Sample{"net/x.cpp", "\"storage/kv.hpp\""}, Sample{"storage/x.cpp", "\"config/settings.hpp\""},
                    Sample{"net/x.cpp", "<lmdb.h>"}, Sample{"config/x.cpp", "\"actors/anchor.hpp\""},
                    Sample{"config/x.cpp", "<httplib.h>"}, Sample{"actors/x.cpp", "\"api/server.hpp\""},
                    Sample{"actors/x.cpp", "<httplib.h>"}, Sample{"actors/x.cpp", "<nlohmann/json.hpp>"},
                    Sample{"actors/x.cpp", "<lmdb.h>"}, Sample{"api/x.cpp", "\"actors/anchor.hpp\""},
                    Sample{"api/x.cpp", "\"config/settings.hpp\""}, Sample{"api/x.cpp", "\"storage/kv.hpp\""},
                    Sample{"api/x.cpp", "<caf/all.hpp>"}, Sample{"tools/lucidd/main.cpp", "\"tests/x.hpp\""},
                    Sample{"tools/lucidd/main.cpp", "<gtest/gtest.h>"}, Sample{"tools/lucid/x.cpp", "<caf/all.hpp>"},
                    Sample{"actors/x.cpp", "\"ledger.hpp\""}, Sample{"plugins/x.cpp", "\"core/base/bytes.hpp\""}));

INSTANTIATE_TEST_SUITE_P(
    Table, AllowedInclude,
    testing::Values(Sample{"core/consensus/x.cpp", "\"core/ledger/chain.hpp\""},
                    Sample{"core/crypto/x.cpp", "\"core/codec/codec.hpp\""},
                    Sample{"core/crypto/x.cpp", "<openssl/evp.h>"}, Sample{"storage/x.cpp", "<lmdb.h>"},
                    Sample{"storage/x.cpp", "\"core/base/bytes.hpp\""}, Sample{"net/x.cpp", "<openssl/ssl.h>"},
                    Sample{"config/x.cpp", "<CLI/CLI.hpp>"}, Sample{"actors/x.cpp", "<caf/all.hpp>"},
                    Sample{"actors/x.cpp", "\"storage/kv.hpp\""}, Sample{"api/x.cpp", "\"actors/node_facade.hpp\""},
                    Sample{"api/x.cpp", "<httplib.h>"}, Sample{"tests/api/x.cpp", "<httplib.h>"},
                    Sample{"api/x.cpp", "<sys/socket.h>"}, Sample{"api/x.cpp", "<prometheus/text_serializer.h>"},
                    Sample{"tools/lucid/x.cpp", "\"api/client/client.hpp\""}));

TEST(Checks, AnIncludeInACommentIsNone) {
  EXPECT_TRUE(check_includes(at("core/base/x.cpp", "// #include <lmdb.h>\n/*\n#include <lmdb.h>\n*/\n")).empty());
}

TEST(Checks, ImpureCoreIsFound) {
  for (const char* code :
       {"double x;", "float y = 1;", "std::unordered_map<int, int> m;", "std::chrono::system_clock::now();",
        "std::chrono::steady_clock::now();", "std::random_device d;", "std::thread t;", "throw 1;", "std::mutex m;",
        "#include <thread>", "#include <chrono>", "std::getenv(\"X\");", "rand();", "time(nullptr);",
        "RAND_bytes(p, 1);"})
    EXPECT_TRUE(finds(check_core_purity(at("core/slots/x.cpp", std::string("int a;\n") + code + "\n")), 2)) << code;
}

TEST(Checks, WhatOnlyNamesTheImpureIsPure) {
  for (const char* code :
       {"// never a double here", "auto s = \"a double vote\";", "int double_sign = 0;", "/* throw */ int x;",
        "auto c = '\"'; // double", "int n = 1'000; // throw", "auto r = R\"(throw \" double)\";", "header.time = 3;"})
    EXPECT_TRUE(check_core_purity(at("core/slots/x.cpp", code)).empty()) << code;
  EXPECT_TRUE(check_core_purity(at("actors/x.cpp", "double x;")).empty()) << "only core is held to this";
}

TEST(Checks, APlantedBugStandsInASourceOfCore) {
  const char* hook = "if (LUCID_MUTANT(no_lock)) return;";
  EXPECT_TRUE(check_mutant_hooks(at("core/consensus/x.cpp", hook)).empty());
  EXPECT_TRUE(finds(check_mutant_hooks(at("core/consensus/x.hpp", std::string("\n") + hook)), 2));
  EXPECT_TRUE(finds(check_mutant_hooks(at("actors/x.cpp", std::string("\n") + hook)), 2));
  EXPECT_TRUE(check_mutant_hooks(at("actors/x.cpp", std::string("// ") + hook)).empty()) << "only named";
}

TEST(Checks, PaymentNetworksAreFoundAsWholeWords) {
  const std::string words[] = {std::string("tr") + "on", std::string("TR") + "C20", std::string("US") + "DT",
                               std::string("tr") + "x"};
  for (const std::string& word : words) {
    EXPECT_TRUE(finds(check_payment_words(at("api/x.cpp", "\n// pays in " + word + ".\n")), 2)) << word;
    EXPECT_TRUE(check_payment_words(at("api/x.cpp", "int a" + word + "b;")).empty()) << "inside another word";
  }
  EXPECT_TRUE(check_payment_words(at("api/x.cpp", "electron, matrix")).empty());
}

TEST(Checks, UnfinishedWorkIsFound) {
  const std::string words[] = {std::string("TO") + "DO", std::string("FIX") + "ME", std::string("X") + "XX",
                               std::string("HA") + "CK"};
  for (const std::string& word : words) {
    EXPECT_TRUE(finds(check_unfinished(at("net/x.cpp", "int a;  // " + word + ": later\n")), 1)) << word;
    EXPECT_TRUE(check_unfinished(at("net/x.cpp", "int " + word + "S;")).empty());
  }
}

TEST(Checks, AHeaderWithoutPurposeOrGuardIsFound) {
  EXPECT_TRUE(check_header_form(at("net/x.hpp", "// Frames.\n#pragma once\n")).empty());
  EXPECT_TRUE(finds(check_header_form(at("net/x.hpp", "#pragma once\n// Frames.\n")), 1));
  EXPECT_TRUE(finds(check_header_form(at("net/x.hpp", "// Frames.\nint x;\n")), 1));
  EXPECT_TRUE(check_header_form(at("net/x.cpp", "int x;\n")).empty());
}

TEST(Checks, AFileThatGrewTooLongIsFound) {
  const auto lines = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "//\n";
    return text;
  };
  EXPECT_TRUE(check_length(at("net/x.hpp", lines(450))).empty());
  EXPECT_TRUE(finds(check_length(at("net/x.hpp", lines(451))), 451));
  EXPECT_TRUE(check_length(at("net/x.cpp", lines(1200))).empty());
  EXPECT_TRUE(finds(check_length(at("net/x.cpp", lines(1201))), 1201));
}

TEST(Checks, AForeignHeaderBeforeTheOwnIsFound) {
  EXPECT_TRUE(finds(check_own_header_first(at("net/x.cpp", "#include <vector>\n#include \"net/x.hpp\"\n"), true), 1));
  EXPECT_TRUE(check_own_header_first(at("net/x.cpp", "#include \"net/x.hpp\"\n"), true).empty());
  EXPECT_TRUE(check_own_header_first(at("net/x.cpp", "#include <vector>\n"), false).empty());
}

TEST(Checks, LinesKeepTheirNumbersWithoutComments) {
  EXPECT_EQ(without_comments("a /* b\nc */ d // e\nf", false), "a     \n     d     \nf");
  EXPECT_EQ(without_comments("x = \"// no\"; // yes", false), "x = \"// no\";       ");
  EXPECT_EQ(without_comments("x = \"a\\\"b\"; y", true), "x = \"    \"; y");
}

}  // namespace
}  // namespace lucid::lint
