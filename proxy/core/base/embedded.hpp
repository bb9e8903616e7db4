// The rules that are data: the files of config/rules and config/recipes, embedded in the binary by
// config/embed.cmake.
#pragma once

#include <span>
#include <string_view>

namespace armgate::base {

/// The text of `config/rules/<name>.json`; empty where there is no such file. Lives for the whole
/// process.
[[nodiscard]] std::string_view embedded_rules(std::string_view name) noexcept;

struct EmbeddedFile {
    std::string_view name;  ///< with its ending
    std::string_view text;
};

/// The files of `config/recipes`, by name. They live for the whole process.
[[nodiscard]] std::span<const EmbeddedFile> embedded_recipes() noexcept;

}  // namespace armgate::base
