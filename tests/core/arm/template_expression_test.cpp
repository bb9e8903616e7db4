#include "core/arm/template_expression.hpp"

#include <string>

#include <gtest/gtest.h>

namespace armgate::arm {
namespace {

constexpr const char* kTemplate = R"({
  parameters: {
    name: {type: "string"}, count: {type: "int", defaultValue: 2}, on: {type: "bool"},
    linked: {type: "string"}, none: {type: "string"}, bracket: {type: "string"},
    other: {type: "string", defaultValue: "[concat(parameters('name'), '-x')]"},
    secret: {type: "secureString"}, secrets: {type: "SecureObject"}, untyped: {"$ref": "#/d"},
    list: {type: "array"}, object: {type: "object"}
  },
  variables: {
    plain: "v", joined: "[concat(variables('plain'), parameters('name'))]", escaped: "[[x]",
    loop: "[variables('loop')]", twice: "[concat(variables('twice'), variables('twice'))]",
    nested: {inner: "[parameters('name')]", deep: [1, {x: "y"}]}, hidden: "[parameters('secret')]"
  },
  given: {
    name: {value: "app"}, on: {value: false}, linked: {reference: {}},
    bracket: {value: "[concat('a')]"}, secret: {value: "s3cret"}, secrets: {value: {a: "s3cret"}},
    untyped: {value: "s3cret"}, list: {value: ["a", "b"]}, object: {value: {Key: "k"}}
  }
})";

std::string shown(const Evaluated& value) {
    switch (value.kind) {
        case Evaluated::Kind::unknown:
            return "?";
        case Evaluated::Kind::boolean:
            return value.boolean ? "true" : "false";
        case Evaluated::Kind::integer:
            return std::to_string(value.integer);
        case Evaluated::Kind::text:
            return "'" + std::string(value.text) + "'";
        case Evaluated::Kind::node:
            return std::string(value.node->source());
        case Evaluated::Kind::builtin:
            return "builtin";
    }
    return {};
}

std::string evaluated(const std::string& expression,
                      const std::vector<CopyStep>& copies = {},
                      bool blind = false) {
    const auto document = LenientJson::parse(kTemplate).value();
    std::string quoted = "\"";
    for (const char c : expression) {
        if (c == '"' || c == '\\') quoted.push_back('\\');
        quoted.push_back(c);
    }
    const std::string text = quoted + "\"";
    const auto value = LenientJson::parse(text).value();
    TemplateContext context;
    context.parameters = document.root().member("parameters");
    context.variables = document.root().member("variables");
    context.given = document.root().member("given");
    context.subscription = "sub";
    context.resource_group = "rg";
    context.copies = copies;
    context.blind = blind;
    base::TextStore texts;
    Evaluator evaluator(texts);
    return shown(evaluator.evaluate(value.root(), context));
}

TEST(TemplateExpression, EvaluatesWhatTheBodyTells) {
    const std::pair<const char*, const char*> table[] = {
        {"plain", "'plain'"},
        {"[[literal]", "'[literal]'"},
        {"[ 'it''s' ]", "'it's'"},
        {"[-3]", "-3"},
        {"[parameters('name')]", "'app'"},
        {"[ PARAMETERS( 'NAME' ) ]", "'app'"},
        {"[parameters('count')]", "2"},
        {"[parameters('on')]", "false"},
        {"[parameters('other')]", "'app-x'"},
        {"[variables('joined')]", "'vapp'"},
        {"[variables('escaped')]", "'[x]'"},
        {"[variables('nested').inner]", "'app'"},
        {"[variables('nested')['inner']]", "'app'"},
        {"[variables('nested').deep[1].x]", "'y'"},
        {"[variables('nested').deep]", "[1, {x: \"y\"}]"},
        {"[parameters('object').key]", "'k'"},
        {"[parameters('list')[1]]", "'b'"},
        {"[length(parameters('list'))]", "2"},
        {"[empty(parameters('list'))]", "false"},
        {"[empty('')]", "true"},
        {"[concat('a', 1, parameters('name'))]", "'a1app'"},
        {"[format('{0}-{1}-{0}', parameters('name'), 7)]", "'app-7-app'"},
        {"[concat('''', 'it''s', '')]", "''it's'"},
        {"[toLower('AbC')]", "'abc'"},
        {"[toUpper('AbC')]", "'ABC'"},
        {"[string(5)]", "'5'"},
        {"[equals('a', 'a')]", "true"},
        {"[equals('a', 'b')]", "false"},
        {"[equals(parameters('count'), 2)]", "true"},
        {"[equals(true(), false())]", "false"},
        {"[not(parameters('on'))]", "true"},
        {"[and(true(), parameters('on'))]", "false"},
        {"[and(parameters('on'), parameters('linked'))]", "false"},
        {"[or(parameters('linked'), true())]", "true"},
        {"[or(false(), false())]", "false"},
        {"[if(parameters('on'), 'a', 'b')]", "'b'"},
        {"[bool('False')]", "false"},
        {"[resourceGroup().name]", "'rg'"},
        {"[resourceGroup().id]", "'/subscriptions/sub/resourceGroups/rg'"},
        {"[subscription().subscriptionId]", "'sub'"},
        {"[resourceId('Microsoft.Web/sites', 'a')]",
         "'/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Web/sites/a'"},
        {"[resourceId('r', 'Microsoft.Web/sites/slots', 'a', 'b')]",
         "'/subscriptions/sub/resourceGroups/r/providers/Microsoft.Web/sites/a/slots/b'"},
        {"[resourceId('s', 'r', 'Microsoft.Web/sites', 'a')]",
         "'/subscriptions/s/resourceGroups/r/providers/Microsoft.Web/sites/a'"},
        {"[subscriptionResourceId('Microsoft.X/y', 'a')]",
         "'/subscriptions/sub/providers/Microsoft.X/y/a'"},
        {"[tenantResourceId('Microsoft.X/y', 'a')]", "'/providers/Microsoft.X/y/a'"},
        {"[extensionResourceId('/s', 'Microsoft.X/y', 'a')]", "'/s/providers/Microsoft.X/y/a'"},
    };
    for (const auto& [expression, want] : table) {
        SCOPED_TRACE(expression);
        EXPECT_EQ(evaluated(expression), want);
    }
}

TEST(TemplateExpression, ParametersAreRememberedButNotWithinLoops) {
    const auto document = LenientJson::parse(R"({parameters: {
        name: {type: "string", defaultValue: "app"},
        at: {type: "string", defaultValue: "[string(copyIndex())]"}
    }, asked: ["[parameters('name')]", "[parameters('at')]", "[parameters('NAME')]"]})")
                              .value();
    const JsonValue asked = *document.root().member("asked");
    TemplateContext context;
    context.parameters = document.root().member("parameters");
    base::TextStore texts;
    Evaluator evaluator(texts);
    const auto all = [&] {
        std::string out;
        for (const JsonValue each : asked) {
            out += shown(evaluator.evaluate(each, context)) + " ";
        }
        return out;
    };
    EXPECT_EQ(all(), "'app' ? 'app' ");
    EXPECT_EQ(all(), "'app' ? 'app' ");
    context.copies = {{"loop", 4}};
    EXPECT_EQ(all(), "'app' '4' 'app' ");
    context.copies.front().index = 5;
    EXPECT_EQ(all(), "'app' '5' 'app' ");
    context.copies.clear();
    EXPECT_EQ(all(), "'app' ? 'app' ");
}

/// Evaluated anew each time they would use up what one body may cost.
TEST(TemplateExpression, ParametersThatManyAskForAreReadOnce) {
    const std::string text = "{parameters:{long:{type:'string',defaultValue:'" +
                             std::string(1900, 'x') + "'}},asked:\"[parameters('long')]\"}";
    const auto document = LenientJson::parse(text).value();
    const JsonValue asked = *document.root().member("asked");
    TemplateContext context;
    context.parameters = document.root().member("parameters");
    base::TextStore texts;
    Evaluator evaluator(texts);
    for (int i = 0; i < 2000; ++i) {
        ASSERT_EQ(evaluator.evaluate(asked, context).text.size(), 1900U);
    }
    EXPECT_FALSE(evaluator.exhausted());
    context.known.clear();
    context.copies = {{"loop", 0}};  // where nothing is remembered
    for (int i = 0; i < 2000; ++i) static_cast<void>(evaluator.evaluate(asked, context));
    EXPECT_TRUE(evaluator.exhausted());
}

TEST(TemplateExpression, NeverGuesses) {
    for (const char* expression : {"[parameters('linked')]",
                                   "[parameters('none')]",
                                   "[parameters('missing')]",
                                   "[parameters('bracket')]",
                                   "[parameters('secret')]",
                                   "[parameters('secrets').a]",
                                   "[parameters('untyped')]",
                                   "[variables('hidden')]",
                                   "[concat(parameters('secret'))]",
                                   "[variables('missing')]",
                                   "[variables('loop')]",
                                   "[parameters(1)]",
                                   "[parameters()]",
                                   "[uniqueString('a')]",
                                   "[guid('a')]",
                                   "[utcNow()]",
                                   "[reference('a').b]",
                                   "[contoso.name('a')]",
                                   "[equals('a', 1)]",
                                   "[equals('a', 'A')]",
                                   "[equals('a')]",
                                   "[not('true')]",
                                   "[and(true(), parameters('linked'))]",
                                   "[and(true())]",
                                   "[if(parameters('linked'), 'a', 'b')]",
                                   "[concat('a', parameters('linked'))]",
                                   "[concat('a', true())]",
                                   "[concat()]",
                                   "[format('{0:D2}', 1)]",
                                   "[format('{1}', 1)]",
                                   "[format('{{0}}', 1)]",
                                   "[format('{0', 1)]",
                                   "[format('a}', 1)]",
                                   "[toLower('\xC3\x89')]",
                                   "[parameters('list')[9]]",
                                   "[parameters('list').x]",
                                   "[copyIndex()]",
                                   "[resourceGroup().location]",
                                   "[resourceGroup()",
                                   "[resourceGroup().tags.a]",
                                   "[resourceId('Microsoft.Web/sites', 'a', 'b')]",
                                   "[resourceId('a')]",
                                   "[deployment().name]",
                                   "[]",
                                   "[ ]",
                                   "['a]",
                                   "['a' 'b']",
                                   "[concat('a',)]",
                                   "[concat('a']",
                                   "[concat('a'))]",
                                   "[a]",
                                   "[1.5]",
                                   "[99999999999999999999]",
                                   "['a'].b",
                                   "[('a')]"}) {
        SCOPED_TRACE(expression);
        const std::string got = evaluated(expression);
        EXPECT_TRUE(got == "?" || got == "'" + std::string(expression) + "'" || got == "builtin")
            << got;
    }
    EXPECT_EQ(evaluated("[parameters('name')]", {}, true), "?");
    EXPECT_EQ(evaluated("plain", {}, true), "?");
}

TEST(TemplateExpression, CopyIndexIsThatOfItsLoop) {
    EXPECT_EQ(evaluated("[copyIndex()]", {{"a", 3}}), "3");
    EXPECT_EQ(evaluated("[copyIndex(1)]", {{"a", 3}}), "4");
    EXPECT_EQ(evaluated("[copyIndex('A', 10)]", {{"a", 3}}), "13");
    EXPECT_EQ(evaluated("[copyIndex('b')]", {{"a", 3}, {"b", 5}}), "5");
    EXPECT_EQ(evaluated("[copyIndex()]", {{"a", 3}, {"b", 5}}), "?");
    EXPECT_EQ(evaluated("[copyIndex()]", {{"a", -1}}), "?");
    EXPECT_EQ(evaluated("[copyIndex('c')]", {{"a", 3}}), "?");
}

TEST(TemplateExpression, WorkIsBounded) {
    EXPECT_EQ(evaluated("[variables('twice')]"), "?");
    EXPECT_EQ(evaluated("[" + std::string(5000, '(')), "'[" + std::string(5000, '(') + "'");
    std::string deep = "'a'";
    for (int i = 0; i < 200; ++i) deep = "concat(" + deep + ")";
    EXPECT_EQ(evaluated("[" + deep + "]"), "?");
    std::string wide = "concat('" + std::string(1500, 'a') + "'";
    for (int i = 0; i < 20; ++i) wide += ",'" + std::string(1500, 'a') + "'";
    EXPECT_EQ(evaluated("[" + wide + ")]"), "?");
}

}  // namespace
}  // namespace armgate::arm
