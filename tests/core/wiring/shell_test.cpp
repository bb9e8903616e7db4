#include "core/wiring/shell.hpp"

#include <gtest/gtest.h>

namespace armgate::wiring {
namespace {

const Assignments kAssignments{{"A", "it's \\ \"$x\" `y`"}, {"B", std::nullopt}};

TEST(Shell, QuotesSoThatAValueMeansItself) {
    EXPECT_EQ(print_assignments(kAssignments, Shell::bash),
              "export A='it'\\''s \\ \"$x\" `y`'\nunset B\n");
    EXPECT_EQ(print_assignments(kAssignments, Shell::fish),
              "set -gx A 'it\\'s \\\\ \"$x\" `y`'\nset -e B\n");
    EXPECT_EQ(print_assignments(kAssignments, Shell::powershell),
              "$Env:A = 'it''s \\ \"$x\" `y`'\nRemove-Item Env:B -ErrorAction SilentlyContinue\n");
    EXPECT_EQ(print_assignments(kAssignments, Shell::dotenv), "A='it\\'s \\\\ \"$x\" `y`'\nB=''\n");
    EXPECT_EQ(print_assignments(kAssignments, Shell::json),
              "{\n  \"A\": \"it's \\\\ \\\"$x\\\" `y`\",\n  \"B\": null\n}\n");
}

TEST(Shell, UndoGivesBackWhatWasThere) {
    const Environment before{{"NO_PROXY", "corp"}, {"PATH", "/bin"}};
    const Environment set{{"NO_PROXY", "localhost,corp"}, {"HTTPS_PROXY", "http://127.0.0.1:8642"}};
    Environment wired = before;
    for (const auto& [name, value] : assignments_for(set, before)) wired[name] = *value;
    EXPECT_EQ(wired.at("HTTPS_PROXY"), "http://127.0.0.1:8642");
    EXPECT_EQ(unwired(wired), before);

    const auto undo = undo_assignments(wired);
    ASSERT_TRUE(undo);
    EXPECT_EQ(undo->at("NO_PROXY"), "corp");
    EXPECT_EQ(undo->at("HTTPS_PROXY"), std::nullopt);
    EXPECT_EQ(undo->at(std::string(kSaved)), std::nullopt);
}

TEST(Shell, UndoRefusesWhatArmgateDidNotWrite) {
    for (const char* saved : {"", "{", "[]", "{\"A\":1}"}) {
        SCOPED_TRACE(saved);
        EXPECT_FALSE(undo_assignments({{std::string(kSaved), saved}}));
    }
    EXPECT_FALSE(undo_assignments({}));
}

TEST(Shell, ProxyUrlsEncodeCredentials) {
    EXPECT_EQ(proxy_url("127.0.0.1:8642", std::nullopt), "http://127.0.0.1:8642");
    EXPECT_EQ(proxy_url("127.0.0.1:1", "me:p@ss:w/rd %"),
              "http://me:p%40ss%3Aw%2Frd%20%25@127.0.0.1:1");
}

}  // namespace
}  // namespace armgate::wiring
