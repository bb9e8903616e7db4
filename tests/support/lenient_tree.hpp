// A leniently read document as nlohmann's value, to compare it with what a strict reader gives.
#pragma once

#include "core/arm/lenient_json.hpp"

#include <string>

#include <nlohmann/json.hpp>

namespace armgate::test {

inline nlohmann::json plain_tree(const arm::JsonValue& value) {
    using arm::JsonKind;
    switch (value.kind()) {
        case JsonKind::object: {
            nlohmann::json out = nlohmann::json::object();
            for (const auto member : value) out[std::string(member.key())] = plain_tree(member);
            return out;
        }
        case JsonKind::array: {
            nlohmann::json out = nlohmann::json::array();
            for (const auto element : value) out.push_back(plain_tree(element));
            return out;
        }
        case JsonKind::string:
            return std::string(value.text());
        default:
            return nlohmann::json::parse(value.text(), nullptr, false);
    }
}

}  // namespace armgate::test
