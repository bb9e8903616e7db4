#include "core/arm/lenient_json.hpp"

#include "core/arm/lenient_strings.hpp"
#include "core/base/text.hpp"
#include "core/base/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace armgate::arm {
namespace {

constexpr std::size_t kFewMembers = 8;  ///< up to here comparing pairs is the cheapest

/// What Newtonsoft takes in a name without quotes, its letters outside ASCII left out.
bool is_name_char(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || base::is_digit(c) || c == '_' ||
           c == '$';
}

bool is_eight_spaces(const char* at) noexcept {
    return std::memcmp(at, "        ", 8) == 0;
}

bool less_without_case(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return a.size() < b.size();
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return base::ascii_lower(x) < base::ascii_lower(y);
    });
}

}  // namespace

/// One pass, no recursion: the open containers are a list of bounded length.
class LenientReader {
  public:
    LenientReader(LenientJson& document, const JsonLimits& limits)
        : limits_(limits),
          document_(document),
          nodes_(document.nodes_),
          start_(document.source_.data()),
          at_(start_),
          end_(start_ + document.source_.size()),
          strings_(document.unescaped_, document.source_.size()) {}

    /// Nothing, or why the text is not read.
    const char* read();

  private:
    using Node = LenientJson::Node;
    struct Open {
        std::uint32_t node = 0;
        std::uint32_t last = 0;  ///< its latest child
    };

    bool read_value();
    bool read_key();
    bool read_after_value();
    bool close();
    bool read_string(std::string_view& out) { return strings_.read(at_, end_, out) || fail(); }
    bool read_number();
    bool read_literal(std::string_view word, JsonKind kind);
    bool skip_space() {
        // Most bodies come without a space: then it ends here.
        const bool begins = at_ != end_ && (*at_ <= ' ' || *at_ == '/');
        return !begins || skip_more_space();
    }
    bool skip_more_space();
    bool skip_comment();
    bool has_duplicate(const Node& object);
    std::uint32_t add(JsonKind kind);
    bool fail(const char* why) {
        if (why_ == nullptr) why_ = why;
        return false;
    }
    bool fail() { return fail("The body is not JSON, nor what Resource Manager takes for it."); }
    [[nodiscard]] std::uint32_t offset() const noexcept {
        return static_cast<std::uint32_t>(at_ - start_);
    }

    JsonLimits limits_;
    LenientJson& document_;
    std::vector<Node>& nodes_;
    const char* start_;
    const char* at_;
    const char* end_;
    LenientStrings strings_;
    std::array<Open, kMaxBodyDepth> open_{};
    std::size_t depth_ = 0;
    std::string_view key_;
    std::vector<std::string_view> names_;
    const char* why_ = nullptr;
};

const char* LenientReader::read() {
    nodes_.reserve(std::min(document_.source_.size() / 16 + 1, limits_.values));
    bool more = skip_space() && read_value();
    while (more && depth_ > 0) more = read_after_value();
    if (!more || !skip_space()) return why_;
    if (at_ != end_) fail("The body holds more after its JSON value.");
    return why_;
}

/// Reads up to the end of a scalar, or past the bracket that opens a container.
bool LenientReader::read_value() {
    if (at_ == end_) return fail();
    if (nodes_.size() == limits_.values)
        return fail("The body holds too many values (limit body-values).");
    switch (*at_) {
        case '{':
        case '[': {
            if (depth_ == kMaxBodyDepth)
                return fail("The body is nested deeper than 64 (limit body-depth).");
            const auto index = add(*at_ == '{' ? JsonKind::object : JsonKind::array);
            open_[depth_++] = {index, 0};
            ++at_;
            if (!skip_space()) return false;
            if (at_ == end_) return fail();
            const char bracket = nodes_[index].kind == JsonKind::object ? '}' : ']';
            if (*at_ == bracket) return close();
            if (bracket == '}' && !read_key()) return false;
            return read_value();  // at most once a level: bounded by kMaxBodyDepth
        }
        case '"':
        case '\'': {
            const auto index = add(JsonKind::string);
            std::string_view text;
            if (!read_string(text)) return false;
            nodes_[index].text = text;
            nodes_[index].end = offset();
            return true;
        }
        case 't':
            return read_literal("true", JsonKind::boolean);
        case 'f':
            return read_literal("false", JsonKind::boolean);
        case 'n':
            return read_literal("null", JsonKind::null);
        default:
            return read_number();
    }
}

bool LenientReader::read_after_value() {
    if (!skip_space()) return false;
    if (at_ == end_) return fail();
    const bool object = nodes_[open_[depth_ - 1].node].kind == JsonKind::object;
    const char bracket = object ? '}' : ']';
    if (*at_ == bracket) return close();
    if (*at_ != ',') return fail();
    ++at_;
    if (!skip_space()) return false;
    if (at_ != end_ && *at_ == bracket) return close();
    if (object && !read_key()) return false;
    return read_value();
}

bool LenientReader::read_key() {
    if (at_ == end_) return fail();
    if (*at_ == '"' || *at_ == '\'') {
        if (!read_string(key_)) return false;
    } else {
        const char* const from = at_;
        while (at_ != end_ && is_name_char(*at_)) ++at_;
        if (at_ == from) return fail();
        key_ = {from, static_cast<std::size_t>(at_ - from)};
    }
    if (!skip_space()) return false;
    if (at_ == end_ || *at_ != ':') return fail();
    ++at_;
    return skip_space();
}

bool LenientReader::close() {
    ++at_;
    Node& node = nodes_[open_[--depth_].node];
    node.end = offset();
    if (node.kind != JsonKind::object || limits_.duplicates == JsonLimits::Duplicates::keep) {
        return true;
    }
    if (!has_duplicate(node)) return true;
    return fail("The body holds an object with two members of one name.");
}

bool LenientReader::has_duplicate(const Node& object) {
    if (object.size <= kFewMembers) {
        for (auto a = object.first; a != 0; a = nodes_[a].next) {
            for (auto b = nodes_[a].next; b != 0; b = nodes_[b].next) {
                if (base::ascii_iequals(nodes_[a].key, nodes_[b].key)) return true;
            }
        }
        return false;
    }
    names_.clear();
    for (auto i = object.first; i != 0; i = nodes_[i].next) names_.push_back(nodes_[i].key);
    std::sort(names_.begin(), names_.end(), less_without_case);
    return std::adjacent_find(names_.begin(), names_.end(), base::ascii_iequals) != names_.end();
}

std::uint32_t LenientReader::add(JsonKind kind) {
    const auto index = static_cast<std::uint32_t>(nodes_.size());
    Node& node = nodes_.emplace_back();
    node.kind = kind;
    node.begin = offset();
    if (depth_ == 0) return index;
    Open& parent = open_[depth_ - 1];
    Node& container = nodes_[parent.node];
    ++container.size;
    if (container.kind == JsonKind::object) node.key = key_;
    (parent.last == 0 ? container.first : nodes_[parent.last].next) = index;
    parent.last = index;
    return index;
}

/// RFC 8259 section 6. Newtonsoft also takes hexadecimal, octal and NaN: no body needs them.
bool LenientReader::read_number() {
    const char* const from = at_;
    const auto digits = [this] {
        const char* const first = at_;
        while (at_ != end_ && base::is_digit(*at_)) ++at_;
        return at_ != first;
    };
    if (*at_ == '-') ++at_;
    const bool zero = at_ != end_ && *at_ == '0';
    if (zero) {
        ++at_;
    } else if (!digits()) {
        return fail();
    }
    if (at_ != end_ && *at_ == '.') {
        ++at_;
        if (!digits()) return fail();
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
        ++at_;
        if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
        if (!digits()) return fail();
    }
    if (at_ != end_ && is_name_char(*at_)) return fail();
    const char* const to = at_;
    at_ = from;
    Node& node = nodes_[add(JsonKind::number)];
    at_ = to;
    node.text = {from, static_cast<std::size_t>(to - from)};
    node.end = offset();
    return true;
}

bool LenientReader::read_literal(std::string_view word, JsonKind kind) {
    const auto left = static_cast<std::size_t>(end_ - at_);
    if (!std::string_view(at_, left).starts_with(word)) return fail();
    Node& node = nodes_[add(kind)];
    node.text = {at_, word.size()};
    at_ += word.size();
    node.end = offset();
    return at_ == end_ || !is_name_char(*at_) ? true : fail();
}

bool LenientReader::skip_more_space() {
    while (at_ != end_) {
        switch (*at_) {
            case ' ':  // templates are indented deep
                at_ += end_ - at_ >= 8 && is_eight_spaces(at_) ? 8 : 1;
                break;
            case '\n':
            case '\r':
            case '\t':
                ++at_;
                break;
            case '/':
                if (!skip_comment()) return fail();
                break;
            default:
                return true;
        }
    }
    return true;
}

/// Leaves `at_` behind the comment.
bool LenientReader::skip_comment() {
    const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
    if (rest.starts_with("//")) {
        const std::size_t length = std::min(rest.find_first_of("\r\n"), rest.size());
        // Where a lone CR ends the line depends on the reader, and so would what is hidden.
        if (length < rest.size() && rest[length] == '\r' && rest.substr(length, 2) != "\r\n") {
            return false;
        }
        at_ += length;
        return true;
    }
    const std::size_t close = rest.starts_with("/*") ? rest.find("*/", 2) : std::string_view::npos;
    if (close == std::string_view::npos) return false;
    at_ += close + 2;
    return true;
}

Result<LenientJson> LenientJson::parse(std::string_view text, JsonLimits limits) {
    if (text.size() > limits.bytes) {
        return Error{Errc::body_too_large,
                     "The body is longer than what is looked into (limit body-bytes)."};
    }
    const bool nul = text.find('\0') != std::string_view::npos;
    if (nul || text.starts_with("\xEF\xBB\xBF") || !base::is_utf8(text)) {
        return Error{Errc::input_invalid,
                     "The body is not UTF-8 text, or holds a NUL or a byte order mark."};
    }
    LenientJson document;
    document.source_ = text;
    LenientReader reader(document, limits);
    if (const char* why = reader.read()) return Error{Errc::input_invalid, why};
    return document;
}

}  // namespace armgate::arm
