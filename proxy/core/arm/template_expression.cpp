#include "core/arm/template_expression.hpp"

#include "core/arm/template_function.hpp"
#include "core/arm/template_tokens.hpp"
#include "core/base/text.hpp"

#include <span>

namespace armgate::arm {
namespace {

using Kind = Evaluated::Kind;

/// Brackets within brackets, and parameters that refer to parameters.
constexpr std::size_t kMaxDepth = 48;
constexpr std::size_t kCallCost = 16;

}  // namespace

/// Reads and evaluates one expression in the same pass. A fault makes all of it unknown.
class ExpressionReader {
  public:
    ExpressionReader(Evaluator& evaluator, const TemplateContext& context, std::string_view text)
        : evaluator_(evaluator), context_(context), tokens_(text) {}

    Evaluated read_all() {
        Evaluated value = read();
        if (fault_ || tokens_.next() != TemplateTokens::Kind::end) return {};
        return value;
    }

  private:
    Evaluated read();
    Evaluated read_primary();
    Evaluated read_call();
    bool read_arguments();
    Evaluated call(std::string_view name, std::span<const Evaluated> arguments);
    Evaluated property_of(const Evaluated& value, const Evaluated& key);
    Evaluated element_of(const Evaluated& value, std::int64_t index);
    Evaluated child(const Evaluated& parent, JsonValue value);
    Evaluated fail() {
        fault_ = true;
        return {};
    }

    Evaluator& evaluator_;
    const TemplateContext& context_;
    TemplateTokens tokens_;
    bool fault_ = false;
};

Evaluated ExpressionReader::read() {
    if (fault_ || ++evaluator_.depth_ > kMaxDepth) {
        --evaluator_.depth_;
        return fail();
    }
    Evaluated value = read_primary();
    while (!fault_) {
        if (tokens_.take('.')) {
            Evaluated key;
            key.kind = Kind::text;
            key.text = tokens_.read_word();
            value = key.text.empty() ? fail() : property_of(value, key);
        } else if (tokens_.take('[')) {
            const Evaluated key = read();
            value = tokens_.take(']') && !fault_ ? property_of(value, key) : fail();
        } else {
            break;
        }
    }
    --evaluator_.depth_;
    return value;
}

Evaluated ExpressionReader::read_primary() {
    Evaluated out;
    switch (tokens_.next()) {
        case TemplateTokens::Kind::end:
            return fail();
        case TemplateTokens::Kind::other:
            return read_call();
        case TemplateTokens::Kind::text: {
            const auto quoted = tokens_.read_quoted();
            if (!quoted) return fail();
            out.kind = Kind::text;
            out.text = quoted->doubled ? evaluator_.texts_.keep(quoted->text()) : quoted->written;
            break;
        }
        case TemplateTokens::Kind::number: {
            const auto number = tokens_.read_number();
            if (!number) return fail();
            out.kind = Kind::integer;
            out.integer = *number;
            break;
        }
    }
    return out;
}

/// A function of the template's own is unknown, but its arguments are read over.
Evaluated ExpressionReader::read_call() {
    std::string_view name = tokens_.read_word();
    bool own = false;
    while (!name.empty() && tokens_.take('.')) {
        own = true;
        name = tokens_.read_word();
    }
    if (name.empty() || !tokens_.take('(')) return fail();
    auto& all = evaluator_.arguments_;
    const std::size_t first = all.size();
    const bool complete = read_arguments();
    const Evaluated out = complete ? call(own ? std::string_view() : name,
                                          std::span<const Evaluated>(all).subspan(first))
                                   : fail();
    all.resize(first);
    return out;
}

/// Past the closing parenthesis; what they amount to is added to the evaluator's.
bool ExpressionReader::read_arguments() {
    if (tokens_.take(')')) return true;
    do {
        const Evaluated argument = read();
        if (fault_) return false;
        evaluator_.arguments_.push_back(argument);
    } while (tokens_.take(','));
    return tokens_.take(')');
}

Evaluated ExpressionReader::call(std::string_view name, std::span<const Evaluated> arguments) {
    std::size_t cost = kCallCost;
    for (const auto& argument : arguments) cost += argument.text.size();
    if (!evaluator_.spend(cost)) return fail();
    const bool parameter = base::ascii_iequals(name, "parameters");
    if (parameter || base::ascii_iequals(name, "variables")) {
        if (arguments.size() != 1 || !arguments[0].is_text()) return {};
        const std::string_view which = arguments[0].text;  // what follows may move the arguments
        return parameter ? evaluator_.parameter(which, context_)
                         : evaluator_.variable(which, context_);
    }
    const Evaluated out = call_template_function(name, {arguments, context_, evaluator_.texts_});
    return evaluator_.spend(out.text.size()) ? out : fail();
}

Evaluated ExpressionReader::child(const Evaluated& parent, JsonValue value) {
    if (parent.context != nullptr) return evaluator_.evaluate(value, *parent.context);
    return Evaluator::literal(value);
}

Evaluated ExpressionReader::property_of(const Evaluated& value, const Evaluated& key) {
    if (value.kind == Kind::builtin && key.is_text()) {
        const Evaluated out = builtin_property(value.text, key.text, context_, evaluator_.texts_);
        return evaluator_.spend(out.text.size()) ? out : fail();
    }
    if (!value.node) return {};
    if (key.kind == Kind::integer) return element_of(value, key.integer);
    if (!key.is_text()) return {};
    const auto member = evaluator_.look_up(value.node, key.text);
    return member ? child(value, *member) : Evaluated();
}

Evaluated ExpressionReader::element_of(const Evaluated& value, std::int64_t index) {
    if (!value.node->is_array() || !evaluator_.spend(value.node->size())) return {};
    for (const JsonValue element : *value.node) {
        if (index-- == 0) return child(value, element);
    }
    return {};
}

bool is_expression(std::string_view text) noexcept {
    return text.size() >= 2 && text.front() == '[' && text.back() == ']' && text[1] != '[';
}

std::optional<JsonValue> Evaluator::look_up(const std::optional<JsonValue>& object,
                                            std::string_view name) {
    if (!object || !spend(object->size())) return std::nullopt;
    return object->member(name);
}

Evaluated Evaluator::literal(JsonValue value) {
    Evaluated out;
    switch (value.kind()) {
        case JsonKind::boolean:
            out.kind = Kind::boolean;
            out.boolean = value.text() == "true";
            break;
        case JsonKind::number:
            if (const auto number = base::parse_integer(value.text())) {
                out.kind = Kind::integer;
                out.integer = *number;
            }
            break;
        case JsonKind::string:
            // Whether ARM evaluates these is not known.
            if (is_expression(value.text())) break;
            out.kind = Kind::text;
            out.text = value.text();
            break;
        case JsonKind::null:
        case JsonKind::array:
        case JsonKind::object:
            out.kind = Kind::node;
            out.node = value;
            break;
    }
    return out;
}

Evaluated Evaluator::evaluate(JsonValue value, const TemplateContext& context) {
    if (context.blind || !spend(value.text().size() + 1)) return {};
    if (!value.is_string()) {
        Evaluated out = literal(value);
        out.context = &context;
        return out;
    }
    std::string_view text = value.text();
    if (is_expression(text)) {
        text.remove_prefix(1);
        text.remove_suffix(1);
        return ExpressionReader(*this, context, text).read_all();
    }
    Evaluated out;
    out.kind = Kind::text;
    if (text.starts_with("[[")) text.remove_prefix(1);
    out.text = text;
    return out;
}

Evaluated Evaluator::parameter(std::string_view name, const TemplateContext& context) {
    constexpr std::size_t kFew = 16;
    for (const auto& known : context.known) {
        if (known.name == name) return known.value;
    }
    const Evaluated value = read_parameter(name, context);
    // In a loop it may hang on the index; what is unknown here may be known at a lesser depth.
    const bool keep = context.copies.empty() && value.kind != Kind::unknown;
    if (keep && context.known.size() < kFew) context.known.push_back({name, value});
    return value;
}

Evaluated Evaluator::read_parameter(std::string_view name, const TemplateContext& context) {
    const auto declared = look_up(context.parameters, name);
    const auto type = look_up(declared, "type");
    // Without a type of its own (a reference to a definition) it may be a secure one.
    if (!type || !type->is_string() || base::ascii_istarts_with(type->text(), "secure")) return {};
    if (context.given_elsewhere) return {};
    if (const auto given = look_up(context.given, name)) {
        const auto value = look_up(given, "value");
        if (!value) return {};
        return context.outer != nullptr ? evaluate(*value, *context.outer) : literal(*value);
    }
    const auto value = look_up(declared, "defaultValue");
    return value ? evaluate(*value, context) : Evaluated();
}

Evaluated Evaluator::variable(std::string_view name, const TemplateContext& context) {
    const auto value = look_up(context.variables, name);
    return value ? evaluate(*value, context) : Evaluated();
}

}  // namespace armgate::arm
