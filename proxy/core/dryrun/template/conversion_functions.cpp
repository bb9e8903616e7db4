// Functions that turn a value into another type or form of text.
#include "core/arm/lenient_json.hpp"
#include "core/base/text.hpp"
#include "core/dryrun/template/functions.hpp"
#include "core/dryrun/template/hash.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace armgate::dryrun::language {
namespace {

Json string_of(Call& call) {
    return to_text(call[0]);
}

Json int_of(Call& call) {
    if (const auto number = call.whole(0)) return *number;
    std::string_view text;
    if (call.is_text(0)) text = base::trim(call.text(0));
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto value = base::parse_integer(text);
    return value ? Json(*value) : call.refuse();
}

Json float_of(Call& call) {
    if (call[0].is_number()) return call[0].get<double>();
    const std::string_view text = call.is_text(0) ? base::trim(call.text(0)) : std::string_view();
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = !text.empty() && error == std::errc() && end == text.data() + text.size();
    return whole && std::isfinite(value) ? Json(value) : call.refuse();
}

Json bool_of(Call& call) {
    if (call[0].is_boolean()) return call[0];
    if (const auto number = call.whole(0)) return *number != 0;
    if (call.is_text(0) && base::ascii_iequals(call.text(0), "true")) return true;
    if (call.is_text(0) && base::ascii_iequals(call.text(0), "false")) return false;
    return call.refuse();
}

Json always_true(Call&) {
    return true;
}

Json always_false(Call&) {
    return false;
}

Json always_null(Call&) {
    return nullptr;
}

Json parsed(Call& call, std::string_view text) {
    constexpr arm::JsonLimits kLimits{kMaxBuilt, arm::kMaxBodyValues};
    const auto document = arm::LenientJson::parse(text, kLimits);
    return document ? from_lenient(document->root(), kLimits.duplicates) : call.refuse();
}

Json json(Call& call) {
    return call.is_text(0) ? parsed(call, call.text(0)) : call.refuse();
}

Json base64(Call& call) {
    return call.is_text(0) ? Json(base::base64_encode(call.text(0))) : call.refuse();
}

Json base64_to_string(Call& call) {
    const auto bytes = call.is_text(0) ? base::base64_decode(call.text(0)) : std::nullopt;
    return bytes ? Json(clean_utf8(*bytes)) : call.refuse();
}

Json base64_to_json(Call& call) {
    const auto bytes = call.is_text(0) ? base::base64_decode(call.text(0)) : std::nullopt;
    return bytes ? parsed(call, *bytes) : call.refuse();
}

Json data_uri(Call& call) {
    const auto text = plain_text(call[0]);
    if (!text) return call.refuse();
    return "data:text/plain;charset=utf8;base64," + base::base64_encode(*text);
}

Json data_uri_to_string(Call& call) {
    if (!call.is_text(0) || !call.text(0).starts_with("data:")) return call.refuse();
    const std::string_view text = call.text(0);
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos) return call.refuse();
    const std::string_view data = text.substr(comma + 1);
    const bool encoded = text.substr(0, comma).ends_with(";base64");
    const auto bytes = encoded ? base::base64_decode(data) : base::percent_decode(data);
    return bytes ? Json(clean_utf8(*bytes)) : call.refuse();
}

/// As Microsoft Learn's page of `uri` puts it: what follows the last slash of the base is left out,
/// and two slashes that meet become one.
Json uri(Call& call) {
    if (!call.is_text(0) || !call.is_text(1)) return call.refuse();
    std::string_view base = call.text(0);
    std::string_view relative = call.text(1);
    const std::size_t scheme = base.find("://");
    if (scheme == std::string_view::npos) return call.refuse();
    const std::size_t slash = base.rfind('/');
    std::string out(slash > scheme + 2 ? base.substr(0, slash) : base);
    if (relative.starts_with('/')) relative.remove_prefix(1);
    return out.append("/").append(relative);
}

Json uri_component(Call& call) {
    if (!call.is_text(0)) return call.refuse();
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char c : call.text(0)) {
        const char lower = base::ascii_lower(c);
        const bool plain = (lower >= 'a' && lower <= 'z') || base::is_digit(c) || c == '-' ||
                           c == '_' || c == '.' || c == '~';
        if (plain) {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.append("%").append(1, kDigits[byte >> 4U]).append(1, kDigits[byte & 0xFU]);
    }
    return out;
}

Json uri_component_to_string(Call& call) {
    const auto bytes = call.is_text(0) ? base::percent_decode(call.text(0)) : std::nullopt;
    return bytes ? Json(clean_utf8(*bytes)) : call.refuse();
}

/// The arguments joined by dashes, as both hashes take them.
std::optional<std::string> joined(const Call& call) {
    std::string out;
    for (std::size_t i = 0; i < call.size(); ++i) {
        if (!call.is_text(i)) return std::nullopt;
        if (i > 0) out += '-';
        out += call.text(i);
    }
    return out;
}

Json guid(Call& call) {
    const auto text = joined(call);
    return text ? Json(arm_guid(*text)) : call.refuse();
}

Json unique(Call& call) {
    const auto text = joined(call);
    return text ? Json(unique_string(*text)) : call.refuse();
}

Json new_guid(Call& call) {
    return call.session().new_guid();
}

constexpr std::array kFunctions{Function{"string", 1, 1, string_of},
                                Function{"int", 1, 1, int_of},
                                Function{"float", 1, 1, float_of},
                                Function{"bool", 1, 1, bool_of},
                                Function{"true", 0, 0, always_true},
                                Function{"false", 0, 0, always_false},
                                Function{"null", 0, 0, always_null},
                                Function{"json", 1, 1, json},
                                Function{"base64", 1, 1, base64},
                                Function{"base64tostring", 1, 1, base64_to_string},
                                Function{"base64tojson", 1, 1, base64_to_json},
                                Function{"datauri", 1, 1, data_uri},
                                Function{"datauritostring", 1, 1, data_uri_to_string},
                                Function{"uri", 2, 2, uri},
                                Function{"uricomponent", 1, 1, uri_component},
                                Function{"uricomponenttostring", 1, 1, uri_component_to_string},
                                Function{"guid", 1, kMany, guid},
                                Function{"uniquestring", 1, kMany, unique},
                                Function{"newguid", 0, 0, new_guid}};

}  // namespace

std::span<const Function> conversion_functions() noexcept {
    return kFunctions;
}

}  // namespace armgate::dryrun::language
