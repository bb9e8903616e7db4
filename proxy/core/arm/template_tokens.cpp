#include "core/arm/template_tokens.hpp"

#include "core/base/text.hpp"

#include <algorithm>

namespace armgate::arm {
namespace {

bool is_word_char(char c) noexcept {
    const char lower = base::ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || base::is_digit(c) || c == '_' || c == '$';
}

}  // namespace

TemplateTokens::Kind TemplateTokens::next() noexcept {
    skip_space();
    if (rest_.empty()) return Kind::end;
    if (rest_.front() == '\'') return Kind::text;
    return rest_.front() == '-' || base::is_digit(rest_.front()) ? Kind::number : Kind::other;
}

std::string_view TemplateTokens::read_word() noexcept {
    skip_space();
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_word_char);
    const auto size = static_cast<std::size_t>(end - rest_.begin());
    const std::string_view word = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return word;
}

std::string TemplateTokens::read_name() {
    std::string name(read_word());
    while (!name.empty() && take('.')) {
        const auto word = read_word();
        if (word.empty()) return {};
        name.append(".").append(word);
    }
    return name;
}

std::optional<std::string> TemplateTokens::read_text() {
    std::string out;
    rest_.remove_prefix(1);
    while (true) {
        const std::size_t quote = rest_.find('\'');
        if (quote == std::string_view::npos) return std::nullopt;
        out += rest_.substr(0, quote);
        rest_.remove_prefix(quote + 1);
        if (!rest_.starts_with('\'')) return out;
        out.push_back('\'');
        rest_.remove_prefix(1);
    }
}

std::optional<std::int64_t> TemplateTokens::read_number() noexcept {
    const std::size_t end = std::min(rest_.find_first_not_of("0123456789", 1), rest_.size());
    const auto number = base::parse_integer(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return number;
}

}  // namespace armgate::arm
