// A small Azure Resource Manager as a value: requests in, answers out, resources in between. What
// the demo and the tests talk to instead of Azure (facts section 8). Pure: ids and time come in.
#pragma once

#include "core/arm/refusal.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace armgate::simulator {

/// The one subscription there is.
inline constexpr std::string_view kSubscription = "11111111-2222-3333-4444-555555555555";

struct Request {
    std::string_view method;
    std::string_view path;  ///< undecoded
    std::string_view query;
    std::string_view body;
    bool has_authorization = false;
};

/// Answers as ARM does: 201 or 200 for a PUT, 202 with Location for a group's DELETE, an
/// Azure-AsyncOperation for a virtual machine that takes kPolls polls, 204 for the DELETE of what
/// is not there, errors in ARM's shape. One thread at a time.
class ArmModel {
  public:
    /// A long-running operation is done at this poll.
    static constexpr int kPolls = 2;

    ArmModel();
    ~ArmModel();
    ArmModel(ArmModel&&) noexcept;

    [[nodiscard]] arm::LocalAnswer handle(const Request& request,
                                          const arm::AnswerContext& context);

    /// Number of PUT, PATCH, DELETE and POST requests that arrived, answered with success or not.
    [[nodiscard]] std::uint64_t writes() const noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace armgate::simulator
