#include "core/dryrun/template/syntax.hpp"

#include "core/base/text.hpp"

#include <charconv>
#include <utility>

namespace armgate::dryrun::language {
namespace {

constexpr std::size_t kMaxBrackets = 64;

bool is_word_char(char c) noexcept {
    const char lower = base::ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || base::is_digit(c) || c == '_' || c == '$';
}

bool is_space(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    std::shared_ptr<const Node> read_all() {
        auto node = std::make_shared<Node>(read());
        skip_space();
        if (fault_ || at_ != text_.size()) return nullptr;
        return node;
    }

  private:
    Node read();
    Node read_primary();
    Node read_text();
    Node read_number();
    Node read_call();
    bool read_arguments(std::vector<Node>& out);
    std::string_view read_word();
    void skip_space() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    }
    bool take(char c) {
        skip_space();
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    Node fail() {
        fault_ = true;
        return {};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    bool fault_ = false;
};

Node Reader::read() {
    if (fault_ || ++depth_ > kMaxBrackets) return fail();
    Node node = read_primary();
    std::size_t links = 0;
    while (!fault_) {
        Node key;
        if (take('.')) {
            key.text = read_word();
            if (key.text.empty()) return fail();
        } else if (take('[')) {
            key = read();
            if (!take(']')) return fail();
        } else {
            break;
        }
        if (++links > kMaxBrackets) return fail();
        Node access;
        access.kind = Node::Kind::property;
        access.children.push_back(std::move(node));
        access.children.push_back(std::move(key));
        node = std::move(access);
    }
    --depth_;
    return node;
}

Node Reader::read_primary() {
    skip_space();
    if (at_ == text_.size()) return fail();
    if (text_[at_] == '\'') return read_text();
    if (text_[at_] == '-' || base::is_digit(text_[at_])) return read_number();
    return read_call();
}

/// A quote in a string is doubled.
Node Reader::read_text() {
    Node out;
    for (++at_; at_ < text_.size(); ++at_) {
        if (text_[at_] == '\'') {
            ++at_;
            if (at_ == text_.size() || text_[at_] != '\'') return out;
        }
        out.text.push_back(text_[at_]);
    }
    return fail();
}

Node Reader::read_number() {
    const char* const end = text_.data() + text_.size();
    Node out;
    out.kind = Node::Kind::integer;
    const auto [next, error] = std::from_chars(text_.data() + at_, end, out.integer);
    if (error != std::errc()) return fail();
    at_ = static_cast<std::size_t>(next - text_.data());
    return out;
}

std::string_view Reader::read_word() {
    skip_space();
    const std::size_t from = at_;
    while (at_ < text_.size() && is_word_char(text_[at_])) ++at_;
    return text_.substr(from, at_ - from);
}

/// A function of the template's own is `namespace.name(...)`.
Node Reader::read_call() {
    Node out;
    out.kind = Node::Kind::call;
    out.text = read_word();
    while (!out.text.empty() && take('.')) {
        const auto word = read_word();
        if (word.empty()) return fail();
        out.text.append(".").append(word);
    }
    if (out.text.empty() || !take('(') || !read_arguments(out.children)) return fail();
    out.name = base::to_lower(out.text);
    return out;
}

/// Past the closing parenthesis.
bool Reader::read_arguments(std::vector<Node>& out) {
    if (take(')')) return true;
    do {
        out.push_back(read());
        if (fault_) return false;
    } while (take(','));
    return take(')');
}

}  // namespace

std::shared_ptr<const Node> parse_expression(std::string_view text) {
    return Reader(text).read_all();
}

}  // namespace armgate::dryrun::language
