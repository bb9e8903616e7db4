#include "core/base/redact_body.hpp"

#include "core/base/embedded.hpp"
#include "core/base/redact.hpp"
#include "core/base/rule_file.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

namespace armgate::base {
namespace {

using nlohmann::json;

/// Keys of Azure: 256 bits in base64 are 44 characters, older and shorter ones 40 and more.
constexpr std::size_t kMinKeyBytes = 40;

/// Letters and digits in lower case: `client_secret`, `clientSecret` and `Client-Secret` are one.
std::string plain_name(std::string_view name) {
    std::string out;
    for (const char c : name) {
        const char lower = ascii_lower(c);
        if (is_digit(c) || (lower >= 'a' && lower <= 'z')) out.push_back(lower);
    }
    return out;
}

bool has(const std::vector<std::string>& list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

bool holds_one_of(std::string_view text, const std::vector<std::string>& parts) {
    return std::any_of(parts.begin(), parts.end(), [&](const std::string& part) {
        return text.find(part) != std::string_view::npos;
    });
}

bool ends_in_one_of(std::string_view text, const std::vector<std::string>& ends) {
    return std::any_of(ends.begin(), ends.end(),
                       [&](const std::string& end) { return text.ends_with(end); });
}

/// Long, and of one of base64's alphabets alone: a key's bytes. No resource id, no URL.
bool looks_like_key(std::string_view text) {
    const auto of_base64 = [](char c) {
        const char lower = ascii_lower(c);
        return is_digit(c) || (lower >= 'a' && lower <= 'z') ||
               std::string_view("+/=-_").find(c) != std::string_view::npos;
    };
    return text.size() >= kMinKeyBytes && text.front() != '/' &&
           std::all_of(text.begin(), text.end(), of_base64);
}

/// `scheme://name:password@host`.
bool holds_url_password(std::string_view text) {
    for (std::size_t at = text.find("://"); at != std::string_view::npos;
         at = text.find("://", at + 1)) {
        const std::string_view rest = text.substr(at + 3);
        const std::string_view authority = rest.substr(0, rest.find_first_of("/?# "));
        const std::size_t sign = authority.rfind('@');
        if (sign == std::string_view::npos) continue;
        if (authority.substr(0, sign).find(':') != std::string_view::npos) return true;
    }
    return false;
}

/// How much of a value is hidden by where it stands.
enum class Cover { none, secret, closed };

struct Place {
    Cover cover = Cover::none;
    std::string name;    ///< of the member that holds the value, elements of arrays included
    std::string parent;  ///< the name above
    std::vector<std::string> within;                   ///< names that are secret from here on
    std::vector<std::vector<std::string>> paths;       ///< what is left of the type's paths
    const std::vector<std::string>* secure = nullptr;  ///< members that are secure parameters
};

const json* member(const json& object, std::string_view name) {
    for (const auto& [key, value] : object.items()) {
        if (ascii_iequals(key, name)) return &value;
    }
    return nullptr;
}

const json* object_member(const json& object, std::string_view name) {
    const json* found = member(object, name);
    return found != nullptr && found->is_object() ? found : nullptr;
}

bool is_secure_type(const json& object) {
    const json* type = member(object, "type");
    if (type == nullptr || !type->is_string()) return false;
    const auto& text = type->get_ref<const std::string&>();
    return ascii_iequals(text, "securestring") || ascii_iequals(text, "secureobject");
}

/// The parameters of `deployment` (a deployment's properties) that its own template declares
/// secure, by plain name; all of them where the template is elsewhere. Nothing for other objects.
std::optional<std::vector<std::string>> secure_parameters(const json& deployment) {
    const json* given = object_member(deployment, "parameters");
    if (given == nullptr) return std::nullopt;
    const json* own = object_member(deployment, "template");
    if (own == nullptr && object_member(deployment, "templateLink") == nullptr) {
        return std::nullopt;
    }
    const json* declared = own != nullptr ? object_member(*own, "parameters") : nullptr;
    std::vector<std::string> out;
    for (const auto& [name, value] : given->items()) {
        const json* declaration = declared != nullptr ? object_member(*declared, name) : nullptr;
        if (declaration == nullptr || is_secure_type(*declaration)) out.push_back(plain_name(name));
    }
    return out;
}

class BodyRedactor {
  public:
    explicit BodyRedactor(const BodyRedactionRules& rules) : rules_(rules) {}

    json redact(const json& value, const Place& place) const {
        if (value.is_object()) return redact_object(value, place);
        if (value.is_array()) return redact_array(value, place);
        if (place.cover == Cover::closed) return std::string(kHiddenInBody);
        // A flag or a null under a secret's name (`disablePasswordAuthentication`) is no secret.
        if (value.is_boolean() || value.is_null()) return value;
        if (place.cover != Cover::none) return std::string(kHiddenInBody);
        if (!value.is_string()) return value;
        const auto& text = value.get_ref<const std::string&>();
        const bool is_key = place.name.find("key") != std::string::npos && looks_like_key(text);
        return is_key || looks_secret(text, rules_) ? json(kHiddenInBody) : value;
    }

  private:
    json redact_array(const json& array, const Place& place) const {
        Place inside = place;
        inside.paths = steps_into(place, "");
        json out = json::array();
        for (const json& element : array) out.push_back(redact(element, inside));
        return out;
    }

    json redact_object(const json& object, const Place& place) const {
        const auto secure = secure_parameters(object);
        const bool secure_value = is_secure_type(object);
        const bool secret_pair = is_secret_pair(object);
        json out = json::object();
        for (const auto& [name, value] : object.items()) {
            Place inside = below(place, name, value);
            const bool names_value = inside.name == "value" || inside.name == "defaultvalue";
            if (names_value && (secure_value || secret_pair)) inside.cover = Cover::closed;
            if (secure && inside.name == "parameters") inside.secure = &*secure;
            if (is_pair_name(object, inside.name) && inside.cover == Cover::secret &&
                place.cover != Cover::closed) {
                inside.cover = Cover::none;
            }
            out[name] = redact(value, inside);
        }
        return out;
    }

    /// Where the member `name` of what stands at `place` is.
    Place below(const Place& place, const std::string& name, const json& value) const {
        Place inside;
        inside.name = plain_name(name);
        inside.parent = place.name;
        inside.within = place.within;
        inside.paths = steps_into(place, inside.name);
        for (const auto& [ancestor, names] : rules_.within) {
            if (inside.name.find(ancestor) == std::string::npos) continue;
            inside.within.insert(inside.within.end(), names.begin(), names.end());
        }
        inside.cover = cover_of(place, inside, value);
        return inside;
    }

    Cover cover_of(const Place& place, const Place& inside, const json& value) const {
        if (place.cover == Cover::closed || has(rules_.closed, inside.name)) return Cover::closed;
        if (place.secure != nullptr && has(*place.secure, inside.name)) return Cover::closed;
        if (std::any_of(inside.paths.begin(), inside.paths.end(),
                        [](const auto& left) { return left.empty(); })) {
            return Cover::closed;
        }
        if (place.cover == Cover::secret) {
            const bool shown = !value.is_structured() && has(rules_.shown_inside, inside.name);
            return shown ? Cover::none : Cover::secret;
        }
        const bool within = has(place.within, inside.name);
        return within || is_secret_name(inside.name, place.name) ? Cover::secret : Cover::none;
    }

    bool is_secret_name(const std::string& name, const std::string& parent) const {
        if (has(rules_.shown, name) || has(rules_.shown_under, parent + "." + name)) return false;
        if (ends_in_one_of(name, rules_.shown_ending)) return false;
        return holds_one_of(name, rules_.containing) || ends_in_one_of(name, rules_.ending);
    }

    /// True where `name` names what the object's `value` holds, as in `{"key": "a", "value": "b"}`.
    bool is_pair_name(const json& object, const std::string& name) const {
        return has(rules_.pairs, name) && member(object, "value") != nullptr;
    }

    /// True where the object's `value` is secret by the name that stands beside it.
    bool is_secret_pair(const json& object) const {
        for (const auto& [key, named] : object.items()) {
            if (!has(rules_.pairs, plain_name(key)) || !named.is_string()) continue;
            if (is_secret_name(plain_name(named.get_ref<const std::string&>()), "")) return true;
        }
        return false;
    }

    /// What is left of the type's paths after a step to `name`; empty name: an element.
    static std::vector<std::vector<std::string>> steps_into(const Place& place,
                                                            const std::string& name) {
        std::vector<std::vector<std::string>> out;
        for (const auto& path : place.paths) {
            if (path.empty() || (path.front() != "*" && path.front() != name)) continue;
            out.emplace_back(path.begin() + 1, path.end());
        }
        return out;
    }

    const BodyRedactionRules& rules_;
};

std::vector<std::string> plain_names(RuleFile& file, const json& parent, std::string_view key) {
    std::vector<std::string> out = file.texts(parent, key);
    for (std::string& name : out) name = plain_name(name);
    if (has(out, "")) file.fault(key, "holds a name without letters and digits");
    return out;
}

std::vector<std::string> path_of(std::string_view text) {
    std::vector<std::string> out;
    for (const std::string_view step : split(text, '.')) {
        out.push_back(step == "*" ? std::string(step) : plain_name(step));
    }
    return out;
}

void read_types(RuleFile& file, const json& types, BodyRedactionRules& rules) {
    for (const auto& [type, paths] : types.items()) {
        for (const std::string& path : file.texts(types, type)) {
            auto steps = path_of(path);
            if (has(steps, "")) file.fault(type, "holds a path with an empty step");
            rules.types[to_lower(type)].push_back(std::move(steps));
        }
    }
}

}  // namespace

Result<BodyRedactionRules> parse_body_redaction_rules(std::string_view text) {
    RuleFile file("redaction.json");
    const json root = file.parse(text);
    const json& bodies = file.object(root, "bodies");
    file.expect_keys(bodies, "bodies",
                     {"comment", "containing", "ending", "shown", "shown_ending", "shown_under",
                      "shown_inside", "closed", "within", "pairs", "values", "types"});
    BodyRedactionRules rules;
    rules.containing = plain_names(file, bodies, "containing");
    rules.ending = plain_names(file, bodies, "ending");
    rules.shown = plain_names(file, bodies, "shown");
    rules.shown_ending = plain_names(file, bodies, "shown_ending");
    rules.shown_under = file.texts(bodies, "shown_under");
    rules.shown_inside = plain_names(file, bodies, "shown_inside");
    rules.closed = plain_names(file, bodies, "closed");
    rules.pairs = plain_names(file, bodies, "pairs");
    for (const std::string& value : file.texts(bodies, "values")) {
        rules.values.push_back(to_lower(value));
    }
    const json& within = file.object(bodies, "within");
    for (const auto& [name, inner] : within.items()) {
        rules.within[plain_name(name)] = plain_names(file, within, name);
    }
    read_types(file, file.object(bodies, "types"), rules);
    if (file.error()) return *file.error();
    return rules;
}

Result<BodyRedactionRules> load_body_redaction_rules() {
    return parse_body_redaction_rules(embedded_rules("redaction"));
}

bool looks_secret(std::string_view text, const BodyRedactionRules& rules) {
    return holds_secret(text) || holds_url_password(text) ||
           holds_one_of(to_lower(text), rules.values);
}

json redact_body(const json& body, std::string_view type, const BodyRedactionRules& rules) {
    Place top;
    const auto paths = rules.types.find(to_lower(type));
    if (paths != rules.types.end()) top.paths = paths->second;
    return BodyRedactor(rules).redact(body, top);
}

std::string shown_name(std::string_view name, const BodyRedactionRules& rules) {
    return std::string(looks_secret(name, rules) ? kHiddenInBody : name);
}

}  // namespace armgate::base
