#include "core/dryrun/template/syntax.hpp"

#include "core/arm/template_tokens.hpp"
#include "core/base/text.hpp"

#include <utility>

namespace armgate::dryrun::language {
namespace {

using arm::TemplateTokens;

constexpr std::size_t kMaxBrackets = 64;

class Reader {
  public:
    explicit Reader(std::string_view text) : tokens_(text) {}

    std::shared_ptr<const Node> read_all() {
        auto node = std::make_shared<Node>(read());
        if (fault_ || tokens_.next() != TemplateTokens::Kind::end) return nullptr;
        return node;
    }

  private:
    Node read();
    Node read_primary();
    Node read_call();
    bool read_arguments(std::vector<Node>& out);
    Node fail() {
        fault_ = true;
        return {};
    }

    TemplateTokens tokens_;
    std::size_t depth_ = 0;
    bool fault_ = false;
};

Node Reader::read() {
    if (fault_ || ++depth_ > kMaxBrackets) return fail();
    Node node = read_primary();
    std::size_t links = 0;
    while (!fault_) {
        Node key;
        if (tokens_.take('.')) {
            key.text = tokens_.read_word();
            if (key.text.empty()) return fail();
        } else if (tokens_.take('[')) {
            key = read();
            if (!tokens_.take(']')) return fail();
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
    Node out;
    switch (tokens_.next()) {
        case TemplateTokens::Kind::end:
            return fail();
        case TemplateTokens::Kind::other:
            return read_call();
        case TemplateTokens::Kind::text: {
            const auto quoted = tokens_.read_quoted();
            if (!quoted) return fail();
            out.text = quoted->text();
            break;
        }
        case TemplateTokens::Kind::number: {
            const auto number = tokens_.read_number();
            if (!number) return fail();
            out.kind = Node::Kind::integer;
            out.integer = *number;
            break;
        }
    }
    return out;
}

Node Reader::read_call() {
    Node out;
    out.kind = Node::Kind::call;
    out.text = tokens_.read_name();
    if (out.text.empty() || !tokens_.take('(') || !read_arguments(out.children)) return fail();
    out.name = base::to_lower(out.text);
    return out;
}

/// Past the closing parenthesis.
bool Reader::read_arguments(std::vector<Node>& out) {
    if (tokens_.take(')')) return true;
    do {
        out.push_back(read());
        if (fault_) return false;
    } while (tokens_.take(','));
    return tokens_.take(')');
}

}  // namespace

std::shared_ptr<const Node> parse_expression(std::string_view text) {
    return Reader(text).read_all();
}

}  // namespace armgate::dryrun::language
