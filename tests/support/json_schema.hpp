// The part of JSON Schema (draft 2020-12) that the schemas of config/schemas use. A keyword that is
// not known here is a fault of the test, not something to be passed over.
#pragma once

#include <regex>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

namespace armgate::test {

class JsonSchema {
  public:
    explicit JsonSchema(nlohmann::json root) : root_(std::move(root)) {}

    [[nodiscard]] bool accepts(const nlohmann::json& value) const { return fits(root_, value); }

  private:
    using Json = nlohmann::json;

    static bool has_type(const std::string& type, const Json& value) {
        if (type == "object") return value.is_object();
        if (type == "array") return value.is_array();
        if (type == "string") return value.is_string();
        if (type == "boolean") return value.is_boolean();
        throw std::logic_error("schema: type " + type);
    }

    bool fits_object(const Json& schema, const Json& value) const {
        for (const Json& key : schema.value("required", Json::array())) {
            if (!value.contains(key.get<std::string>())) return false;
        }
        if (value.size() < schema.value("minProperties", 0U)) return false;
        const Json properties = schema.value("properties", Json::object());
        for (const auto& [key, member] : value.items()) {
            if (properties.contains(key)) {
                if (!fits(properties.at(key), member)) return false;
            } else if (!schema.value("additionalProperties", true)) {
                return false;
            }
        }
        return true;
    }

    bool fits_keyword(const Json& schema, const std::string& keyword, const Json& value) const {
        const Json& rule = schema.at(keyword);
        if (keyword == "$ref") {
            return fits(root_.at(Json::json_pointer(rule.get<std::string>().substr(1))), value);
        }
        if (keyword == "type") return has_type(rule, value);
        if (keyword == "enum") return std::find(rule.begin(), rule.end(), value) != rule.end();
        if (keyword == "anyOf") {
            return std::any_of(rule.begin(), rule.end(),
                               [&](const Json& one) { return fits(one, value); });
        }
        if (keyword == "minLength") {
            return !value.is_string() || value.get_ref<const std::string&>().size() >= rule;
        }
        if (keyword == "pattern") {
            return !value.is_string() ||
                   std::regex_search(value.get<std::string>(), std::regex(rule.get<std::string>()));
        }
        if (keyword == "items") {
            return !value.is_array() ||
                   std::all_of(value.begin(), value.end(),
                               [&](const Json& one) { return fits(rule, one); });
        }
        static const char* const kElsewhere[] = {
            "$schema",    "title",    "description",   "$defs",
            "properties", "required", "minProperties", "additionalProperties"};
        for (const char* known : kElsewhere) {
            if (keyword == known) return true;
        }
        throw std::logic_error("schema: keyword " + keyword);
    }

    bool fits(const Json& schema, const Json& value) const {
        if (value.is_object() && !fits_object(schema, value)) return false;
        for (const auto& [keyword, rule] : schema.items()) {
            if (!fits_keyword(schema, keyword, value)) return false;
        }
        return true;
    }

    Json root_;
};

}  // namespace armgate::test
