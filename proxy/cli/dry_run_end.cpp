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

struct Place {
    std::string folder;
    std::string name;
};

Place place_of(const std::string& path) {
    const std::filesystem::path file(path);
    return {file.has_parent_path() ? file.parent_path().string() : ".", file.filename().string()};
}

Result<void> write_changes(const std::string& path, const std::string& text) {
    const Place place = place_of(path);
    auto folder = certs::open_folder(place.folder);
    if (!folder) return Error{Errc::file_unwritable, folder.error().detail};
    return certs::replace_file({folder->get(), place.folder}, place.name, text, kPrivate);
}

}  // namespace

Result<void> check_changes_file(const std::string& path) {
    if (path.empty()) return {};
    const Place place = place_of(path);
    std::error_code ignored;
    const bool folder = std::filesystem::is_directory(path, ignored);
    if (!folder && !place.name.empty() && ::access(place.folder.c_str(), W_OK | X_OK) == 0) {
        return {};
    }
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
    const auto written =
        write_changes(raw.changes, dryrun::render_changes(changes, format, *rules));
    if (!written) return written.error();
    if (!raw.quiet) std::cerr << "armgate: changes: " << raw.changes << "\n";
    return {};
}

}  // namespace armgate::cli
