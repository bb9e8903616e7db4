#include "io/dryrun/dry_run.hpp"

#include "certs/files.hpp"
#include "core/arm/operation.hpp"

#include <algorithm>
#include <filesystem>

namespace armgate::io {
namespace {

/// Of a file written here. A rehearsal of 10,000 resources takes some 30 MB.
constexpr std::size_t kMaxOverlayBytes = std::size_t{256} * 1024 * 1024;
constexpr mode_t kPrivate = 0600;

}  // namespace

DryRun::DryRun(DryRunSetup setup, const arm::ArmRules& rules, dryrun::Recipes recipes)
    : setup_(std::move(setup)),
      rules_(rules),
      recipes_(std::move(recipes)),
      rehearsal_(std::make_unique<dryrun::Rehearsal>(recipes_, rules_, setup_.options)) {
}

Result<std::unique_ptr<DryRun>> DryRun::start(DryRunSetup setup, const arm::ArmRules& rules) {
    auto recipes = dryrun::Recipes::load();
    if (!recipes) return recipes.error();
    auto planes = arm::DataPlanes::load();
    if (!planes) return planes.error();
    std::unique_ptr<DryRun> dry_run(new DryRun(std::move(setup), rules, std::move(*recipes)));
    dry_run->planes_ = std::move(*planes);
    if (auto resumed = dry_run->resume(); !resumed) return resumed.error();
    // Proves at the start that the file can be kept.
    if (auto kept = dry_run->keep(); !kept) return kept.error();
    return dry_run;
}

Result<void> DryRun::resume() {
    if (setup_.overlay.empty()) return {};
    std::error_code ignored;
    if (!std::filesystem::exists(setup_.overlay, ignored)) return {};
    const auto text = certs::read_file(setup_.overlay, kMaxOverlayBytes);
    if (!text) return text.error();
    if (text->empty()) return {};
    const Result<void> loaded = rehearsal_->load(*text);
    if (loaded) return {};
    return Error{Errc::config_invalid, "--overlay " + setup_.overlay + ": " +
                                           loaded.error().detail +
                                           ". Name another file, or remove it to begin anew"};
}

Result<void> DryRun::keep() {
    if (setup_.overlay.empty()) return {};
    const std::filesystem::path file(setup_.overlay);
    const std::string folder = file.has_parent_path() ? file.parent_path().string() : ".";
    auto opened = certs::open_folder(folder);
    if (!opened) return Error{Errc::file_unwritable, opened.error().detail};
    std::string text = rehearsal_->save();
    if (text.size() > kMaxOverlayBytes) {
        return Error{Errc::file_unwritable,
                     "--overlay " + setup_.overlay + ": the rehearsal is larger than 256 MiB"};
    }
    const auto written =
        certs::replace_file({opened->get(), folder}, file.filename().string(), text, kPrivate);
    if (written) kept_ = std::move(text);
    return written;
}

Result<dryrun::Step> DryRun::step(const dryrun::Request& request,
                                  std::span<const dryrun::Answered> answered,
                                  const dryrun::Moment& moment) {
    const std::lock_guard lock(mutex_);
    const bool may_change = request.what->request_class != arm::RequestClass::read;
    try {
        dryrun::Step next = rehearsal_->step(request, answered, moment);
        if (!std::holds_alternative<dryrun::Done>(next) || !may_change) return next;
        const Result<void> kept = keep();
        if (kept) return next;
        go_back();
        return kept.error();
    } catch (...) {
        go_back();
        throw;
    }
}

/// What is not on disk has not happened. Not read back from there: what keeps a file from being
/// written may keep it from being read.
void DryRun::go_back() {
    if (setup_.overlay.empty()) return;
    static_cast<void>(rehearsal_->load(kept_));
}

std::vector<dryrun::Change> DryRun::changes() const {
    const std::lock_guard lock(mutex_);
    return rehearsal_->changes();
}

std::string DryRun::rehearsed_owner(std::string_view host) const {
    const std::lock_guard lock(mutex_);
    const std::string address = "//" + std::string(host);
    const std::vector<dryrun::Change>& changes = rehearsal_->changes();
    const auto names_it = [&](const dryrun::Change& change) {
        return change.kind == dryrun::ChangeKind::create &&
               change.after.view().find(address) != std::string_view::npos;
    };
    const auto last = std::find_if(changes.rbegin(), changes.rend(), names_it);
    return last == changes.rend() ? std::string() : last->id;
}

std::string DryRun::forbids(std::string_view host) const {
    if (data_planes_are_ == DataPlanesAre::open) return {};
    const auto allows = [host](const arm::HostPattern& tunnel) { return tunnel.matches(host); };
    if (std::any_of(setup_.tunnels.begin(), setup_.tunnels.end(), allows)) return {};
    const std::string_view service = planes_.service_of(host);
    if (service.empty()) return {};
    const std::string name(host);
    const std::string owner = rehearsed_owner(host);
    if (!owner.empty()) {
        return "dry run: " + name + " (" + std::string(service) + ") does not exist, because " +
               owner + " was only rehearsed; what needs it cannot be rehearsed";
    }
    return "dry run: " + name + " is " + std::string(service) +
           ", where Azure can be changed without Resource Manager, so nothing is let through to "
           "it; --tunnel " +
           name + " lets it, and what is changed there is changed";
}

std::string DryRun::forbids_unnamed(std::string_view host) const {
    if (data_planes_are_ == DataPlanesAre::open || !arm::is_ip_address(host)) return {};
    return "dry run: a TLS handshake to the address " + std::string(host) +
           " names no host, so it may be for one where Azure can be changed; it is not let through";
}

}  // namespace armgate::io
