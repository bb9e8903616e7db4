#include "core/arm/template_function.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>

namespace armgate::arm {
namespace {

using Kind = Evaluated::Kind;
using Arguments = std::span<const Evaluated>;
using Call = TemplateCall;

/// No name is as long; what doubles itself again and again ends here.
constexpr std::size_t kMaxText = 2048;

/// Functions whose result is known by its properties alone.
constexpr std::string_view kGroup = "resourcegroup";
constexpr std::string_view kSubscription = "subscription";

/// `text` is put together and goes to the store.
Evaluated text_value(std::string_view text, base::TextStore& texts) {
    Evaluated out;
    if (text.size() > kMaxText) return out;
    out.kind = Kind::text;
    out.text = texts.keep(text);
    return out;
}

Evaluated boolean_value(bool value) {
    Evaluated out;
    out.kind = Kind::boolean;
    out.boolean = value;
    return out;
}

Evaluated integer_value(std::int64_t value) {
    Evaluated out;
    out.kind = Kind::integer;
    out.integer = value;
    return out;
}

/// Text, or a whole number as text: what concat and format make of it. False for anything else.
bool append_text(std::string& out, const Evaluated& value) {
    if (value.kind == Kind::text) {
        out += value.text;
    } else if (value.kind == Kind::integer) {
        out += std::to_string(value.integer);
    } else {
        return false;
    }
    return true;
}

Evaluated concat(const Call& call) {
    const Arguments arguments = call.arguments;
    std::string out;
    for (const auto& argument : arguments) {
        if (out.size() > kMaxText || !append_text(out, argument)) return {};
    }
    return arguments.empty() ? Evaluated() : text_value(out, call.texts);
}

/// `{N}` alone is understood: no alignment, no format, no doubled brace.
Evaluated format(const Call& call) {
    const Arguments arguments = call.arguments;
    if (arguments.empty() || !arguments[0].is_text()) return {};
    std::string_view rest = arguments[0].text;
    std::string out;
    while (!rest.empty()) {
        const std::size_t brace = std::min(rest.find_first_of("{}"), rest.size());
        out += rest.substr(0, brace);
        rest.remove_prefix(brace);
        if (rest.empty()) break;
        const std::size_t close = rest.find('}');
        if (rest[0] != '{' || close == std::string_view::npos) return {};
        const auto index = base::parse_decimal(rest.substr(1, close - 1));
        if (!index || *index >= arguments.size() - 1) return {};
        if (out.size() > kMaxText || !append_text(out, arguments[*index + 1])) return {};
        rest.remove_prefix(close + 1);
    }
    return text_value(out, call.texts);
}

Evaluated equals(const Call& call) {
    const Arguments arguments = call.arguments;
    if (arguments.size() != 2 || arguments[0].kind != arguments[1].kind) return {};
    const Evaluated& a = arguments[0];
    const Evaluated& b = arguments[1];
    if (a.kind == Kind::text) {
        // Whether case counts is not documented for every version.
        const bool case_alone = a.text != b.text && base::ascii_iequals(a.text, b.text);
        return case_alone ? Evaluated() : boolean_value(a.text == b.text);
    }
    if (a.kind == Kind::integer) return boolean_value(a.integer == b.integer);
    if (a.kind == Kind::boolean) return boolean_value(a.boolean == b.boolean);
    return {};
}

Evaluated negate(const Call& call) {
    const Arguments arguments = call.arguments;
    if (arguments.size() != 1 || arguments[0].kind != Kind::boolean) return {};
    return boolean_value(!arguments[0].boolean);
}

/// `decides` among the arguments settles it, whatever the others are.
Evaluated junction(Arguments arguments, bool decides) {
    bool all_known = arguments.size() >= 2;
    for (const auto& argument : arguments) {
        if (argument.kind != Kind::boolean) {
            all_known = false;
        } else if (argument.boolean == decides) {
            return boolean_value(decides);
        }
    }
    return all_known ? boolean_value(!decides) : Evaluated();
}

Evaluated all_of(const Call& call) {
    return junction(call.arguments, false);
}

Evaluated any_of(const Call& call) {
    return junction(call.arguments, true);
}

Evaluated choose(const Call& call) {
    const Arguments arguments = call.arguments;
    if (arguments.size() != 3 || arguments[0].kind != Kind::boolean) return {};
    return arguments[arguments[0].boolean ? 1 : 2];
}

Evaluated always_true(const Call& call) {
    return call.arguments.empty() ? boolean_value(true) : Evaluated();
}

Evaluated always_false(const Call& call) {
    return call.arguments.empty() ? boolean_value(false) : Evaluated();
}

Evaluated is_empty(const Call& call) {
    const Arguments arguments = call.arguments;
    if (arguments.size() != 1) return {};
    if (arguments[0].is_text()) return boolean_value(arguments[0].text.empty());
    const auto& node = arguments[0].node;
    return node && !node->is_null() ? boolean_value(node->size() == 0) : Evaluated();
}

Evaluated length(const Call& call) {
    const Arguments arguments = call.arguments;
    if (arguments.size() != 1) return {};
    const auto& node = arguments[0].node;
    if (!node || !(node->is_array() || node->is_object())) return {};
    return integer_value(static_cast<std::int64_t>(node->size()));
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0; });
}

Evaluated lower(const Call& call) {
    const Arguments arguments = call.arguments;
    if (arguments.size() != 1 || !arguments[0].is_text() || !is_ascii(arguments[0].text)) return {};
    return text_value(base::to_lower(arguments[0].text), call.texts);
}

Evaluated upper(const Call& call) {
    const Arguments arguments = call.arguments;
    if (arguments.size() != 1 || !arguments[0].is_text() || !is_ascii(arguments[0].text)) return {};
    return text_value(base::to_upper(arguments[0].text), call.texts);
}

Evaluated to_text(const Call& call) {
    const Arguments arguments = call.arguments;
    std::string text;
    if (arguments.size() != 1 || !append_text(text, arguments[0])) return {};
    return text_value(text, call.texts);
}

Evaluated to_boolean(const Call& call) {
    const Arguments arguments = call.arguments;
    if (arguments.size() != 1) return {};
    if (arguments[0].kind == Kind::boolean) return arguments[0];
    if (!arguments[0].is_text()) return {};
    if (base::ascii_iequals(arguments[0].text, "true")) return boolean_value(true);
    if (base::ascii_iequals(arguments[0].text, "false")) return boolean_value(false);
    return {};
}

Evaluated copy_index(const Call& call) {
    Arguments arguments = call.arguments;
    const auto& copies = call.context.copies;
    const CopyStep* step = nullptr;
    if (!arguments.empty() && arguments[0].is_text()) {
        for (const auto& copy : copies) {
            if (base::ascii_iequals(copy.name, arguments[0].text)) step = &copy;
        }
        arguments = arguments.subspan(1);
    } else if (copies.size() == 1) {  // of several loops it is not said which is meant
        step = &copies.front();
    }
    if (step == nullptr || step->index < 0 || arguments.size() > 1) return {};
    if (arguments.empty()) return integer_value(step->index);
    constexpr std::int64_t kFar = 1'000'000'000;
    const Evaluated& offset = arguments[0];
    if (offset.kind != Kind::integer || offset.integer < -kFar || offset.integer > kFar) return {};
    return integer_value(step->index + offset.integer);
}

/// `{prefix}/providers/{ns}/{type}/{name}...`; unknown where types and names do not pair up.
Evaluated joined_id(const Call& call, std::string prefix, std::string_view type, Arguments names) {
    const auto types = base::split(type, '/');
    if (types.size() < 2 || types.size() - 1 != names.size()) return {};
    prefix += "/providers/";
    prefix += types[0];
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!names[i].is_text()) return {};
        prefix += "/";
        prefix += types[i + 1];
        prefix += "/";
        prefix += names[i].text;
    }
    return text_value(prefix, call.texts);
}

/// Index of the argument that is the resource type: the first that holds a slash.
std::size_t type_index(Arguments arguments) {
    std::size_t i = 0;
    while (i < arguments.size()) {
        if (!arguments[i].is_text()) return arguments.size();
        if (arguments[i].text.find('/') != std::string::npos) break;
        ++i;
    }
    return i;
}

Evaluated resource_id(const Call& call) {
    const Arguments arguments = call.arguments;
    const std::size_t at = type_index(arguments);
    if (at >= arguments.size() || at > 2) return {};
    const std::string_view subscription = at == 2 ? arguments[0].text : call.context.subscription;
    const std::string_view group = at == 0 ? call.context.resource_group : arguments[at - 1].text;
    if (subscription.empty() || group.empty()) return {};
    std::string prefix = "/subscriptions/";
    prefix.append(subscription).append("/resourceGroups/").append(group);
    return joined_id(call, std::move(prefix), arguments[at].text, arguments.subspan(at + 1));
}

Evaluated subscription_resource_id(const Call& call) {
    const Arguments arguments = call.arguments;
    const std::size_t at = type_index(arguments);
    if (at >= arguments.size() || at > 1) return {};
    const std::string_view subscription = at == 1 ? arguments[0].text : call.context.subscription;
    if (subscription.empty()) return {};
    std::string prefix = "/subscriptions/";
    prefix.append(subscription);
    return joined_id(call, std::move(prefix), arguments[at].text, arguments.subspan(at + 1));
}

Evaluated tenant_resource_id(const Call& call) {
    const Arguments arguments = call.arguments;
    if (arguments.empty() || !arguments[0].is_text()) return {};
    return joined_id(call, {}, arguments[0].text, arguments.subspan(1));
}

Evaluated extension_resource_id(const Call& call) {
    const Arguments arguments = call.arguments;
    if (arguments.size() < 2 || !arguments[0].is_text() || !arguments[1].is_text()) return {};
    return joined_id(call, std::string(arguments[0].text), arguments[1].text, arguments.subspan(2));
}

struct Function {
    std::string_view name;
    Evaluated (*call)(const Call&);
};

constexpr std::array kFunctions{Function{"concat", concat},
                                Function{"format", format},
                                Function{"equals", equals},
                                Function{"not", negate},
                                Function{"and", all_of},
                                Function{"or", any_of},
                                Function{"if", choose},
                                Function{"true", always_true},
                                Function{"false", always_false},
                                Function{"empty", is_empty},
                                Function{"length", length},
                                Function{"tolower", lower},
                                Function{"toupper", upper},
                                Function{"string", to_text},
                                Function{"bool", to_boolean},
                                Function{"copyindex", copy_index},
                                Function{"resourceid", resource_id},
                                Function{"subscriptionresourceid", subscription_resource_id},
                                Function{"tenantresourceid", tenant_resource_id},
                                Function{"extensionresourceid", extension_resource_id}};

}  // namespace

Evaluated call_template_function(std::string_view name, const TemplateCall& call) {
    if (call.arguments.empty()) {
        for (const std::string_view builtin : {kGroup, kSubscription}) {
            if (!base::ascii_iequals(name, builtin)) continue;
            Evaluated out;
            out.kind = Kind::builtin;
            out.text = builtin;
            return out;
        }
    }
    for (const auto& function : kFunctions) {
        if (base::ascii_iequals(name, function.name)) return function.call(call);
    }
    return {};
}

Evaluated builtin_property(std::string_view builtin,
                           std::string_view property,
                           const TemplateContext& context,
                           base::TextStore& texts) {
    if (context.subscription.empty()) return {};
    const std::string subscription = "/subscriptions/" + context.subscription;
    if (builtin == kSubscription) {
        if (base::ascii_iequals(property, "subscriptionId")) {
            return text_value(context.subscription, texts);
        }
        return base::ascii_iequals(property, "id") ? text_value(subscription, texts) : Evaluated();
    }
    if (context.resource_group.empty()) return {};
    if (base::ascii_iequals(property, "name")) return text_value(context.resource_group, texts);
    if (!base::ascii_iequals(property, "id")) return {};
    return text_value(subscription + "/resourceGroups/" + context.resource_group, texts);
}

}  // namespace armgate::arm
