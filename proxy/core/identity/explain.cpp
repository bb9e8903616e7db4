#include "core/identity/explain.hpp"

#include "core/base/json.hpp"
#include "core/base/text.hpp"
#include "core/identity/identity.hpp"
#include "core/identity/identity_json.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace armgate::identity {
namespace {

constexpr std::size_t kLabelWidth = 12;

Error no_token(std::string_view why) {
    return {Errc::input_invalid, std::string(why)};
}

/// `accessToken` of az, `token` of azd, `Token` of Get-AzAccessToken.
Result<std::string> token_in_json(std::string_view input) {
    const auto value = base::parse_json(input, base::kTokenDepth);
    if (!value) return no_token("The input starts like JSON but is not well-formed JSON.");
    if (value->is_string()) return value->get<std::string>();
    if (value->is_object()) {
        for (const char* key : {"accessToken", "token", "Token"}) {
            const auto at = value->find(key);
            if (at != value->end() && at->is_string()) return at->get<std::string>();
        }
    }
    return no_token("The JSON holds no accessToken.");
}

/// Claims are the token's free text: no byte of them may steer the terminal.
std::string printable(std::string_view text) {
    std::string quoted;
    base::append_json_string(quoted, text);
    return quoted.substr(1, quoted.size() - 2);
}

std::string printable_list(const std::vector<std::string>& list) {
    std::string out = "[";
    for (const std::string& element : list) {
        if (&element != &list.front()) out += ", ";
        out += printable(element);
    }
    return out += "]";
}

void add_line(std::string& out, std::string_view label, std::string_view text) {
    out += label;
    out.append(kLabelWidth - std::min(label.size(), kLabelWidth - 1), ' ');
    out += text;
    out += '\n';
}

void add_claim(std::string& out, std::string_view label, const std::optional<std::string>& claim) {
    add_line(out, label, claim ? printable(*claim) : "not in the token");
}

std::string describe_app(const Identity& identity) {
    if (!identity.app_id) return "not in the token";
    const std::string id = printable(*identity.app_id);
    return identity.app ? *identity.app + " (" + id + ")" : id;
}

std::string describe_expiry(const Identity& identity, base::Timestamp now) {
    if (!identity.expires) return "not in the token";
    const auto left = std::chrono::floor<std::chrono::minutes>(*identity.expires - now);
    const std::string time = base::format_rfc3339_seconds(*identity.expires);
    if (left.count() >= 0) return time + " (in " + std::to_string(left.count()) + " min)";
    return time + " (" + std::to_string(-left.count()) + " min ago)";
}

/// What facts 4.4 says about accounts of this sort.
void add_remarks(std::string& out, const Identity& identity) {
    if (identity.guest.value_or(false)) {
        add_line(out, "remark",
                 "a guest: MFA done at home counts only where this tenant trusts it (cross-tenant "
                 "access settings)");
    }
    if (identity.synced.value_or(false)) {
        add_line(out, "remark", "synced from on-premises AD: in scope like any other user");
    }
    if (identity.amr_malformed) {
        add_line(out, "remark", "amr is there but is no list of texts: nothing in it counts");
    }
    if (identity.acrs_malformed) {
        add_line(out, "remark", "acrs is there but is no list of texts: nothing in it counts");
    }
    if (identity.for_other_cloud) {
        add_line(out, "remark",
                 "for the Resource Manager of another cloud: management.azure.com answers 401");
    }
    if (identity.password_grant_suspected.value_or(false)) {
        add_line(out, "remark",
                 "a password and nothing else: perhaps ROPC (grant_type=password), which can never "
                 "have MFA");
    }
}

bool is_exempt(const Identity& identity) {
    return identity.kind == IdentityKind::service_principal ||
           identity.kind == IdentityKind::managed_identity;
}

bool needs_no_mfa(const Identity& identity) {
    return identity.known_by == "idtyp" && is_exempt(identity);
}

/// Which element of amr or acrs is MFA, that none is, or that none is asked for.
std::string why_mfa(const Identity& identity) {
    const auto in = [](const std::vector<std::string>& list, std::string_view value) {
        return std::find(list.begin(), list.end(), value) != list.end();
    };
    if (in(identity.amr, "mfa")) return "amr holds \"mfa\".";
    if (in(identity.acrs, "p1")) return "acrs holds \"p1\".";
    if (identity.has_mfa) return "amr holds \"mfa\" or acrs holds \"p1\", past what is shown.";
    const std::string lacks = "amr " + printable_list(identity.amr) +
                              " does not hold \"mfa\", acrs " + printable_list(identity.acrs) +
                              " does not hold \"p1\".";
    if (!needs_no_mfa(identity)) return lacks;
    return std::string(kind_name(identity.kind)) + " tokens are exempt; " + lacks;
}

std::string conclude_reads(const Identity& identity) {
    if (identity.credential == Credential::unusable) {
        return "ARM answers 401 " + identity.arm_error_code + ", whatever the MFA";
    }
    return "pass: MFA is never asked for reads";
}

std::string conclude_writes(const Identity& identity) {
    switch (identity.credential) {
        case Credential::none:
            return "ARM answers 401: there is no token";
        case Credential::unusable:
            return "ARM answers 401 " + identity.arm_error_code + ", not the MFA challenge";
        case Credential::ambiguous:
            return "uncertain: who this is cannot be said for certain; armgate refuses its writes "
                   "in enforce";
        case Credential::usable:
            break;
    }
    if (needs_no_mfa(identity)) return "pass: enforcement asks users only";
    if (identity.has_mfa) return "pass: the token has MFA";
    return "refused with 401 once enforcement is on: a user without MFA";
}

}  // namespace

Result<std::string> find_authorization(std::string_view input) {
    if (input.substr(0, 3) == "\xEF\xBB\xBF") input.remove_prefix(3);
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t start = input.find_first_not_of(kSpace);
    if (start == std::string_view::npos) return no_token("The input is empty.");
    input = input.substr(start, input.find_last_not_of(kSpace) - start + 1);
    std::string token(input);
    if (input.front() == '{' || input.front() == '"') {
        auto found = token_in_json(input);
        if (!found) return found.error();
        token = std::move(*found);
    }
    if (base::ascii_istarts_with(token, "Bearer ")) return token;
    return "Bearer " + token;
}

std::string explain_mfa(const Identity& identity) {
    const bool bare = identity.has_mfa || !needs_no_mfa(identity);
    return bare ? why_mfa(identity) : "Not needed: " + why_mfa(identity);
}

std::string explain_identity(const Identity& identity, base::Timestamp now) {
    std::string out;
    const std::string name = identity.name ? printable(*identity.name) : "no name in the token";
    add_line(out, "who", name + ", " + std::string(kind_name(identity.kind)));
    add_line(out, "known by", identity.reason);
    add_line(out, "app", describe_app(identity));
    add_claim(out, "tenant", identity.tenant);
    add_claim(out, "object id", identity.object_id);
    const char* const satisfied = identity.has_mfa         ? "satisfied: "
                                  : needs_no_mfa(identity) ? "not needed: "
                                                           : "not satisfied: ";
    add_line(out, "MFA", satisfied + why_mfa(identity));
    add_line(out, "expires", describe_expiry(identity, now));
    add_remarks(out, identity);
    add_line(out, "reads", conclude_reads(identity));
    add_line(out, "writes", conclude_writes(identity));
    return out;
}

std::string explain_identity_json(const Identity& identity) {
    std::string out;
    append_identity_json(out, identity);
    out.pop_back();
    out += identity.has_mfa ? R"(,"satisfies_mfa":true)" : R"(,"satisfies_mfa":false)";
    out += R"(,"reason":)";
    // Two facts a script would otherwise have to join: why (not) MFA, and why (not) this caller.
    base::append_json_string(out, explain_mfa(identity) + " " + identity.reason);
    return out += "}\n";
}

}  // namespace armgate::identity
