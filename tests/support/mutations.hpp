// Changes a message the way an attacker would: small, at the borders of tokens, and in the pieces
// that parsers disagree about. The same seed gives the same mutants on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace armgate::tests {

class Mutator {
  public:
    explicit Mutator(std::uint32_t seed) : random_(seed) {}

    /// One to three of the thirteen mutations, one after the other.
    [[nodiscard]] std::string mutate(std::string message);

  private:
    /// A number below `limit`; 0 where that is 0. Not a distribution of the library: those differ.
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
    /// A place next to a delimiter, or any other in one of eight cases.
    std::size_t border(std::string_view message);
    /// From one border to the next.
    std::string_view token(std::string_view message);
    /// A line with its LF.
    std::string_view line(std::string_view message);

    void mutate_once(std::string& message);
    void change_bytes(std::string& message, std::size_t which);
    void change_lines(std::string& message, std::size_t which);
    void change_tokens(std::string& message, std::size_t which);

    std::mt19937 random_;
};

}  // namespace armgate::tests
