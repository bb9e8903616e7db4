#include "io/system/temporary_directory.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace armgate::io {
namespace {

std::string parent_folder() {
    for (const char* name : {"XDG_RUNTIME_DIR", "TMPDIR"}) {
        const char* value = std::getenv(name);
        if (value != nullptr && value[0] == '/' && ::access(value, W_OK | X_OK) == 0) return value;
    }
    return "/tmp";
}

}  // namespace

Result<TemporaryDirectory> TemporaryDirectory::create() {
    std::string path = parent_folder() + "/armgate-run-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) {
        return Error{Errc::file_unwritable, "cannot make a temporary folder in " + parent_folder() +
                                                ": " + std::strerror(errno)};
    }
    return TemporaryDirectory(path);
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::move(other.path_)) {
    other.path_.clear();
}

TemporaryDirectory::~TemporaryDirectory() {
    if (path_.empty()) return;
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

Result<void> TemporaryDirectory::write(const std::string& name, std::string_view content) const {
    const std::string path = path_ + "/" + name;
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << content;
    file.close();
    if (file) return {};
    return Error{Errc::file_unwritable, "cannot write " + path + ": is the disk full?"};
}

}  // namespace armgate::io
