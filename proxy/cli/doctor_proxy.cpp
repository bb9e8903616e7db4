#include "cli/doctor_proxy.hpp"

#include "core/arm/hosts.hpp"
#include "io/system/clock.hpp"

namespace armgate::cli {
namespace {

constexpr std::chrono::milliseconds kPatience{1000};
/// A client that ended without a connection: one that it just made is accepted by then.
constexpr std::chrono::milliseconds kAcceptPatience{100};

}  // namespace

void DoctorObserver::on_request(std::shared_ptr<const trace::RequestRecord> record) {
    {
        const std::lock_guard lock(mutex_);
        if (record->host != arm::kPublicArm || record->path.find(nonce_) == std::string::npos)
            return;
    }
    note(&doctor::Evidence::reached_arm);
}

void DoctorObserver::on_untrusting_client(const std::string& host, const std::string&) {
    if (host == arm::kPublicArm) note(&doctor::Evidence::alerted);
}

void DoctorObserver::on_client_left(const std::string& host, const std::string&) {
    if (host == arm::kPublicArm) note(&doctor::Evidence::left);
}

void DoctorObserver::on_client_without_credentials(const std::string&) {
    note(&doctor::Evidence::without_credentials);
}

void DoctorObserver::note(bool doctor::Evidence::*field) {
    const std::lock_guard lock(mutex_);
    evidence_.*field = true;
    changed_.notify_all();
}

void DoctorObserver::begin(const std::string& nonce) {
    const std::lock_guard lock(mutex_);
    nonce_ = nonce;
    evidence_ = {};
}

doctor::Evidence DoctorObserver::seen(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [this] {
        return evidence_.reached_arm || evidence_.alerted || evidence_.left ||
               evidence_.without_credentials;
    });
    return evidence_;
}

Result<std::unique_ptr<DoctorProxy>> DoctorProxy::start(Parts parts) {
    std::unique_ptr<DoctorProxy> out(new DoctorProxy());
    auto arm = io::Simulator::start();
    if (!arm) return arm.error();
    out->arm_ = std::move(*arm);
    io::Settings settings;
    settings.listen = {parts.address, 0};
    settings.proxy_auth = std::move(parts.proxy_auth);
    settings.connect_to = {{std::string(arm::kPublicArm), 443, "127.0.0.1", out->arm_->port()}};
    // Everything else would go out through the simulator's port, which does not speak CONNECT.
    settings.upstream_proxy = io::UpstreamProxy{"127.0.0.1", out->arm_->port(), {}, {}};
    auto runtime = Runtime::start({std::move(parts.foundation),
                                   std::move(settings),
                                   std::move(parts.authority),
                                   {},
                                   {out->arm_->ca_pem()},
                                   {},
                                   &out->observer_});
    if (!runtime) return runtime.error();
    out->runtime_ = std::move(*runtime);
    return out;
}

std::string DoctorProxy::begin_probe() {
    const std::string nonce = io::random_hex(16);
    connections_before_ = runtime_->connections();
    observer_.begin(nonce);
    return "https://" + std::string(arm::kPublicArm) + "/armgate-doctor/" + nonce;
}

doctor::Evidence DoctorProxy::end_probe() {
    doctor::Evidence evidence = observer_.seen(kAcceptPatience);
    evidence.connected = runtime_->connections() > connections_before_;
    if (!evidence.connected) return evidence;
    evidence = observer_.seen(kPatience);
    evidence.connected = true;
    return evidence;
}

}  // namespace armgate::cli
