// Templates that are meant to cost more than they are worth: they end, soon, and with an answer.
#include "support/deployment_case.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::dryrun {
namespace {

std::string repeated(const std::string& text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
}

std::string body_of(const std::string& members) {
    return "{properties:{mode:'Incremental',template:{" + members + "}}}";
}

std::string output(const std::string& expression, const std::string& members = "resources:[]") {
    return body_of(members + ",outputs:{o:{type:'string',value:\"[" + expression + "]\"}}");
}

/// The code of the fault; empty where there is none.
std::string code_of(const std::string& body) {
    test::DeploymentWorld world;
    const auto out = test::carried_out(body, world);
    return out.contains("error") ? out["error"]["code"].get<std::string>() : std::string();
}

TEST(DeploymentLimits, TextThatDoublesItselfEnds) {
    std::string variables = "v0:'xxxxxxxxxxxxxxxx'";
    for (int i = 1; i < 60; ++i) {
        const std::string before = "variables(\\'v" + std::to_string(i - 1) + "\\')";
        variables += ",v" + std::to_string(i) + ":'[concat(" + before + "," + before + ")]'";
    }
    EXPECT_EQ(code_of(output("variables('v59')", "variables:{" + variables + "},resources:[]")),
              "RehearsalLimitExceeded");
}

TEST(DeploymentLimits, ArraysThatGrowEnd) {
    EXPECT_EQ(code_of(output("reduce(range(0, 10000), createArray(), lambda('a', 'b', "
                             "concat(lambdaVariables('a'), range(0, 10000))))")),
              "RehearsalLimitExceeded");
    EXPECT_EQ(code_of(output("reduce(range(0, 10000), createArray(), lambda('a', 'b', "
                             "createArray(lambdaVariables('a'))))")),
              "RehearsalLimitExceeded");
    EXPECT_EQ(code_of(output("map(range(0, 10000), lambda('a', map(range(0, 10000), lambda('b', "
                             "1))))")),
              "RehearsalLimitExceeded");
}

TEST(DeploymentLimits, SearchesThatStartAgainAtEachByteEnd) {
    const std::string variables = "variables:{text:'" + std::string(400'000, 'a') + "',needle:'" +
                                  std::string(200'000, 'a') + "b'},resources:[]";
    const char* const searches[] = {"indexOf(variables('text'), variables('needle'))",
                                    "lastIndexOf(variables('text'), variables('needle'))",
                                    "contains(variables('text'), variables('needle'))",
                                    "replace(variables('text'), variables('needle'), '')",
                                    "split(variables('text'), variables('needle'))"};
    for (const char* const search : searches) {
        EXPECT_EQ(code_of(output(search, variables)), "RehearsalLimitExceeded") << search;
    }
    EXPECT_EQ(
        code_of(output("map(range(0, 10000), lambda('i', length(variables('text'))))", variables)),
        "RehearsalLimitExceeded");
    EXPECT_EQ(code_of(output("map(range(0, 10000), lambda('i', length('" +
                             std::string(100'000, 'a') + "')))")),
              "RehearsalLimitExceeded");
}

/// Each of 400 waits for 400 others: what the answer lists would be far larger than the body.
TEST(DeploymentLimits, EverythingWaitsForEverything) {
    const std::string loop =
        "{type:'Microsoft.Network/routeTables',apiVersion:'1',name:'[concat(\\'";
    EXPECT_EQ(
        code_of(body_of("resources:[" + loop + "a\\', copyIndex())]',copy:{name:'a',count:400}}," +
                        loop + "b\\', copyIndex())]',copy:{name:'b',count:400},dependsOn:['a']}]")),
        "RehearsalLimitExceeded");
}

TEST(DeploymentLimits, FunctionsThatCallThemselvesEnd) {
    EXPECT_EQ(code_of(output("c.f('x')",
                             "resources:[],functions:[{namespace:'c',members:{f:{parameters:[{"
                             "name:'p',type:'string'}],output:{type:'string',value:"
                             "\"[c.f(parameters('p'))]\"}}}}]")),
              "RehearsalLimitExceeded");
}

TEST(DeploymentLimits, DeepExpressionsAreNotRead) {
    EXPECT_EQ(code_of(output(repeated("array(", 60) + "1" + repeated(")", 60))), "");
    EXPECT_EQ(code_of(output(repeated("array(", 3000) + "1" + repeated(")", 3000))),
              "InvalidTemplate");
    EXPECT_EQ(code_of(output("createObject('a', 1)" + repeated(".a", 100))), "InvalidTemplate");
}

TEST(DeploymentLimits, TooManyResourcesAreRefused) {
    const std::string one =
        "{type:'Microsoft.Network/routeTables',apiVersion:'1',name:'[concat(\\'a\\', "
        "copyIndex())]',copy:{name:'";
    EXPECT_EQ(code_of(body_of("resources:[" + one + "a',count:800}}]")), "");
    EXPECT_EQ(code_of(body_of("resources:[" + one + "a',count:800}}," + one + "b',count:1}}]")),
              "InvalidTemplate");
}

/// Compared member by member, and copied: neither looks through all members for each of them. The
/// output stops it before anything is written, and only where the objects are the same.
TEST(DeploymentLimits, WideObjectsEnd) {
    std::string up;
    std::string down;
    constexpr int kMembers = 20'000;
    for (int i = 0; i < kMembers; ++i) {
        up += "m" + std::to_string(i) + ":1,";
        down += "m" + std::to_string(kMembers - 1 - i) + ":1,";
    }
    const std::string resource =
        "{type:'Microsoft.Network/routeTables',apiVersion:'1',name:'[concat(\\'a\\', "
        "copyIndex())]',copy:{name:'l',count:40}," +
        up + "}";
    const std::string body =
        "{properties:{mode:'Incremental',parameters:{a:{value:{" + up + "}},b:{value:{" + down +
        "}}},template:{parameters:{a:{type:'object'},b:{type:'object'}},resources:[" + resource +
        "],outputs:{o:{type:'int',value:\"[if(equals(parameters('a'), parameters('b')), int('x'), "
        "1)]\"}}}}}";
    test::DeploymentWorld world;
    const auto out = test::carried_out(body, world);
    ASSERT_TRUE(out.contains("error"));
    EXPECT_EQ(out["error"]["code"], "InvalidTemplate");
    EXPECT_THAT(out["error"]["message"].get<std::string>(), testing::HasSubstr("'int'"));
}

/// Loops in loops of nested deployments, with every resource waiting for all the others.
TEST(DeploymentLimits, NestedLoopsEnd) {
    std::string inner =
        "{type:'Microsoft.Network/routeTables',apiVersion:'1',name:'[concat(\\'a\\'"
        ", copyIndex(\\'i\\'))]',copy:{name:'i',count:800}}";
    for (int i = 0; i < 4; ++i) {
        const std::string loop = "l" + std::to_string(i);
        inner =
            "{type:'Microsoft.Resources/deployments',apiVersion:'1',name:'[concat(\\'d\\', "
            "copyIndex(\\'" +
            loop + "\\'))]',copy:{name:'" + loop +
            "',count:800},properties:{mode:'Incremental',template:{resources:[" + inner + "]}}}";
    }
    EXPECT_EQ(code_of(body_of("resources:[" + inner + "]")), "RehearsalLimitExceeded");
}

/// What stands in a body once may be the name of all that it carries.
TEST(DeploymentLimits, LongNamesThatAreInheritedEnd) {
    const std::string wide(400'000, 'n');
    std::string children;
    for (int i = 0; i < 700; ++i) {
        children += "{type:'c',apiVersion:'1',name:'x" + std::to_string(i) + "'},";
    }
    EXPECT_EQ(code_of(body_of("resources:[{type:'Microsoft.A/b',apiVersion:'1',name:'" + wide +
                              "',resources:[" + children + "]}]")),
              "RehearsalLimitExceeded");
    EXPECT_EQ(code_of(body_of("resources:[{type:'Microsoft.A/" + wide +
                              "',apiVersion:'1',name:'x',resources:[" + children + "]}]")),
              "RehearsalLimitExceeded");
}

TEST(DeploymentLimits, SentencesAreBounded) {
    std::string properties;
    for (int i = 0; i < 600; ++i) {
        properties += "p" + std::to_string(i) + ":'[resourceGroup().tags.x]',";
    }
    test::DeploymentWorld world;
    const auto out = test::carried_out(
        body_of("resources:[{type:'Microsoft.Network/routeTables',apiVersion:'1',name:'a',"
                "properties:{" +
                properties + "}}]"),
        world);
    ASSERT_TRUE(out.contains("unknown")) << out.dump();
    EXPECT_EQ(world.written.at(0).unknown.size(), 600U);
    EXPECT_LE(out["unknown"].size(), 200U);
}

/// Any byte of a good template changed or left out: an answer, never a crash, nothing written where
/// there is a fault.
TEST(DeploymentLimits, DamagedTemplatesAreAnswered) {
    const std::filesystem::path folder =
        std::filesystem::path(ARMGATE_TEST_DATA) / "dryrun/deployments";
    const std::string bytes = "\"'[](){}0,.-\\\x80";
    for (const char* const name : {"conditions-and-functions.json", "loops.json"}) {
        const std::string good = test::text_of_file(folder / name);
        for (std::size_t at = 0; at < good.size(); at += 41) {
            std::string bad = good;
            bad[at] = bytes[at % bytes.size()];
            if (at % 2 == 0) bad.erase(at, 1 + at % 5);
            test::DeploymentWorld world;
            const auto out = test::carried_out(bad, world);
            EXPECT_EQ(out.contains("error"), !out.contains("resource"));
            EXPECT_TRUE(!out.contains("error") || world.written.empty());
        }
    }
}

}  // namespace
}  // namespace armgate::dryrun
