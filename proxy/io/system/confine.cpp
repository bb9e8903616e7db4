#include "io/system/confine.hpp"

#include "certs/files.hpp"
#include "core/base/embedded.hpp"
#include "core/base/rule_file.hpp"
#include "io/system/landlock.hpp"
#include "io/system/sanitizers.hpp"
#include "io/system/system_calls.hpp"

#include <algorithm>
#include <filesystem>
#include <sys/prctl.h>

#include <nlohmann/json.hpp>

namespace armgate::io {
namespace {

std::string joined(const std::vector<std::string>& paths) {
    std::string text;
    for (const std::string& path : paths) text += (text.empty() ? "" : ", ") + path;
    return text.empty() ? "nothing" : text;
}

/// The folder in which `path` stands once links are followed; empty where it is not there.
std::string real_folder(const std::string& path) {
    std::error_code ec;
    const auto real = std::filesystem::canonical(path, ec);
    return ec ? std::string() : real.parent_path().string();
}

}  // namespace

Result<Confinement> confinement_of_proxy(const std::vector<std::string>& written) {
    base::RuleFile file("confinement.json");
    const auto rules = file.parse(base::embedded_rules("confinement"));
    file.expect_keys(rules, "confinement", {"about", "read", "read_where_linked"});
    Confinement needs;
    needs.read = file.texts(rules, "read");
    // systemd, WSL and NixOS keep these elsewhere, behind a link that may be made anew.
    for (const std::string& path : file.texts(rules, "read_where_linked")) {
        const std::string folder = real_folder(path);
        const bool is_new =
            std::find(needs.read.begin(), needs.read.end(), folder) == needs.read.end();
        if (!folder.empty() && is_new) needs.read.push_back(folder);
    }
    if (file.error()) return *file.error();
    for (const std::string& name : written) {
        if (!name.empty()) needs.write.push_back(certs::folder_of(name));
    }
    return needs;
}

std::string confine(const Confinement& needs) {
    if (kSanitized) return "not confined: built with a sanitizer";
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "not confined: no no_new_privs here";
    const int version = restrict_files(needs.read, needs.write);
    const bool filtered = deny_system_calls();
    std::string text = "confined: no new privileges; ";
    if (version > 0) {
        text += "Landlock " + std::to_string(version) + ": reads " + joined(needs.read) +
                ", writes " + joined(needs.write);
    } else {
        text += "this kernel has no Landlock, so files are not restricted";
    }
    return text + (filtered ? "; seccomp: starts no program"
                            : "; no seccomp here, so system calls are not restricted");
}

}  // namespace armgate::io
