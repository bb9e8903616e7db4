#include "core/wiring/shell.hpp"

#include "core/base/json.hpp"
#include "core/base/text.hpp"

#include <nlohmann/json.hpp>

namespace armgate::wiring {
namespace {

/// `'value'`, with each quote inside replaced by `escaped_quote`.
std::string quoted(std::string_view value,
                   std::string_view escaped_quote,
                   std::string_view backslash) {
    std::string out = "'";
    for (const char c : value) {
        if (c == '\'') {
            out += escaped_quote;
        } else if (c == '\\') {
            out += backslash;
        } else {
            out += c;
        }
    }
    return out + "'";
}

std::string statement(const std::string& name,
                      const std::optional<std::string>& value,
                      Shell shell) {
    switch (shell) {
        case Shell::bash:
            return value ? "export " + name + "=" + quoted(*value, "'\\''", "\\") : "unset " + name;
        case Shell::fish:
            return value ? "set -gx " + name + " " + quoted(*value, "\\'", "\\\\")
                         : "set -e " + name;
        case Shell::powershell:
            return value ? "$Env:" + name + " = " + quoted(*value, "''", "\\")
                         : "Remove-Item Env:" + name + " -ErrorAction SilentlyContinue";
        case Shell::dotenv:
        case Shell::json:
            break;
    }
    return name + "=" + quoted(value.value_or(""), "\\'", "\\\\");
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const char lower = base::ascii_lower(c);
        const bool plain = base::is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' ||
                           c == '.' || c == '_' || c == '~';
        if (plain) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kHex[byte >> 4U];
        out += kHex[byte & 0xFU];
    }
    return out;
}

}  // namespace

std::string print_assignments(const Assignments& assignments, Shell shell) {
    if (shell == Shell::json) {
        nlohmann::json out = nlohmann::json::object();
        for (const auto& [name, value] : assignments) {
            out[name] = value ? nlohmann::json(*value) : nlohmann::json();
        }
        return out.dump(2, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
    }
    std::string out;
    for (const auto& [name, value] : assignments) out += statement(name, value, shell) + "\n";
    return out;
}

Assignments assignments_for(const Environment& set, const Environment& current) {
    Assignments out;
    nlohmann::json saved = nlohmann::json::object();
    for (const auto& [name, value] : set) {
        out[name] = value;
        const auto found = current.find(name);
        saved[name] = found == current.end() ? nlohmann::json() : nlohmann::json(found->second);
    }
    out[std::string(kSaved)] = saved.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    return out;
}

Result<Assignments> undo_assignments(const Environment& current) {
    const auto found = current.find(std::string(kSaved));
    if (found == current.end()) {
        return Error{Errc::input_invalid,
                     "this shell was not wired by 'armgate env': nothing to undo"};
    }
    const auto saved = base::parse_json(found->second, base::kTokenDepth);
    if (!saved || !saved->is_object()) {
        return Error{Errc::input_invalid,
                     std::string(kSaved) + " was not written by 'armgate env'"};
    }
    Assignments out;
    for (const auto& [name, value] : saved->items()) {
        if (!value.is_string() && !value.is_null()) {
            return Error{Errc::input_invalid,
                         std::string(kSaved) + " was not written by 'armgate env'"};
        }
        out[name] = value.is_null() ? std::nullopt : std::optional(value.get<std::string>());
    }
    out[std::string(kSaved)] = std::nullopt;
    return out;
}

Environment unwired(const Environment& current) {
    const auto undo = undo_assignments(current);
    if (!undo) return current;
    Environment out = current;
    for (const auto& [name, value] : *undo) {
        if (value) {
            out[name] = *value;
        } else {
            out.erase(name);
        }
    }
    return out;
}

std::string proxy_url(std::string_view host_and_port,
                      const std::optional<std::string>& credentials) {
    std::string out = "http://";
    if (credentials) {
        const std::size_t colon = credentials->find(':');
        out += percent_encoded(credentials->substr(0, colon)) + ":" +
               percent_encoded(credentials->substr(colon + 1)) + "@";
    }
    out += host_and_port;
    return out;
}

}  // namespace armgate::wiring
