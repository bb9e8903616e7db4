// Files that commands take as input: read whole, bounded, never quoted in a message.
#pragma once

#include "core/base/error.hpp"
#include "core/identity/token.hpp"

#include <cstddef>
#include <string>

namespace armgate::cli {

/// The longest token, the JSON that az puts around it, and room to spare.
inline constexpr std::size_t kMaxTokenInputBytes = 2 * identity::kMaxTokenBytes;

/// All of the file at `path`, `-` for standard input. Errors: `file_unreadable`, and
/// `input_invalid` where it is longer than `limit_bytes`. The path is not quoted: people paste a
/// secret where the file belongs.
[[nodiscard]] Result<std::string> read_input(const std::string& path, std::size_t limit_bytes);

/// The value of an `Authorization` field out of a file that holds a raw token, `Bearer ...` or what
/// az prints. Errors as `read_input` and `identity::find_authorization`.
[[nodiscard]] Result<std::string> read_token_input(const std::string& path);

}  // namespace armgate::cli
