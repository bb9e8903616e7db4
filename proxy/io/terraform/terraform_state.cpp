#include "io/terraform/terraform_state.hpp"

#include "certs/files.hpp"
#include "core/base/redact.hpp"
#include "core/base/text.hpp"
#include "io/system/bounded_command.hpp"
#include "io/terraform/mirror.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace armgate::io {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxRecordBytes = 1024UL * 1024;
constexpr std::size_t kMaxStateBytes = 256UL * 1024 * 1024;
constexpr std::chrono::minutes kTerraformLimit{10};
constexpr std::string_view kOriginFile = "origin";
constexpr std::string_view kDefaultWorkspace = "default";

std::string variable(const wiring::Environment& environment, const std::string& name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
}

/// A small file's content; empty where there is none.
Result<std::string> content_of(const std::string& path) {
    std::error_code ec;
    if (!fs::exists(path, ec)) return std::string();
    return certs::read_file(path, kMaxRecordBytes);
}

/// FNV-1a, for names that stay the same from run to run; nothing depends on its being hard to meet.
std::string name_for(std::string_view text) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    for (int shift = 60; shift >= 0; shift -= 4) out.push_back(kDigits[(hash >> shift) & 0xFU]);
    return out;
}

/// What Terraform says of a failure: its `Error:` line, else its first one; printable.
std::string complaint(const std::string& output) {
    std::string first;
    for (const std::string_view raw : base::split(output, '\n')) {
        std::string line = base::printable(raw);
        const std::size_t error = line.find("Error: ");
        if (error != std::string::npos) return line.substr(error);
        if (first.empty()) first = line;
    }
    return first.empty() ? "it said nothing" : first;
}

/// A state that others could have put there is not gone on with. Nothing there is fine.
Result<void> check_private(const std::string& folder) {
    struct stat found {};
    if (::lstat(folder.c_str(), &found) != 0) return {};
    constexpr mode_t kOthers = 077;
    const bool own = found.st_uid == ::geteuid() && (found.st_mode & kOthers) == 0;
    if (S_ISDIR(found.st_mode) && own) return {};
    return Error{Errc::permissions_too_wide,
                 folder + " must be a folder of yours with mode 0700: it holds rehearsed states"};
}

bool may_be_workspace(std::string_view name) {
    return !name.empty() && name != "." && name != ".." &&
           name.find_first_of("/\\\n") == std::string_view::npos;
}

}  // namespace

Result<TerraformProject> read_terraform_project(std::string program,
                                                std::string folder,
                                                const wiring::Environment& environment) {
    TerraformProject out;
    out.program = std::move(program);
    out.folder = std::move(folder);
    std::string data = variable(environment, "TF_DATA_DIR");
    if (data.empty()) data = ".terraform";
    out.data = (fs::path(out.folder) / data).lexically_normal().string();
    if (out.data.ends_with('/')) out.data.pop_back();
    out.workspace = variable(environment, "TF_WORKSPACE");
    if (out.workspace.empty()) {
        auto selected = content_of(out.data + "/environment");
        if (!selected) return selected.error();
        out.workspace = base::trim(*selected);
    }
    if (out.workspace.empty()) out.workspace = kDefaultWorkspace;
    if (!may_be_workspace(out.workspace)) {
        return Error{Errc::input_invalid, "the selected workspace's name cannot be a folder's"};
    }
    auto record = content_of(out.data + "/" + std::string(kStateFile));
    if (!record) return record.error();
    if (record->empty()) return out;
    auto backend = dryrun::read_terraform_backend(*record);
    if (!backend) return backend.error();
    out.backend = std::move(*backend);
    return out;
}

Result<std::string> ask_terraform(const TerraformProject& project,
                                  std::vector<std::string> arguments,
                                  const TerraformSurroundings& around) {
    std::string asked = "terraform";
    for (const std::string& word : arguments) {
        if (!word.starts_with('-')) asked += " " + word;
    }
    arguments.insert(arguments.begin(), project.program);
    BoundedCommand command{std::move(arguments), around.environment, around.folder,
                           kTerraformLimit};
    std::erase_if(command.environment,
                  [](const auto& entry) { return entry.first.starts_with("TF_CLI_ARGS"); });
    command.errors_apart = true;
    command.output_limit = kMaxStateBytes;
    auto ended = run_bounded(command);
    if (!ended) return ended.error();
    if (ended->failure.empty() && ended->status == 0 && ended->output.size() < kMaxStateBytes) {
        return std::move(ended->output);
    }
    std::string why = ended->failure;
    if (ended->timed_out) {
        why = "it took longer than " + std::to_string(kTerraformLimit.count()) + " minutes";
    } else if (ended->output.size() >= kMaxStateBytes) {
        why =
            "its output is larger than " + std::to_string(kMaxStateBytes / (1024 * 1024)) + " MiB";
    } else if (why.empty()) {
        why = complaint(ended->errors.empty() ? ended->output : ended->errors);
    }
    return Error{Errc::system,
                 "cannot work on a copy of " + project.folder + ": " + asked + " failed: " + why};
}

Result<StateCopy> StateCopy::open(const TerraformProject& project,
                                  const TerraformSurroundings& around) {
    StateCopy out;
    out.origin_ = project.folder + "\n" + project.workspace + "\n" + project.backend.type + "\n";
    out.folder_ = around.scratch + "/terraform/state";
    if (around.overlay_file != OverlayFile::none) {
        const std::string beside = around.overlay + ".terraform";
        if (auto safe = check_private(beside); !safe) return safe.error();
        out.folder_ = beside + "/" + name_for(out.origin_);
        auto kept = content_of(out.folder_ + "/" + std::string(kOriginFile));
        if (!kept) return kept.error();
        out.resumed_ = around.overlay_file == OverlayFile::resumed && *kept == out.origin_;
        // What belongs to no overlay, or to an unfinished start, is not to be gone on with.
        std::error_code ec;
        if (!out.resumed_) fs::remove_all(out.folder_, ec);
    }
    if (auto made = certs::make_private_folders(out.folder_); !made) return made.error();
    return out;
}

std::string StateCopy::state_of(const std::string& workspace) const {
    if (workspace == kDefaultWorkspace) return folder_ + "/" + std::string(kStateFile);
    return folder_ + "/" + std::string(kStateFolder) + "/" + workspace + "/" +
           std::string(kStateFile);
}

std::string StateCopy::place_of(const std::string& path) const {
    return folder_ + "/files/" + name_for(path) + "-" + fs::path(path).filename().string();
}

Result<void> StateCopy::fill(const TerraformProject& project, const TerraformSurroundings& around) {
    for (const std::string& inside : {std::string(kStateFolder), std::string("files")}) {
        if (auto made = certs::make_private_folders(folder_ + "/" + inside); !made) return made;
    }
    if (resumed_) return {};
    return project.backend.is_local() ? copy_local(project) : pull(project, around);
}

Result<void> StateCopy::copy_local(const TerraformProject& project) const {
    const auto or_default = [&](const std::string& path, std::string_view usual) {
        return fs::path(project.folder) / (path.empty() ? std::string(usual) : path);
    };
    const fs::path file = or_default(project.backend.path, kStateFile);
    if (auto copied = copy_private(file.string(), state_of(std::string(kDefaultWorkspace)));
        !copied) {
        return copied.error();
    }
    const fs::path workspaces = or_default(project.backend.workspace_dir, kStateFolder);
    std::error_code ec;
    for (fs::directory_iterator it(workspaces, ec), end; !ec && it != end; it.increment(ec)) {
        const std::string state = state_of(it->path().filename().string());
        if (auto made = certs::make_private_folders(fs::path(state).parent_path().string());
            !made) {
            return made;
        }
        auto copied = copy_private((it->path() / kStateFile).string(), state);
        if (!copied) return copied.error();
    }
    return {};
}

Result<void> StateCopy::pull(const TerraformProject& project,
                             const TerraformSurroundings& around) const {
    auto text = ask_terraform(project, {"-chdir=" + project.folder, "state", "pull"}, around);
    if (!text) return text.error();
    auto there = dryrun::is_terraform_state(*text);
    if (!there) return there.error();
    const std::string state = state_of(project.workspace);
    if (auto made = certs::make_private_folders(fs::path(state).parent_path().string()); !made) {
        return made;
    }
    if (!*there) return {};
    return write_private(state, *text);
}

Result<void> StateCopy::keep() const {
    return write_private(folder_ + "/" + std::string(kOriginFile), origin_);
}

}  // namespace armgate::io
