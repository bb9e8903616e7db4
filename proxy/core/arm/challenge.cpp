#include "core/arm/challenge.hpp"

#include "core/base/json.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace armgate::arm {
namespace {

/// The quoted value of `name="..."` in an authentication challenge.
std::optional<std::string_view> parameter(std::string_view challenge, std::string_view name) {
    const std::string start = std::string(name) + "=\"";
    const std::size_t at = base::ascii_ifind(challenge, start);
    if (at == std::string_view::npos) return std::nullopt;
    challenge.remove_prefix(at + start.size());
    const std::size_t end = challenge.find('"');
    if (end == std::string_view::npos) return std::nullopt;
    return challenge.substr(0, end);
}

}  // namespace

bool is_mfa_challenge(std::string_view www_authenticate) {
    if (!base::ascii_istarts_with(www_authenticate, "Bearer ")) return false;
    if (parameter(www_authenticate, "error") != "insufficient_claims") return false;
    std::string encoded(parameter(www_authenticate, "claims").value_or(""));
    while (encoded.size() % 4 != 0) encoded.push_back('=');
    const auto decoded = base::base64_decode(encoded);
    const auto claims = base::parse_json(decoded.value_or(""), base::kTokenDepth);
    if (!claims || !claims->is_object()) return false;
    const nlohmann::json pointer = claims->value("access_token", nlohmann::json::object());
    if (!pointer.is_object() || !pointer.contains("acrs") || !pointer["acrs"].is_object()) {
        return false;
    }
    const nlohmann::json values = pointer["acrs"].value("values", nlohmann::json::array());
    return values.is_array() && std::find(values.begin(), values.end(), "p1") != values.end();
}

}  // namespace armgate::arm
