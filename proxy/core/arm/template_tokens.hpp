// The words of ARM's template expressions. Two readers go by them: the one that judges bodies
// (template_expression) and the one that carries templates out (dryrun/template/syntax). Pure; a
// view into the expression, which must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace armgate::arm {

/// Reads an expression from its front. White space before a word is read over.
class TemplateTokens {
  public:
    /// `text` without the brackets around it.
    explicit TemplateTokens(std::string_view text) noexcept : rest_(text) {}

    enum class Kind { end, text, number, other };
    /// What comes next, by its first byte.
    [[nodiscard]] Kind next() noexcept;

    /// True, and read over, where `c` comes next.
    [[nodiscard]] bool take(char c) noexcept {
        skip_space();
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    /// Letters, digits, `_` and `$`; empty where none come next.
    [[nodiscard]] std::string_view read_word() noexcept;

    /// The name of a function as written; one of the template's own is `namespace.name`. Empty
    /// where it is none.
    [[nodiscard]] std::string read_name();

    /// What stands between the quotes of a text.
    struct Quoted {
        std::string_view written;
        bool doubled = false;  ///< a quote in it is written twice
        [[nodiscard]] std::string text() const;
    };
    /// Where `text` comes next. Nothing where it does not end.
    [[nodiscard]] std::optional<Quoted> read_quoted() noexcept;

    /// Where `number` comes next: a whole number. Nothing where it does not fit.
    [[nodiscard]] std::optional<std::int64_t> read_number() noexcept;

  private:
    void skip_space() noexcept {
        while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
    }
    [[nodiscard]] static constexpr bool is_space(char c) noexcept {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    std::string_view rest_;
};

}  // namespace armgate::arm
