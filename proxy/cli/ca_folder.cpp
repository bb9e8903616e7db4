#include "cli/ca_folder.hpp"

#include <cstdlib>

namespace armgate::cli {

Result<std::string> ca_folder(const std::string& given) {
    if (!given.empty()) return given;
    const char* config = std::getenv("XDG_CONFIG_HOME");
    const char* home = std::getenv("HOME");
    if (config != nullptr && *config == '/') return std::string(config) + "/armgate";
    if (home != nullptr && *home == '/') return std::string(home) + "/.config/armgate";
    return Error{Errc::usage,
                 "neither XDG_CONFIG_HOME nor HOME is set: name the CA's folder with --ca-dir DIR"};
}

}  // namespace armgate::cli
