#include "support/template_values.hpp"

#include <string>

#include <gtest/gtest.h>

namespace armgate::dryrun::language {
namespace {

struct Case {
    const char* expression;
    const char* want;  ///< JSON, `?` for not known, `!` for a fault
};

void check(std::initializer_list<Case> cases) {
    for (const Case& c : cases) {
        SCOPED_TRACE(c.expression);
        const std::string got = test::evaluated(c.expression);
        if (std::string_view(c.want) == "!") {
            EXPECT_EQ(got.substr(0, 1), "!") << got;
        } else {
            EXPECT_EQ(got, c.want);
        }
    }
}

TEST(TemplateFunctions, OfText) {
    check({{"concat('a', 'b')", R"("ab")"},
           {"concat('a', 1, true())", R"("a1True")"},
           {"concat(createArray(1), createArray('x', 2))", R"([1,"x",2])"},
           {"concat(createArray(1), 'x')", "!"},
           {"concat()", "!"},
           {"format('{0}-{1}', 'a', 7)", R"("a-7")"},
           {"format('{0:D3}|{1,5}|{2,-3}|', 7, 'ab', 'c')", R"("007|   ab|c  |")"},
           {"format('{{{0}}}', 'x')", R"("{x}")"},
           {"format('{0:X} {1:x4} {2:N0} {3:00}', 255, 255, 1234567, 5)",
            R"("FF 00ff 1,234,567 05")"},
           {"format('{0}', true())", R"("True")"},
           {"format('{0}', createObject('a', 1))", R"("{\"a\":1}")"},
           {"format('{1}', 'x')", "?"},
           {"format('{0:R}', 1)", "?"},
           {"toLower('ABC')", R"("abc")"},
           {"ToUpper('abc')", R"("ABC")"},
           {"trim('  a b\t')", R"("a b")"},
           {"substring('storage', 3)", R"("rage")"},
           {"substring('storage', 3, 2)", R"("ra")"},
           {"substring('storage', 7)", R"("")"},
           {"substring('storage', 5, 3)", "!"},
           {"substring('storage', -1)", "!"},
           {"substring('\xC3\xA4\xC3\xB6\xC3\xBC', 1, 1)", "\"\xC3\xB6\""},
           {"replace('a-b-c', '-', '')", R"("abc")"},
           {"replace('aaa', 'aa', 'b')", R"("ba")"},
           {"replace('a', '', 'b')", "!"},
           {"split('a,b;c', ',')", R"(["a","b;c"])"},
           {"split('a,b;c', createArray(',', ';'))", R"(["a","b","c"])"},
           {"split('', ',')", R"([""])"},
           {"split('a', '')", R"(["a"])"},
           {"join(createArray('a', 'b', 3), '-')", R"("a-b-3")"},
           {"join(createArray(), '-')", R"("")"},
           {"padLeft('7', 3, '0')", R"("007")"},
           {"padLeft(7, 3)", R"("  7")"},
           {"padLeft('abcd', 3, '0')", R"("abcd")"},
           {"padLeft('7', 3, 'ab')", "!"},
           {"startsWith('Storage', 'sto')", "true"},
           {"startsWith('s', 'sto')", "false"},
           {"endsWith('Storage', 'AGE')", "true"},
           {"indexOf('storage', 'RAG')", "3"},
           {"indexOf('storage', 'x')", "-1"},
           {"indexOf(createArray('a', 'b', 'a'), 'a')", "0"},
           {"lastIndexOf('abcabc', 'B')", "4"},
           {"lastIndexOf(createArray('a', 'b', 'a'), 'a')", "2"},
           {"string(createObject('a', createArray(1, 'x')))", R"("{\"a\":[1,\"x\"]}")"},
           {"string(12)", R"("12")"},
           {"string(true())", R"("True")"},
           {"string('it''s')", R"("it's")"}});
}

TEST(TemplateFunctions, ThatConvert) {
    check({{"int('4')", "4"},
           {"int(' -4 ')", "-4"},
           {"int('4x')", "!"},
           {"int('')", "!"},
           {"float('1.5')", "1.5"},
           {"float(2)", "2.0"},
           {"float('nan')", "!"},
           {"bool('True')", "true"},
           {"bool(0)", "false"},
           {"bool('yes')", "!"},
           {"json('{\"a\": [1, null, 1.5]}')", R"({"a":[1,null,1.5]})"},
           {"json('null')", "null"},
           {"json('{')", "!"},
           {"null()", "null"},
           {"base64('one, two, three')", R"("b25lLCB0d28sIHRocmVl")"},
           {"base64ToString('b25lLCB0d28sIHRocmVl')", R"("one, two, three")"},
           {"base64ToString('%')", "!"},
           {"base64ToJson(base64('{\"one\":\"a\"}')).one", R"("a")"},
           {"dataUri('Hello')", R"("data:text/plain;charset=utf8;base64,SGVsbG8=")"},
           {"dataUriToString('data:;base64,SGVsbG8sIFdvcmxkIQ==')", R"("Hello, World!")"},
           {"dataUriToString('data:,a%20b')", R"("a b")"},
           {"uri('http://contoso.org/firstpath/', 'myscript.sh')",
            R"("http://contoso.org/firstpath/myscript.sh")"},
           {"uri('http://contoso.org/firstpath/azuredeploy.json', 'myscript.sh')",
            R"("http://contoso.org/firstpath/myscript.sh")"},
           {"uri('http://contoso.org/firstpath/', '/myscript.sh')",
            R"("http://contoso.org/firstpath/myscript.sh")"},
           {"uri('http://contoso.org', 'a')", R"("http://contoso.org/a")"},
           {"uriComponent('http://contoso.com/resources/nested/azuredeploy.json')",
            R"("http%3A%2F%2Fcontoso.com%2Fresources%2Fnested%2Fazuredeploy.json")"},
           {"uriComponentToString('http%3A%2F%2Fcontoso.com')", R"("http://contoso.com")"},
           {"uriComponentToString('%4')", "!"}});
}

/// The vectors of azapi, of JasonWhall/go-azure-uniquestring and of what users were answered.
TEST(TemplateFunctions, OfHashes) {
    check({{"uniqueString('tyeth')", R"("zcztcwvu6iyg6")"},
           {"uniqueString('hello', 'world')", R"("a7wkljktk6wne")"},
           {"uniqueString('/subscriptions/3c7f956b-55ee-4686-9d30-da1eb631dc59/resourceGroups/"
            "rg-devopsshieldek010dev')",
            R"("fd63l2gacbtca")"},
           {"uniqueString('/subscriptions/00000000-0000-0000-0000-000000000000', 'resource-id')",
            R"("cwvxuqg24sifi")"},
           {"uniqueString('')", R"("aaaaaaaaaaaaa")"},
           {"uniqueString(1)", "!"},
           {"uniqueString()", "!"},
           {"guid('tyeth')", R"("e90b7651-df0d-5b20-9717-94a3b547eefd")"},
           {"guid('')", R"("e655a85f-3ab2-5e4a-9666-569aa72a5a10")"},
           {"equals(guid('a', 'b'), guid('a-b'))", "true"},
           {"length(newGuid())", "36"},
           {"equals(newGuid(), newGuid())", "false"}});
}

TEST(TemplateFunctions, OfNumbersAndLogic) {
    check({{"add(5, -3)", "2"},
           {"sub(3, 5)", "-2"},
           {"mul(5, 3)", "15"},
           {"div(8, 3)", "2"},
           {"div(-8, 3)", "-2"},
           {"div(1, 0)", "!"},
           {"mod(7, 3)", "1"},
           {"mod(7, 0)", "!"},
           {"add(9223372036854775807, 1)", "!"},
           {"mul(9223372036854775807, 2)", "!"},
           {"div(-9223372036854775808, -1)", "!"},
           {"min(3, 1, 2)", "1"},
           {"max(createArray(3, 1))", "3"},
           {"max(createArray())", "!"},
           {"equals('a', 'A')", "false"},
           {"equals(createObject('a', 1, 'b', 2), createObject('b', 2, 'a', 1))", "true"},
           {"equals(createArray(1, 2), createArray(2, 1))", "false"},
           {"equals(null(), null())", "true"},
           {"less(1, 2)", "true"},
           {"lessOrEquals(2, 2)", "true"},
           {"greater('b', 'a')", "true"},
           {"greaterOrEquals(1, 2)", "false"},
           {"less(1, 'a')", "!"},
           {"not(false())", "true"},
           {"not('x')", "!"},
           {"and(true(), false())", "false"},
           {"and(true(), true(), true())", "true"},
           {"or(false(), true())", "true"},
           {"or(false(), 1)", "!"},
           {"and(false(), pickZones('a', 'b', 'c'))", "false"},
           {"and(pickZones('a', 'b', 'c'), false())", "false"},
           {"or(pickZones('a', 'b', 'c'), false())", "?"},
           {"if(true(), 1, int('x'))", "1"},
           {"if(false(), int('x'), 2)", "2"},
           {"if(1, 1, 2)", "!"},
           {"if(true(), 1)", "!"},
           {"coalesce(null(), null(), 'x', int('x'))", R"("x")"},
           {"coalesce(null())", "null"},
           {"parseCidr('10.144.0.0/20').lastUsable", R"("10.144.15.254")"},
           {"cidrSubnet('10.144.0.0/20', 24, 2)", R"("10.144.2.0/24")"},
           {"cidrSubnet('10.144.0.0/20', 24, 16)", "!"},
           {"cidrHost('10.144.3.0/24', 0)", R"("10.144.3.1")"},
           {"cidrSubnet('fd00::/48', 64, 0)", "?"}});
}

TEST(TemplateFunctions, OfArraysAndObjects) {
    check(
        {{"array('a')", R"(["a"])"},
         {"array(createObject('a', 1))", R"([{"a":1}])"},
         {"array(createArray(1))", "[1]"},
         {"createObject('a', 1, 'b', 'c')", R"({"a":1,"b":"c"})"},
         {"createObject('a')", "!"},
         {"createObject(1, 2)", "!"},
         {"contains('OneTwoThree', 'e')", "true"},
         {"contains('OneTwoThree', 'z')", "false"},
         {"contains(createArray('a', 2), 2)", "true"},
         {"contains(createObject('Key', 1), 'key')", "true"},
         {"contains(createArray('a', pickZones('a', 'b', 'c')), 'a')", "true"},
         {"contains(createArray('a', pickZones('a', 'b', 'c')), 'b')", "?"},
         {"empty('')", "true"},
         {"empty(createArray())", "true"},
         {"empty(createObject('a', 1))", "false"},
         {"empty(null())", "true"},
         {"empty(1)", "!"},
         {"length('abc')", "3"},
         {"length('\xF0\x9F\x98\x80')", "2"},
         {"length(createArray(1, 2))", "2"},
         {"length(createObject('a', 1))", "1"},
         {"first('abc')", R"("a")"},
         {"first(createArray(1, 2))", "1"},
         {"first(createArray())", "null"},
         {"last(createArray(1, 2))", "2"},
         {"last('')", R"("")"},
         {"skip(createArray(1, 2, 3), 2)", "[3]"},
         {"skip('abc', 5)", R"("")"},
         {"take(createArray(1, 2, 3), 2)", "[1,2]"},
         {"take('abc', -1)", R"("")"},
         {"union(createArray(1, 2), createArray(2, 3))", "[1,2,3]"},
         {"union(createObject('a', createObject('x', 1)), "
          "createObject('a', createObject('y', 2), 'b', 3))",
          R"({"a":{"x":1,"y":2},"b":3})"},
         {"union(createArray(1), createObject())", "!"},
         {"shallowMerge(createArray(createObject('a', createObject('x', 1)), "
          "createObject('a', createObject('y', 2))))",
          R"({"a":{"y":2}})"},
         {"intersection(createArray(1, 2, 3), createArray(3, 2))", "[2,3]"},
         {"intersection(createObject('a', 1, 'b', 2), createObject('b', 2, 'a', 3))", R"({"b":2})"},
         {"range(3, 4)", "[3,4,5,6]"},
         {"range(0, 0)", "[]"},
         {"range(0, 10001)", "!"},
         {"items(createObject('b', 1, 'A', 2))",
          R"([{"key":"A","value":2},{"key":"b","value":1}])"},
         {"objectKeys(createObject('b', 1, 'A', 2))", R"(["A","b"])"},
         {"flatten(createArray(createArray(1), createArray(2, createArray(3))))", "[1,2,[3]]"},
         {"flatten(createArray(1))", "!"},
         {"indexFromEnd(createArray(1, 2, 3), 1)", "3"},
         {"createArray(1, 2)[1]", "2"},
         {"createArray(1, 2)[2]", "!"},
         {"createObject('Aa', createArray(createObject('b', 5))).aA[0].b", "5"},
         {"createObject('a', 1)['a']", "1"},
         {"createObject('a', 1).b", "!"},
         {"tryGet(createObject('a', 1), 'b')", "null"},
         {"tryGet(createObject('a', createArray(7)), 'a', 0)", "7"},
         {"tryGet(createArray(1), 4)", "null"}});
}

TEST(TemplateFunctions, WithLambdas) {
    check({{"map(createArray(1, 2), lambda('x', mul(lambdaVariables('x'), 2)))", "[2,4]"},
           {"map(createArray('a', 'b'), lambda('x', 'i', format('{0}{1}', lambdaVariables('x'), "
            "lambdaVariables('i'))))",
            R"(["a0","b1"])"},
           {"filter(range(0, 5), lambda('x', greater(lambdaVariables('x'), 2)))", "[3,4]"},
           {"filter(range(0, 5), lambda('x', 1))", "!"},
           {"reduce(range(1, 4), 0, lambda('sum', 'x', add(lambdaVariables('sum'), "
            "lambdaVariables('x'))))",
            "10"},
           {"sort(createArray(3, 1, 2), lambda('a', 'b', less(lambdaVariables('a'), "
            "lambdaVariables('b'))))",
            "[1,2,3]"},
           {"toObject(createArray('a', 'b'), lambda('x', lambdaVariables('x')), lambda('x', "
            "length(lambdaVariables('x'))))",
            R"({"a":1,"b":1})"},
           {"groupBy(createArray('a', 'bb', 'c'), lambda('x', string(length("
            "lambdaVariables('x')))))",
            R"({"1":["a","c"],"2":["bb"]})"},
           {"mapValues(createObject('a', 1), lambda('x', add(lambdaVariables('x'), 1)))",
            R"({"a":2})"},
           {"map(createArray(1), lambda('x', map(createArray(2), lambda('y', "
            "add(lambdaVariables('x'), lambdaVariables('y'))))))",
            "[[3]]"},
           {"map(createArray(1), lambda('x', lambdaVariables('y')))", "!"},
           {"map(createArray(1), 5)", "!"},
           {"lambdaVariables('x')", "!"}});
}

TEST(TemplateFunctions, OfDates) {
    check({{"utcNow()", R"("20261124T100509Z")"},
           {"utcNow('d')", R"("11/24/2026")"},
           {"utcNow('yyyy-MM-dd HH:mm:ss.fff')", R"("2026-11-24 10:05:09.123")"},
           {"utcNow('M d')", R"("11 24")"},
           {"utcNow('ddd, dd MMM yy h:m:s tt')", R"("Tue, 24 Nov 26 10:5:9 AM")"},
           {"utcNow('u')", R"("2026-11-24 10:05:09Z")"},
           {"utcNow('yyyy''T''')", R"("2026T")"},
           {"utcNow('Q')", "?"},
           {"dateTimeAdd('2020-04-07 14:53:14Z', 'P3Y')", R"("4/7/2023 2:53:14 PM")"},
           {"dateTimeAdd('2020-04-07 14:53:14Z', '-P9D', 'u')", R"("2020-03-29 14:53:14Z")"},
           {"dateTimeAdd('20200131T000000Z', 'P1M', 'yyyy-MM-dd')", R"("2020-02-29")"},
           {"dateTimeAdd('2020-04-07T14:53:14Z', 'PT1H30M', 'HH:mm')", R"("16:23")"},
           {"dateTimeAdd('2020-04-07', 'P')", "!"},
           {"dateTimeAdd('2020-13-07', 'P1D')", "!"},
           {"dateTimeAdd('9999-12-31', 'P1Y')", "!"},
           {"dateTimeToEpoch('1970-01-01T00:01:00+01:00')", "-3540"},
           {"dateTimeToEpoch('2023-05-02 15:16:13Z')", "1683040573"},
           {"dateTimeFromEpoch(1683040573)", R"("2023-05-02T15:16:13Z")"},
           {"dateTimeFromEpoch('x')", "!"}});
}

TEST(TemplateFunctions, OfPlacesAndIds) {
    const std::string group = "/subscriptions/sub/resourceGroups/rg";
    check(
        {{"resourceId('Microsoft.Storage/storageAccounts', 'a')",
          R"("/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/a")"},
         {"resourceId('other', 'Microsoft.Network/virtualNetworks/subnets', 'v', 's')",
          R"("/subscriptions/sub/resourceGroups/other/providers/Microsoft.Network/virtualNetworks/v/subnets/s")"},
         {"resourceId('s2', 'g2', 'N.T/t', 'a')",
          R"("/subscriptions/s2/resourceGroups/g2/providers/N.T/t/a")"},
         {"resourceId('N.T/t')", "!"},
         {"subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'r')",
          R"("/subscriptions/sub/providers/Microsoft.Authorization/roleDefinitions/r")"},
         {"tenantResourceId('Microsoft.Authorization/policyDefinitions', 'p')",
          R"("/providers/Microsoft.Authorization/policyDefinitions/p")"},
         {"extensionResourceId('/subscriptions/sub', 'N.T/t', 'a')",
          R"("/subscriptions/sub/providers/N.T/t/a")"},
         {"managementGroupResourceId('mg', 'N.T/t', 'a')",
          R"("/providers/Microsoft.Management/managementGroups/mg/providers/N.T/t/a")"},
         {"managementGroupResourceId('N.T/t', 'a')", "!"},
         {"resourceGroup().location", R"("westeurope")"},
         {"resourceGroup().name", R"("rg")"},
         {"resourceGroup().tags.a", "?"},
         {"subscription().subscriptionId", R"("sub")"},
         {"subscription().displayName", R"("Pay")"},
         {"subscription().id", R"("/subscriptions/sub")"},
         {"tenant().tenantId", R"("tenant")"},
         {"subscription().tenantId", R"("tenant")"},
         {"managementGroup().id", "!"},
         {"deployment().name", R"("d")"},
         {"environment().suffixes.storage", R"("core.windows.net")"},
         {"environment().notThere", "?"},
         {"copyIndex()", "!"},
         {"reference('x')", "!"},
         {"listKeys('/x', '2020-01-01')", "?"},
         {"providers('Microsoft.Web')", "?"},
         {"pickZones('Microsoft.Compute', 'virtualMachines', 'westus2')", "?"},
         {"somethingNew('x')", "?"}});
}

TEST(TemplateFunctions, UnknownValuesSpreadAndStayWhereTheyAre) {
    check({{"concat('a', pickZones('a', 'b', 'c'))", "?"},
           {"length(createArray(pickZones('a', 'b', 'c'), 2))", "2"},
           {"createArray(pickZones('a', 'b', 'c'), 2)[1]", "2"},
           {"createArray(pickZones('a', 'b', 'c'), 2)[0]", "?"},
           {"string(createArray(pickZones('a', 'b', 'c')))", "?"},
           {"if(pickZones('a', 'b', 'c'), 1, 2)", "?"},
           {"createObject(pickZones('a', 'b', 'c'), 1)", "?"},
           {"createObject('a', pickZones('a', 'b', 'c'), 'b', 2).b", "2"}});
}

TEST(TemplateFunctions, WhatIsNoExpressionIsAFault) {
    check({{"", "!"},
           {"concat('a'", "!"},
           {"concat('a', )", "!"},
           {"'a", "!"},
           {"concat", "!"},
           {"1 2", "!"},
           {"a..b()", "!"},
           {"99999999999999999999", "!"}});
}

}  // namespace
}  // namespace armgate::dryrun::language
