#include "cli/dry_run_end.hpp"

#include "certs/files.hpp"
#include "cli/run_observer.hpp"
#include "core/dryrun/change.hpp"

#include <filesystem>
#include <iostream>
#include <unistd.h>

namespace armgate::cli {
namespace {

constexpr mode_t kPrivate = 0600;

}  // namespace

Result<void> check_changes_file(const std::string& path) {
    if (path.empty()) return {};
    const std::filesystem::path file(path);
    std::error_code ignored;
    const bool is_file = file.has_filename() && !std::filesystem::is_directory(file, ignored);
    if (is_file && ::access(certs::folder_of(path).c_str(), W_OK | X_OK) == 0) return {};
    return Error{Errc::file_unwritable,
                 "--changes " + path +
                     " cannot be written: it needs a folder that exists and may "
                     "be written, and a file's name"};
}

Result<void> conclude_dry_run(Runtime& runtime, const RawOptions& raw) {
    if (runtime.dry_run() == nullptr) return {};
    const auto rules = dryrun::load_change_rules();
    if (!rules) return rules.error();
    const std::vector<dryrun::Change> changes = runtime.dry_run()->changes();
    if (!raw.quiet) {
        std::cerr << dryrun::render_changes(changes, dryrun::ChangesFormat::text, *rules,
                                            report_style_for(raw.color));
    }
    if (raw.changes.empty()) return {};
    const auto format = dryrun::changes_format_of(raw.changes);
    const std::string list = dryrun::render_changes(changes, format, *rules);
    if (auto written = certs::replace_file_at(raw.changes, list, kPrivate); !written) {
        return written;
    }
    if (!raw.quiet) std::cerr << "armgate: changes: " << raw.changes << "\n";
    return {};
}

}  // namespace armgate::cli
