// The verdict on one request and what is done about it (contract section 5; order and rules:
// facts/enforcement section 0). Pure functions over values.
#pragma once

#include "core/arm/hosts.hpp"
#include "core/arm/operation.hpp"
#include "core/base/error.hpp"
#include "core/base/time.hpp"
#include "core/identity/identity.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::verdict {

struct Rules;

enum class Outcome { pass, fail, uncertain };

/// Contract spelling: `pass`, `fail`, `uncertain`.
[[nodiscard]] std::string_view outcome_name(Outcome outcome) noexcept;

/// The closed list of contract section 5, in its order.
enum class ClauseId {
    read,
    other_cloud,
    no_token,
    unusable_token,
    unknown_identity,
    workload_identity,
    user_with_mfa,
    exempt_type,
    exempt_delete,
    contents,
    contents_not_read,
    tags_only,
    post_action,
    tenant_scope,
    not_forwardable,
    user_without_mfa,
};
inline constexpr std::size_t kClauseCount = 16;

/// Contract spelling, e.g. `user-without-mfa`.
[[nodiscard]] std::string_view clause_name(ClauseId clause) noexcept;

struct Verdict {
    Outcome outcome = Outcome::uncertain;
    ClauseId clause = ClauseId::not_forwardable;
};

/// The method as a class, and whether this request may be forwarded at all: known methods only, in
/// upper case. The framing, target and field checks of core/http come before and set it too.
enum class Forwardable { yes, no };

/// What a request's body adds to its method and path.
struct BodyFacts {
    std::optional<Verdict> contents;  ///< absent: they were not read
    bool tags_only = false;
};

/// First rule that decides wins. Never `pass` for a write in doubt about the caller.
[[nodiscard]] Verdict judge(const arm::Classification& request,
                            arm::Cloud cloud,
                            const identity::Identity& identity,
                            Forwardable forwardable,
                            const BodyFacts& body = {});

/// GET, HEAD, OPTIONS, PUT, PATCH, DELETE, POST, exactly so spelled.
[[nodiscard]] bool is_known_method(std::string_view method) noexcept;

enum class Mode { observe, enforce, dry_run };
enum class UncertainPolicy { by_cause, forward, block };

/// Contract spelling: `observe`, `enforce`, `dry-run`.
[[nodiscard]] std::string_view mode_name(Mode mode) noexcept;

enum class Decision {
    forward,
    refuse_mfa,             ///< arm::mfa_refusal
    refuse_token,           ///< arm::token_refusal
    refuse_not_forwardable  ///< 400, in every mode
};

/// What the mode makes of the verdict (contract section 5, facts 0; `--uncertain` of section 3).
[[nodiscard]] Decision decide(Mode mode,
                              const Verdict& verdict,
                              const identity::Identity& identity,
                              UncertainPolicy uncertain) noexcept;

/// One request as the judge sees it. Views into the caller's memory; `path` undecoded.
struct RequestView {
    std::string_view method;
    std::string_view path;
    arm::Cloud cloud = arm::Cloud::azure_public;
    std::span<const std::string_view> authorization;
    /// The claims of the one `authorization` there is, where they are decoded already.
    const identity::TokenClaims* claims = nullptr;
    Forwardable forwardable = Forwardable::yes;
    /// The whole body, where it was read; `arm::needs_body` says when the verdict may hang on it.
    std::optional<std::string_view> body;
    std::string_view host;  ///< in normal form; absolute addresses of a batch may name it
};

/// One request that another carries, judged: an element of the trace's `contents`.
struct ContentsItem {
    std::string name;
    std::string method;
    arm::RequestClass request_class = arm::RequestClass::other;
    std::optional<std::string> resource_id;
    std::optional<std::string> operation;
    Verdict verdict;
    std::string policy;     ///< empty: null
    std::size_t depth = 0;  ///< 0: carried by the request; n + 1: by the last item at n
};

struct Assessment {
    arm::Classification request;
    identity::Identity identity;
    Verdict verdict;
    std::vector<ContentsItem> contents;
    /// Why a body that was given could not be read; empty where it was, or need not be.
    std::string contents_unread;
    /// It may change more than `contents` lists: mode Complete, a stack that deletes.
    bool more_than_listed = false;
};

/// classify, identify and judge in one call: what the proxy, `explain` and `report` share.
[[nodiscard]] Assessment assess(const RequestView& request,
                                base::Timestamp now,
                                const Rules& rules);

/// True where the body may change the verdict that `assess` gave without it. False for a read, a
/// workload, a caller with MFA: their bodies need not be waited for.
[[nodiscard]] bool hangs_on_body(const RequestView& request, const Assessment& assessment);

/// Judges anew with the body that `request` holds now: contents and verdict.
void judge_body(const RequestView& request, Assessment& assessment, const Rules& rules);

}  // namespace armgate::verdict
