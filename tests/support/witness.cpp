#include "support/witness.hpp"

#include <utility>

namespace armgate::tests {
namespace {

constexpr std::string_view kCanary = "/canary/";

bool waits_for_continue(const std::string& bytes) {
    return bytes.find("\r\n\r\n") != std::string::npos &&
           bytes.find("\r\nExpect: ") != std::string::npos;
}

}  // namespace

Witness::Witness(ScriptedUpstream& upstream)
    : script_([](Wire& wire, const StrictMessage&) {
          wire.send(ok());
          return Afterwards::next_request;
      }) {
    upstream.converse([this](Wire& wire) { serve(wire); });
}

void Witness::answer_with(Script script) {
    const std::lock_guard lock(mutex_);
    script_ = std::move(script);
}

std::vector<StrictMessage> Witness::take_requests() {
    const std::lock_guard lock(mutex_);
    return std::exchange(requests_, {});
}

std::vector<std::string> Witness::take_rest() {
    const std::lock_guard lock(mutex_);
    return std::exchange(rest_, {});
}

void Witness::serve(Wire& wire) {
    std::string bytes;
    bool continued = false;
    Afterwards next = Afterwards::next_request;
    try {
        while (next == Afterwards::next_request) {
            const std::optional<StrictMessage> request = strict_request(bytes);
            if (request) {
                bytes.erase(0, request->size);
                continued = false;
                next = answer(wire, *request);
                continue;
            }
            if (!continued && waits_for_continue(bytes)) {
                continued = true;
                wire.send("HTTP/1.1 100 Continue\r\n\r\n");
            }
            const std::string more = wire.read_some();
            if (more.empty()) break;
            bytes += more;
        }
    } catch (const WireError&) {
        // The proxy is gone; what it had sent is what counts.
    }
    if (bytes.empty()) return;
    const std::lock_guard lock(mutex_);
    rest_.push_back(bytes);
}

Afterwards Witness::answer(Wire& wire, const StrictMessage& request) {
    if (request.target().starts_with(kCanary)) {
        wire.send(ok(request.target()));
        return Afterwards::next_request;
    }
    Script script;
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
        script = script_;
    }
    return script(wire, request);
}

}  // namespace armgate::tests
