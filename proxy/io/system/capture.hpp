// A program whose output armgate itself reads: started without a shell, bounded in time and size.
#pragma once

#include "core/base/error.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace armgate::io {

struct CaptureLimits {
    std::chrono::milliseconds time{60'000};
    std::size_t bytes = std::size_t{1} << 20U;  ///< of each stream; more is an error
};

struct Captured {
    int status = 0;  ///< exit status, or 128+N for signal N
    std::string out;
    std::string err;
};

/// Runs `arguments` (the first is looked up in PATH) with an empty standard input and waits for its
/// end. Errors: `system`: it could not be started, took too long (it is killed then) or wrote too
/// much. What it wrote is in no error: it may be a secret.
[[nodiscard]] Result<Captured> capture(const std::vector<std::string>& arguments,
                                       const CaptureLimits& limits = {});

}  // namespace armgate::io
