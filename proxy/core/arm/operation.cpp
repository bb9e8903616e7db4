#include "core/arm/operation.hpp"

#include "core/arm/judged_path.hpp"
#include "core/arm/rules.hpp"
#include "core/arm/target.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <utility>

namespace armgate::arm {
namespace {

/// The target as RBAC names it. `key` is the type in lower case, for the tables.
struct Reading {
    std::string type;
    std::string key;
    std::string_view action;  ///< a POST's action name; empty without one
    bool has_type = false;    ///< at least one type with a name: a resource, not a provider
};

bool contains(const std::vector<std::string>& list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

/// ARM's own spelling within Microsoft.Resources, the caller's everywhere else.
void append_word(std::string& out,
                 std::string_view word,
                 bool canonical,
                 const OperationRules& rules) {
    if (canonical) {
        const auto found = rules.canonical_words.find(base::to_lower(word));
        if (found != rules.canonical_words.end()) {
            out += found->second;
            return;
        }
    }
    out += word;
}

Reading read_target(const Target& target, RequestClass request_class, const OperationRules& rules) {
    Reading reading;
    std::size_t count = target.rest.size();
    const bool named =
        target.form == Target::Form::resource || target.form == Target::Form::container;
    if (request_class == RequestClass::action && named && count % 2 == 1) {
        reading.action = target.rest[--count].text;
    }
    const bool container = target.form == Target::Form::container;
    const bool canonical = container || base::ascii_iequals(target.ns, rules.canonical_namespace);
    reading.type = canonical ? rules.canonical_namespace : std::string(target.ns);
    for (std::size_t i = 0; i < count; i += 2) {
        reading.type.push_back('/');
        append_word(reading.type, target.rest[i].text, canonical, rules);
    }
    reading.has_type = count >= 2;
    reading.key = base::to_lower(reading.type);
    return reading;
}

std::string_view verb_of(RequestClass request_class) noexcept {
    switch (request_class) {
        case RequestClass::read:
            return "/read";
        case RequestClass::write:
            return "/write";
        case RequestClass::del:
            return "/delete";
        case RequestClass::action:
        case RequestClass::other:
            break;
    }
    return "/action";
}

std::string post_operation(const Reading& reading, bool canonical, const OperationRules& rules) {
    const std::string tail = reading.action.empty() ? "*" : base::to_lower(reading.action);
    const auto found = rules.posts.find(reading.key + "/" + tail);
    if (found != rules.posts.end()) return found->second;
    // A POST to a whole resource id creates in REST terms: almost all that ARM has need `write`.
    if (reading.action.empty()) return reading.type + "/write";
    std::string out = reading.type + "/";
    append_word(out, reading.action, canonical, rules);
    return out + "/action";
}

std::optional<std::string> operation_of(const Target& target,
                                        const Reading& reading,
                                        RequestClass request_class,
                                        const OperationRules& rules) {
    if (request_class == RequestClass::other) return std::nullopt;
    if (target.form == Target::Form::none) return std::nullopt;
    if (target.form == Target::Form::root || target.form == Target::Form::provider) {
        const bool root = target.form == Target::Form::root;
        const auto name = root ? base::to_lower(target.rest[0].text) : std::string("providers");
        const auto found = rules.roots.find(name);
        if (found == rules.roots.end()) return std::nullopt;
        return found->second + std::string(verb_of(request_class));
    }
    const auto mapped = rules.types.find(reading.key);
    if (mapped != rules.types.end() && reading.action.empty()) {
        return mapped->second + std::string(verb_of(request_class));
    }
    if (request_class == RequestClass::action) {
        const bool canonical = target.form == Target::Form::container ||
                               base::ascii_iequals(target.ns, rules.canonical_namespace);
        return post_operation(reading, canonical, rules);
    }
    return reading.type + std::string(verb_of(request_class));
}

bool matches_any(const std::vector<TypePattern>& patterns, std::string_view key) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [key](const TypePattern& pattern) { return pattern.matches(key); });
}

/// True for the types judged by contents and all below them: only deleting one is no deployment.
bool is_contents_type(std::string_view key, const ContentsRules& rules) {
    return std::any_of(rules.types.begin(), rules.types.end(), [key](const std::string& type) {
        return TypePattern{type, true}.matches(key);
    });
}

Exemption exemption_of(const Target& target,
                       const Reading& reading,
                       RequestClass request_class,
                       const ExemptRules& rules) {
    const bool post = request_class == RequestClass::action;
    const bool changes =
        post || request_class == RequestClass::write || request_class == RequestClass::del;
    // A write names a whole resource; anything else, and every odd path, is judged in full.
    if (!changes || !target.clear || !(post || target.ends_in_name())) return Exemption::none;
    const bool del = request_class == RequestClass::del;
    if (target.form == Target::Form::container) {
        const bool listed = del && contains(rules.deletes, reading.key);
        return listed ? Exemption::delete_type : Exemption::none;
    }
    if (target.form != Target::Form::resource) return Exemption::none;
    if (reading.has_type && !matches_any(rules.evaluated, reading.key)) {
        if (del && contains(rules.deletes, reading.key)) return Exemption::delete_type;
        const bool contents = !del && is_contents_type(reading.key, rules.contents);
        if (!contents && matches_any(rules.types, reading.key)) return Exemption::type;
    }
    return target.tenant_scope ? Exemption::tenant_scope : Exemption::none;
}

/// An odd POST that may reach a deployment or a batch in some reading counts as one.
Carries odd_post_carries(const JudgedPath& path, const ContentsRules& rules) {
    for (const auto& segment : path.segments()) {
        const std::string word = base::to_lower(segment.text);
        if (word == rules.batch) return Carries::batch;
        const auto ends_in_word = [&word](const std::string& type) {
            return type.ends_with("/" + word);
        };
        if (std::any_of(rules.types.begin(), rules.types.end(), ends_in_word) ||
            std::any_of(rules.provider_actions.begin(), rules.provider_actions.end(),
                        ends_in_word)) {
            return Carries::deployment;
        }
    }
    return Carries::nothing;
}

Carries carries_of(const JudgedPath& path,
                   const Target& target,
                   const Reading& reading,
                   RequestClass request_class,
                   const ContentsRules& rules) {
    const bool contents_type = contains(rules.types, reading.key);
    if (request_class == RequestClass::write) {
        // An odd path is judged as an ordinary write, which is stricter than by its contents.
        const bool deployment = contents_type && target.clear && target.ends_in_name();
        return deployment ? Carries::deployment : Carries::nothing;
    }
    if (request_class != RequestClass::action) return Carries::nothing;
    const auto& segments = path.segments();
    if (!segments.empty() && base::ascii_iequals(segments[0].text, rules.batch)) {
        return Carries::batch;
    }
    const std::string action = base::to_lower(reading.action);
    const bool whole_resource = reading.action.empty();  // a POST that ARM may take for a PUT
    if (contents_type && (whole_resource || contains(rules.actions, action))) {
        return Carries::deployment;
    }
    if (contains(rules.provider_actions, reading.key + "/" + action)) return Carries::deployment;
    return target.clear ? Carries::nothing : odd_post_carries(path, rules);
}

/// The path as sent without the action name; nothing for collections of nothing.
std::optional<std::string> resource_id_of(std::string_view path,
                                          const Target& target,
                                          const Reading& reading) {
    if (target.form == Target::Form::none || target.form == Target::Form::root) return std::nullopt;
    std::string id = join_slashes(path);
    if (!reading.action.empty() && base::ascii_iends_with(id, reading.action)) {
        const std::size_t cut = id.size() - reading.action.size();
        if (cut > 1 && id[cut - 1] == '/') id.resize(cut - 1);
    }
    if (id.find('/', 1) == std::string::npos) return std::nullopt;  // `/subscriptions`
    return id;
}

std::string resource_name_of(const Target& target) {
    if (target.form == Target::Form::none || target.form == Target::Form::root) return {};
    if (target.rest.size() >= 2)
        return std::string(target.rest[(target.rest.size() / 2) * 2 - 1].text);
    return std::string(target.ns);
}

}  // namespace

std::string_view class_name(RequestClass value) noexcept {
    switch (value) {
        case RequestClass::read:
            return "read";
        case RequestClass::write:
            return "write";
        case RequestClass::del:
            return "delete";
        case RequestClass::action:
            return "action";
        case RequestClass::other:
            break;
    }
    return "other";
}

RequestClass class_of_method(std::string_view method) noexcept {
    if (method == "GET" || method == "HEAD" || method == "OPTIONS") return RequestClass::read;
    if (method == "PUT" || method == "PATCH") return RequestClass::write;
    if (method == "DELETE") return RequestClass::del;
    if (method == "POST") return RequestClass::action;
    return RequestClass::other;
}

Classification classify(std::string_view method, std::string_view path, const ArmRules& rules) {
    Classification out;
    out.request_class = class_of_method(method);
    const JudgedPath judged(path);
    const Target target = find_target(judged, rules.operations);
    const Reading reading = read_target(target, out.request_class, rules.operations);
    out.operation = operation_of(target, reading, out.request_class, rules.operations);
    out.resource_id = resource_id_of(path, target, reading);
    out.resource_name = resource_name_of(target);
    if (out.resource_name.empty() && !judged.segments().empty()) {
        out.resource_name = judged.segments().back().text;
    }
    out.exemption = exemption_of(target, reading, out.request_class, rules.exempt);
    out.carries = carries_of(judged, target, reading, out.request_class, rules.exempt.contents);
    const bool named =
        target.form == Target::Form::resource || target.form == Target::Form::container;
    const bool batch = out.carries == Carries::batch && judged.segments().size() == 1;
    out.clear = target.clear && (named || batch);
    return out;
}

bool carries_resource_list(std::string_view operation, const ArmRules& rules) noexcept {
    constexpr std::string_view kVerb = "/action";
    if (!operation.ends_with(kVerb)) return false;
    operation.remove_suffix(kVerb.size());
    const auto& actions = rules.exempt.contents.provider_actions;
    return std::any_of(actions.begin(), actions.end(), [operation](const std::string& action) {
        return base::ascii_iequals(action, operation);
    });
}

}  // namespace armgate::arm
