// The functions that evaluate their own arguments: branches that are taken only where they are
// needed, lookups by name, lambdas.
#include "core/base/text.hpp"
#include "core/dryrun/template/functions.hpp"

#include <array>
#include <initializer_list>
#include <optional>

namespace armgate::dryrun::language {
namespace {

Held choose(Evaluator& evaluator, const Node& node) {
    if (node.children.size() != 3) return evaluator.refuse(node);
    const Held condition = evaluator.node(node.children[0]);
    if (is_unknown(*condition)) return unknown();
    if (!condition->is_boolean()) return evaluator.refuse(node);
    return evaluator.node(node.children[condition->get<bool>() ? 1 : 2]);
}

/// `decides` among the arguments settles it, whatever the others are.
Held junction(Evaluator& evaluator, const Node& node, bool decides) {
    if (node.children.empty()) return evaluator.refuse(node);
    bool all_known = true;
    for (const Node& child : node.children) {
        const Held value = evaluator.node(child);
        if (is_unknown(*value)) {
            all_known = false;
            continue;
        }
        if (!value->is_boolean()) return evaluator.refuse(node);
        if (value->get<bool>() == decides) return Json(decides);
    }
    return all_known ? Json(!decides) : unknown();
}

Held all_of(Evaluator& evaluator, const Node& node) {
    return junction(evaluator, node, false);
}

Held any_of(Evaluator& evaluator, const Node& node) {
    return junction(evaluator, node, true);
}

Held coalesce(Evaluator& evaluator, const Node& node) {
    for (const Node& child : node.children) {
        Held value = evaluator.node(child);
        if (!value->is_null()) return value;
    }
    return Json();
}

/// `tryGet(value, key, ...)`: null from the first key on that is not there.
Held try_get(Evaluator& evaluator, const Node& node) {
    if (node.children.size() < 2) return evaluator.refuse(node);
    const Held target = evaluator.node(node.children[0]);
    const Json* at = &*target;
    for (std::size_t i = 1; i < node.children.size(); ++i) {
        const Held key = evaluator.node(node.children[i]);
        if (is_unknown(*at) || is_unknown(*key)) return unknown();
        const Json* next = nullptr;
        if (key->is_string()) next = member(*at, text(*key));
        const auto index = integer(*key);
        if (index && at->is_array() && *index >= 0 &&
            static_cast<std::size_t>(*index) < at->size()) {
            next = &(*at)[static_cast<std::size_t>(*index)];
        }
        if (!evaluator.session().spend(at->size())) return unknown();
        if (next == nullptr) return target.open ? unknown() : Json();
        at = next;
    }
    if (target.is_borrowed()) return Held::borrowed(at);
    return evaluator.session().build(*at) ? *at : unknown();
}

std::optional<std::string> name_argument(Evaluator& evaluator, const Node& node) {
    if (node.children.size() != 1) return std::nullopt;
    const Held name = evaluator.node(node.children[0]);
    if (!name->is_string()) return std::nullopt;
    return name->get<std::string>();
}

Held parameters(Evaluator& evaluator, const Node& node) {
    const auto name = name_argument(evaluator, node);
    return name ? evaluator.parameter(*name) : evaluator.refuse(node);
}

Held variables(Evaluator& evaluator, const Node& node) {
    const auto name = name_argument(evaluator, node);
    return name ? evaluator.variable(*name) : evaluator.refuse(node);
}

Held lambda_variables(Evaluator& evaluator, const Node& node) {
    const auto name = name_argument(evaluator, node);
    if (!name) return evaluator.refuse(node);
    const auto& values = evaluator.context().lambda_values;
    for (auto at = values.rbegin(); at != values.rend(); ++at) {
        if (base::ascii_iequals(at->first, *name)) return Held::borrowed(&at->second);
    }
    evaluator.session().fail("not_found", {{"kind", "variable"}, {"name", *name}});
    return unknown();
}

/// Borrowed: it holds the whole template.
Held deployment(Evaluator& evaluator, const Node& node) {
    if (!node.children.empty()) return evaluator.refuse(node);
    Held out = Held::borrowed(&evaluator.context().deployment);
    out.open = true;
    return out;
}

/// `lambda('a', 'b', body)`.
class Lambda {
  public:
    Lambda(Evaluator& evaluator, const Node& call) : evaluator_(evaluator), call_(call) {}

    /// False where argument `i` of the call is no lambda of `least` to `most` parameters.
    bool take(std::size_t i, std::size_t least, std::size_t most) {
        if (i >= call_.children.size()) return false;
        const Node& node = call_.children[i];
        if (node.kind != Node::Kind::call || node.name != "lambda") return false;
        if (node.children.size() < least + 1 || node.children.size() > most + 1) return false;
        for (std::size_t p = 0; p + 1 < node.children.size(); ++p) {
            if (node.children[p].kind != Node::Kind::text) return false;
            names_.push_back(node.children[p].text);
        }
        body_ = &node.children.back();
        return true;
    }

    /// With as many of the values as it has parameters.
    Json operator()(std::initializer_list<const Json*> values) {
        auto& bound = evaluator_.context().lambda_values;
        std::size_t count = 0;
        for (const Json* value : values) {
            if (count == names_.size()) break;
            if (!evaluator_.session().build(*value)) break;
            bound.emplace_back(names_[count++], *value);
        }
        Json out =
            count == names_.size() ? evaluator_.node(*body_).take(evaluator_.session()) : unknown();
        while (count-- > 0) bound.pop_back();
        return out;
    }

    /// The name that it gives `item` in the object `out`; nothing where it is not known, or no
    /// text.
    std::optional<std::string> name_in(const Json& out, const Json& item) {
        const Json name = (*this)({&item});
        if (is_unknown(name)) return std::nullopt;
        if (!name.is_string() || !evaluator_.session().spend(out.size() + 1)) {
            evaluator_.refuse(call_);
            return std::nullopt;
        }
        return name.get<std::string>();
    }

  private:
    Evaluator& evaluator_;
    const Node& call_;
    std::vector<std::string> names_;
    const Node* body_ = nullptr;
};

/// The array that a lambda's function starts from; nothing where it is none, or not known.
std::optional<Json> array_argument(Evaluator& evaluator, const Node& node, Lambda& lambda) {
    if (node.children.size() < 2 || !lambda.take(1, 1, 2)) {
        evaluator.refuse(node);
        return std::nullopt;
    }
    Json out = evaluator.node(node.children[0]).take(evaluator.session());
    if (is_unknown(out)) return std::nullopt;
    if (!out.is_array()) {
        evaluator.refuse(node);
        return std::nullopt;
    }
    return out;
}

Held map(Evaluator& evaluator, const Node& node) {
    Lambda lambda(evaluator, node);
    const auto array = array_argument(evaluator, node, lambda);
    if (!array) return unknown();
    Json out = Json::array();
    for (std::size_t i = 0; i < array->size(); ++i) {
        const Json index = i;
        out.push_back(lambda({&(*array)[i], &index}));
        if (evaluator.session().stopped()) return unknown();
    }
    return out;
}

Held filter(Evaluator& evaluator, const Node& node) {
    Lambda lambda(evaluator, node);
    auto array = array_argument(evaluator, node, lambda);
    if (!array) return unknown();
    Json out = Json::array();
    for (std::size_t i = 0; i < array->size(); ++i) {
        const Json index = i;
        const Json kept = lambda({&(*array)[i], &index});
        if (is_unknown(kept)) return unknown();
        if (!kept.is_boolean()) return evaluator.refuse(node);
        if (kept.get<bool>()) out.push_back(std::move((*array)[i]));
    }
    return out;
}

Held reduce(Evaluator& evaluator, const Node& node) {
    Lambda lambda(evaluator, node);
    if (node.children.size() != 3 || !lambda.take(2, 2, 3)) return evaluator.refuse(node);
    const Held array = evaluator.node(node.children[0]);
    Json value = evaluator.node(node.children[1]).take(evaluator.session());
    if (is_unknown(*array)) return unknown();
    if (!array->is_array()) return evaluator.refuse(node);
    for (std::size_t i = 0; i < array->size(); ++i) {
        const Json index = i;
        value = lambda({&value, &(*array)[i], &index});
        if (evaluator.session().stopped()) return unknown();
    }
    return value;
}

/// A merge sort of our own: a lambda may order nothing at all, which the library's may not bear.
/// False where the lambda does not say which comes first.
bool sort_range(Json& items, std::size_t from, std::size_t to, Lambda& lambda) {
    if (to - from < 2) return true;
    const std::size_t middle = from + (to - from) / 2;
    if (!sort_range(items, from, middle, lambda) || !sort_range(items, middle, to, lambda)) {
        return false;
    }
    std::vector<Json> merged;
    std::size_t left = from;
    std::size_t right = middle;
    while (left < middle || right < to) {
        bool second = left == middle;
        if (left < middle && right < to) {
            const Json before = lambda({&items[right], &items[left]});
            if (!before.is_boolean()) return false;
            second = before.get<bool>();
        }
        merged.push_back(std::move(items[second ? right++ : left++]));
    }
    std::move(merged.begin(), merged.end(), items.begin() + static_cast<std::ptrdiff_t>(from));
    return true;
}

Held sort(Evaluator& evaluator, const Node& node) {
    Lambda lambda(evaluator, node);
    auto array = array_argument(evaluator, node, lambda);
    if (!array || !sort_range(*array, 0, array->size(), lambda)) return unknown();
    return *std::move(array);
}

/// `toObject(array, keys, values)`.
Held to_object(Evaluator& evaluator, const Node& node) {
    Lambda keys(evaluator, node);
    Lambda values(evaluator, node);
    const auto array = array_argument(evaluator, node, keys);
    if (!array) return unknown();
    const bool mapped = node.children.size() > 2;
    if (mapped && !values.take(2, 1, 1)) return evaluator.refuse(node);
    Json out = Json::object();
    for (const Json& item : *array) {
        const auto key = keys.name_in(out, item);
        if (!key) return unknown();
        set_member(out, *key, mapped ? values({&item}) : item);
    }
    return out;
}

Held group_by(Evaluator& evaluator, const Node& node) {
    Lambda keys(evaluator, node);
    const auto array = array_argument(evaluator, node, keys);
    if (!array) return unknown();
    Json out = Json::object();
    for (const Json& item : *array) {
        const auto key = keys.name_in(out, item);
        if (!key) return unknown();
        Json& group = out[*key];
        if (group.is_null()) group = Json::array();
        group.push_back(item);
    }
    return out;
}

Held map_values(Evaluator& evaluator, const Node& node) {
    Lambda lambda(evaluator, node);
    if (node.children.size() != 2 || !lambda.take(1, 1, 1)) return evaluator.refuse(node);
    Json object = evaluator.node(node.children[0]).take(evaluator.session());
    if (is_unknown(object)) return unknown();
    if (!object.is_object()) return evaluator.refuse(node);
    for (auto& [key, value] : object.get_ref<Json::object_t&>()) value = lambda({&value});
    return object;
}

constexpr std::array kForms{SpecialForm{"if", choose},
                            SpecialForm{"and", all_of},
                            SpecialForm{"or", any_of},
                            SpecialForm{"coalesce", coalesce},
                            SpecialForm{"tryget", try_get},
                            SpecialForm{"parameters", parameters},
                            SpecialForm{"variables", variables},
                            SpecialForm{"lambdavariables", lambda_variables},
                            SpecialForm{"deployment", deployment},
                            SpecialForm{"map", map},
                            SpecialForm{"filter", filter},
                            SpecialForm{"reduce", reduce},
                            SpecialForm{"sort", sort},
                            SpecialForm{"toobject", to_object},
                            SpecialForm{"groupby", group_by},
                            SpecialForm{"mapvalues", map_values}};

}  // namespace

std::span<const SpecialForm> special_forms() noexcept {
    return kForms;
}

}  // namespace armgate::dryrun::language
