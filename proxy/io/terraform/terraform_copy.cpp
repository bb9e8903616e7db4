#include "io/terraform/terraform_copy.hpp"

#include "certs/files.hpp"
#include "core/base/redact.hpp"
#include "core/dryrun/terraform_command.hpp"
#include "io/system/bounded_command.hpp"
#include "io/terraform/mirror.hpp"
#include "io/terraform/terraform_state.hpp"

#include <algorithm>
#include <filesystem>

namespace armgate::io {
namespace {

namespace fs = std::filesystem;
using dryrun::TerraformCommand;
using dryrun::TerraformFile;

constexpr std::size_t kMaxLockBytes = 4UL * 1024 * 1024;
/// `providers/HOST/NAMESPACE/TYPE/VERSION`: below it stands the package itself.
constexpr int kProviderLevels = 4;
/// The last override that Terraform reads wins; its `backend` takes the place of a `cloud` too.
constexpr std::string_view kOverrideFile = "zzzz_armgate_override.tf";
constexpr std::string_view kOverride =
    "# Written by armgate for a dry run, in a copy that goes with it.\n"
    "terraform {\n  backend \"local\" {}\n}\n";

std::string listed(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : ", ") + base::printable(name);
    return out;
}

class Preparation {
  public:
    Preparation(const TerraformCommand& command,
                const TerraformSurroundings& around,
                const dryrun::TerraformRules& rules)
        : command_(command), around_(around), rules_(rules) {}

    Result<TerraformStart> prepare(TerraformProject project, StateCopy state) {
        project_ = std::move(project);
        if (auto told = tell_files(state); !told) return told.error();
        if (auto filled = state.fill(project_, around_); !filled) return filled.error();
        if (auto copied = copy_configuration(state); !copied) return copied.error();
        if (auto copied = copy_data(); !copied) return copied.error();
        if (auto made = use_state(state); !made) return made.error();
        if (auto kept = state.keep(); !kept) return kept.error();
        tell(state);
        start_.arguments = dryrun::moved_words(command_, copy_, files_);
        for (const auto& [name, value] : command_.variables) start_.set.emplace(name, value);
        // git may stand behind a data source: it is not to refresh the index of the user's tree.
        start_.set["GIT_OPTIONAL_LOCKS"] = "0";
        return std::move(start_);
    }

  private:
    [[nodiscard]] std::string absolute(const std::string& name) const {
        return (fs::path(project_.folder) / name).lexically_normal().string();
    }

    /// Where files go that the command would write, and where a saved plan is.
    Result<void> tell_files(const StateCopy& state) {
        for (const TerraformFile& file : command_.state_files) {
            if (file.name.empty() || file.name == "-") continue;  // `-backup=-`: none is made
            if (auto named = name_state(file); !named) return named;
        }
        for (const TerraformFile& file : command_.out_files) {
            files_.push_back({file.word, file.prefix, state.place_of(absolute(file.name))});
            if (around_.overlay_file != OverlayFile::none) continue;
            start_.notices.push_back(
                "the plan is saved in the copy and goes with it; with "
                "--overlay FILE it is kept for the next dry run");
        }
        return command_.plan ? find_plan(state) : Result<void>();
    }

    /// An option's state file: kept with the state where it is in the folder, refused elsewhere.
    Result<void> name_state(const TerraformFile& file) {
        const std::string path = absolute(file.name);
        std::error_code ec;
        const std::string parent = fs::weakly_canonical(fs::path(path).parent_path(), ec).string();
        if (ec || !is_within(parent, project_.folder) || !is_within(path, project_.folder)) {
            return Error{Errc::usage, "a state file outside of " + project_.folder +
                                          " cannot be kept from being written: name one inside"};
        }
        if (path != absolute(std::string(kStateFile))) named_states_.push_back(path);
        return {};
    }

    /// A plan of an earlier dry run lies with the state; another one names its own backend, which
    /// Terraform would write.
    Result<void> find_plan(const StateCopy& state) {
        const std::string path = absolute(command_.plan->name);
        const std::string kept = state.place_of(path);
        std::error_code ec;
        if (fs::is_regular_file(kept, ec)) {
            files_.push_back({command_.plan->word, "", kept});
            return {};
        }
        const bool own = command_.acts && fs::is_regular_file(path, ec);
        if (!own || project_.backend.is_default()) return {};
        return Error{Errc::input_invalid,
                     "the plan in " + path +
                         " names the state that it is for, which would be written: save the plan "
                         "in a dry run with the same --overlay FILE, or apply without one"};
    }

    Result<void> copy_configuration(const StateCopy& state) {
        MirrorRequest request;
        request.folder = project_.folder;
        request.into = around_.scratch + "/terraform/disk";
        request.linked = rules_.linked_folders;
        request.left_out = rules_.left_out;
        request.naming = rules_.naming_files;
        request.withheld = {absolute(std::string(kStateFile)), absolute(std::string(kStateFolder)),
                            absolute(std::string(kStateFile) + ".backup"), project_.data,
                            around_.scratch};
        for (const std::string& path : {project_.backend.path, project_.backend.workspace_dir}) {
            if (!path.empty()) request.withheld.push_back(absolute(path));
        }
        if (around_.overlay_file != OverlayFile::none) {
            request.withheld.push_back(around_.overlay);
            request.withheld.push_back(around_.overlay + ".terraform");
        }
        for (const std::string& path : named_states_) {
            request.withheld.push_back(path);
            auto copied =
                state.resumed() ? Result<bool>(true) : copy_private(path, state.place_of(path));
            if (!copied) return copied.error();
        }
        if (auto made = certs::make_private_folders(request.into); !made) return made;
        auto copy = mirror_folder(request);
        if (!copy) return copy.error();
        copy_ = std::move(*copy);
        return {};
    }

    /// `.terraform`: packages of providers and modules are linked, what Terraform writes is copied.
    Result<void> copy_data() {
        const bool inside = is_within(project_.data, project_.folder);
        std::string data = around_.scratch + "/terraform/data";
        if (inside) {
            data =
                copy_ + "/" + fs::path(project_.data).lexically_relative(project_.folder).string();
        }
        const auto named = around_.environment.find("TF_DATA_DIR");
        const bool is_named = named != around_.environment.end() && !named->second.empty();
        if (is_named && (!inside || named->second.starts_with('/'))) {
            start_.set["TF_DATA_DIR"] = data;
        }
        std::error_code ec;
        if (!fs::is_directory(project_.data, ec)) return {};
        if (auto made = certs::make_private_folders(data); !made) return made;
        for (const auto& [name, levels] :
             {std::pair("providers", kProviderLevels), std::pair("modules", 0)}) {
            const std::string from = project_.data + "/" + name;
            if (!fs::is_directory(from, ec)) continue;
            if (auto linked = link_below(from, data + "/" + name, levels); !linked) return linked;
        }
        std::vector<std::string> copied{"modules/modules.json", "environment"};
        if (project_.backend.is_default()) copied.emplace_back(kStateFile);
        for (const std::string& name : copied) {
            const std::string from = project_.data + "/" + name;
            auto done = copy_private(from, data + "/" + name);
            if (!done) return done.error();
        }
        return {};
    }

    /// Terraform follows the links and writes where they lead: the state is in its folder at once,
    /// whatever happens to us.
    Result<void> use_state(const StateCopy& state) {
        std::vector<std::pair<std::string, std::string>> links;
        for (const std::string_view name : {kStateFile, kStateFolder}) {
            links.emplace_back(state.folder() + "/" + std::string(name),
                               copy_ + "/" + std::string(name));
        }
        for (const std::string& path : named_states_) {
            links.emplace_back(state.place_of(path), copy_ + path.substr(project_.folder.size()));
        }
        for (const auto& [target, link] : links) {
            std::error_code ec;
            fs::create_symlink(target, link, ec);
            if (ec)
                return Error{Errc::file_unwritable, "cannot write " + link + ": " + ec.message()};
        }
        if (project_.backend.is_default()) return {};
        const std::string file = copy_ + "/" + std::string(kOverrideFile);
        if (auto written = write_private(file, kOverride); !written) return written;
        TerraformSurroundings ours = around_;
        for (const auto& [name, value] : start_.set) ours.environment[name] = value;
        auto done = ask_terraform(
            project_, {"-chdir=" + copy_, "init", "-reconfigure", "-input=false", "-no-color"},
            ours);
        return done ? Result<void>() : Result<void>(done.error());
    }

    void tell(const StateCopy& state) {
        const std::string folder = base::printable(project_.folder);
        const std::string program =
            base::printable(fs::path(command_.words.front()).filename().string());
        const bool local = project_.backend.is_local();
        const std::string whose = local ? "its state"
                                        : "its state in " + base::printable(project_.backend.type) +
                                              " (workspace " + base::printable(project_.workspace) +
                                              ")";
        std::vector<std::string> first;
        if (state.resumed()) {
            first.push_back(program + " works on a copy of " + folder +
                            " and goes on with the state of the last dry run; your own state is "
                            "not touched");
        } else {
            first.push_back(program + " works on a copy of " + folder + " and of " + whose +
                            "; neither is touched");
        }
        if (!state.resumed() && around_.overlay_file != OverlayFile::none) {
            first.push_back("the rehearsed state, which may hold secrets, is kept in " +
                            base::printable(around_.overlay) + ".terraform");
        }
        start_.notices.insert(start_.notices.begin(), first.begin(), first.end());
        tell_of_backend();
        tell_of_providers();
    }

    void tell_of_backend() {
        const auto& elsewhere = rules_.remote_runs;
        if (std::find(elsewhere.begin(), elsewhere.end(), project_.backend.type) ==
            elsewhere.end()) {
            return;
        }
        start_.notices.push_back(
            "the runs of this configuration happen elsewhere; the rehearsal "
            "runs here, without variables that are kept there");
    }

    void tell_of_providers() {
        if (!command_.acts) return;
        const auto lock = certs::read_file(project_.folder + "/.terraform.lock.hcl", kMaxLockBytes);
        if (!lock) return;
        const auto providers = dryrun::read_terraform_providers(*lock, rules_);
        if (!providers.real.empty()) {
            start_.notices.push_back(
                "not simulated, for it does not go through ARM: what these "
                "providers do is done: " +
                listed(providers.real));
        }
        if (!providers.stopped.empty()) {
            start_.notices.push_back(
                "these providers are stopped by dry-run, for they do not go "
                "through ARM: " +
                listed(providers.stopped));
        }
    }

    const TerraformCommand& command_;
    const TerraformSurroundings& around_;
    const dryrun::TerraformRules& rules_;
    TerraformProject project_;
    std::string copy_;
    std::vector<std::string> named_states_;  ///< absolute paths in the folder
    std::vector<TerraformFile> files_;
    TerraformStart start_;
};

/// The program's absolute path; nothing where there is none.
std::optional<std::string> program_path(const std::string& word,
                                        const TerraformSurroundings& around) {
    if (word.find('/') != std::string::npos) {
        return (fs::path(around.folder) / word).lexically_normal().string();
    }
    const auto path = around.environment.find("PATH");
    return path == around.environment.end() ? std::nullopt : find_program(word, path->second);
}

}  // namespace

Result<std::optional<TerraformStart>> prepare_terraform(const std::vector<std::string>& words,
                                                        const TerraformSurroundings& around,
                                                        const dryrun::TerraformRules& rules) {
    const auto command = dryrun::read_terraform_command(words, rules);
    if (!command) return std::optional<TerraformStart>();
    if (command->run == dryrun::TerraformRun::refused) return Error{Errc::usage, command->why};
    TerraformStart as_is;
    as_is.arguments = words;
    if (command->run == dryrun::TerraformRun::as_is) {
        if (!command->note.empty()) {
            as_is.notices.push_back("terraform " + command->subcommand +
                                    " runs in your own folder: " + command->note);
        }
        return std::optional(std::move(as_is));
    }
    TerraformSurroundings whole = around;
    for (const auto& [name, value] : command->variables) whole.environment[name] = value;
    if (!whole.overlay.empty()) {
        std::error_code unseen;
        const fs::path path = fs::path(around.folder) / whole.overlay;
        whole.overlay = fs::weakly_canonical(path, unseen).string();
    }
    for (const auto& [name, value] : whole.environment) {
        if (auto why = dryrun::refused_variable(name, value, rules)) {
            return Error{Errc::usage, std::move(*why)};
        }
    }
    std::error_code ec;
    const fs::path folder = fs::canonical(fs::path(around.folder) / command->folder, ec);
    auto program = program_path(command->words.front(), whole);
    // Without program or folder there is nothing to be written either: the child will say so.
    if (ec || !program) return std::optional(std::move(as_is));
    auto project = read_terraform_project(std::move(*program), folder.string(), whole.environment);
    if (!project) return project.error();
    auto state = StateCopy::open(*project, whole);
    if (!state) return state.error();
    auto start =
        Preparation(*command, whole, rules).prepare(std::move(*project), std::move(*state));
    if (!start) return start.error();
    return std::optional(std::move(*start));
}

}  // namespace armgate::io
