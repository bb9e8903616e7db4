// Arguments and variables as exec and posix_spawn want them.
#pragma once

#include "core/wiring/child_environment.hpp"

#include <string>
#include <utility>
#include <vector>

namespace armgate::io {

/// Owns the words, and the pointers to them that a null pointer ends. Made before a fork: nothing
/// may be allocated after it.
class ExecWords {
  public:
    explicit ExecWords(std::vector<std::string> words) : words_(std::move(words)) {
        for (std::string& word : words_) pointers_.push_back(word.data());
        pointers_.push_back(nullptr);
    }
    ExecWords(const ExecWords&) = delete;
    ExecWords& operator=(const ExecWords&) = delete;

    [[nodiscard]] char** data() noexcept { return pointers_.data(); }

  private:
    std::vector<std::string> words_;
    std::vector<char*> pointers_;
};

/// `NAME=value` of each.
[[nodiscard]] inline std::vector<std::string> words_of(const wiring::Environment& environment) {
    std::vector<std::string> out;
    for (const auto& [name, value] : environment) out.push_back(name + "=" + value);
    return out;
}

}  // namespace armgate::io
