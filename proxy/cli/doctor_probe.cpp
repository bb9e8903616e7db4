#include "cli/doctor_probe.hpp"

#include "core/doctor/plan.hpp"
#include "io/system/bounded_command.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace armgate::cli {
namespace {

/// A probe's way to say that what it needs is not there.
constexpr int kAbsent = 77;

std::string path_of(const wiring::Environment& environment) {
    const auto found = environment.find("PATH");
    return found == environment.end() ? "/usr/local/bin:/usr/bin:/bin" : found->second;
}

std::optional<std::string> first_program(const std::vector<std::string>& names,
                                         const std::string& path) {
    for (const std::string& name : names) {
        if (auto found = io::find_program(name, path)) return found;
    }
    return std::nullopt;
}

/// One client's probe, from looking for it to the finding.
class Probe {
  public:
    Probe(const doctor::ProbeRule& rule, DoctorBench& bench, const io::TemporaryDirectory& folder)
        : rule_(rule), bench_(bench), folder_(folder), work_(folder.path() + "/" + name()) {}

    /// Errors: `file_unwritable`, and those of `run_bounded`.
    [[nodiscard]] Result<doctor::Finding> run();

  private:
    [[nodiscard]] std::string name() const { return "probe-" + rule_.id; }
    [[nodiscard]] Result<void> write_files(const std::string& url);
    [[nodiscard]] Result<io::BoundedResult> start(const std::vector<std::string>& arguments,
                                                  const std::string& url);
    [[nodiscard]] Result<doctor::Finding> call();
    [[nodiscard]] doctor::Finding finding(doctor::State state, std::string detail) const;
    /// Nothing where it said its version, or could not.
    [[nodiscard]] Result<std::optional<doctor::Finding>> ask_version();

    const doctor::ProbeRule& rule_;
    DoctorBench& bench_;
    const io::TemporaryDirectory& folder_;
    std::string work_;
    std::string program_;
    std::string version_;
};

doctor::Finding Probe::finding(doctor::State state, std::string detail) const {
    doctor::Finding out;
    out.state = state;
    out.detail = std::move(detail);
    return out;
}

Result<void> Probe::write_files(const std::string& url) {
    for (const doctor::ProbeFile& file : rule_.files) {
        auto wrote =
            folder_.write(name() + "/" + file.name, doctor::expand(file.content, url, work_));
        if (!wrote) return wrote;
    }
    return {};
}

Result<io::BoundedResult> Probe::start(const std::vector<std::string>& arguments,
                                       const std::string& url) {
    io::BoundedCommand command;
    command.arguments.push_back(program_);
    for (const std::string& argument : arguments) {
        command.arguments.push_back(doctor::expand(argument, url, work_));
    }
    command.environment = bench_.environment;
    for (const auto& [variable, value] : rule_.set) {
        command.environment[variable] = doctor::expand(value, url, work_);
    }
    command.folder = work_;
    command.limit = bench_.limit;
    return io::run_bounded(command);
}

Result<std::optional<doctor::Finding>> Probe::ask_version() {
    const auto said = start(rule_.version, {});
    if (!said) return said.error();
    if (said->status == 0) version_ = doctor::first_version(said->output);
    if (!said->timed_out) return std::optional<doctor::Finding>();
    doctor::Finding out =
        finding(doctor::State::failed,
                "did not print its version within " + std::to_string(bench_.limit.count()) + " s");
    out.cause = doctor::Cause::too_slow;
    return std::optional(std::move(out));
}

Result<doctor::Finding> Probe::call() {
    const std::string url = bench_.proxy->begin_probe();
    if (auto wrote = write_files(url); !wrote) return wrote.error();
    const auto ended = start(rule_.arguments, url);
    if (!ended) return ended.error();
    doctor::Evidence evidence = bench_.proxy->end_probe();
    evidence.timed_out = ended->timed_out;
    evidence.status = ended->status;
    evidence.failure = ended->failure;
    evidence.output = ended->output;
    const bool is_absent = ended->status == kAbsent && !rule_.absent.empty();
    if (is_absent && !evidence.connected) return finding(doctor::State::not_probed, rule_.absent);
    doctor::Finding out =
        doctor::judge(rule_, evidence,
                      {bench_.source, bench_.judged, bench_.expected, bench_.address, bench_.folder,
                       bench_.arm_hosts, bench_.limit, bench_.env_command});
    out.took = ended->took;
    return out;
}

Result<doctor::Finding> Probe::run() {
    const std::string path = path_of(bench_.environment);
    const auto found = first_program(rule_.programs, path);
    Result<doctor::Finding> out = finding(doctor::State::not_installed, {});
    if (found) {
        program_ = *found;
        std::error_code ec;
        std::filesystem::create_directory(work_, ec);
        if (ec) return Error{Errc::file_unwritable, "cannot make " + work_ + ": " + ec.message()};
        auto stuck = ask_version();
        if (!stuck) return stuck.error();
        const bool has_all = std::all_of(
            rule_.required.begin(), rule_.required.end(),
            [&](const std::string& each) { return io::find_program(each, path).has_value(); });
        if (*stuck) {
            out = std::move(**stuck);
        } else if (!rule_.unprobed.empty()) {
            out = finding(doctor::State::not_probed, rule_.unprobed);
        } else if (!has_all) {
            out = finding(doctor::State::not_probed, rule_.absent);
        } else if (!version_.empty() && !doctor::is_new_enough(version_, rule_.since)) {
            out = finding(doctor::State::not_probed, rule_.too_old);
        } else {
            out = call();
        }
    }
    if (!out) return out;
    out->id = rule_.id;
    out->name = rule_.name;
    out->program = program_;
    out->version = version_;
    return out;
}

}  // namespace

Result<doctor::Finding> probe_client(const doctor::ProbeRule& rule,
                                     DoctorBench& bench,
                                     const io::TemporaryDirectory& folder) {
    return Probe(rule, bench, folder).run();
}

}  // namespace armgate::cli
