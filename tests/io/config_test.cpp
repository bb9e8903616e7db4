// The config file: its schema and example agree with the options that there are, and what
// `--print-config` prints is one.
#include "cli/options.hpp"
#include "core/base/json.hpp"
#include "support/child_program.hpp"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace armgate::tests {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

json parsed(const std::string& text) {
    auto value = base::parse_json(text, base::kTokenDepth);
    return value ? std::move(*value) : json();
}

json config_file(const std::string& name) {
    return parsed(slurp(std::string(ARMGATE_TEST_DATA) + "/../../config/" + name));
}

json properties() {
    return config_file("schemas/config.schema.json").value("properties", json::object());
}

/// The options of `run` or `proxy`, as the program declares them.
struct Options {
    explicit Options(cli::Command command) { cli::add_proxy_options(app, raw, command); }
    CLI::App app;
    cli::RawOptions raw;
};

/// The words of `{a,b,c}` in an option's description of its type.
std::set<std::string> choices_of(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    const std::size_t open = type.find('{');
    if (open == std::string::npos) return {};
    std::set<std::string> words;
    std::stringstream list(type.substr(open + 1, type.find('}') - open - 1));
    for (std::string word; std::getline(list, word, ',');) words.insert(word);
    return words;
}

/// What the schema must say of an option, less its description.
void expect_agrees(const CLI::Option& option, const json& schema) {
    ASSERT_TRUE(schema.is_object());
    EXPECT_TRUE(schema.contains("description"));
    const auto choices = choices_of(option);
    if (option.get_expected_min() == 0) {
        EXPECT_EQ(schema.value("type", json()), "boolean");
    } else if (option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll) {
        EXPECT_EQ(schema.value("type", json()), "array");
        EXPECT_EQ(schema.at("items"), json({{"type", "string"}}));
    } else if (!choices.empty()) {
        ASSERT_TRUE(schema.contains("enum"));
        EXPECT_EQ(schema.at("enum").get<std::set<std::string>>(), choices);
    } else if (option.get_type_name().starts_with("UINT")) {
        EXPECT_EQ(schema.value("type", json()), json({"integer", "null"}));
    } else {
        EXPECT_EQ(schema.value("type", json()), json({"string", "null"}));
    }
}

/// As far as this schema goes: known keys, and values of the types that it names.
void expect_valid(const json& config) {
    const json schema = properties();
    ASSERT_TRUE(config.is_object());
    for (const auto& [key, value] : config.items()) {
        SCOPED_TRACE(key);
        ASSERT_TRUE(schema.contains(key));
        const json& rule = schema.at(key);
        if (rule.contains("enum")) {
            EXPECT_THAT(rule.at("enum"), testing::Contains(value));
            continue;
        }
        const json types = rule.at("type").is_array() ? rule.at("type") : json({rule.at("type")});
        const std::string type = value.is_number_unsigned() ? "integer" : value.type_name();
        EXPECT_THAT(types, testing::Contains(type));
        if (!value.is_array()) continue;
        for (const json& item : value) EXPECT_TRUE(item.is_string());
    }
}

TEST(ConfigSchema, AndTheOptionsAgree) {
    const json schema = properties();
    std::set<std::string> seen;
    for (const auto command : {cli::Command::run, cli::Command::proxy}) {
        const Options options(command);
        for (const CLI::Option* option : options.app.get_options()) {
            const std::string name = option->get_single_name();
            if (name == "help" || name == "config" || name == "print-config") continue;
            SCOPED_TRACE(name);
            seen.insert(name);
            ASSERT_TRUE(schema.contains(name)) << "an option that the schema does not have";
            expect_agrees(*option, schema.at(name));
        }
    }
    for (const auto& [name, rule] : schema.items()) {
        EXPECT_TRUE(seen.contains(name)) << name << " is no option";
    }
    EXPECT_GT(seen.size(), 15U);
    EXPECT_EQ(config_file("schemas/config.schema.json").at("additionalProperties"), false);
}

TEST(ConfigSchema, TheExampleIsValidAndIsTaken) {
    expect_valid(config_file("examples/enforce.json"));
    const std::string path = std::string(ARMGATE_TEST_DATA) + "/../../config/examples/enforce.json";
    for (const auto command : {cli::Command::run, cli::Command::proxy}) {
        Options options(command);
        options.app.parse(std::vector<std::string>{});
        const auto applied = cli::apply_config(options.app, path);
        ASSERT_TRUE(applied) << applied.error().detail;
        EXPECT_EQ(options.raw.mode, "enforce");
        EXPECT_EQ(options.raw.threads, 2U);
    }
}

struct Printed {
    int status;
    std::string out;
    std::string err;
};

Printed print_config(std::vector<std::string> arguments, std::vector<std::string> variables = {}) {
    arguments.insert(arguments.begin(), {"proxy", "--print-config"});
    ProgramOptions options;
    options.environment = std::move(variables);
    ChildProgram program(arguments, options);
    const int status = program.wait();
    return {status, program.out(), program.err()};
}

TEST(PrintConfig, ShowsWhatWouldBeInForceWithoutAnyOption) {
    const Printed printed = print_config({}, {"XDG_CONFIG_HOME=/home/ana/config"});
    ASSERT_EQ(printed.status, 0) << printed.err;
    const json config = parsed(printed.out);
    expect_valid(config);
    const json schema = properties();  // items() keeps no temporary alive
    for (const auto& [name, rule] : schema.items()) {
        const bool is_other = name == "fail-on" || name == "no-proxy-auth" || name == "proxy-auth";
        EXPECT_EQ(config.contains(name), !is_other) << name;
    }
    EXPECT_EQ(config.at("mode"), "observe");
    EXPECT_EQ(config.at("listen"), "127.0.0.1:8642");
    EXPECT_EQ(config.at("trace"), json());
    EXPECT_EQ(config.at("ca-dir"), "/home/ana/config/armgate");
    EXPECT_GE(config.at("threads"), 1U);
    EXPECT_EQ(config.at("log-level"), "warn");
    EXPECT_EQ(config.at("color"), "auto");
    EXPECT_EQ(config.at("quiet"), false);
    EXPECT_EQ(config.at("upstream-proxy"), "none");
    EXPECT_EQ(config.at("intercept"), json::array());
}

TEST(PrintConfig, IsAConfigFileOfTheSameSettings) {
    const TemporaryFolder folder;
    const Printed first =
        print_config({"--mode", "enforce", "--intercept", "a.test", "--intercept", "*.b.test",
                      "--listen", "[::1]:9", "--threads", "3", "--quiet", "--trace", "/t.jsonl",
                      "--limit", "response-head=9s", "--ca-dir", "/ca"},
                     {"HTTPS_PROXY=http://corp.test:3128"});
    ASSERT_EQ(first.status, 0) << first.err;
    EXPECT_THAT(first.out, HasSubstr("http://corp.test:3128"));
    EXPECT_EQ(parsed(first.out).at("threads"), 3);
    spill(folder.file("config.json"), first.out);
    const Printed second = print_config({"--config", folder.file("config.json")});
    ASSERT_EQ(second.status, 0) << second.err;
    EXPECT_EQ(second.out, first.out);
    const Printed flag = print_config({"--config", folder.file("config.json"), "--threads", "4"});
    EXPECT_EQ(parsed(flag.out).at("threads"), 4) << "flags win";
}

TEST(PrintConfig, HoldsNoPassword) {
    const Printed printed = print_config(
        {"--proxy-auth", "me:5ecret", "--upstream-proxy", "http://you:5ecret@corp.test:3128"});
    ASSERT_EQ(printed.status, 0) << printed.err;
    EXPECT_THAT(printed.out + printed.err, Not(HasSubstr("5ecret")));
    EXPECT_FALSE(parsed(printed.out).contains("proxy-auth"));
    EXPECT_FALSE(parsed(printed.out).contains("upstream-proxy"));
    EXPECT_THAT(printed.err, HasSubstr("left out"));
}

TEST(ConfigFile, NullIsAsIfItWereNotThere) {
    const TemporaryFolder folder;
    spill(folder.file("config.json"), R"({"trace":null,"threads":null,"listen":null})");
    const std::vector<std::string> variables{"XDG_CONFIG_HOME=/home/ana/config"};
    const Printed printed = print_config({"--config", folder.file("config.json")}, variables);
    ASSERT_EQ(printed.status, 0) << printed.err;
    EXPECT_EQ(printed.out, print_config({}, variables).out);
}

}  // namespace
}  // namespace armgate::tests
