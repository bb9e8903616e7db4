#include "core/dryrun/recipe.hpp"

#include <nlohmann/json.hpp>

namespace armgate::dryrun {

struct Recipes::Data {};

Recipes::Recipes(std::unique_ptr<Data> data) noexcept : data_(std::move(data)) {
}
Recipes::Recipes(Recipes&&) noexcept = default;
Recipes& Recipes::operator=(Recipes&&) noexcept = default;
Recipes::~Recipes() = default;

Result<Recipes> Recipes::load() {
    return Recipes(std::make_unique<Data>());
}

Result<Recipes> Recipes::parse(std::span<const std::pair<std::string, std::string>> /*files*/) {
    return Recipes(std::make_unique<Data>());
}

bool Recipes::knows(std::string_view /*type*/) const noexcept {
    return false;
}

WriteStyle Recipes::write_style(std::string_view /*type*/) const noexcept {
    return {};
}

Made Recipes::make(const Making& making,
                   const nlohmann::ordered_json& sent,
                   const nlohmann::ordered_json* /*before*/) const {
    Made made;
    nlohmann::ordered_json body = sent;
    body["id"] = making.id;
    body["name"] = making.name;
    body["type"] = making.type;
    body["properties"]["provisioningState"] = "Succeeded";
    made.body = body.dump();
    made.invented.push_back("no recipe for this type");
    return made;
}

std::optional<ActionAnswer> Recipes::answer_action(const Making& /*making*/,
                                                   std::string_view /*action*/,
                                                   const nlohmann::ordered_json& /*resource*/,
                                                   const nlohmann::ordered_json& /*sent*/) const {
    return std::nullopt;
}

bool Recipes::is_reading_action(std::string_view /*type*/, std::string_view action) const {
    return action.starts_with("list");
}

}  // namespace armgate::dryrun
