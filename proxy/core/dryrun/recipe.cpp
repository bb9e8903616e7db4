#include "core/dryrun/recipe.hpp"

#include "core/base/embedded.hpp"
#include "core/base/text.hpp"
#include "core/dryrun/recipe_action.hpp"
#include "core/dryrun/recipe_make.hpp"
#include "core/dryrun/recipe_model.hpp"
#include "core/dryrun/recipe_read.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace armgate::dryrun {
namespace {

Error taken(const std::string& name, const std::string& type) {
    return {Errc::config_invalid,
            "config/recipes/" + name + ": 'type' has a recipe already: " + type};
}

}  // namespace

bool RecipeBook::add(const std::string& type, Recipe recipe) {
    return by_type.emplace(type, std::move(recipe)).second;
}

bool TypeLess::operator()(std::string_view a, std::string_view b) const noexcept {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return base::ascii_lower(x) < base::ascii_lower(y);
    });
}

const Recipe* RecipeBook::find(std::string_view type) const noexcept {
    const auto found = by_type.find(type);
    return found == by_type.end() ? nullptr : &found->second;
}

const Suffixes& RecipeBook::suffixes(std::string_view host) const noexcept {
    for (const CloudSuffixes& cloud : common.clouds) {
        if (base::ascii_iequals(cloud.host, host)) return cloud.names;
    }
    return common.clouds.front().names;
}

std::string_view parent_type(std::string_view type) noexcept {
    const auto slash = type.rfind('/');
    return slash == std::string_view::npos || type.find('/') == slash ? std::string_view()
                                                                      : type.substr(0, slash);
}

bool is_resource_type(std::string_view type) noexcept {
    if (type.find('/') == std::string_view::npos) return false;
    for (const std::string_view part : base::split(type, '/')) {
        if (!base::is_token(part)) return false;
    }
    return true;
}

Recipes::Recipes(std::unique_ptr<Data> data) noexcept : data_(std::move(data)) {
}
Recipes::Recipes(Recipes&&) noexcept = default;
Recipes& Recipes::operator=(Recipes&&) noexcept = default;
Recipes::~Recipes() = default;

Result<Recipes> Recipes::load() {
    std::vector<std::pair<std::string, std::string>> files;
    for (const base::EmbeddedFile& file : base::embedded_recipes()) {
        files.emplace_back(file.name, file.text);
    }
    return parse(files);
}

Result<Recipes> Recipes::parse(std::span<const std::pair<std::string, std::string>> files) {
    auto data = std::make_unique<Data>();
    auto common = read_common_rules(base::embedded_rules("recipes"));
    if (!common) return common.error();
    data->book.common = std::move(*common);
    const Suffixes& suffixes = data->book.common.clouds.front().names;
    for (const auto& [name, text] : files) {
        auto recipe = read_recipe("config/recipes/" + name, text, suffixes);
        if (!recipe) return recipe.error();
        std::vector<std::string> same = recipe->aliases;
        same.push_back(recipe->type);
        for (const std::string& type : same) {
            if (!data->book.add(type, *recipe)) return taken(name, type);
        }
        for (const std::string& type : recipe->also_for) {
            Recipe alike = *recipe;
            alike.type = type;
            if (!data->book.add(type, std::move(alike))) return taken(name, type);
        }
    }
    return Recipes(std::move(data));
}

bool Recipes::knows(std::string_view type) const noexcept {
    return data_->book.find(type) != nullptr;
}

WriteStyle Recipes::write_style(std::string_view type) const noexcept {
    const Recipe* recipe = data_->book.find(type);
    return recipe == nullptr ? WriteStyle() : recipe->writes;
}

Made Recipes::make(const Making& making,
                   const nlohmann::ordered_json& sent,
                   const nlohmann::ordered_json* before) const {
    MadeResources resources = make_resource(data_->book, making, sent, before);
    Made made;
    made.body = to_text(resources.body);
    if (resources.whole) made.whole = to_text(*resources.whole);
    for (MadeResource& child : resources.children) {
        made.children.push_back({std::move(child.id), std::move(child.type), to_text(child.body),
                                 child.whole ? to_text(*child.whole) : std::string()});
    }
    made.gone = std::move(resources.gone);
    made.invented = std::move(resources.invented);
    return made;
}

bool Recipes::show_in_parent(std::string_view type,
                             std::string_view name,
                             const nlohmann::ordered_json* child,
                             nlohmann::ordered_json& parent) const {
    return show_inline(data_->book, type, name, child, parent);
}

std::optional<ActionAnswer> Recipes::answer_action(const Making& making,
                                                   std::string_view action,
                                                   const nlohmann::ordered_json& resource,
                                                   const nlohmann::ordered_json& sent) const {
    return act_by_recipe(data_->book, making, action, resource, sent);
}

std::optional<std::string> Recipes::view(const Making& making,
                                         std::string_view name,
                                         const nlohmann::ordered_json& resource) const {
    const auto shown = view_by_recipe(data_->book, making, name, resource);
    return shown ? std::optional(to_text(*shown)) : std::nullopt;
}

bool Recipes::is_reading_action(std::string_view type, std::string_view action) const {
    return reads_only(data_->book, type, action);
}

}  // namespace armgate::dryrun
