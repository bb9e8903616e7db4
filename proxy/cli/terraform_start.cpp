#include "cli/terraform_start.hpp"

#include <filesystem>
#include <iostream>

namespace armgate::cli {

OverlayChoice overlay_choice(const std::string& path) {
    OverlayChoice out{path, io::OverlayFile::none};
    if (path.empty()) return out;
    std::error_code ec;
    const bool there = std::filesystem::exists(path, ec);
    out.file = there ? io::OverlayFile::resumed : io::OverlayFile::is_new;
    return out;
}

Result<void> start_on_copy(io::ChildCommand& command,
                           const io::TemporaryDirectory& folder,
                           const OverlayChoice& overlay) {
    auto rules = dryrun::load_terraform_rules();
    if (!rules) return rules.error();
    io::TerraformSurroundings around;
    around.environment = io::current_environment();
    for (const auto& [name, value] : command.set) around.environment[name] = value;
    std::error_code ec;
    around.folder = std::filesystem::current_path(ec).string();
    if (ec) return Error{Errc::system, "cannot tell the current folder: " + ec.message()};
    around.scratch = folder.path();
    around.overlay = overlay.path;
    around.overlay_file = overlay.file;
    auto start = io::prepare_terraform(command.arguments, around, *rules);
    if (!start) return start.error();
    if (!*start) return {};
    command.arguments = std::move((*start)->arguments);
    for (auto& [name, value] : (*start)->set) command.set[name] = std::move(value);
    for (const std::string& notice : (*start)->notices) std::cerr << "armgate: " << notice << "\n";
    return {};
}

}  // namespace armgate::cli
