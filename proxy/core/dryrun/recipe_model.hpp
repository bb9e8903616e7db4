// A recipe as it is held in memory, and what all recipes share (config/rules/recipes.json). Values;
// immutable once read. docs/recipes.md says what each member means.
#pragma once

#include "core/dryrun/recipe.hpp"
#include "core/dryrun/recipe_placeholder.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace armgate::dryrun {

/// A value compared, as text and without case, with what it may be.
struct Condition {
    Json value;
    std::vector<std::string> is;
    std::vector<std::string> starts_with;
    std::vector<std::string> contains;
    std::optional<bool> present;
};

/// Values that come to a resource or to an element of one of its arrays.
struct Additions {
    Json defaults;  ///< under what was sent
    Json once;      ///< over it, but never over what the resource had before
    Json always;    ///< over all of it
};

struct Case {
    std::vector<Condition> when;  ///< all of them
    Additions additions;
    std::vector<std::string> invented;
};

struct Elements {
    std::string in;          ///< path of the array
    std::string type;        ///< of its elements; empty: they have no id
    bool resources = false;  ///< each is a resource of its own too
    bool flat = false;       ///< the array shows what the resource has under `properties`
    std::vector<Case> cases;
    Additions additions;
};

/// A resource that comes with this one: below it, or beside it in the same resource group.
struct Child {
    std::string type;
    std::string name;  ///< a template
    Json body;
    std::vector<Condition> when;
    bool every_time = false;  ///< also where the parent was there before
};

struct Action {
    std::string name;
    bool acts = true;
    unsigned status = 200;
    Runs runs = Runs::at_once;
    Json body;  ///< null: none
    Json sets;  ///< over the resource; null: it stays as it is
    std::vector<Condition> when;
    std::vector<std::string> invented;
};

/// What `GET {id}/{name}` and `$expand={name}` show.
struct View {
    std::string name;
    Json body;
};

enum class Etag { none, weak, quoted, plain };

struct Recipe {
    std::string type;                   ///< in ARM's own casing
    std::vector<std::string> aliases;   ///< other types that mean this one
    std::vector<std::string> also_for;  ///< types that are made alike
    WriteStyle writes;
    std::vector<Case> cases;
    Additions additions;
    std::vector<Elements> elements;
    std::vector<Child> children;
    std::vector<Child> beside;
    Json finally;  ///< over all of it, once the elements of its arrays are done
    std::vector<Action> actions;
    std::vector<View> views;
    std::vector<std::string> keeps;           ///< paths that survive a PUT which lacks them
    std::vector<std::string> never_returned;  ///< paths
    std::vector<std::string> invented;
    std::string system_data_from;  ///< api-version; empty: it has no systemData
    Etag etag = Etag::none;
    bool provisioning_state = true;
    bool keeps_nulls = false;
};

/// `*` behind a name: what begins like it.
struct ActionRule {
    std::string type;  ///< empty: any
    std::string action;
};

struct CloudSuffixes {
    std::string host;
    Suffixes names;
};

struct CommonRules {
    std::vector<ActionRule> reading;
    std::vector<ActionRule> acting;     ///< exceptions to `reading`
    std::vector<CloudSuffixes> clouds;  ///< the first holds for every other host
};

/// Types compare without case, as ids do.
struct TypeLess {
    using is_transparent = void;
    [[nodiscard]] bool operator()(std::string_view a, std::string_view b) const noexcept;
};

/// All recipes.
struct RecipeBook {
    std::map<std::string, Recipe, TypeLess> by_type;
    CommonRules common;

    /// False where the type has a recipe already.
    [[nodiscard]] bool add(const std::string& type, Recipe recipe);
    /// Null where there is none.
    [[nodiscard]] const Recipe* find(std::string_view type) const noexcept;
    /// Of the cloud whose ARM `host` is.
    [[nodiscard]] const Suffixes& suffixes(std::string_view host) const noexcept;
};

struct Recipes::Data {
    RecipeBook book;
};

/// The type without its last segment; empty for `{ns}/{type}`.
[[nodiscard]] std::string_view parent_type(std::string_view type) noexcept;

/// True for `{ns}/{type}[/{type}...]`.
[[nodiscard]] bool is_resource_type(std::string_view type) noexcept;

}  // namespace armgate::dryrun
