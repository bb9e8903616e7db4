#include "core/arm/template_function.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string>

namespace armgate::arm {
namespace {

using Kind = Evaluated::Kind;
using Arguments = std::span<const Evaluated>;

/// No name is as long; what doubles itself again and again ends here.
constexpr std::size_t kMaxText = 2048;

Evaluated text_value(std::string text) {
    Evaluated out;
    if (text.size() > kMaxText) return out;
    out.kind = Kind::text;
    out.text = std::move(text);
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

Evaluated concat(Arguments arguments, const TemplateContext&) {
    std::string out;
    for (const auto& argument : arguments) {
        if (out.size() > kMaxText || !append_text(out, argument)) return {};
    }
    return arguments.empty() ? Evaluated() : text_value(std::move(out));
}

/// `{N}` alone is understood: no alignment, no format, no doubled brace.
Evaluated format(Arguments arguments, const TemplateContext&) {
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
    return text_value(std::move(out));
}

Evaluated equals(Arguments arguments, const TemplateContext&) {
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

Evaluated negate(Arguments arguments, const TemplateContext&) {
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

Evaluated all_of(Arguments arguments, const TemplateContext&) {
    return junction(arguments, false);
}

Evaluated any_of(Arguments arguments, const TemplateContext&) {
    return junction(arguments, true);
}

Evaluated choose(Arguments arguments, const TemplateContext&) {
    if (arguments.size() != 3 || arguments[0].kind != Kind::boolean) return {};
    return arguments[arguments[0].boolean ? 1 : 2];
}

Evaluated always_true(Arguments arguments, const TemplateContext&) {
    return arguments.empty() ? boolean_value(true) : Evaluated();
}

Evaluated always_false(Arguments arguments, const TemplateContext&) {
    return arguments.empty() ? boolean_value(false) : Evaluated();
}

Evaluated is_empty(Arguments arguments, const TemplateContext&) {
    if (arguments.size() != 1) return {};
    if (arguments[0].is_text()) return boolean_value(arguments[0].text.empty());
    const auto& node = arguments[0].node;
    return node && !node->is_null() ? boolean_value(node->size() == 0) : Evaluated();
}

Evaluated length(Arguments arguments, const TemplateContext&) {
    if (arguments.size() != 1) return {};
    const auto& node = arguments[0].node;
    if (!node || !(node->is_array() || node->is_object())) return {};
    return integer_value(static_cast<std::int64_t>(node->size()));
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0; });
}

Evaluated lower(Arguments arguments, const TemplateContext&) {
    if (arguments.size() != 1 || !arguments[0].is_text() || !is_ascii(arguments[0].text)) return {};
    return text_value(base::to_lower(arguments[0].text));
}

Evaluated upper(Arguments arguments, const TemplateContext&) {
    if (arguments.size() != 1 || !arguments[0].is_text() || !is_ascii(arguments[0].text)) return {};
    return text_value(base::to_upper(arguments[0].text));
}

Evaluated to_text(Arguments arguments, const TemplateContext&) {
    std::string text;
    if (arguments.size() != 1 || !append_text(text, arguments[0])) return {};
    return text_value(std::move(text));
}

Evaluated to_boolean(Arguments arguments, const TemplateContext&) {
    if (arguments.size() != 1) return {};
    if (arguments[0].kind == Kind::boolean) return arguments[0];
    if (!arguments[0].is_text()) return {};
    if (base::ascii_iequals(arguments[0].text, "true")) return boolean_value(true);
    if (base::ascii_iequals(arguments[0].text, "false")) return boolean_value(false);
    return {};
}

Evaluated copy_index(Arguments arguments, const TemplateContext& context) {
    const CopyStep* step = nullptr;
    if (!arguments.empty() && arguments[0].is_text()) {
        for (const auto& copy : context.copies) {
            if (base::ascii_iequals(copy.name, arguments[0].text)) step = &copy;
        }
        arguments = arguments.subspan(1);
    } else if (context.copies.size() == 1) {  // of several loops it is not said which is meant
        step = &context.copies.front();
    }
    if (step == nullptr || step->index < 0 || arguments.size() > 1) return {};
    if (arguments.empty()) return integer_value(step->index);
    constexpr std::int64_t kFar = 1'000'000'000;
    const Evaluated& offset = arguments[0];
    if (offset.kind != Kind::integer || offset.integer < -kFar || offset.integer > kFar) return {};
    return integer_value(step->index + offset.integer);
}

/// `{prefix}/providers/{ns}/{type}/{name}...`; unknown where types and names do not pair up.
Evaluated joined_id(std::string prefix, std::string_view type, Arguments names) {
    const auto types = base::split(type, '/');
    if (types.size() < 2 || types.size() - 1 != names.size()) return {};
    prefix += "/providers/";
    prefix += types[0];
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!names[i].is_text()) return {};
        prefix += "/";
        prefix += types[i + 1];
        prefix += "/" + names[i].text;
    }
    return text_value(std::move(prefix));
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

Evaluated resource_id(Arguments arguments, const TemplateContext& context) {
    const std::size_t at = type_index(arguments);
    if (at >= arguments.size() || at > 2) return {};
    const std::string& subscription = at == 2 ? arguments[0].text : context.subscription;
    const std::string& group = at == 0 ? context.resource_group : arguments[at - 1].text;
    if (subscription.empty() || group.empty()) return {};
    return joined_id("/subscriptions/" + subscription + "/resourceGroups/" + group,
                     arguments[at].text, arguments.subspan(at + 1));
}

Evaluated subscription_resource_id(Arguments arguments, const TemplateContext& context) {
    const std::size_t at = type_index(arguments);
    if (at >= arguments.size() || at > 1) return {};
    const std::string& subscription = at == 1 ? arguments[0].text : context.subscription;
    if (subscription.empty()) return {};
    return joined_id("/subscriptions/" + subscription, arguments[at].text,
                     arguments.subspan(at + 1));
}

Evaluated tenant_resource_id(Arguments arguments, const TemplateContext&) {
    if (arguments.empty() || !arguments[0].is_text()) return {};
    return joined_id({}, arguments[0].text, arguments.subspan(1));
}

Evaluated extension_resource_id(Arguments arguments, const TemplateContext&) {
    if (arguments.size() < 2 || !arguments[0].is_text() || !arguments[1].is_text()) return {};
    return joined_id(arguments[0].text, arguments[1].text, arguments.subspan(2));
}

struct Function {
    std::string_view name;
    Evaluated (*call)(Arguments, const TemplateContext&);
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

Evaluated call_template_function(std::string_view name,
                                 const std::vector<Evaluated>& arguments,
                                 const TemplateContext& context) {
    if (arguments.empty() && (name == "resourcegroup" || name == "subscription")) {
        Evaluated out;
        out.kind = Kind::builtin;
        out.text = name;
        return out;
    }
    for (const auto& function : kFunctions) {
        if (function.name == name) return function.call(arguments, context);
    }
    return {};
}

Evaluated builtin_property(std::string_view builtin,
                           std::string_view property,
                           const TemplateContext& context) {
    if (context.subscription.empty()) return {};
    const std::string subscription = "/subscriptions/" + context.subscription;
    if (builtin == "subscription") {
        if (base::ascii_iequals(property, "subscriptionId")) {
            return text_value(context.subscription);
        }
        return base::ascii_iequals(property, "id") ? text_value(subscription) : Evaluated();
    }
    if (context.resource_group.empty()) return {};
    if (base::ascii_iequals(property, "name")) return text_value(context.resource_group);
    if (!base::ascii_iequals(property, "id")) return {};
    return text_value(subscription + "/resourceGroups/" + context.resource_group);
}

}  // namespace armgate::arm
