// A private folder that goes away with its owner, for the public CA files of one run.
#pragma once

#include "core/base/error.hpp"

#include <string>

namespace armgate::io {

class TemporaryDirectory {
  public:
    /// Mode 0700, under XDG_RUNTIME_DIR, TMPDIR or /tmp. Error: `file_unwritable`.
    [[nodiscard]] static Result<TemporaryDirectory> create();

    TemporaryDirectory(TemporaryDirectory&& other) noexcept;
    TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
    ~TemporaryDirectory();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// Writes a whole file into the folder. Error: `file_unwritable`.
    [[nodiscard]] Result<void> write(const std::string& name, std::string_view content) const;

  private:
    explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

}  // namespace armgate::io
