#include "core/verdict/rules.hpp"
#include "core/verdict/verdict.hpp"

namespace armgate::verdict {

Assessment assess(const RequestView& request, base::Timestamp now, const Rules& rules) {
    Assessment out{arm::classify(request.method, request.path, rules.arm),
                   request.claims != nullptr
                       ? identity::identity_of(*request.claims, now, rules.identity)
                       : identity::identify(request.authorization, now, rules.identity),
                   {}};
    const auto forwardable =
        is_known_method(request.method) ? request.forwardable : Forwardable::no;
    out.verdict = judge(out.request, request.cloud, out.identity, forwardable);
    return out;
}

}  // namespace armgate::verdict
