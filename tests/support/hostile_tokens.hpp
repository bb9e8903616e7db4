// tests/data/tokens/hostile.json: Authorization values that never make a write pass.
#pragma once

#include "support/tokens.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace armgate::test {

struct HostileToken {
    std::string name;
    std::string value;   ///< of the whole field
    std::string clause;  ///< what a PUT gets
};

/// Characters U+0000 to U+00FF are one byte each in that file.
inline std::string bytes_of(const std::string& utf8) {
    std::string out;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto c = static_cast<unsigned char>(utf8[i]);
        if (c < 0x80) {
            out += utf8[i];
        } else {
            const auto next = static_cast<unsigned char>(utf8.at(++i));
            out += static_cast<char>(((c & 0x03U) << 6U) | (next & 0x3FU));
        }
    }
    return out;
}

inline std::vector<HostileToken> hostile_tokens() {
    std::ifstream file(std::string(ARMGATE_TEST_DATA) + "/tokens/hostile.json");
    const auto data = nlohmann::json::parse(file);
    const std::string good = make_token(claims(R"("idtyp":"app")"));
    std::vector<HostileToken> out;
    for (const auto& each : data.at("cases")) {
        const std::string name = each.at("name");
        const std::string clause = each.at("clause");
        if (each.contains("value")) {
            std::string value = bytes_of(each.at("value"));
            for (std::size_t at = value.find("{token}"); at != std::string::npos;
                 at = value.find("{token}", at)) {
                value.replace(at, 7, good);
            }
            out.push_back({name, value, clause});
            continue;
        }
        const std::string payload = bytes_of(each.at("payload"));
        out.push_back({name, bearer(payload), clause});
        // What is no JSON in the payload is none in the header either.
        if (name.starts_with("JSON: ")) {
            const std::string other = make_token(claims(R"("idtyp":"app")"), payload);
            out.push_back({name + ", in the header", "Bearer " + other, clause});
        }
    }
    return out;
}

}  // namespace armgate::test
