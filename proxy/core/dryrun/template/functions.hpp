// The functions of ARM's template language, by family. Names in lower case.
#pragma once

#include "core/dryrun/template/evaluator.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::dryrun::language {

/// One call, its arguments evaluated.
struct Call {
    Evaluator& evaluator;
    const Node& node;
    std::vector<Json>& arguments;
    bool open = false;  ///< set where the result came from Azure

    [[nodiscard]] Session& session() const noexcept { return evaluator.session(); }
    [[nodiscard]] Context& context() const noexcept { return evaluator.context(); }
    [[nodiscard]] std::size_t size() const noexcept { return arguments.size(); }
    [[nodiscard]] Json& operator[](std::size_t i) const { return arguments[i]; }
    [[nodiscard]] bool is_text(std::size_t i) const {
        return i < arguments.size() && arguments[i].is_string();
    }
    [[nodiscard]] std::string_view text(std::size_t i) const {
        return language::text(arguments[i]);
    }
    [[nodiscard]] std::optional<std::int64_t> whole(std::size_t i) const {
        return i < arguments.size() ? integer(arguments[i]) : std::nullopt;
    }
    /// Pays for looking for one text in another, which may take the product of their lengths.
    [[nodiscard]] bool pay_search(std::size_t text, std::size_t needle) const {
        return session().spend((text / 64 + 1) * (needle / 4 + 1));
    }
    /// A fault: the function does not take these.
    [[nodiscard]] Json refuse() const;
};

struct Function {
    std::string_view name;
    std::size_t least;
    std::size_t most;
    Json (*call)(Call&);
    /// What unknown arguments make of it: `any`, also one deep inside, makes the result unknown;
    /// `top`, only an argument that is unknown itself; `kept`: the function sees to it.
    enum class Unknowns { any, top, kept } unknowns = Unknowns::any;
};

inline constexpr std::size_t kMany = 1000;

/// A function that evaluates its arguments itself: `if`, `lambda` takers and the like.
struct SpecialForm {
    std::string_view name;
    Held (*call)(Evaluator&, const Node&);
};

[[nodiscard]] std::span<const Function> text_functions() noexcept;
[[nodiscard]] std::span<const Function> conversion_functions() noexcept;
[[nodiscard]] std::span<const Function> number_functions() noexcept;
[[nodiscard]] std::span<const Function> collection_functions() noexcept;
[[nodiscard]] std::span<const Function> date_functions() noexcept;
[[nodiscard]] std::span<const Function> scope_functions() noexcept;
[[nodiscard]] std::span<const SpecialForm> special_forms() noexcept;

/// `list*(...)`: any name that starts so is a function.
[[nodiscard]] Json list_function(Call& call);

/// Text and whole numbers as text, as `concat` and ids take them; nothing for the rest.
[[nodiscard]] std::optional<std::string> plain_text(const Json& value);

}  // namespace armgate::dryrun::language
