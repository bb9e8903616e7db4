// Any bytes as method and path: never a crash, and no exemption but for a path that can be read in
// one way only. The first line of the input is the method, the rest is the path.
#include "core/arm/operation.hpp"
#include "core/arm/rules.hpp"
#include "core/verdict/verdict.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using armgate::arm::Carries;
using armgate::arm::Exemption;
using armgate::arm::RequestClass;

void require(bool condition) {
    if (!condition) std::abort();
}

armgate::identity::Identity user_without_mfa() {
    armgate::identity::Identity who;
    who.credential = armgate::identity::Credential::usable;
    who.kind = armgate::identity::IdentityKind::user;
    who.known_by = "idtyp";
    return who;
}

bool is_plain(std::string_view path) {
    for (const char c : path) {
        if (c <= 0x20 || c == 0x7F || c == '\\' || c == '?' || c == '#') return false;
    }
    return path.find("%2F") == std::string_view::npos &&
           path.find("%2f") == std::string_view::npos &&
           path.find("/../") == std::string_view::npos;
}

void check(std::string_view method, std::string_view path) {
    static const auto rules = armgate::arm::load_arm_rules().value();
    static const auto who = user_without_mfa();
    const auto request = armgate::arm::classify(method, path, rules);
    const bool write =
        request.request_class == RequestClass::write || request.request_class == RequestClass::del;
    if (request.exemption != Exemption::none) require(is_plain(path));
    if (request.carries == Carries::batch) require(request.request_class == RequestClass::action);
    if (request.resource_id) require(request.resource_id->starts_with('/'));
    if (request.resource_id) require(request.resource_id->find("//") == std::string::npos);
    require(request.resource_name.size() <= path.size());
    const auto verdict = armgate::verdict::judge(request, armgate::arm::Cloud::azure_public, who,
                                                 armgate::verdict::Forwardable::yes);
    if (write && verdict.outcome == armgate::verdict::Outcome::pass) {
        require(request.exemption == Exemption::type ||
                request.exemption == Exemption::delete_type);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t line = input.find('\n');
    const std::string_view method = input.substr(0, line);
    const std::string_view path =
        line == std::string_view::npos ? std::string_view{} : input.substr(line + 1);
    check(method, path);
    for (const char* known : {"PUT", "DELETE", "POST"}) check(known, path);
    return 0;
}
