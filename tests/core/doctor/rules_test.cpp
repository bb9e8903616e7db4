#include "core/doctor/rules.hpp"

#include "core/wiring/child_environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::doctor {
namespace {

using testing::HasSubstr;

const wiring::WiringRules& wiring_rules() {
    static const wiring::WiringRules rules = *wiring::load_wiring_rules();
    return rules;
}

TEST(ProbeRules, EveryVariableThatCanBeNamedIsOneThatRunSets) {
    const auto rules = load_probe_rules(wiring_rules());
    ASSERT_TRUE(rules) << rules.error().detail;
    EXPECT_GE(rules->size(), 12U);
    const auto set = wiring::wire({}, {"http://127.0.0.1:1", {}, "/f", {}, {}}, wiring_rules()).set;
    for (const ProbeRule& rule : *rules) {
        SCOPED_TRACE(rule.id);
        EXPECT_TRUE(set.contains(rule.client.variable));
        for (const std::string& name : rule.proxies) EXPECT_TRUE(set.contains(name)) << name;
        EXPECT_FALSE(rule.version.empty());
    }
}

TEST(ProbeRules, AFaultNamesFileAndKey) {
    const std::string start = R"({"comment":"c","probes":[)";
    const std::string probe =
        R"({"id":"a","name":"A","programs":["a"],"version":["-v"],"proxies":["HTTPS_PROXY"])";
    const struct {
        std::string entry;
        const char* says;
    } cases[] = {
        {probe + R"(,"client":"nobody","arguments":["@url@"]})", "'client'"},
        {probe + R"(,"client":"curl","arguments":["nothing"]})", "'a' needs a probe"},
        {probe + R"(,"client":"curl","arguments":["@url@"],"unprobed":"why"})", "'a' needs a"},
        {probe + R"(,"client":"curl","arguments":["@url@"],"since":["1.2"]})", "too_old"},
        {probe + R"(,"client":"curl","arguments":["@url@"],"requires":["b"]})", "absent"},
        {probe + R"(,"client":"curl","arguments":["@url@"],"more":1})", "'more'"},
        {probe + R"(,"client":"curl","files":[{"name":"../x","lines":["@url@"]}]})", "'name'"},
        {probe + R"(,"client":"curl","arguments":["@url@"]},)" + probe +
             R"(,"client":"curl","arguments":["@url@"]})",
         "stands twice"},
        {R"({"id":"a","name":"A","programs":["a"],"version":["-v"],"client":"curl",)"
         R"("arguments":["@url@"]})",
         "names no variable"},
        {R"({"id":"a","name":"A","programs":[],"version":["-v"],"client":"curl",)"
         R"("proxies":["x"],"arguments":["@url@"]})",
         "names no program"},
    };
    ASSERT_TRUE(parse_probe_rules(start + probe + R"(,"client":"curl","arguments":["@url@"]}]})",
                                  wiring_rules()));
    for (const auto& c : cases) {
        SCOPED_TRACE(c.entry);
        const auto rules = parse_probe_rules(start + c.entry + "]}", wiring_rules());
        ASSERT_FALSE(rules);
        EXPECT_EQ(rules.error().code, Errc::config_invalid);
        EXPECT_THAT(rules.error().detail, HasSubstr("doctor.json"));
        EXPECT_THAT(rules.error().detail, HasSubstr(c.says));
    }
}

}  // namespace
}  // namespace armgate::doctor
