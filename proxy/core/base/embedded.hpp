// The rules that are data: the files of config/rules, embedded in the binary by config/embed.cmake.
#pragma once

#include <string_view>

namespace armgate::base {

/// The text of `config/rules/<name>.json`; empty where there is no such file. Lives for the whole
/// process.
[[nodiscard]] std::string_view embedded_rules(std::string_view name) noexcept;

}  // namespace armgate::base
