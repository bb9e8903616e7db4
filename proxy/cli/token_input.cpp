#include "cli/token_input.hpp"

#include "core/identity/explain.hpp"

#include <fstream>
#include <iostream>

namespace armgate::cli {
namespace {

constexpr std::size_t kBlockBytes = 64 * 1024;

}  // namespace

Result<std::string> read_input(const std::string& path, std::size_t limit_bytes) {
    std::ifstream file;
    if (path != "-") {
        file.open(path, std::ios::binary);
        if (!file) return Error{Errc::file_unreadable, "Cannot read the file given."};
    }
    std::istream& in = path == "-" ? std::cin : file;
    std::string text;
    std::string block(kBlockBytes, '\0');
    while (in) {
        in.read(block.data(), static_cast<std::streamsize>(block.size()));
        text.append(block, 0, static_cast<std::size_t>(in.gcount()));
        if (text.size() > limit_bytes) {
            return Error{Errc::input_invalid, "The input is longer than what is read of it, " +
                                                  std::to_string(limit_bytes) + " bytes."};
        }
    }
    if (in.bad()) return Error{Errc::file_unreadable, "Cannot read the input."};
    return text;
}

Result<std::string> read_token_input(const std::string& path) {
    const auto text = read_input(path, kMaxTokenInputBytes);
    if (!text) return text.error();
    return identity::find_authorization(*text);
}

}  // namespace armgate::cli
