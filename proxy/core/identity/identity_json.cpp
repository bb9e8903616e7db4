#include "core/identity/identity_json.hpp"

#include "core/base/text.hpp"
#include "core/identity/identity.hpp"

namespace armgate::identity {
namespace {

void append_text(std::string& out, std::string_view key, const std::optional<std::string>& text) {
    out += key;
    if (text) {
        base::append_json_string(out, *text);
    } else {
        out += "null";
    }
}

void append_list(std::string& out, std::string_view key, const std::vector<std::string>& list) {
    out += key;
    out += '[';
    for (const std::string& element : list) {
        if (&element != &list.front()) out += ',';
        base::append_json_string(out, element);
    }
    out += ']';
}

void append_flag(std::string& out, std::string_view key, std::optional<bool> flag) {
    out += key;
    if (!flag) {
        out += "null";
    } else {
        out += *flag ? "true" : "false";
    }
}

}  // namespace

void append_identity_json(std::string& out, const Identity& identity) {
    out += R"({"kind":")";
    out += kind_name(identity.kind);
    out += R"(","known_by":)";
    if (identity.known_by.empty()) {
        out += "null";
    } else {
        base::append_json_string(out, identity.known_by);
    }
    append_text(out, R"(,"idtyp":)", identity.idtyp);
    append_list(out, R"(,"amr":)", identity.amr);
    append_list(out, R"(,"acrs":)", identity.acrs);
    append_text(out, R"(,"app_id":)", identity.app_id);
    append_text(out, R"(,"app":)", identity.app);
    append_text(out, R"(,"tenant":)", identity.tenant);
    append_text(out, R"(,"object_id":)", identity.object_id);
    append_text(out, R"(,"name":)", identity.name);
    append_flag(out, R"(,"guest":)", identity.guest);
    append_flag(out, R"(,"synced":)", identity.synced);
    append_flag(out, R"(,"password_grant_suspected":)", identity.password_grant_suspected);
    out += R"(,"expires":)";
    if (identity.expires) {
        out += '"';
        out += base::format_rfc3339_seconds(*identity.expires);
        out += '"';
    } else {
        out += "null";
    }
    out += '}';
}

}  // namespace armgate::identity
