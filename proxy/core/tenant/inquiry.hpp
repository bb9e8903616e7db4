// The questions that tell whether a tenant enforces, one GET after the other, and what their
// answers amount to. First the two system assignments by name at the tenant's root management
// group; where that does not show them, all that a subscription inherits; then, where an assignment
// does not say its effect, its definition. Pure: targets out, answers in.
#pragma once

#include "core/tenant/answers.hpp"
#include "core/tenant/rules.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace armgate::tenant {

/// What can be said of writes or of deletes.
enum class State {
    enforced,      ///< an assignment refuses
    audited,       ///< there is one, and it only records
    disabled,      ///< there is one, and its effect is off
    not_found,     ///< there is none, as far as ARM shows
    unknown,       ///< cannot be told
    out_of_scope,  ///< a cloud that has no mandatory MFA
};

/// `enforced`, `audited`, `disabled`, `not-found`, `unknown`, `out-of-scope`.
[[nodiscard]] std::string_view state_name(State state) noexcept;

struct Finding {
    State state = State::unknown;
    std::optional<Assignment> assignment;
    std::string effect;  ///< empty: not known
    std::string reason;  ///< one sentence, printable ASCII: how it is known, or why not
};

struct InquirySetup {
    std::string host;
    std::string tenant;        ///< a GUID
    std::string subscription;  ///< a GUID; empty: the first enabled one that ARM lists
};

class Inquiry {
  public:
    /// A list that goes on is followed this far: 20 pages of ARM hold thousands of assignments, and
    /// a scope has 200 at most.
    static constexpr std::size_t kMaxPages = 20;

    /// `rules` outlive it.
    Inquiry(InquirySetup setup, const TenantRules& rules);

    /// The target of the next GET; nothing once all is asked.
    [[nodiscard]] std::optional<std::string> next() const;

    /// The answer to it. Error: `bad_response` where ARM did not accept the token (401), so that
    /// nothing more can be asked.
    [[nodiscard]] Result<void> take(unsigned status, std::string_view body);

    [[nodiscard]] Finding writes() const { return finding_of(sides_[0]); }
    [[nodiscard]] Finding deletes() const { return finding_of(sides_[1]); }

  private:
    enum class Step { by_name, subscriptions, list, definition, done };

    /// One half of the question: writes or deletes.
    struct Side {
        const ControlRule& rule;
        std::string root_fault{};  ///< why the root did not show it: `403 AuthorizationFailed`
        bool is_at_root = false;   ///< found there
        bool root_lacks = false;   ///< ARM said that there is none
        std::optional<Assignment> found{};
        bool definition_asked = false;
        std::string definition_fault{};
        std::optional<Definition> definition{};
    };

    void take_by_name(unsigned status, std::string_view body);
    void take_subscriptions(unsigned status, std::string_view body);
    void take_list(unsigned status, std::string_view body);
    void take_definition(unsigned status, std::string_view body);
    void go_on_from_root();
    void go_to_definitions();
    void match(const Assignment& assignment, Side& side) const;
    [[nodiscard]] bool looks_enforced(const Assignment& assignment) const;
    [[nodiscard]] static std::string effect_of(const Side& side);
    [[nodiscard]] static bool needs_definition(const Side& side);
    [[nodiscard]] State state_of(const Side& side, const std::string& effect) const;
    [[nodiscard]] Finding finding_of(const Side& side) const;
    [[nodiscard]] static std::string reason_found(const Side& side,
                                                  const std::string& effect,
                                                  State state);
    [[nodiscard]] std::string reason_absent(const Side& side) const;

    const InquirySetup setup_;
    const TenantRules& rules_;
    std::array<Side, 2> sides_;
    Step step_ = Step::by_name;
    std::size_t side_ = 0;  ///< of by_name and definition
    std::string subscription_;
    std::string page_;  ///< the next page's target; empty: the first
    std::size_t pages_ = 0;
    bool listed_ = false;     ///< the whole list was seen
    std::string list_fault_;  ///< why it was not
};

}  // namespace armgate::tenant
