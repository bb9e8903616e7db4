#include "core/dryrun/template/evaluator.hpp"

#include "core/arm/template_expression.hpp"
#include "core/base/text.hpp"
#include "core/dryrun/template/functions.hpp"

#include <algorithm>
#include <utility>

namespace armgate::dryrun::language {
namespace {

constexpr std::size_t kCallCost = 8;
constexpr std::size_t kFreeText = 256;  ///< copying so much costs no more than the call

/// Counts calls within calls; false where there are too many.
class Nesting {
  public:
    explicit Nesting(Session& session) : session_(session) { ++session_.nesting; }
    ~Nesting() { --session_.nesting; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    [[nodiscard]] bool fits() const {
        if (session_.nesting > kMaxNesting) session_.spend(kMaxSteps + 1);
        return !session_.stopped();
    }

  private:
    Session& session_;
};

/// `"copy": [{name, count, input}]`: properties made in a loop.
bool is_property_copy(const std::string& key, const Json& value) {
    if (!base::ascii_iequals(key, "copy") || !value.is_array() || value.empty()) return false;
    return std::all_of(value.begin(), value.end(), [](const Json& entry) {
        return member(entry, "name") != nullptr && member(entry, "count") != nullptr &&
               member(entry, "input") != nullptr;
    });
}

std::string names_of(const Json& object) {
    std::string out;
    for (const auto& [key, value] : object.get_ref<const Json::object_t&>()) {
        out += (out.empty() ? "" : ", ") + key;
    }
    return out;
}

/// Moved out of an object that holds it: what an expression made is copied no further.
Json taken_member(Json& object, const std::string& name) {
    for (auto& [key, value] : object.get_ref<Json::object_t&>()) {
        if (base::ascii_iequals(key, name)) return std::move(value);
    }
    return unknown();
}

const Function* find_function(const std::string& name) {
    for (const auto family : {text_functions(), conversion_functions(), number_functions(),
                              collection_functions(), date_functions(), scope_functions()}) {
        for (const Function& function : family) {
            if (function.name == name) return &function;
        }
    }
    return nullptr;
}

}  // namespace

Json Held::take(Session& session) && {
    if (ref_ == nullptr) return std::move(own_);
    const bool large = ref_->is_structured() || text(*ref_).size() > kFreeText;
    if (large && !session.build(*ref_)) return unknown();
    return *ref_;
}

Json Evaluator::evaluate(const Json& value) {
    const Nesting nesting(session_);
    if (!nesting.fits() || !session_.spend(1)) return unknown();
    if (value.is_string()) return evaluate_text(value.get_ref<const std::string&>());
    if (value.is_object()) return evaluate_object(value);
    if (!value.is_array()) return value;
    Json out = Json::array();
    for (const Json& element : value) out.push_back(evaluate(element));
    return out;
}

Json Evaluator::evaluate_text(const std::string& text) {
    if (!arm::is_expression(text)) {
        const std::string literal = text.starts_with("[[") ? text.substr(1) : text;
        return session_.build(literal) ? Json(literal) : unknown(text);
    }
    const Node* const tree = session_.parsed(text);
    if (tree == nullptr) session_.fail("expression");
    Json out = session_.stopped() ? unknown() : node(*tree).take(session_);
    session_.soften();
    return is_unknown(out) ? unknown(text) : out;
}

Json Evaluator::evaluate_object(const Json& object) {
    Json out = Json::object();
    for (const auto& [key, value] : object.get_ref<const Json::object_t&>()) {
        if (session_.stopped()) break;
        if (is_property_copy(key, value)) {
            if (!evaluate_copies(value, out)) set_member(out, key, unknown("[copy]"));
            continue;
        }
        const Json name = evaluate_text(key);
        // A name that is not known stands as it is written.
        Json inner = evaluate(value);
        if (!name.is_string()) inner = unknown(to_text(value));
        if (!session_.spend(out.size() / 16 + 1)) break;
        set_member(out, name.is_string() ? name.get<std::string>() : key, std::move(inner));
    }
    return out;
}

bool Evaluator::evaluate_copies(const Json& copies, Json& out) {
    for (const Json& copy : copies) {
        const Json name = evaluate(*member(copy, "name"));
        if (!name.is_string()) return false;
        set_member(out, name.get<std::string>(), looped(copy));
    }
    return true;
}

Json Evaluator::looped(const Json& copy) {
    Json out = Json::array();
    const Json* const input = member(copy, "input");
    if (input == nullptr) return unknown("[copy]");
    const bool known =
        repeat(copy, Loop::Over::properties, [&] { out.push_back(evaluate(*input)); });
    return known ? out : unknown("[copy]");
}

std::optional<std::int64_t> copy_count(Evaluator& evaluator, const Json& copy) {
    const Json* const declared = member(copy, "count");
    const Json count = declared == nullptr ? Json() : evaluator.evaluate(*declared);
    if (is_unknown(count)) return std::nullopt;
    const auto number = integer(count);
    if (number && *number >= 0 && *number <= static_cast<std::int64_t>(kMaxResources)) {
        return number;
    }
    evaluator.session().fail("copy_count", {{"count", number ? std::to_string(*number) : ""}});
    return std::nullopt;
}

bool Evaluator::start(Slot& slot, std::string_view kind, std::string_view name) {
    if (slot.state == Slot::State::waiting) {
        slot.state = Slot::State::busy;
        return true;
    }
    if (slot.state == Slot::State::busy) {
        session_.fail("circle", {{"kind", kind}, {"name", name}});
        slot.value = unknown();
    }
    return false;
}

/// One of a loop over variables; null where there is none of that name.
const Json* Evaluator::variable_copy(std::string_view name) const {
    const Json* const copies = member(*context_.variables, "copy");
    if (copies == nullptr || !is_property_copy("copy", *copies)) return nullptr;
    for (const Json& entry : *copies) {
        if (base::ascii_iequals(text_of(entry, "name"), name)) return &entry;
    }
    return nullptr;
}

Held Evaluator::variable(std::string_view name) {
    const bool any = context_.variables != nullptr;
    if (any && !session_.spend(context_.variables->size() / 16 + 1)) return unknown();
    const Json* const copy = any ? variable_copy(name) : nullptr;
    const Json* const declared = any ? member(*context_.variables, name) : nullptr;
    if (copy == nullptr && declared == nullptr) {
        session_.fail("not_found", {{"kind", "variable"}, {"name", name}});
        return unknown();
    }
    Slot& slot = context_.variable_slots[base::to_lower(name)];
    if (!start(slot, "variable", name)) return Held::borrowed(&slot.value);
    const PlaceScope place(session_, "variable '" + std::string(name) + "'");
    beforehand(slot, [&] { return copy == nullptr ? evaluate(*declared) : looped(*copy); });
    return Held::borrowed(&slot.value);
}

Held Evaluator::node(const Node& node) {
    const Nesting nesting(session_);
    if (!nesting.fits() || !session_.spend(node.text.size() / 16 + 1)) return unknown();
    switch (node.kind) {
        case Node::Kind::text:
            return Json(node.text);
        case Node::Kind::integer:
            return Json(node.integer);
        case Node::Kind::property:
            return property(node);
        case Node::Kind::call:
            break;
    }
    return call(node);
}

Held Evaluator::property(const Node& node) {
    Held target = this->node(node.children[0]);
    const Held key = this->node(node.children[1]);
    if (session_.stopped() || is_unknown(*target) || is_unknown(*key)) return unknown();
    return property_of(std::move(target), *key);
}

Held Evaluator::property_of(Held target, const Json& key) {
    if (target->is_object() && key.is_string()) return member_of(std::move(target), key);
    if (const auto index = integer(key); index && target->is_array()) {
        return element_of(std::move(target), *index);
    }
    if (!target.open) session_.fail("no_property", {{"name", to_text(key)}});
    return unknown();
}

Held Evaluator::member_of(Held target, const std::string& name) {
    if (!session_.spend(target->size())) return unknown();
    const Json* const found = member(*target, name);
    if (found == nullptr) {
        if (!target.open) {
            session_.fail("property", {{"name", name}, {"names", names_of(*target)}});
        }
        return unknown();
    }
    const bool open = target.open;
    Held out =
        target.is_borrowed() ? Held::borrowed(found) : Held(taken_member(target.own(), name));
    out.open = open;
    return out;
}

Held Evaluator::element_of(Held target, std::int64_t index) {
    if (index < 0 || static_cast<std::size_t>(index) >= target->size()) {
        if (!target.open) session_.fail("index", {{"index", std::to_string(index)}});
        return unknown();
    }
    const auto at = static_cast<std::size_t>(index);
    Held out =
        target.is_borrowed() ? Held::borrowed(&(*target)[at]) : Held(std::move(target.own()[at]));
    out.open = target.open;
    return out;
}

Held Evaluator::call(const Node& node) {
    if (!session_.spend(kCallCost + node.children.size())) return unknown();
    for (const SpecialForm& form : special_forms()) {
        if (form.name == node.name) return form.call(*this, node);
    }
    if (const Json* const own = own_function(node.name)) return call_own(*own, node);
    const Function* const function = find_function(node.name);
    const bool lists = function == nullptr && node.name.starts_with("list");
    if (function == nullptr && !lists) {
        session_.note("The function '" + node.text.substr(0, 60) + "' is not rehearsed.");
        return unknown();
    }
    std::vector<Json> arguments;
    bool known = true;
    for (const Node& argument : node.children) {
        arguments.push_back(this->node(argument).take(session_));
        if (session_.stopped()) return unknown();
        const auto care = lists ? Function::Unknowns::any : function->unknowns;
        if (care == Function::Unknowns::any) known = known && !holds_unknown(arguments.back());
        if (care == Function::Unknowns::top) known = known && !is_unknown(arguments.back());
    }
    Call call{*this, node, arguments};
    if (lists) known = known && !arguments.empty();
    if (!lists && (call.size() < function->least || call.size() > function->most)) {
        return call.refuse();
    }
    if (!known) return unknown();
    Held out = lists ? list_function(call) : function->call(call);
    out.open = call.open;
    if (!session_.build(*out)) return unknown();
    return out;
}

/// `{namespace, members: {name: {parameters, output}}}`.
const Json* Evaluator::own_function(const std::string& name) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string::npos || context_.functions == nullptr) return nullptr;
    if (!context_.functions->is_array()) return nullptr;
    for (const Json& space : *context_.functions) {
        if (!base::ascii_iequals(text_of(space, "namespace"), name.substr(0, dot))) continue;
        const Json* const members = member(space, "members");
        if (members == nullptr || !session_.spend(members->size() / 16 + 1)) continue;
        if (const Json* const found = member(*members, name.substr(dot + 1))) return found;
    }
    return nullptr;
}

/// Such a function sees its own parameters and the template's other functions, nothing else.
Held Evaluator::call_own(const Json& function, const Node& node) {
    Context inner;
    inner.functions = context_.functions;
    inner.scope = context_.scope;
    inner.deployment = Json::object();
    const Json* const parameters = present(function, "parameters");
    const std::size_t wanted =
        parameters != nullptr && parameters->is_array() ? parameters->size() : 0;
    if (wanted != node.children.size()) return refuse(node);
    for (std::size_t i = 0; i < wanted; ++i) {
        Slot slot{Slot::State::done, this->node(node.children[i]).take(session_)};
        inner.parameter_slots.emplace(base::to_lower(text_of((*parameters)[i], "name")),
                                      std::move(slot));
    }
    const Json* const output = member(function, "output");
    const Json* const value = output == nullptr ? nullptr : member(*output, "value");
    if (value == nullptr || session_.stopped()) return unknown();
    return Evaluator(session_, inner).evaluate(*value);
}

Json Evaluator::refuse(const Node& call) {
    session_.fail("arguments", {{"function", call.text}});
    return unknown();
}

Json Call::refuse() const {
    return evaluator.refuse(node);
}

}  // namespace armgate::dryrun::language
