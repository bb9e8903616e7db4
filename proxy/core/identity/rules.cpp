#include "core/identity/rules.hpp"

#include "core/base/embedded.hpp"
#include "core/base/json.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace armgate::identity {
namespace {

using nlohmann::json;

Error invalid(std::string_view file, std::string_view key) {
    return {Errc::config_invalid, "config/rules/" + std::string(file) + ".json: '" +
                                      std::string(key) + "' is missing or not as it should be."};
}

/// The non-empty string under `key`; nothing where it is absent or something else.
std::optional<std::string> text_of(const json& object, const char* key) {
    const auto at = object.find(key);
    if (at == object.end() || !at->is_string() || at->get_ref<const std::string&>().empty()) {
        return std::nullopt;
    }
    return at->get<std::string>();
}

/// The array under `key` of the file's one object.
Result<json::array_t> list_of(std::string_view file, std::string_view text, const char* key) {
    auto value = base::parse_json(text, base::kTokenDepth);
    if (!value || !value->is_object()) return invalid(file, "the whole file");
    const auto at = value->find(key);
    if (at == value->end() || !at->is_array() || at->empty()) return invalid(file, key);
    return std::move(at->get_ref<json::array_t&>());
}

Result<void> read_apps(std::string_view text, IdentityRules& rules) {
    const auto apps = list_of("apps", text, "apps");
    if (!apps) return apps.error();
    for (const json& entry : *apps) {
        const auto id = text_of(entry, "id");
        const auto name = text_of(entry, "name");
        if (!id) return invalid("apps", "apps.id");
        if (!name) return invalid("apps", "apps.name");
        if (!rules.apps.emplace(base::to_lower(*id), *name).second) {
            return invalid("apps", "apps.id");
        }
    }
    return {};
}

Result<void> read_audiences(std::string_view text, const char* key, std::vector<std::string>& out) {
    const auto audiences = list_of("audiences", text, key);
    if (!audiences) return audiences.error();
    for (const json& entry : *audiences) {
        if (!entry.is_string()) return invalid("audiences", key);
        out.push_back(base::to_lower(entry.get_ref<const std::string&>()));
        if (out.back().empty() || out.back().back() == '/') return invalid("audiences", key);
    }
    return {};
}

using Minimums = std::map<std::string, std::optional<std::string>>;

Result<Minimums> read_tools(std::string_view text, IdentityRules& rules) {
    const auto tools = list_of("tools", text, "tools");
    if (!tools) return tools.error();
    Minimums minimums;
    for (const json& entry : *tools) {
        const auto id = text_of(entry, "id");
        if (!id || !minimums.emplace(*id, text_of(entry, "minimum")).second) {
            return invalid("tools", "tools.id");
        }
        rules.tool_ids.push_back(*id);
    }
    return minimums;
}

Result<void> read_patterns(std::string_view text, const Minimums& minimums, IdentityRules& rules) {
    const auto patterns = list_of("tools", text, "patterns");
    if (!patterns) return patterns.error();
    for (const json& entry : *patterns) {
        const auto product = text_of(entry, "product");
        const auto prefix = text_of(entry, "prefix");
        if (product.has_value() == prefix.has_value()) return invalid("tools", "patterns.product");
        const auto tool = minimums.find(text_of(entry, "tool").value_or(""));
        if (tool == minimums.end()) return invalid("tools", "patterns.tool");
        ToolPattern pattern;
        pattern.match = product ? ToolPattern::Match::whole : ToolPattern::Match::prefix;
        pattern.name = product ? *product : *prefix;
        pattern.tool = tool->first;
        pattern.minimum = text_of(entry, "minimum");
        if (!pattern.minimum) pattern.minimum = tool->second;
        pattern.unknown_version = text_of(entry, "unknown_version");
        rules.patterns.push_back(std::move(pattern));
    }
    return {};
}

}  // namespace

Result<IdentityRules> parse_identity_rules(const IdentityRuleTexts& texts) {
    IdentityRules rules;
    if (const auto apps = read_apps(texts.apps, rules); !apps) return apps.error();
    if (const auto read = read_audiences(texts.audiences, "audiences", rules.audiences); !read) {
        return read.error();
    }
    if (const auto read =
            read_audiences(texts.audiences, "other_cloud_audiences", rules.other_cloud_audiences);
        !read) {
        return read.error();
    }
    const auto minimums = read_tools(texts.tools, rules);
    if (!minimums) return minimums.error();
    if (const auto patterns = read_patterns(texts.tools, *minimums, rules); !patterns) {
        return patterns.error();
    }
    return rules;
}

Result<IdentityRules> load_identity_rules() {
    return parse_identity_rules({base::embedded_rules("apps"), base::embedded_rules("audiences"),
                                 base::embedded_rules("tools")});
}

}  // namespace armgate::identity
