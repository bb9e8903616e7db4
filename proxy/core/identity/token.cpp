#include "core/identity/token.hpp"

#include "core/base/json.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>

#include <nlohmann/json.hpp>

namespace armgate::identity {
namespace {

using nlohmann::json;

constexpr std::string_view kScheme = "Bearer ";
// No real claim comes near these; a hostile one must not fill the trace.
constexpr std::size_t kMaxTextBytes = 512;
constexpr std::size_t kMaxMethods = 64;
constexpr std::size_t kMaxMethodBytes = 128;
constexpr double kYear10000 = 253402300800.0;  // seconds since 1970

Error malformed(std::string_view why) {
    return {Errc::input_invalid, std::string(why)};
}

std::optional<std::string> text_claim(const json& claims, const char* name) {
    const auto at = claims.find(name);
    if (at == claims.end() || !at->is_string()) return std::nullopt;
    const auto& text = at->get_ref<const std::string&>();
    if (text.empty()) return std::nullopt;
    return text.substr(0, kMaxTextBytes);
}

bool has_any(const json& claims, std::initializer_list<const char*> names) {
    return std::any_of(names.begin(), names.end(),
                       [&](const char* name) { return claims.contains(name); });
}

DateClaim date_claim(const json& claims, const char* name) {
    const auto at = claims.find(name);
    if (at == claims.end()) return {};
    DateClaim date{.present = true, .value = {}};
    if (!at->is_number()) return date;
    const double seconds = at->get<double>();
    if (!(seconds >= 0.0 && seconds < kYear10000)) return date;
    date.value = base::Timestamp(std::chrono::seconds(static_cast<long long>(seconds)));
    return date;
}

/// The array under `name` where it holds strings only, else nothing: a list with anything else in
/// it is not what Entra writes, so nobody can say what ARM makes of it.
const json* string_array(const json& claims, const char* name) {
    const auto at = claims.find(name);
    if (at == claims.end() || !at->is_array()) return nullptr;
    const bool strings = std::all_of(at->begin(), at->end(),
                                     [](const json& element) { return element.is_string(); });
    return strings ? &*at : nullptr;
}

/// True where an element is exactly one of `values`, byte for byte.
bool holds(const json* list, std::initializer_list<std::string_view> values) {
    if (list == nullptr) return false;
    return std::any_of(list->begin(), list->end(), [&](const json& element) {
        const std::string_view text = element.get_ref<const std::string&>();
        return std::find(values.begin(), values.end(), text) != values.end();
    });
}

std::vector<std::string> shown(const json* list) {
    std::vector<std::string> out;
    if (list == nullptr) return out;
    out.reserve(std::min(list->size(), kMaxMethods));
    for (const json& element : *list) {
        if (out.size() == kMaxMethods) break;
        out.push_back(element.get_ref<const std::string&>().substr(0, kMaxMethodBytes));
    }
    return out;
}

void read_idtyp(const json& claims, TokenClaims& out) {
    const auto at = claims.find("idtyp");
    if (at == claims.end()) return;
    out.idtyp_claim = IdtypClaim::other;
    if (!at->is_string()) return;
    const auto& text = at->get_ref<const std::string&>();
    if (text == "user") out.idtyp_claim = IdtypClaim::user;
    if (text == "app") out.idtyp_claim = IdtypClaim::app;
    out.idtyp = text.substr(0, kMaxMethodBytes);
}

void read_methods(const json& claims, TokenClaims& out) {
    const json* amr = string_array(claims, "amr");
    const json* acrs = string_array(claims, "acrs");
    out.amr_malformed = amr == nullptr && claims.contains("amr");
    out.acrs_malformed = acrs == nullptr && claims.contains("acrs");
    out.has_mfa = holds(amr, {"mfa"}) || holds(acrs, {"p1"});
    // `rsa` is not among these: an app that signs in with a certificate may carry it (facts 4.3).
    out.has_user_mark = holds(amr, {"pwd", "fed", "wia"});
    out.amr = shown(amr);
    out.acrs = shown(acrs);
}

void read_texts(const json& claims, TokenClaims& out) {
    out.audience = text_claim(claims, "aud");
    out.has_audience = claims.contains("aud");
    out.issuer = text_claim(claims, "iss");
    out.identity_provider = text_claim(claims, "idp");
    out.app_id = text_claim(claims, "appid");
    if (!out.app_id) out.app_id = text_claim(claims, "azp");
    out.tenant = text_claim(claims, "tid");
    out.object_id = text_claim(claims, "oid");
    out.subject = text_claim(claims, "sub");
    out.upn = text_claim(claims, "upn");
    out.unique_name = text_claim(claims, "unique_name");
    out.preferred_username = text_claim(claims, "preferred_username");
}

void read_marks(const json& claims, TokenClaims& out) {
    out.has_scope = claims.contains("scp");
    out.has_alternative_id = claims.contains("altsecid");
    out.has_on_premises_sid = claims.contains("onprem_sid");
    out.has_managed_identity = claims.contains("xms_mirid");
    out.has_user_mark = out.has_user_mark || out.has_alternative_id || out.has_on_premises_sid ||
                        has_any(claims, {"upn", "unique_name", "preferred_username", "puid"});
    out.has_person_mark = has_any(claims, {"name", "given_name", "family_name", "email", "pwd_exp",
                                           "pwd_url", "in_corp", "ipaddr"});
    if (const auto acct = claims.find("acct"); acct != claims.end()) {
        out.is_guest_account = *acct == 1 || *acct == "1";
    }
}

TokenClaims read_claims(const json& claims) {
    TokenClaims out;
    read_idtyp(claims, out);
    read_methods(claims, out);
    read_texts(claims, out);
    read_marks(claims, out);
    out.expires = date_claim(claims, "exp");
    out.not_before = date_claim(claims, "nbf");
    return out;
}

struct Parts {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
};

/// Found by hand rather than split: 64 KiB of dots would make as many parts.
std::optional<Parts> three_parts(std::string_view token) noexcept {
    const std::size_t first = token.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = token.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    const Parts parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
                      token.substr(second + 1)};
    const bool empty = parts.header.empty() || parts.payload.empty() || parts.signature.empty();
    if (empty || parts.signature.find('.') != std::string_view::npos) return std::nullopt;
    return parts;
}

/// Reads the JSON object behind one base64url part; `otherwise` says what is wrong with another.
Result<void> read_object(std::string_view part, const char* otherwise, std::optional<json>& value) {
    const auto text = base::base64url_decode(part);
    if (!text) return malformed(otherwise);
    base::JsonFault fault{};
    value = base::parse_json(*text, base::kTokenDepth, base::DuplicateKeys::refuse, &fault);
    if (!value && fault == base::JsonFault::too_deep) {
        return malformed("The token's JSON is nested deeper than 32 (limit token-depth).");
    }
    if (!value || !value->is_object()) return malformed(otherwise);
    return {};
}

}  // namespace

Result<TokenClaims> decode_unverified(std::string_view authorization) {
    if (authorization.size() > kMaxTokenBytes)
        return malformed("The token is longer than 64 KiB (limit token-bytes).");
    if (!base::ascii_istarts_with(authorization, kScheme)) {
        return malformed("The credentials are not of the Bearer scheme.");
    }
    const std::string_view token = authorization.substr(kScheme.size());
    const auto parts = three_parts(token);
    if (!parts) return malformed("The token does not have three parts, none of them empty.");
    if (!base::base64url_decode(parts->signature)) {
        return malformed("The token's signature is not canonical base64url.");
    }
    std::optional<json> header;
    std::optional<json> claims;
    const base::TakenApart header_in_the_end(header);
    const base::TakenApart claims_in_the_end(claims);
    auto read = read_object(parts->header, "The token's header is not a JSON object.", header);
    if (read) {
        read = read_object(parts->payload,
                           "The token's payload is not a JSON object that reads one way.", claims);
    }
    if (!read) return read.error();
    return read_claims(*claims);
}

}  // namespace armgate::identity
