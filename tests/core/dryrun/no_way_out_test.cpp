// Nothing that writes, deletes or acts is ever forwarded, however its path is spelled.
#include "core/base/text.hpp"
#include "core/dryrun/recipe.hpp"
#include "core/dryrun/rehearsal.hpp"
#include "core/dryrun/resource_path.hpp"
#include "core/dryrun/rules.hpp"
#include "support/stage.hpp"

#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

namespace armgate::dryrun {
namespace {

using test::kRg;
using test::kSub;
using test::Stage;

std::vector<std::string> paths_of_the_table() {
    std::ifstream table(ARMGATE_TEST_DATA "/arm/operations.txt");
    std::set<std::string> paths;
    std::string line;
    while (std::getline(table, line)) {
        if (line.empty() || line.front() == '#') continue;
        std::istringstream fields(line);
        std::string method, path;
        fields >> method >> path;
        for (const auto& [mark, text] :
             {std::pair<std::string, std::string>{"{S}", kSub}, {"{G}", kRg}}) {
            const std::size_t at = path.find(mark);
            if (at != std::string::npos) path.replace(at, mark.size(), text);
        }
        paths.insert(path);
    }
    return {paths.begin(), paths.end()};
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.rfind(from);
    if (at != std::string::npos) text.replace(at, from.size(), to);
    return text;
}

std::vector<std::string> spellings(const std::string& path) {
    std::string upper = path;
    for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    return {path,
            path + "/",
            "/" + path,
            replaced(path, "/", "//"),
            replaced(path, "/", "%2F"),
            replaced(path, "/", "/./"),
            replaced(path, "/", "/x/../"),
            path + "/listKeys/..",
            path + "/%2e",
            base::to_lower(path),
            upper};
}

TEST(NoWayOut, NoWriteAndNoDeleteIsForwarded) {
    const std::vector<std::string> paths = paths_of_the_table();
    ASSERT_GE(paths.size(), 300U);
    Stage empty;
    Stage full;
    full.real_group();
    full.play("PUT", kRg + "/providers/Microsoft.Example/things/t1", "{}");
    const auto stays = [](Stage& stage, const char* method, const std::string& path) {
        const auto played = stage.play(method, path, "{}");
        return !played.forwarded && played.status != 0;
    };
    for (const std::string& path : paths) {
        for (const char* method : {"PUT", "PATCH", "DELETE", "MERGE", "put"}) {
            ASSERT_TRUE(stays(empty, method, path)) << method << " " << path;
        }
        for (const std::string& spelling : spellings(path)) {
            for (const char* method : {"PUT", "PATCH", "DELETE"}) {
                ASSERT_TRUE(stays(full, method, spelling)) << method << " " << spelling;
            }
        }
    }
}

TEST(NoWayOut, APostIsForwardedOnlyWhereItsPathIsClearAndItReads) {
    const Recipes recipes = Recipes::load().value();
    const DryRunRules rules = load_dryrun_rules().value();
    Stage stage;
    stage.real_group();
    stage.play("PUT", kRg + "/providers/Microsoft.Example/things/t1", "{}");
    std::size_t forwarded = 0;
    for (const std::string& path : paths_of_the_table()) {
        for (const std::string& spelling : spellings(path)) {
            const auto played = stage.play("POST", spelling, "{}");
            if (!played.forwarded) continue;
            ++forwarded;
            const ResourcePath read(spelling, test::arm_rules().operations);
            ASSERT_TRUE(read.clear()) << spelling;
            const std::string type = base::to_lower(read.type());
            const std::string owner = type.substr(0, type.rfind('/'));
            ASSERT_TRUE(rules.reading_posts.contains(type) ||
                        recipes.is_reading_action(owner, read.last()) ||
                        base::ascii_iequals(read.last(), "checkNameAvailability"))
                << spelling;
        }
    }
    EXPECT_GT(forwarded, 10U);
}

TEST(NoWayOut, ActingPostsAreSimulated) {
    Stage stage;
    const std::string vm = kRg + "/providers/Microsoft.Compute/virtualMachines/vm1";
    stage.real(vm, R"({"id":"x","location":"westeurope"})");
    stage.real(kRg, R"({"id":"x","location":"westeurope"})");
    for (const std::string& path :
         {vm + "/start", vm + "/deallocate", vm + "/runCommand", vm + "//restart",
          vm + "/powerOff/", vm + "/listKeys%2F..%2Fstart", kRg + "/exportTemplate%2F..%2Fdoit",
          kRg + "/doit", kSub + "/providers/Microsoft.Example/doIt",
          kSub + "/providers/Microsoft.Example/locations/westeurope/doIt",
          std::string("/providers/Microsoft.Example/act")}) {
        SCOPED_TRACE(path);
        const auto played = stage.play("POST", path, "{}");
        EXPECT_FALSE(played.forwarded);
        EXPECT_EQ(played.status, 202U);
    }
    EXPECT_EQ(stage.changes().size(), 11U);
    for (const auto& change : stage.changes()) EXPECT_EQ(change.kind, ChangeKind::action);
}

TEST(NoWayOut, AReadingPostWithAnOddPathIsNotSent) {
    Stage stage;
    for (const std::string& path :
         {kRg + "/providers/Microsoft.Storage/storageAccounts/a/regenerateKey/..%2FlistKeys",
          kRg + "/providers/Microsoft.Storage/storageAccounts/a%2FlistKeys",
          kRg + "//providers/Microsoft.Storage/storageAccounts/a//listKeys",
          kRg + "/providers/Microsoft.Storage/storageAccounts/a/listKey%73"}) {
        SCOPED_TRACE(path);
        EXPECT_FALSE(stage.play("POST", path, "{}").forwarded);
    }
    EXPECT_TRUE(
        stage.play("POST", kRg + "/providers/Microsoft.Storage/storageAccounts/a/listKeys", "{}")
            .forwarded);
}

TEST(NoWayOut, AnActionThatItsUsersNamedIsNeverTakenForARead) {
    for (const char* path :
         {"/providers/Microsoft.CustomProviders/resourceProviders/rp/getAndLock",
          "/providers/Microsoft.CustomProviders/resourceProviders/rp/checkNameAvailability",
          "/providers/Microsoft.Solutions/applications/a/listAndDelete",
          "/providers/Microsoft.Web/sites/s/hostruntime/admin/listAll",
          "/providers/Microsoft.Web/sites/s/listsyncfunctiontriggerstatus",
          "/providers/Contoso.Unknown/things/t/validateAndDeploy"}) {
        test::Stage stage;
        stage.real_group();
        EXPECT_FALSE(stage.play("POST", test::kRg + path, "{}").forwarded) << path;
    }
    test::Stage stage;
    stage.real_group();
    EXPECT_TRUE(
        stage.play("POST", test::kRg + "/providers/Microsoft.Storage/storageAccounts/a/listKeys")
            .forwarded)
        << "what Azure named so reads";
}

TEST(Rehearsal, ANameThatIsFreedHereIsFree) {
    test::Stage stage;
    stage.real_group();
    const std::string site = test::kRg + "/providers/Microsoft.Web/sites/app1";
    stage.real(site, R"({"id":"x","location":"westeurope","properties":{}})");
    EXPECT_LT(stage.play("DELETE", site).status, 300U);
    const std::string check = test::kRg.substr(0, test::kRg.find("/resourceGroups")) +
                              "/providers/Microsoft.Web/checkNameAvailability";
    const test::Played freed =
        stage.play("POST", check, R"({"name":"app1","type":"Microsoft.Web/sites"})");
    EXPECT_EQ(freed.json().value("nameAvailable", false), true) << freed.body;
}

TEST(Rehearsal, AWideObjectAndANestedTagAreRefusedAtOnce) {
    std::string wide = R"({"properties":{"a":0)";
    for (int i = 0; i < 50'000; ++i) wide += ",\"a" + std::to_string(i) + "\":0";
    test::Stage stage;
    stage.real_group();
    const std::string id = test::kRg + "/providers/Microsoft.Example/things/t";
    EXPECT_EQ(stage.play("PUT", id, wide + "}}").status, 400U);
    EXPECT_EQ(stage.play("PUT", id, R"({"tags":{"a":{"b":1}}})").status, 400U);
    EXPECT_EQ(stage
                  .play("PUT", test::kRg + "/providers/Microsoft.Resources/deploymentStacks/s",
                        R"({"properties":null})")
                  .status,
              400U);
}

}  // namespace
}  // namespace armgate::dryrun
