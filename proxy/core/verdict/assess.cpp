#include "core/arm/contents.hpp"
#include "core/verdict/contents.hpp"
#include "core/verdict/rules.hpp"
#include "core/verdict/verdict.hpp"

#include <utility>

namespace armgate::verdict {

Assessment assess(const RequestView& request, base::Timestamp now, const Rules& rules) {
    Assessment out{arm::classify(request.method, request.path, rules.arm),
                   request.claims != nullptr
                       ? identity::identity_of(*request.claims, now, rules.identity)
                       : identity::identify(request.authorization, now, rules.identity),
                   {},
                   {},
                   {}};
    const auto forwardable =
        is_known_method(request.method) ? request.forwardable : Forwardable::no;
    BodyFacts facts;
    if (request.body && forwardable == Forwardable::yes &&
        arm::needs_body(request.method, out.request)) {
        JudgedContents judged = judge_contents(request, out.request, out.identity, rules.arm);
        facts = judged.facts;
        out.contents = std::move(judged.items);
        out.contents_unread = std::move(judged.unread);
    }
    out.verdict = judge(out.request, request.cloud, out.identity, forwardable, facts);
    return out;
}

}  // namespace armgate::verdict
