// What a dry run leaves behind: the list of changes on stderr and in the file of `--changes`.
#pragma once

#include "cli/options.hpp"
#include "cli/runtime.hpp"

#include <string>

namespace armgate::cli {

/// Before anything starts: that `--changes FILE` can be written. Error: `file_unwritable`.
[[nodiscard]] Result<void> check_changes_file(const std::string& path);

/// At the end: prints the list unless `--quiet`, and writes the file. Nothing outside of a dry run.
/// Errors: `file_unwritable`, `config_invalid`.
[[nodiscard]] Result<void> conclude_dry_run(Runtime& runtime, const RawOptions& raw);

}  // namespace armgate::cli
