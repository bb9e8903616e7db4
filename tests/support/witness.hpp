// What the upstream really saw: every byte of every connection, taken apart by strict_message and
// answered by a script. Requests to /canary/ are answered with their own target, so that an answer
// which belongs to another request is seen at once. Thread-safe.
#pragma once

#include "support/scripted_upstream.hpp"
#include "support/strict_message.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace armgate::tests {

class Witness {
  public:
    /// Answers one request that is no canary.
    using Script = std::function<Afterwards(Wire&, const StrictMessage&)>;

    /// Takes over `upstream`, which outlives it.
    explicit Witness(ScriptedUpstream& upstream);

    /// Holds for requests from now on. Until then: 200 with `{}`.
    void answer_with(Script script);

    /// Whole requests since the last call, canaries left out.
    [[nodiscard]] std::vector<StrictMessage> take_requests();
    /// Bytes since the last call that never became a whole request, a string a connection. Waits
    /// for nothing: ask when the connections in question have ended.
    [[nodiscard]] std::vector<std::string> take_rest();

  private:
    void serve(Wire& wire);
    [[nodiscard]] Afterwards answer(Wire& wire, const StrictMessage& request);

    std::mutex mutex_;
    Script script_;                        ///< guarded by mutex_
    std::vector<StrictMessage> requests_;  ///< guarded by mutex_
    std::vector<std::string> rest_;        ///< guarded by mutex_
};

}  // namespace armgate::tests
