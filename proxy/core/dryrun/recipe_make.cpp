#include "core/dryrun/recipe_make.hpp"

#include "core/base/text.hpp"
#include "core/dryrun/recipe_condition.hpp"
#include "core/dryrun/recipe_stamp.hpp"
#include "core/dryrun/recipe_template.hpp"

#include <algorithm>
#include <utility>

namespace armgate::dryrun {
namespace {

/// A child whose type has no recipe of its own is what its parent's recipe says.
const Recipe& plain_recipe() {
    static const Recipe kPlain = [] {
        Recipe plain;
        plain.provisioning_state = false;
        return plain;
    }();
    return kPlain;
}

const Recipe& no_recipe() {
    static const Recipe kNone = [] {
        Recipe none;
        none.keeps_nulls = true;
        none.invented = {"there is no recipe for this type: it is answered as it was sent"};
        return none;
    }();
    return kNone;
}

void add_once(std::vector<std::string>& all, const std::vector<std::string>& more) {
    for (const std::string& one : more) {
        if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
    }
}

std::string_view last_segment(std::string_view path) noexcept {
    return path.substr(path.rfind('/') + 1);
}

/// `{subscription and resource group}/providers/{type}/{name}`; `type` has one level.
std::string id_beside(std::string_view id, std::string_view type, std::string_view name) {
    const auto providers = base::ascii_ifind(id, "/providers/");
    return std::string(id.substr(0, providers)) + "/providers/" + std::string(type) + "/" +
           std::string(name);
}

std::string child_id(std::string_view id, std::string_view type, std::string_view name) {
    return std::string(id) + "/" + std::string(last_segment(type)) + "/" + std::string(name);
}

std::string_view name_of(const Json& element) {
    const Json* name = element.is_object() ? find_member(element, "name") : nullptr;
    return name != nullptr && name->is_string() ? name->get_ref<const std::string&>()
                                                : std::string_view();
}

/// The element of that name; null where there is none.
const Json* named(const Json* array, std::string_view name) {
    if (array == nullptr || !array->is_array() || name.empty()) return nullptr;
    for (const Json& element : *array) {
        if (base::ascii_iequals(name_of(element), name)) return &element;
    }
    return nullptr;
}

/// Every value of `filled` that `before` has as well is taken from there.
void prefer_before(Json& filled, const Json& before) {
    for (auto& [name, value] : filled.items()) {
        const auto old = before.find(name);
        if (old == before.end()) continue;
        if (value.is_object() && old->is_object()) {
            prefer_before(value, *old);
        } else if (!old->is_null()) {
            value = *old;
        }
    }
}

void add(const Additions& additions, const TemplateScope& scope, const Json* before, Json& target) {
    if (!additions.defaults.is_null()) fill_under(target, *fill_in(additions.defaults, scope));
    if (!additions.once.is_null()) {
        Json filled = *fill_in(additions.once, scope);
        if (before != nullptr && before->is_object()) prefer_before(filled, *before);
        lay_over(target, std::move(filled));
    }
    if (!additions.always.is_null()) lay_over(target, *fill_in(additions.always, scope));
}

/// An element of a flat array as the resource that it also is.
Json unflattened(const Json& element) {
    Json properties = element;
    for (const char* key : {"id", "name", "type"}) erase_member(properties, key);
    return {{"properties", std::move(properties)}};
}

Json flattened(const Json& resource, std::string_view name) {
    Json out = {{"name", name}};
    if (const Json* properties = find_member(resource, "properties")) lay_over(out, *properties);
    return out;
}

enum class Place { below, beside };

/// Whether a resource is what the request writes, or comes along with that.
enum class Role { written, along };

const Recipe& recipe_of(const RecipeBook& book, std::string_view type, Role role) {
    if (const Recipe* recipe = book.find(type)) return *recipe;
    return role == Role::written ? no_recipe() : plain_recipe();
}

/// One resource being made.
class Maker {
  public:
    Maker(const RecipeBook& book,
          const Making& making,
          const Json* before,
          Role role = Role::written)
        : book_(book),
          making_(making),
          before_(before),
          role_(role),
          recipe_(recipe_of(book, making.type, role)) {}

    MadeResources make(const Json& sent);

  private:
    [[nodiscard]] TemplateScope scope() const {
        return {making_, made_.body, nullptr, {}, nullptr, book_.suffixes(making_.host)};
    }

    [[nodiscard]] const Json* before_at(std::string_view path) const {
        return before_ == nullptr ? nullptr : find_member(*before_, path);
    }

    void start_from(const Json& sent);
    void add_cases(const std::vector<Case>& cases,
                   const TemplateScope& scope,
                   const Json* before,
                   Json& target);
    void make_array(const Elements& elements);
    void make_element(const Elements& elements, const Json* before, Json& element);
    void make_inline_resource(const Elements& elements,
                              const std::string& id,
                              const Json* before,
                              Json& element);
    void find_gone(const Elements& elements);
    void make_others(const std::vector<Child>& others, Place place);
    Json make_other(std::string_view id,
                    std::string_view type,
                    std::string_view name,
                    const Json& sent,
                    const Json* before);
    [[nodiscard]] Json shown() const;
    void finish();

    const RecipeBook& book_;
    const Making& making_;
    const Json* before_;
    Role role_;
    const Recipe& recipe_;
    MadeResources made_;
};

void Maker::start_from(const Json& sent) {
    Json& body = made_.body;
    body = {{"id", making_.id},
            {"name", making_.name},
            {"type", recipe_.type.empty() ? making_.type : std::string_view(recipe_.type)}};
    if (sent.is_object()) {
        for (const auto& [name, value] : sent.items()) {
            const bool ours = name == "etag" || name == "systemData" || body.contains(name);
            if (!ours) body[name] = value;
        }
    }
    normalise_envelope(body);
    if (!recipe_.keeps_nulls) drop_nulls(body);
    for (const std::string& path : recipe_.keeps) {
        const Json* old = before_at(path);
        if (old != nullptr && find_member(body, path) == nullptr) set_member(body, path, *old);
    }
}

void Maker::add_cases(const std::vector<Case>& cases,
                      const TemplateScope& scope,
                      const Json* before,
                      Json& target) {
    for (const Case& one : cases) {
        if (!holds(one.when, scope)) continue;
        add(one.additions, scope, before, target);
        add_once(made_.invented, one.invented);
    }
}

/// Makes another resource that comes with this one and gives its body.
Json Maker::make_other(std::string_view id,
                       std::string_view type,
                       std::string_view name,
                       const Json& sent,
                       const Json* before) {
    Making making = making_;
    making.id = id;
    making.type = type;
    making.name = name;
    MadeResources other = Maker(book_, making, before, Role::along).make(sent);
    made_.children.push_back({std::string(id), std::string(type), other.body, other.whole});
    for (MadeResource& child : other.children) made_.children.push_back(std::move(child));
    for (std::string& gone : other.gone) made_.gone.push_back(std::move(gone));
    add_once(made_.invented, other.invented);
    return std::move(other.body);
}

void Maker::make_inline_resource(const Elements& elements,
                                 const std::string& id,
                                 const Json* before,
                                 Json& element) {
    const std::string name(name_of(element));
    if (!elements.flat) {
        element = make_other(id, elements.type, name, element, before);
        return;
    }
    const Json old = before == nullptr ? Json() : unflattened(*before);
    const Json made = make_other(id, elements.type, name, unflattened(element),
                                 before == nullptr ? nullptr : &old);
    element = flattened(made, name);
}

void Maker::make_element(const Elements& elements, const Json* before, Json& element) {
    if (!element.is_object()) return;
    const std::string name(name_of(element));
    const bool has_id = !elements.type.empty() && !name.empty();
    const std::string id = has_id ? child_id(making_.id, elements.type, name) : std::string();
    TemplateScope within = scope();
    within.element = &element;
    within.element_id = id;
    add_cases(elements.cases, within, before, element);
    add(elements.additions, within, before, element);
    if (!has_id) return;
    if (elements.resources) return make_inline_resource(elements, id, before, element);
    element["id"] = id;
    element["type"] = elements.type;
    erase_member(element, "etag");
    if (recipe_.provisioning_state) {
        set_member(element, "properties.provisioningState", "Succeeded");
    }
}

void Maker::find_gone(const Elements& elements) {
    const Json* old = before_at(elements.in);
    if (!elements.resources || old == nullptr || !old->is_array()) return;
    const Json* now = find_member(made_.body, elements.in);
    for (const Json& element : *old) {
        const std::string_view name = name_of(element);
        if (name.empty() || named(now, name) != nullptr) continue;
        made_.gone.push_back(child_id(making_.id, elements.type, name));
    }
}

void Maker::make_array(const Elements& elements) {
    find_gone(elements);
    const Json* array = find_member(made_.body, elements.in);
    if (array == nullptr || !array->is_array()) return;
    Json done = *array;  // apart: placeholders read the body while elements change
    for (Json& element : done) {
        make_element(elements, named(before_at(elements.in), name_of(element)), element);
    }
    set_member(made_.body, elements.in, std::move(done));
}

void Maker::make_others(const std::vector<Child>& others, Place place) {
    for (const Child& child : others) {
        if (before_ != nullptr && !child.every_time) continue;
        if (!holds(child.when, scope())) continue;
        const auto filled = fill_in(Json(child.name), scope());
        if (!filled || !filled->is_string()) continue;
        const std::string name = *filled;
        if (name.empty() || name.find('/') != std::string::npos) continue;
        const Json sent = child.body.is_null() ? Json::object() : *fill_in(child.body, scope());
        const std::string id = place == Place::below ? child_id(making_.id, child.type, name)
                                                     : id_beside(making_.id, child.type, name);
        static_cast<void>(make_other(id, child.type, name, sent, nullptr));
    }
}

/// The body without what ARM takes and never shows.
Json Maker::shown() const {
    Json out = made_.body;
    for (const std::string& path : recipe_.never_returned) erase_member(out, path);
    return out;
}

void Maker::finish() {
    Json& body = made_.body;
    if (give_identities(body, making_)) {
        add_once(made_.invented, {"the ids of its managed identities are made up"});
    }
    if (recipe_.provisioning_state) set_member(body, "properties.provisioningState", "Succeeded");
    if (recipe_.etag != Etag::none) body["etag"] = etag_of(shown(), making_.id, recipe_.etag);
    const bool has_system_data = !recipe_.system_data_from.empty() &&
                                 making_.api_version.substr(0, 10) >= recipe_.system_data_from;
    if (has_system_data) stamp_system_data(body, making_, before_);
    if (recipe_.etag == Etag::none) return;
    for (const Elements& elements : recipe_.elements) {  // they carry their resource's
        Json* array = find_member(body, elements.in);
        if (elements.resources || elements.type.empty() || array == nullptr) continue;
        for (Json& element : *array) {
            if (element.is_object()) element["etag"] = body["etag"];
        }
    }
}

MadeResources Maker::make(const Json& sent) {
    start_from(sent);
    add_once(made_.invented, recipe_.invented);
    add_cases(recipe_.cases, scope(), before_, made_.body);
    add(recipe_.additions, scope(), before_, made_.body);
    for (const Elements& elements : recipe_.elements) make_array(elements);
    if (!recipe_.finally.is_null()) lay_over(made_.body, *fill_in(recipe_.finally, scope()));
    make_others(recipe_.children, Place::below);
    // Types may stand beside each other: only what was written brings something, or there is no
    // end.
    if (role_ == Role::written) make_others(recipe_.beside, Place::beside);
    finish();
    if (Json body = shown(); body != made_.body) {
        made_.whole = std::exchange(made_.body, std::move(body));
    }
    return std::move(made_);
}

}  // namespace

MadeResources make_resource(const RecipeBook& book,
                            const Making& making,
                            const Json& sent,
                            const Json* before) {
    return Maker(book, making, before).make(sent);
}

bool show_inline(const RecipeBook& book,
                 std::string_view type,
                 std::string_view name,
                 const Json* child,
                 Json& parent) {
    const Recipe* recipe = book.find(parent_type(type));
    if (recipe == nullptr || !parent.is_object()) return false;
    for (const Elements& elements : recipe->elements) {
        if (!elements.resources || !base::ascii_iequals(elements.type, type)) continue;
        Json* array = find_member(parent, elements.in);
        if (array == nullptr || !array->is_array()) {
            if (child == nullptr) return false;
            set_member(parent, elements.in, Json::array());
            array = find_member(parent, elements.in);
            if (array == nullptr) return false;
        }
        Json shown = child == nullptr ? Json() : elements.flat ? flattened(*child, name) : *child;
        const auto at = std::find_if(array->begin(), array->end(), [&](const Json& element) {
            return base::ascii_iequals(name_of(element), name);
        });
        if (child == nullptr && at == array->end()) return false;
        if (child == nullptr) {
            array->erase(at);
        } else if (at == array->end()) {
            array->push_back(std::move(shown));
        } else {
            *at = std::move(shown);
        }
        return true;
    }
    return false;
}

}  // namespace armgate::dryrun
