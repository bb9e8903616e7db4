#include "core/dryrun/deployment.hpp"

#include "support/deployment_case.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace armgate::dryrun {
namespace {

using nlohmann::ordered_json;

const std::filesystem::path kCases =
    std::filesystem::path(ARMGATE_TEST_DATA) / "dryrun/deployments";

std::vector<std::filesystem::path> cases() {
    std::vector<std::filesystem::path> out;
    for (const auto& entry : std::filesystem::directory_iterator(kCases)) {
        if (entry.path().stem().extension().empty()) out.push_back(entry.path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

ordered_json carried_out(const std::filesystem::path& path) {
    auto world = test::world_of(std::filesystem::path(path).replace_extension(".world.json"));
    return test::carried_out(test::text_of_file(path), world);
}

/// A template of these members, in a body as clients send it.
std::string body_of(const std::string& members, const std::string& given = "{}") {
    return "{properties:{mode:'Incremental',parameters:" + given + ",template:{" + members + "}}}";
}

ordered_json carried_out_text(const std::string& body) {
    test::DeploymentWorld world;
    return test::carried_out(body, world);
}

/// The fault's message; empty where there is none.
std::string fault_of(const std::string& body) {
    const auto out = carried_out_text(body);
    return out.contains("error") ? out["error"]["message"].get<std::string>() : std::string();
}

/// `name of every written resource`, in order.
std::string written(const ordered_json& out) {
    std::string names;
    for (const auto& resource : out.value("written", ordered_json::array())) {
        names += (names.empty() ? "" : " ") + resource["name"].get<std::string>();
    }
    return names;
}

std::string table(const std::string& name, const std::string& more) {
    return "{type:'Microsoft.Network/routeTables',apiVersion:'2023-04-01',name:'" + name + "'" +
           (more.empty() ? "" : "," + more) + "}";
}

TEST(Deployment, WholeTemplatesGiveWhatIsWrittenDown) {
    ASSERT_GE(cases().size(), 8U);
    for (const auto& path : cases()) {
        SCOPED_TRACE(path.filename());
        const auto want = ordered_json::parse(
            test::text_of_file(std::filesystem::path(path).replace_extension(".expected.json")));
        EXPECT_EQ(carried_out(path).dump(2), want.dump(2));
    }
}

TEST(Deployment, TheSameTwiceGivesTheSame) {
    for (const auto& path : cases()) {
        SCOPED_TRACE(path.filename());
        EXPECT_EQ(carried_out(path).dump(), carried_out(path).dump());
    }
}

TEST(Deployment, ABodyThatArmWouldNotTakeIsRefusedInItsWords) {
    const std::pair<const char*, const char*> bodies[] = {
        {"", "InvalidRequestContent"},
        {"{", "InvalidRequestContent"},
        {"[]", "InvalidRequestContent"},
        {"{}", "InvalidRequestContent"},
        {"{properties:[]}", "InvalidRequestContent"},
        {"{properties:{template:{resources:[]}}}", "InvalidRequestContent"},
        {"{properties:{mode:'Other',template:{resources:[]}}}", "InvalidRequestContent"},
        {"{properties:{mode:'Incremental'}}", "InvalidRequestContent"},
        {"{properties:{mode:'Incremental',template:'x'}}", "InvalidRequestContent"}};
    for (const auto& [body, code] : bodies) {
        SCOPED_TRACE(body);
        const auto out = carried_out_text(body);
        ASSERT_TRUE(out.contains("error"));
        EXPECT_EQ(out["error"]["code"], code);
        EXPECT_TRUE(out["targets"].empty());
    }
    EXPECT_EQ(fault_of("{properties:{template:{resources:[]}}}"),
              "The request content was invalid and could not be deserialized: 'Required property "
              "'mode' not found in JSON. Path 'properties'.'.");
}

TEST(Deployment, ParametersAreCheckedAgainstTheirDeclaration) {
    struct Case {
        const char* declared;
        const char* given;
        const char* want;  ///< part of the message; empty: taken
    };
    const Case rows[] = {
        {"p:{type:'string'}", "{}", "template parameter 'p' is not provided"},
        {"p:{type:'string',defaultValue:'x'}", "{}", ""},
        {"p:{type:'string',nullable:true}", "{}", ""},
        {"p:{type:'string',nullable:true}", "{p:{value:null}}", ""},
        {"p:{type:'string'}", "{P:{value:'x'}}", ""},
        {"p:{type:'string'}", "{p:{value:'x'},q:{value:1}}",
         "do not correspond to any parameters defined in the template: 'q'. The parameters defined "
         "in the template are: 'p'"},
        {"p:{type:'string'}", "{p:{value:5}}",
         "Expected a value of type 'String, Uri', but received a value of type 'Integer'"},
        {"p:{type:'secureString'}", "{p:{value:{}}}", "received a value of type 'Object'"},
        {"p:{type:'int'}", "{p:{value:'5'}}", "Expected a value of type 'Integer'"},
        {"p:{type:'bool'}", "{p:{value:'true'}}", "Expected a value of type 'Boolean'"},
        {"p:{type:'object'}", "{p:{value:[]}}", "Expected a value of type 'Object'"},
        {"p:{type:'array'}", "{p:{value:null}}", "received a value of type 'Null'"},
        {"p:{type:'string',allowedValues:['a','b']}", "{p:{value:'A'}}", ""},
        {"p:{type:'string',allowedValues:['a','b']}", "{p:{value:'c'}}",
         "not part of the allowed value(s): 'a,b'"},
        {"p:{type:'array',allowedValues:['a','b']}", "{p:{value:['b','a']}}", ""},
        {"p:{type:'string',minLength:3}", "{p:{value:'ab'}}", "greater than or equal to '3'"},
        {"p:{type:'string',maxLength:3}", "{p:{value:'abcd'}}", "less than or equal to '3'"},
        {"p:{type:'array',minLength:1}", "{p:{value:[]}}", "greater than or equal to '1'"},
        {"p:{type:'int',minValue:3,maxValue:5}", "{p:{value:2}}", "greater than or equal to '3'"},
        {"p:{type:'int',minValue:3,maxValue:5}", "{p:{value:6}}", "less than or equal to '5'"},
        {"p:{type:'int',minValue:3,maxValue:5}", "{p:{value:4}}", ""},
        {"p:{type:'string',defaultValue:'[parameters(''q'')]'},q:{type:'string',defaultValue:"
         "'[parameters(''p'')]'}",
         "{}", "refers to itself"},
        {"p:{type:'string'}", "{p:{value:'[not(evaluated)]'}}", ""}};
    for (const Case& c : rows) {
        SCOPED_TRACE(std::string(c.declared) + " <- " + c.given);
        std::string declared(c.declared);  // quotes within quotes: as JSON wants them
        for (std::size_t at = 0; (at = declared.find("''", at)) != std::string::npos;) {
            declared.replace(at, 2, "\\'");
        }
        const std::string message =
            fault_of(body_of("parameters:{" + declared + "},resources:[]", c.given));
        if (*c.want == '\0') {
            EXPECT_EQ(message, "");
        } else {
            EXPECT_NE(message.find(c.want), std::string::npos) << message;
        }
    }
}

TEST(Deployment, NoMessageHoldsAValueThatWasGiven) {
    const std::string message = fault_of(body_of(
        "parameters:{p:{type:'securestring',minLength:30}},resources:[]", "{p:{value:'hunter2'}}"));
    EXPECT_NE(message, "");
    EXPECT_EQ(message.find("hunter2"), std::string::npos);
}

TEST(Deployment, AFaultInATemplateIsFoundBeforeAnythingIsWritten) {
    const std::pair<std::string, const char*> rows[] = {
        {"resources:[" + table("a", "dependsOn:['missing']") + "]",
         "The resource 'missing' is not defined in the template"},
        {"resources:[" + table("a", "") + "," + table("A", "") + "]",
         "is defined multiple times in a template"},
        {"resources:[" + table("a/b", "") + "]", "has incorrect segment lengths"},
        {"resources:[" + table("a", "dependsOn:['a']") + "]", "Circular dependency detected"},
        {"resources:[" + table("a", "") + "," + table("b", "properties:{x:'[variables(1)]'}") + "]",
         "Unable to evaluate template language function 'variables'"},
        {"resources:[" + table("a", "") + "," + table("b", "properties:{x:'[concat(]'}") + "]",
         "The language expression cannot be parsed"},
        {"resources:[" + table("[reference(\\'x\\')]", "") + "]",
         "The template function 'reference' is not expected at this location"},
        {"resources:[" + table("[copyIndex()]", "") + "]", "'copyIndex' is not expected"},
        {"resources:[" + table("a", "copy:{name:'l',count:-1}") + "]", "copy count '-1'"},
        {"resources:[" + table("a", "copy:{name:'l',count:801}") + "]", "copy count '801'"},
        {"resources:[" + table("a", "condition:'yes'") + "]", "must be a boolean"},
        {"variables:{a:'[variables(\\'b\\')]',b:'[variables(\\'a\\')]'},resources:[" +
             table("a", "properties:{x:'[variables(\\'a\\')]'}") + "]",
         "The template variable 'a' refers to itself"},
        {"resources:[],outputs:{o:{type:'string',value:'[parameters(\\'none\\')]'}}",
         "The template output 'o' is not valid: The template parameter 'none' is not found"},
        {"resources:[],outputs:{o:{type:'string',value:'[deployment().name.x]'}}", ""},
        {"variables:{v:{a:1}},resources:[],outputs:{o:{type:'int',value:'[variables(\\'v\\').b]'}}",
         "The language expression property 'b' doesn't exist, available properties are 'a'"}};
    for (const auto& [members, want] : rows) {
        SCOPED_TRACE(members);
        const auto out = carried_out_text(body_of(members));
        const std::string message =
            out.contains("error") ? out["error"]["message"].get<std::string>() : "";
        if (*want == '\0') {
            EXPECT_EQ(message, "");
            continue;
        }
        EXPECT_NE(message.find(want), std::string::npos) << message;
        EXPECT_EQ(out["error"]["code"], "InvalidTemplate");
        test::DeploymentWorld world;
        static_cast<void>(test::carried_out(body_of(members), world));
        EXPECT_TRUE(world.written.empty());
    }
}

TEST(Deployment, ResourcesComeAfterWhatTheyWaitFor) {
    const std::pair<std::string, const char*> rows[] = {
        {table("c", "") + "," + table("b", "") + "," + table("a", ""), "c b a"},
        {table("c", "dependsOn:['b']") + "," + table("b", "dependsOn:['a']") + "," + table("a", ""),
         "a b c"},
        {table("b", "dependsOn:['Microsoft.Network/routetables/A']") + "," + table("a", ""), "a b"},
        {table("b", "dependsOn:['[resourceId(\\'Microsoft.Network/routeTables\\',\\'a\\')]']") +
             "," + table("a", ""),
         "a b"},
        {table("b", "properties:{x:'[reference(\\'a\\').y]'}") + "," +
             table("a", "properties:{y:1}"),
         "a b"},
        {table("b", "properties:{x:'[listKeys(\\'a\\',\\'1\\')]'}") + "," + table("a", ""), "a b"},
        // Ids do not bind as names do: this is no circle.
        {table("b",
               "properties:{x:'[reference(resourceId(\\'Microsoft.Network/routeTables\\',\\'a\\'))"
               ".y]'}") +
             "," + table("a", "dependsOn:['b']"),
         "b a"}};
    for (const auto& [resources, want] : rows) {
        SCOPED_TRACE(resources);
        EXPECT_EQ(written(carried_out_text(body_of("resources:[" + resources + "]"))), want);
    }
}

TEST(Deployment, AReferenceThatLacksAPropertyIsNotKnownRatherThanAFault) {
    const auto out = carried_out_text(body_of(
        "resources:[" + table("a", "properties:{y:1}") + "," +
        table("b",
              "properties:{x:'[reference(\\'a\\').z.w]',y:'[concat(reference(\\'a\\').y, 1)]',"
              "w:'[split(reference(\\'a\\').y, 1)]'}") +
        "]"));
    ASSERT_FALSE(out.contains("error")) << out.dump();
    EXPECT_EQ(out["written"][1]["body"]["properties"]["y"], "11");
    EXPECT_EQ(out["written"][1]["unknown"], ordered_json({"properties.x", "properties.w"}));
    EXPECT_EQ(out["written"][1]["body"]["properties"]["x"], "[reference('a').z.w]");
}

/// ARM would stop there; what follows is worth rehearsing all the same.
TEST(Deployment, AFaultThatShowsOnlyWhenWritingLeavesOutItsResourceAndIsTold) {
    const auto out = carried_out_text(
        body_of("resources:[" + table("a", "properties:{n:1}") +
                ",{type:'Microsoft.Resources/deployments',apiVersion:'1',name:'d',properties:{mode:"
                "'Incremental',expressionEvaluationOptions:{scope:'inner'},parameters:{p:{value:"
                "'[reference(\\'a\\').n]'}},template:{parameters:{p:{type:'string'}},resources:[" +
                table("[parameters(\\'p\\')]", "") + "]}}}," +
                table("loops",
                      "dependsOn:['a'],properties:{copy:[{name:'x',count:'[sub(0,reference(\\'a\\')"
                      ".n)]',input:1}]}") +
                "," + table("z", "") + "]"));
    ASSERT_FALSE(out.contains("error")) << out.dump();
    EXPECT_EQ(written(out), "a d z");
    const std::string told = out["unknown"].dump();
    EXPECT_NE(told.find("Expected a value of type 'String, Uri'"), std::string::npos) << told;
    EXPECT_NE(told.find("copy count '-1'"), std::string::npos) << told;
}

TEST(Deployment, WhatIsNotKnownInAWrittenResourceIsNotKnownToWhatRefersToIt) {
    const auto out = carried_out_text(body_of(
        "resources:[" + table("a", "properties:{y:'[pickZones(\\'a\\',\\'b\\',\\'c\\')]'}") + "," +
        table("b", "properties:{x:'[reference(\\'a\\').y]'}") + "]"));
    EXPECT_EQ(out["written"][1]["unknown"], ordered_json({"properties.x"}));
}

TEST(Deployment, ParametersThatAreLinkedAreNotKnown) {
    const auto out = carried_out_text(
        "{properties:{mode:'Incremental',parametersLink:{uri:'https://example.invalid/p.json'},"
        "template:{parameters:{p:{type:'string'},q:{type:'string',defaultValue:'d'}},resources:[" +
        table("a", "properties:{p:'[parameters(\\'p\\')]',q:'[parameters(\\'q\\')]'}") + "," +
        table("[parameters(\\'p\\')]", "") + "]}}}");
    ASSERT_FALSE(out.contains("error")) << out.dump();
    EXPECT_EQ(written(out), "a");
    EXPECT_EQ(out["written"][0]["unknown"], ordered_json({"properties.p", "properties.q"}));
}

TEST(Deployment, AtTenantAndManagementGroupIdsAreOfThatLevel) {
    const std::pair<const char*, const char*> rows[] = {
        {"/providers/Microsoft.Management/managementGroups/mg",
         "/providers/Microsoft.Management/managementGroups/mg/providers/"
         "Microsoft.Authorization/policyDefinitions/p"},
        {"", "/providers/Microsoft.Authorization/policyDefinitions/p"},
        {"/subscriptions/s",
         "/subscriptions/s/providers/Microsoft.Authorization/policyDefinitions/p"}};
    for (const auto& [scope, want] : rows) {
        SCOPED_TRACE(scope);
        const std::string id = std::string(scope) + "/providers/Microsoft.Resources/deployments/d";
        const std::string body = body_of(
            "resources:[{type:'Microsoft.Authorization/policyDefinitions',apiVersion:'2021-06-01',"
            "name:'p',properties:{}}]");
        Deployment deployment;
        deployment.id = id;
        deployment.body = body;
        test::DeploymentWorld world;
        ASSERT_TRUE(carry_out(deployment, test::template_rules(), world).has_value());
        ASSERT_EQ(world.written.size(), 1U);
        EXPECT_EQ(world.written[0].id, want);
    }
}

}  // namespace
}  // namespace armgate::dryrun
