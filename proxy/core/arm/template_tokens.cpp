#include "core/arm/template_tokens.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>

namespace armgate::arm {
namespace {

constexpr auto kWordChars = [] {
    std::array<bool, 256> table{};
    for (const char c : std::string_view("0123456789_$abcdefghijklmnopqrstuvwxyz")) {
        table[static_cast<unsigned char>(c)] = true;
    }
    for (unsigned char c = 'A'; c <= 'Z'; ++c) table[c] = true;
    return table;
}();

}  // namespace

TemplateTokens::Kind TemplateTokens::next() noexcept {
    skip_space();
    if (rest_.empty()) return Kind::end;
    if (rest_.front() == '\'') return Kind::text;
    return rest_.front() == '-' || base::is_digit(rest_.front()) ? Kind::number : Kind::other;
}

std::string_view TemplateTokens::read_word() noexcept {
    skip_space();
    std::size_t size = 0;
    while (size < rest_.size() && kWordChars[static_cast<unsigned char>(rest_[size])]) ++size;
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

std::string TemplateTokens::Quoted::text() const {
    std::string out;
    for (std::size_t i = 0; i < written.size(); ++i) {
        out.push_back(written[i]);
        if (written[i] == '\'') ++i;
    }
    return out;
}

std::optional<TemplateTokens::Quoted> TemplateTokens::read_quoted() noexcept {
    Quoted out;
    rest_.remove_prefix(1);
    for (std::size_t i = rest_.find('\''); i != std::string_view::npos;
         i = rest_.find('\'', i + 2)) {
        if (rest_.substr(i + 1).starts_with('\'')) {
            out.doubled = true;
            continue;
        }
        out.written = rest_.substr(0, i);
        rest_.remove_prefix(i + 1);
        return out;
    }
    return std::nullopt;
}

std::optional<std::int64_t> TemplateTokens::read_number() noexcept {
    const std::size_t end = std::min(rest_.find_first_not_of("0123456789", 1), rest_.size());
    const auto number = base::parse_integer(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return number;
}

}  // namespace armgate::arm
