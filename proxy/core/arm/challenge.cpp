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
    auto claims = base::parse_json(decoded.value_or(""), base::kTokenDepth);
    const base::TakenApart in_the_end(claims);
    const nlohmann::json* asked = claims ? &*claims : nullptr;
    for (const char* name : {"access_token", "acrs", "values"}) {
        if (asked == nullptr || !asked->is_object()) return false;
        const auto found = asked->find(name);
        asked = found == asked->end() ? nullptr : &*found;
    }
    return asked != nullptr && asked->is_array() &&
           std::any_of(asked->begin(), asked->end(), [](const nlohmann::json& value) {
               return value.is_string() && value.get_ref<const std::string&>() == "p1";
           });
}

}  // namespace armgate::arm
