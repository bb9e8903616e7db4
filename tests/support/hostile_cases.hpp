// The cases of tests/data/hostile: one nasty message a file, and for each side an index of what has
// to become of them. The form of both is in tests/data/hostile/README.md.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace armgate::tests {

enum class HostileSide { request, connect, response };

struct HostileCase {
    std::string name;  ///< of the file, without its end
    std::string bytes;
    std::vector<std::string> answers;  ///< statuses in order; `cut` and `silence` stand alone
    std::string rule;                  ///< error_name of the rule broken; else a word of the index
    std::string says;                  ///< what the answer's message has to say; may be empty

    [[nodiscard]] bool is_refused() const;  ///< its last answer is armgate's own
    [[nodiscard]] std::string method() const;
};

struct HostileGroup {
    std::string name;
    std::vector<HostileCase> cases;
};

/// Prints the name, so that a parameterised test is called by it.
std::ostream& operator<<(std::ostream& out, const HostileGroup& group);

/// `request`, `connect` or `response`: the folder, and the name of the index.
[[nodiscard]] std::string folder_of(HostileSide side);

/// The index with the bytes. Throws std::runtime_error where a line is malformed or its file is not
/// there.
[[nodiscard]] std::vector<HostileGroup> hostile_groups(HostileSide side);

/// Names of all files of that side, whether or not the index has them.
[[nodiscard]] std::vector<std::string> hostile_files(HostileSide side);

}  // namespace armgate::tests
