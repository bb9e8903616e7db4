#include "cli/wiring_files.hpp"

#include "certs/bundle.hpp"
#include "certs/files.hpp"
#include "certs/trust_store.hpp"
#include "core/wiring/shell.hpp"
#include "io/system/child.hpp"

#include <iostream>
#include <optional>

namespace armgate::cli {
namespace {

static_assert(wiring::kStorePassword == certs::kStorePassword, "what seals it opens it");

constexpr std::size_t kWgetrcLimitBytes = 256UL * 1024;

Result<std::string> bundle_of(const std::string& source, const certs::Authority& authority) {
    return certs::combined_bundle(source.empty() ? std::nullopt : std::optional(source), authority);
}

Result<std::string> store_of(const wiring::TrustStore& store, const certs::Authority& authority) {
    if (!store.own.empty()) {
        const auto own = certs::read_java_trust_store(store.own, store.own_password);
        if (own) return certs::java_trust_store(*own, authority);
        std::cerr << "armgate: Java's trust store of JAVA_TOOL_OPTIONS cannot be kept: "
                  << own.error().detail
                  << ". Java trusts the usual roots and armgate's CA for this run, and not what "
                     "that store adds\n";
    }
    const auto bundle = bundle_of(store.bundle_source, authority);
    if (!bundle) return bundle.error();
    return certs::java_trust_store(*bundle, authority);
}

}  // namespace

Result<void> write_wiring(const wiring::Wiring& wiring,
                          const certs::Authority& authority,
                          const WriteFile& write) {
    for (const auto* files : {&wiring.bundles, &wiring.additions}) {
        for (const wiring::TrustFile& file : *files) {
            const auto bundle = bundle_of(file.source, authority);
            if (!bundle) return bundle.error();
            if (auto wrote = write(file.name, *bundle, Readers::everybody); !wrote) return wrote;
        }
    }
    const auto store = store_of(wiring.store, authority);
    if (!store) return store.error();
    if (auto wrote = write(wiring.store.name, *store, Readers::everybody); !wrote) return wrote;
    for (const wiring::TextFile& file : wiring.private_files) {
        if (auto wrote = write(file.name, file.content, Readers::owner); !wrote) return wrote;
    }
    for (const std::string& notice : wiring.notices) std::cerr << "armgate: " << notice << "\n";
    return {};
}

Result<wiring::Environment> wire_into(const io::TemporaryDirectory& folder,
                                      wiring::WiringRequest request,
                                      const wiring::WiringRules& rules,
                                      const certs::Authority& authority) {
    const wiring::Environment current = wiring::unwired(io::current_environment());
    request.folder = folder.path();
    request.wgetrc = current_wgetrc(current);
    const wiring::Wiring wiring = wiring::wire(current, request, rules);
    if (auto wrote = folder.write("ca.pem", authority.pem()); !wrote) return wrote.error();
    // The folder is private, so every file in it is.
    const auto write = [&](const std::string& name, std::string_view content, Readers) {
        return folder.write(name, content);
    };
    if (auto wrote = write_wiring(wiring, authority, write); !wrote) return wrote.error();
    return wiring.set;
}

std::string current_wgetrc(const wiring::Environment& environment) {
    const auto named = environment.find("WGETRC");
    const auto home = environment.find("HOME");
    std::string path;
    if (named != environment.end() && !named->second.empty()) {
        path = named->second;
    } else if (home != environment.end()) {
        path = home->second + "/.wgetrc";
    }
    const auto text = certs::read_file(path, kWgetrcLimitBytes);
    return text ? *text : std::string();
}

}  // namespace armgate::cli
