#include "core/dryrun/template/parameters.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>

namespace armgate::dryrun::language {
namespace {

struct TypeName {
    std::string_view name;
    std::string_view answered;
    std::string_view token;  ///< what ARM's messages call a value of it
};

constexpr std::array kTypes{TypeName{"string", "String", "String, Uri"},
                            TypeName{"securestring", "SecureString", "String, Uri"},
                            TypeName{"int", "Int", "Integer"},
                            TypeName{"bool", "Bool", "Boolean"},
                            TypeName{"object", "Object", "Object"},
                            TypeName{"secureobject", "SecureObject", "Object"},
                            TypeName{"array", "Array", "Array"}};

std::string_view token_of(const Json& value) noexcept {
    switch (value.type()) {
        case Json::value_t::string:
            return "String";
        case Json::value_t::boolean:
            return "Boolean";
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned:
            return "Integer";
        case Json::value_t::number_float:
            return "Float";
        case Json::value_t::object:
            return "Object";
        case Json::value_t::array:
            return "Array";
        default:
            return "Null";
    }
}

bool is_of_type(const Json& value, std::string_view expected) noexcept {
    return expected.substr(0, expected.find(',')) == token_of(value);
}

/// Texts are compared without case.
bool is_one_of(const Json& value, const Json& allowed) {
    return std::any_of(allowed.begin(), allowed.end(), [&value](const Json& one) {
        if (one.is_string() && value.is_string()) {
            return base::ascii_iequals(text(one), text(value));
        }
        return same(one, value);
    });
}

bool is_allowed(const Json& value, const Json& allowed) {
    if (is_one_of(value, allowed)) return true;
    return value.is_array() && std::all_of(value.begin(), value.end(), [&](const Json& element) {
               return is_one_of(element, allowed);
           });
}

class Checker {
  public:
    Checker(Session& session, const std::string& name) : session_(session), name_(name) {}

    void check(const Json& value, const DeclaredType& type) {
        if (holds_unknown(value) || (type.nullable && value.is_null())) return;
        check_type(value, type);
        check_allowed(value, type);
        check_length(value, type);
        check_value(value, type);
    }

  private:
    void check_type(const Json& value, const DeclaredType& type) {
        for (const TypeName& known : kTypes) {
            if (known.name != type.name || is_of_type(value, known.token)) continue;
            session_.fail_whole(
                "type", {{"name", name_}, {"expected", known.token}, {"actual", token_of(value)}});
        }
    }

    void check_allowed(const Json& value, const DeclaredType& type) {
        if (type.allowed == nullptr || is_allowed(value, *type.allowed)) return;
        std::string allowed;
        for (const Json& one : *type.allowed) {
            allowed += (allowed.empty() ? "" : ",") + to_text(one);
        }
        session_.fail_whole("allowed", {{"name", name_}, {"allowed", allowed}});
    }

    void check_length(const Json& value, const DeclaredType& type) {
        if (!value.is_string() && !value.is_array()) return;
        const std::size_t units = value.is_array() ? value.size() : to_utf16(text(value)).size();
        limit(static_cast<std::int64_t>(units), type.min_length, "min_length", 1);
        limit(static_cast<std::int64_t>(units), type.max_length, "max_length", -1);
    }

    void check_value(const Json& value, const DeclaredType& type) {
        const auto number = integer(value);
        if (!number) return;
        limit(*number, type.min_value, "min_value", 1);
        limit(*number, type.max_value, "max_value", -1);
    }

    /// `sign` 1: a least, -1: a most.
    void limit(std::int64_t number, const Json* limit, std::string_view key, int sign) {
        const auto bound = limit == nullptr ? std::nullopt : integer(*limit);
        if (!bound || (sign > 0 ? number >= *bound : number <= *bound)) return;
        session_.fail_whole(key, {{"name", name_}, {"limit", std::to_string(*bound)}});
    }

    Session& session_;
    const std::string& name_;
};

/// Members are looked through one after the other.
std::size_t look_up_cost(const Json* object) noexcept {
    return object == nullptr ? 1 : object->size() / 16 + 1;
}

void check_given(Evaluator& evaluator) {
    const Context& context = evaluator.context();
    if (context.given == nullptr || !context.given->is_object()) return;
    std::string missing;
    std::string declared;
    const std::size_t cost = look_up_cost(context.parameters);
    for (const auto& [key, value] : context.given->get_ref<const Json::object_t&>()) {
        if (!evaluator.session().spend(cost)) return;
        const bool known =
            context.parameters != nullptr && member(*context.parameters, key) != nullptr;
        if (!known) missing += (missing.empty() ? "" : ", ") + key;
    }
    if (missing.empty()) return;
    if (context.parameters != nullptr && context.parameters->is_object()) {
        for (const auto& [key, value] : context.parameters->get_ref<const Json::object_t&>()) {
            declared += (declared.empty() ? "" : ", ") + key;
        }
    }
    evaluator.session().fail_whole("not_declared", {{"names", missing}, {"declared", declared}});
}

}  // namespace

bool DeclaredType::is_secure() const noexcept {
    return name.starts_with("secure");
}

DeclaredType declared_type(const Json& declared, const Json* definitions) {
    DeclaredType out;
    const Json* at = &declared;
    // A definition may be made of another; more than a few times is a circle.
    for (int hop = 0; hop < 8 && at != nullptr; ++hop) {
        if (out.name.empty()) out.name = base::to_lower(text_of(*at, "type"));
        const Json* const nullable = member(*at, "nullable");
        out.nullable = out.nullable || (nullable != nullptr && *nullable == true);
        const auto take = [at](const Json*& into, std::string_view name) {
            if (into == nullptr) into = present(*at, name);
        };
        take(out.allowed, "allowedValues");
        take(out.min_length, "minLength");
        take(out.max_length, "maxLength");
        take(out.min_value, "minValue");
        take(out.max_value, "maxValue");
        const std::string_view reference = text_of(*at, "$ref");
        constexpr std::string_view kPrefix = "#/definitions/";
        if (!reference.starts_with(kPrefix) || definitions == nullptr) break;
        at = member(*definitions, reference.substr(kPrefix.size()));
    }
    if (out.allowed != nullptr && !out.allowed->is_array()) out.allowed = nullptr;
    return out;
}

std::string answered_type(const DeclaredType& type) {
    for (const TypeName& known : kTypes) {
        if (known.name == type.name) return std::string(known.answered);
    }
    return "Object";
}

Held Evaluator::parameter(std::string_view name) {
    const std::size_t cost = look_up_cost(context_.parameters) + look_up_cost(context_.given);
    if (!session_.spend(cost)) return unknown();
    const Json* const declared =
        context_.parameters == nullptr ? nullptr : member(*context_.parameters, name);
    const auto given = context_.parameter_slots.find(base::to_lower(name));
    if (declared == nullptr && given == context_.parameter_slots.end()) {
        session_.fail("not_found", {{"kind", "parameter"}, {"name", name}});
        return unknown();
    }
    Slot& slot = context_.parameter_slots[base::to_lower(name)];
    if (!start(slot, "parameter", name)) return Held::borrowed(&slot.value);
    const PlaceScope place(session_, "parameter '" + std::string(name) + "'");
    beforehand(slot, [&]() -> Json { return parameter_value(std::string(name), *declared); });
    return Held::borrowed(&slot.value);
}

Json Evaluator::parameter_value(const std::string& name, const Json& declared) {
    const DeclaredType type = declared_type(declared, context_.definitions);
    const Json* const given = context_.given == nullptr ? nullptr : member(*context_.given, name);
    const Json* const value = given == nullptr ? nullptr : member(*given, "value");
    const Json* const fallback = member(declared, "defaultValue");
    Json out;
    if (value != nullptr) {
        out = *value;
    } else if (given != nullptr && present(*given, "reference") != nullptr) {
        // A secret of a key vault.
        return unknown("[parameters('" + name + "')]");
    } else if (context_.given_elsewhere) {
        return unknown("[parameters('" + name + "')]");
    } else if (fallback != nullptr) {
        out = evaluate(*fallback);
    } else if (!type.nullable) {
        session_.fail_whole("no_value", {{"name", name}});
        return unknown();
    }
    if (!session_.stopped()) Checker(session_, name).check(out, type);
    return out;
}

void check_parameters(Evaluator& evaluator) {
    check_given(evaluator);
    const Json* const declared = evaluator.context().parameters;
    if (declared == nullptr || !declared->is_object()) return;
    for (const auto& [key, value] : declared->get_ref<const Json::object_t&>()) {
        if (evaluator.session().stopped()) return;
        static_cast<void>(evaluator.parameter(key));
    }
}

Json answered_parameters(Evaluator& evaluator) {
    Json out = Json::object();
    const Json* const declared = evaluator.context().parameters;
    if (declared == nullptr || !declared->is_object()) return out;
    for (const auto& [key, value] : declared->get_ref<const Json::object_t&>()) {
        if (evaluator.session().stopped()) break;
        const DeclaredType type = declared_type(value, evaluator.context().definitions);
        Json answer{{"type", answered_type(type)}};
        if (!type.is_secure()) answer["value"] = evaluator.parameter(key).take(evaluator.session());
        evaluator.session().soften();
        add_member(out, key, std::move(answer));
    }
    return out;
}

}  // namespace armgate::dryrun::language
