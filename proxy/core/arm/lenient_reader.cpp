#include "core/arm/lenient_reader.hpp"

#include "core/arm/lenient_names.hpp"
#include "core/arm/lenient_strings.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace armgate::arm {
namespace {

/// What Newtonsoft takes in a name without quotes, its letters outside ASCII left out.
bool is_name_char(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || base::is_digit(c) || c == '_' ||
           c == '$';
}

bool is_eight_spaces(const char* at) noexcept {
    return std::memcmp(at, "        ", 8) == 0;
}

/// One pass, no recursion: the open containers are a list of bounded length. What reads something
/// is given where it begins, and gives where it ends or null where it is not there. What is seldom
/// needed is not inlined: nearly all of a body goes through `read_next`, `read_key` and `add`.
class Reader {
  public:
    Reader(JsonParts& parts, const JsonLimits& limits)
        : limits_(limits),
          parts_(parts),
          start_(parts.source.data()),
          end_(start_ + parts.source.size()),
          strings_(parts.unescaped) {}

    /// Nothing, or why the text is not read.
    const char* read();

    /// The text has bytes that were not looked at: they may not be UTF-8, or be NUL.
    [[nodiscard]] bool unchecked() const noexcept { return unchecked_ || strings_.beyond_ascii(); }

  private:
    using Node = JsonParts::Node;
    using Span = JsonParts::Span;
    struct Open {
        std::uint32_t node = 0;
        std::uint32_t size = 0;   ///< elements or members so far
        std::uint64_t names = 0;  ///< a bit for each name so far, by `name_bit`
        char bracket = 0;         ///< that closes it
        bool doubled = false;     ///< two names share a bit: they may be the same
    };

    const char* read_next(const char* at);
    const char* read_value(const char* at, Span key);
    const char* read_open(const char* at, Span key);
    const char* read_key(const char* at, Span& key);
    [[gnu::noinline]] const char* read_odd_key(const char* at, Span& key);
    [[gnu::noinline]] const char* read_string(const char* at, Span& out);
    [[gnu::noinline]] const char* read_odd_value(const char* at, Span key);
    const char* read_number(const char* at);
    const char* read_literal(const char* at, std::string_view word);
    const char* close(const char* at);
    /// Most bodies come without a space: `skip_more_space` is seldom called.
    [[nodiscard]] bool begins_space(const char* at) const noexcept {
        return at != end_ && (*at <= ' ' || *at == '/');
    }
    [[gnu::noinline]] const char* skip_more_space(const char* at);
    const char* skip_comment(const char* at);
    [[gnu::noinline]] bool has_duplicate(std::uint32_t object);
    [[gnu::noinline]] bool make_room();
    bool add(JsonKind kind, Span key, Span text);
    [[gnu::noinline]] const char* fail(const char* why) noexcept {
        if (why_ == nullptr) why_ = why;
        return nullptr;
    }
    const char* fail() noexcept {
        return fail("The body is not JSON, nor what Resource Manager takes for it.");
    }
    [[nodiscard]] std::uint32_t offset(const char* at) const noexcept {
        return static_cast<std::uint32_t>(at - start_);
    }
    [[nodiscard]] Span span(const char* from, const char* to) const noexcept {
        return {offset(from), static_cast<std::uint32_t>(to - from)};
    }

    JsonLimits limits_;
    JsonParts& parts_;
    const char* start_;
    const char* end_;
    LenientStrings strings_;
    Node* nodes_ = nullptr;
    std::uint32_t count_ = 0;
    std::uint32_t room_ = 0;
    /// The first one stands for what is around the root.
    std::array<Open, kMaxBodyDepth + 1> open_{};
    Open* innermost_ = open_.data();
    std::vector<std::string_view> names_;
    bool unchecked_ = false;
    const char* why_ = nullptr;
};

const char* Reader::read() {
    if (start_ == end_) {  // there may be no text to stand in
        fail();
        return why_;
    }
    const char* at = begins_space(start_) ? skip_more_space(start_) : start_;
    if (at != nullptr) at = at != end_ ? read_value(at, {}) : fail();
    while (at != nullptr && innermost_ != open_.data()) at = read_next(at);
    if (at != nullptr && begins_space(at)) at = skip_more_space(at);
    if (at != nullptr && at != end_) fail("The body holds more after its JSON value.");
    return why_;
}

/// Inside a container: its end, or its next element or member up to the end of a scalar or past the
/// bracket that opens a container, or some space. Nearly all of a body goes through here: what is
/// usual comes first and costs few instructions.
const char* Reader::read_next(const char* at) {
    const Open& open = *innermost_;
    if (at == end_) return fail();
    if (*at == ',' && open.size != 0) {
        ++at;
        if (begins_space(at)) at = skip_more_space(at);
        if (at == nullptr || at == end_) return fail();
    } else if (begins_space(at)) {
        return skip_more_space(at);
    } else if (open.size != 0 && *at != open.bracket) {
        return fail();
    }
    if (*at == open.bracket) return close(at);
    Span key{};
    if (open.bracket == '}') {
        at = read_key(at, key);
        if (at == nullptr || at == end_) return fail();
    }
    return read_value(at, key);
}

/// Up to where the value begins, which may be the end.
const char* Reader::read_key(const char* at, Span& key) {
    std::uint64_t bit = 0;
    const char* to = end_of_plain_string(at, end_);
    if (to != nullptr) {
        key = span(at + 1, to);
        bit = name_bit(at[1], to[-1], static_cast<std::size_t>(to - at - 1));
        ++to;
    } else {
        to = read_odd_key(at, key);
        if (to == nullptr) return nullptr;
        bit = name_bit(parts_.text_of(key));
    }
    Open& open = *innermost_;
    if ((open.names & bit) != 0) open.doubled = true;
    open.names |= bit;
    if (begins_space(to)) to = skip_more_space(to);
    if (to == nullptr || to == end_ || *to != ':') return fail();
    ++to;
    return begins_space(to) ? skip_more_space(to) : to;
}

const char* Reader::read_odd_key(const char* at, Span& key) {
    if (*at == '"' || *at == '\'') return read_string(at, key);
    const char* to = at;
    while (to != end_ && is_name_char(*to)) ++to;
    if (to == at) return fail();
    key = span(at, to);
    return to;
}

const char* Reader::read_value(const char* at, Span key) {
    if (*at == '{' || *at == '[') return read_open(at, key);
    const char* const to = end_of_plain_string(at, end_);
    if (to == nullptr) return read_odd_value(at, key);
    return add(JsonKind::string, key, span(at + 1, to)) ? to + 1 : nullptr;
}

const char* Reader::read_odd_value(const char* at, Span key) {
    JsonKind kind = JsonKind::number;
    Span text{};
    const char* to = nullptr;
    switch (*at) {
        case '"':
        case '\'':
            kind = JsonKind::string;
            to = read_string(at, text);
            break;
        case 't':
        case 'f':
            kind = JsonKind::boolean;
            to = read_literal(at, *at == 't' ? "true" : "false");
            break;
        case 'n':
            kind = JsonKind::null;
            to = read_literal(at, "null");
            break;
        default:
            to = read_number(at);
    }
    if (to == nullptr) return nullptr;
    if (kind != JsonKind::string) text = span(at, to);
    return add(kind, key, text) ? to : nullptr;
}

const char* Reader::read_open(const char* at, Span key) {
    const bool object = *at == '{';
    const std::uint32_t index = count_;
    if (!add(object ? JsonKind::object : JsonKind::array, key, {offset(at), 0})) return nullptr;
    if (innermost_ == &open_.back()) {
        return fail("The body is nested deeper than 64 (limit body-depth).");
    }
    *++innermost_ = {index, 0, 0, object ? '}' : ']', false};
    return at + 1;
}

const char* Reader::close(const char* at) {
    const Open& open = *innermost_--;
    Node& node = nodes_[open.node];
    node.text.size = offset(at + 1) - node.text.begin;
    node.size_and_kind = Node::pack(open.size, node.kind());
    node.after = count_;
    if (!open.doubled || !has_duplicate(open.node)) return at + 1;
    return fail("The body holds an object with two members of one name.");
}

/// Any string, past its closing quote.
const char* Reader::read_string(const char* at, Span& out) {
    const std::size_t unescaped = parts_.unescaped.size();
    const char* const to = strings_.read(at, end_);
    if (to == nullptr) return fail();
    out = span(at + 1, to);
    if (strings_.was_escaped()) {
        out = {offset(end_) + static_cast<std::uint32_t>(unescaped),
               static_cast<std::uint32_t>(parts_.unescaped.size() - unescaped)};
        parts_.escaped.push_back({out.begin, span(at, to + 1)});
    }
    return to + 1;
}

/// Only asked where two names are alike at a first look.
bool Reader::has_duplicate(std::uint32_t object) {
    if (limits_.duplicates == JsonLimits::Duplicates::keep) return false;
    names_.clear();
    for (auto i = object + 1; i != parts_.after(object); i = parts_.after(i)) {
        names_.push_back(parts_.text_of(nodes_[i].key));
    }
    return has_same_name(names_);
}

/// False where the body has too many values.
bool Reader::make_room() {
    if (count_ == limits_.values) {
        fail("The body holds too many values (limit body-values).");
        return false;
    }
    constexpr std::size_t kUsualValue = 24;  // bytes
    const std::size_t first = parts_.source.size() / kUsualValue + 1;
    const std::size_t room =
        std::min(limits_.values, count_ == 0 ? first : std::size_t{count_} * 2);
    auto nodes = std::make_unique_for_overwrite<Node[]>(room);
    std::copy_n(nodes_, count_, nodes.get());
    parts_.nodes = std::move(nodes);
    nodes_ = parts_.nodes.get();
    room_ = static_cast<std::uint32_t>(room);
    return true;
}

bool Reader::add(JsonKind kind, Span key, Span text) {
    if (count_ == room_ && !make_room()) return false;
    Node& node = nodes_[count_++];
    node.key = key;
    node.text = text;
    node.size_and_kind = Node::pack(0, kind);
    ++innermost_->size;
    return true;
}

/// RFC 8259 section 6. Newtonsoft also takes hexadecimal, octal and NaN: no body needs them.
const char* Reader::read_number(const char* at) {
    const char* to = at;
    const auto digits = [this, &to] {
        const char* const first = to;
        while (to != end_ && base::is_digit(*to)) ++to;
        return to != first;
    };
    if (*to == '-') ++to;
    const bool zero = to != end_ && *to == '0';
    if (zero) {
        ++to;
    } else if (!digits()) {
        return fail();
    }
    if (to != end_ && *to == '.') {
        ++to;
        if (!digits()) return fail();
    }
    if (to != end_ && (*to == 'e' || *to == 'E')) {
        ++to;
        if (to != end_ && (*to == '+' || *to == '-')) ++to;
        if (!digits()) return fail();
    }
    if (to != end_ && is_name_char(*to)) return fail();
    return to;
}

const char* Reader::read_literal(const char* at, std::string_view word) {
    const std::string_view rest(at, static_cast<std::size_t>(end_ - at));
    if (!rest.starts_with(word)) return fail();
    const char* const to = at + word.size();
    if (to != end_ && is_name_char(*to)) return fail();
    return to;
}

/// Past at least one space or comment.
const char* Reader::skip_more_space(const char* at) {
    const char* const from = at;
    if (*at == ' ' && !begins_space(at + 1)) return at + 1;
    while (at != end_) {
        switch (*at) {
            case ' ':  // templates are indented deep
                at += end_ - at >= 8 && is_eight_spaces(at) ? 8 : 1;
                break;
            case '\n':
            case '\r':
            case '\t':
                ++at;
                break;
            case '/':
                at = skip_comment(at);
                if (at == nullptr) return fail();
                break;
            default:
                return at != from ? at : fail();
        }
    }
    return at;
}

/// A comment, up to its end.
const char* Reader::skip_comment(const char* at) {
    unchecked_ = true;
    const std::string_view rest(at, static_cast<std::size_t>(end_ - at));
    if (rest.starts_with("//")) {
        const std::size_t length = std::min(rest.find_first_of("\r\n"), rest.size());
        // Where a lone CR ends the line depends on the reader, and so would what is hidden.
        if (length < rest.size() && rest[length] == '\r' && rest.substr(length, 2) != "\r\n") {
            return nullptr;
        }
        return at + length;
    }
    const std::size_t close = rest.starts_with("/*") ? rest.find("*/", 2) : std::string_view::npos;
    return close == std::string_view::npos ? nullptr : at + close + 2;
}

}  // namespace

JsonReading read_json(JsonParts& parts, const JsonLimits& limits) {
    Reader reader(parts, limits);
    const char* const why = reader.read();
    return {why, reader.unchecked()};
}

}  // namespace armgate::arm
