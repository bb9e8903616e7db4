#include "core/base/rule_file.hpp"

#include "core/base/json.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace armgate::base {
namespace {

const nlohmann::json& empty_object() {
    static const nlohmann::json kEmpty = nlohmann::json::object();
    return kEmpty;
}

const nlohmann::json& empty_array() {
    static const nlohmann::json kEmpty = nlohmann::json::array();
    return kEmpty;
}

}  // namespace

RuleFile::RuleFile(std::string name) : name_(std::move(name)) {
}

void RuleFile::fault(std::string_view key, std::string_view what) {
    if (error_) return;
    error_ =
        Error{Errc::config_invalid, name_ + ": '" + std::string(key) + "' " + std::string(what)};
}

nlohmann::json RuleFile::parse(std::string_view text) {
    auto value = parse_json(text, kTokenDepth);
    if (!value || !value->is_object()) {
        fault("", "the file is not one JSON object without duplicate keys");
        return empty_object();
    }
    return std::move(*value);
}

void RuleFile::expect_keys(const nlohmann::json& object,
                           std::string_view where,
                           std::initializer_list<std::string_view> keys) {
    if (!object.is_object()) return fault(where, "is not an object");
    for (const auto& [key, value] : object.items()) {
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) fault(key, "is unknown");
    }
}

const nlohmann::json* RuleFile::member(const nlohmann::json& parent, std::string_view key) {
    const auto found = parent.is_object() ? parent.find(std::string(key)) : parent.end();
    if (found != parent.end()) return &*found;
    fault(key, "is missing");
    return nullptr;
}

const nlohmann::json& RuleFile::object(const nlohmann::json& parent, std::string_view key) {
    const auto* value = member(parent, key);
    if (value != nullptr && value->is_object()) return *value;
    fault(key, "is not an object");
    return empty_object();
}

const nlohmann::json& RuleFile::array(const nlohmann::json& parent, std::string_view key) {
    const auto* value = member(parent, key);
    if (value != nullptr && value->is_array()) return *value;
    fault(key, "is not an array");
    return empty_array();
}

std::string RuleFile::text(const nlohmann::json& parent, std::string_view key) {
    const auto* value = member(parent, key);
    if (value != nullptr && value->is_string() && !value->get_ref<const std::string&>().empty()) {
        return value->get<std::string>();
    }
    fault(key, "is not a string with text");
    return {};
}

std::string RuleFile::optional_text(const nlohmann::json& parent, std::string_view key) {
    const bool there = parent.is_object() && parent.contains(std::string(key));
    return there ? text(parent, key) : std::string();
}

bool RuleFile::flag(const nlohmann::json& parent, std::string_view key, bool otherwise) {
    const auto found = parent.is_object() ? parent.find(std::string(key)) : parent.end();
    if (found == parent.end()) return otherwise;
    if (found->is_boolean()) return found->get<bool>();
    fault(key, "is not true or false");
    return otherwise;
}

std::vector<std::string> RuleFile::texts(const nlohmann::json& parent, std::string_view key) {
    std::vector<std::string> out;
    for (const auto& value : array(parent, key)) {
        if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
            fault(key, "holds something that is not a string with text");
            return {};
        }
        out.push_back(value.get<std::string>());
    }
    return out;
}

std::vector<std::pair<std::string, std::string>> RuleFile::pairs(const nlohmann::json& parent,
                                                                 std::string_view key) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& [name, value] : object(parent, key).items()) {
        if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
            fault(name, "is not a string with text");
            return {};
        }
        out.emplace_back(name, value.get<std::string>());
    }
    return out;
}

}  // namespace armgate::base
