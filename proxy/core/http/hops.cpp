#include "core/http/hops.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>

namespace armgate::http {
namespace {

// Trailers are dropped, so their announcement is, too. Upgrade never goes through: only HTTP/1.1 is
// spoken on an intercepted connection.
constexpr std::array<std::string_view, 10> kHopByHop{"Connection",
                                                     "Keep-Alive",
                                                     "Proxy-Connection",
                                                     "Proxy-Authorization",
                                                     "Proxy-Authenticate",
                                                     "TE",
                                                     "Trailer",
                                                     "Transfer-Encoding",
                                                     "Upgrade",
                                                     "HTTP2-Settings"};

// A server that honours one of these would perform another method than the one judged.
constexpr std::array<std::string_view, 4> kMethodOverrides{
    "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-HTTP-Override"};

// RFC 9110 section 7.6.1: a connection option must not name a field meant for all recipients.
constexpr std::array<std::string_view, 15> kEndToEnd{"Host",
                                                     "Authorization",
                                                     "Content-Length",
                                                     "Transfer-Encoding",
                                                     "Content-Type",
                                                     "Cache-Control",
                                                     "Expect",
                                                     "If-Match",
                                                     "If-None-Match",
                                                     "If-Modified-Since",
                                                     "If-Unmodified-Since",
                                                     "If-Range",
                                                     "Range",
                                                     "Content-Encoding",
                                                     "x-ms-authorization-auxiliary"};

/// Equality without case and with `_` for `-`, which some servers take for one.
bool is_same_to_a_server(std::string_view a, std::string_view b) {
    const auto same = [](char x, char y) {
        return base::ascii_lower(x == '_' ? '-' : x) == base::ascii_lower(y == '_' ? '-' : y);
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

bool has_method_override(const FieldList& fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        for (const std::string_view name : kMethodOverrides) {
            if (is_same_to_a_server(fields[i].name, name)) return true;
        }
    }
    return false;
}

template <class Names>
bool contains(const Names& names, std::string_view name) {
    return std::any_of(names.begin(), names.end(), [name](std::string_view candidate) {
        return base::ascii_iequals(candidate, name);
    });
}

}  // namespace

HopFields::HopFields(const FieldList& fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const Field field = fields[i];
        if (!base::ascii_iequals(field.name, "Connection")) continue;
        // Nearly always one option, and most often the one that changes nothing.
        if (base::ascii_iequals(field.value, "keep-alive")) {
            keep_alive_ = true;
            continue;
        }
        for (const std::string_view option : base::split_list(field.value)) {
            options_.push_back(option);
        }
    }
}

bool HopFields::stays(std::string_view name) const {
    return contains(kHopByHop, name) || contains(options_, name);
}

bool HopFields::has_option(std::string_view option) const {
    return (keep_alive_ && base::ascii_iequals(option, "keep-alive")) || contains(options_, option);
}

Result<void> check_request_hops(const RequestHead& head) {
    const HopFields hops(head.fields);
    for (const std::string_view name : kEndToEnd) {
        if (hops.has_option(name)) {
            return Error{Errc::bad_field,
                         "Connection names a field that is not for one hop (RFC 9110 7.6.1)"};
        }
    }
    if (has_method_override(head.fields)) {
        return Error{Errc::method_not_forwardable,
                     "the request carries a method-override field, so what it would do is not "
                     "what its method says"};
    }
    const std::size_t expects = head.fields.count("Expect");
    if (expects > 1 ||
        (expects == 1 && !base::ascii_iequals(*head.fields.find("Expect"), "100-continue"))) {
        return Error{Errc::bad_framing, "Expect is something other than 100-continue"};
    }
    return {};
}

bool is_keep_alive(const FieldList& fields, int minor_version) {
    const HopFields hops(fields);
    if (hops.has_option("close")) return false;
    return minor_version == 1 || hops.has_option("keep-alive");
}

}  // namespace armgate::http
