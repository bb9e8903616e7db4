#include "core/wiring/rules.hpp"

#include "core/wiring/child_environment.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::wiring {
namespace {

using testing::HasSubstr;

TEST(WiringRules, EveryClientsVariableIsSetAndNamesAFileThatIsThere) {
    const auto rules = load_wiring_rules();
    ASSERT_TRUE(rules) << rules.error().detail;
    const Wiring wiring = wire({}, {"http://127.0.0.1:1", {}, "/f", {}, {}}, *rules);
    for (const ClientRule& client : rules->clients) {
        SCOPED_TRACE(client.id);
        std::string value = client.value;
        value.replace(value.find(kFolder), kFolder.size(), "/f");
        ASSERT_TRUE(wiring.set.contains(client.variable));
        EXPECT_THAT(wiring.set.at(client.variable), HasSubstr(value));
        EXPECT_FALSE(client.products.empty() && client.commands.empty());
    }
    for (const auto& [who, variable] : rules->common) {
        EXPECT_TRUE(wiring.set.contains(variable)) << who;
    }
}

TEST(WiringRules, AReplacingVariableGetsTheBundleAndAnAppendingOneTheBareCa) {
    const auto rules = *load_wiring_rules();
    const auto has = [](const auto& list, const auto& name) {
        return std::find(list.begin(), list.end(), name) != list.end();
    };
    for (const ClientRule& client : rules.clients) {
        SCOPED_TRACE(client.id);
        if (has(rules.appending, client.variable)) {
            EXPECT_EQ(client.effect, Effect::append);
            EXPECT_THAT(client.value, HasSubstr("/ca.pem"));
        }
        if (has(rules.replacing, client.variable)) {
            EXPECT_EQ(client.effect, Effect::replace);
            EXPECT_THAT(client.value, HasSubstr("/bundle.pem"));
        }
    }
}

TEST(WiringRules, AFaultNamesFileAndKey) {
    const std::string client =
        R"({"id":"a","name":"A","products":["a"],"commands":[],"variable":"V","value":"v")";
    const auto with = [&](const std::string& rest) {
        return R"({"comment":"c","replacing":[],"appending":[],"preferred":[],"never_proxied":[],)"
               R"("clients":[)" +
               rest + R"(],"common":[]})";
    };
    EXPECT_TRUE(parse_wiring_rules(with(client + R"(,"effect":"replace"})")));
    const struct {
        std::string text;
        const char* want;
    } cases[] = {
        {"{", "wiring.json"},
        {R"({"oops":1})", "'oops' is unknown"},
        {R"({"replacing":[]})", "'appending'"},
        {with(client + "}"), "'effect'"},
        {with(client + R"(,"effect":"both"})"), "'effect' is neither"},
        {with(client + R"(,"effect":"replace","names_itself":1})"), "'names_itself'"},
        {with(client + R"(,"effect":"replace","nameless":"b"})"), "'nameless' names no client"},
        {with(client + R"(,"effect":"replace"},)" + client + R"(,"effect":"replace"})"),
         "'a' stands twice"},
        {with(client + R"(,"effect":"replace","colour":"red"})"), "'colour' is unknown"},
    };
    for (const auto& c : cases) {
        const auto rules = parse_wiring_rules(c.text);
        ASSERT_FALSE(rules) << c.text;
        EXPECT_EQ(rules.error().code, Errc::config_invalid);
        EXPECT_THAT(rules.error().detail, HasSubstr(c.want)) << c.text;
    }
}

}  // namespace
}  // namespace armgate::wiring
