// The questions of one request to the real ARM, and which reply belongs to which: a step begins
// anew with the replies so far, and the world may have changed meanwhile, so replies are found by
// their question, not by their place. Pure.
#pragma once

#include "core/dryrun/rehearsal.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::dryrun {

class Inquiry {
  public:
    /// `answered`: what earlier steps asked, in order. Outlives the inquiry.
    explicit Inquiry(std::span<const Answered> answered) : answered_(answered) {}

    /// The reply to the `nth` asking of this question; null where it is to be asked first: then it
    /// is among `questions`.
    const Reply* ask(Question question, std::size_t nth = 0);

    /// The same without asking.
    [[nodiscard]] const Reply* known(std::string_view target, std::size_t nth = 0) const;

    /// The reply to a GET whose target begins so.
    [[nodiscard]] const Reply* known_below(std::string_view prefix) const;

    [[nodiscard]] bool pending() const noexcept { return !questions_.empty(); }
    [[nodiscard]] const std::vector<Question>& questions() const noexcept { return questions_; }

  private:
    [[nodiscard]] const Reply* find(std::string_view method,
                                    std::string_view target,
                                    std::size_t nth) const;

    std::span<const Answered> answered_;
    std::vector<Question> questions_;
};

/// The value of a reply's field without case; empty where it has none.
[[nodiscard]] std::string_view field_of(const Reply& reply, std::string_view name) noexcept;

}  // namespace armgate::dryrun
