// Any bytes as the body of a request that is judged by its contents: never a crash, never a write
// by a user without MFA that passes without a clause that names why, and a batch without some of
// its items is still one. The first line of the input is `METHOD path`, the rest is the body.
#include "core/arm/batch.hpp"
#include "core/base/json.hpp"
#include "core/verdict/contents.hpp"
#include "core/verdict/rules.hpp"
#include "support/tokens.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace {

using armgate::arm::RequestClass;
using armgate::verdict::Assessment;
using armgate::verdict::ClauseId;
using armgate::verdict::Outcome;

void require(bool condition) {
    if (!condition) std::abort();
}

Assessment assessed(std::string_view method, std::string_view path, std::string_view body) {
    static const auto rules = armgate::verdict::load_rules().value();
    static const std::string token =
        armgate::test::bearer(armgate::test::claims(R"("idtyp":"user","amr":["pwd"])"));
    const std::string_view fields[] = {token};
    armgate::verdict::RequestView view;
    view.method = method;
    view.path = path;
    view.authorization = fields;
    view.body = body;
    view.host = "management.azure.com";
    return assess(view, armgate::base::Timestamp{std::chrono::seconds(1795514400)}, rules);
}

void check(std::string_view method, std::string_view path, std::string_view body) {
    const Assessment assessment = assessed(method, path, body);
    bool fails = false;
    for (const auto& item : assessment.contents) {
        fails = fails || item.verdict.outcome == Outcome::fail;
        if (item.verdict.outcome != Outcome::pass) continue;
        const ClauseId clause = item.verdict.clause;
        require(clause == ClauseId::read || clause == ClauseId::exempt_type ||
                clause == ClauseId::exempt_delete || clause == ClauseId::contents);
        require((clause == ClauseId::read) == (item.request_class == RequestClass::read));
    }
    if (fails) require(assessment.verdict.outcome == Outcome::fail);
    if (!assessment.contents_unread.empty()) require(assessment.contents.empty());
    std::string json;
    append_contents_json(json, assessment.contents);
    const auto parsed = armgate::base::parse_json(json, 8);
    require(parsed && parsed->size() == assessment.contents.size());
}

void check_batch(std::string_view body) {
    const Assessment assessment = assessed("POST", "/batch", body);
    if (!assessment.contents_unread.empty()) return;
    const auto refused = refused_items(armgate::verdict::Mode::enforce, assessment,
                                       armgate::verdict::UncertainPolicy::by_cause);
    const auto smaller = armgate::arm::batch_without(body, refused);
    require(smaller.has_value());
    std::size_t items = 0;
    for (const auto& item : assessment.contents) items += item.depth == 0 ? 1 : 0;
    const auto document = armgate::arm::LenientJson::parse(*smaller);
    require(document.has_value());
    require(document->root().member("requests")->size() == items - refused.size());
    const Assessment again = assessed("POST", "/batch", *smaller);
    require(again.contents_unread.empty());
    require(refused_items(armgate::verdict::Mode::enforce, again,
                          armgate::verdict::UncertainPolicy::by_cause)
                .empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t line = std::min(input.find('\n'), input.size());
    const std::string_view head = input.substr(0, line);
    const std::size_t space = std::min(head.find(' '), head.size());
    const std::string_view body = input.substr(std::min(line + 1, input.size()));
    check(head.substr(0, space), head.substr(std::min(space + 1, head.size())), body);
    const std::string scope = "/subscriptions/s/resourceGroups/g";
    const std::string deployment = scope + "/providers/Microsoft.Resources/deployments/d";
    check("PUT", deployment, body);
    check("POST", "/providers/Microsoft.Resources/validateResources", body);
    check("PATCH", scope, body);
    check_batch(body);
    return 0;
}
