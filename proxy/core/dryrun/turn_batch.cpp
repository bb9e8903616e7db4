// `POST /batch`: every item by the rules of its own request, all of them or, while something has
// to be asked, none. Nothing of a batch leaves but the reads among its items, one by one.
#include "core/arm/batch.hpp"
#include "core/arm/hosts.hpp"
#include "core/base/text.hpp"
#include "core/dryrun/turn.hpp"
#include "core/http/target.hpp"

namespace armgate::dryrun {
namespace {

/// The target of an item's absolute or relative address, once read_batch has taken it.
http::RequestTarget target_of_item(arm::JsonValue item) {
    for (const char* name : {"url", "relativeUrl"}) {
        const auto value = item.member(name);
        if (!value || !value->is_string() || value->text().empty()) continue;
        const auto target = http::parse_request_target(value->text());
        if (target) return *target;
    }
    return {};
}

arm::BatchAnswer item_answer(std::string_view name, arm::LocalAnswer answer) {
    arm::BatchAnswer out;
    out.name = name;
    out.status = answer.status;
    out.headers = std::move(answer.fields);
    if (answer.body.empty()) return out;
    const auto body = read_json(answer.body);
    out.content = body ? to_text(*body) : to_text(Json(answer.body));
    return out;
}

}  // namespace

bool Turn::is_batch() const {
    return request_.what != nullptr && request_.what->carries == arm::Carries::batch;
}

Step Turn::batch() {
    if (path_.id().find('/', 1) != std::string::npos) return not_simulated("a batch of this path");
    if (api_version().empty()) return fault("missing_api_version");
    const auto document = arm::LenientJson::parse(request_.body);
    if (!document) return fault("invalid_content", {{"reason", "it is no JSON"}});
    const auto hosts = arm::ArmHosts::make(knowledge_.arm, {});
    const arm::BatchHost host{request_.host,
                              hosts ? hosts->cloud_of(request_.host) : arm::Cloud::none};
    const auto items = arm::read_batch(document->root(), host, knowledge_.arm);
    if (!items) return fault("invalid_content", {{"reason", items.error().detail}});
    World trial = world_;
    std::vector<arm::BatchAnswer> answers;
    std::size_t position = 0;
    const auto requests = document->root().member("requests");
    for (const arm::JsonValue element : *requests) {
        const arm::BatchItem& item = (*items)[position];
        auto done = play_item(item, target_of_item(element), position++, trial);
        if (!done) continue;
        answers.push_back(item_answer(item.name, std::move(done->answer)));
        for (std::string& sentence : done->invented) invent(std::move(sentence));
    }
    if (inquiry_.pending()) return Ask{};
    world_ = std::move(trial);
    return finish(answer(200, arm::batch_answer(answers)));
}

/// Nothing where something has to be asked first.
std::optional<Done> Turn::play_item(const arm::BatchItem& item,
                                    const http::RequestTarget& target,
                                    std::size_t position,
                                    World& trial) {
    const arm::Classification what = arm::classify(item.method, item.path, knowledge_.arm);
    if (what.carries == arm::Carries::batch) return not_simulated("a batch within a batch");
    Request request = request_;
    request.method = item.method;
    request.path = target.path;
    request.query = target.query;
    request.body = item.content && !item.content->is_null() ? item.content->source() : "";
    request.if_match.reset();
    request.if_none_match.reset();
    request.what = &what;
    Moment moment = moment_;
    moment.context.request_id = guid("item " + std::to_string(position));
    const Judged judged = judge_carried(what);
    moment.verdict = judged.verdict;
    moment.policy = judged.policy;
    Turn turn(knowledge_, trial, inquiry_, request, moment);
    Step step = turn.run();
    if (auto* done = std::get_if<Done>(&step)) return std::move(*done);
    if (std::holds_alternative<Ask>(step)) return std::nullopt;
    if (what.request_class != arm::RequestClass::read) {
        return not_simulated("a POST that reads, within a batch");
    }
    const Reply* reply = inquiry_.ask({"GET", std::string(target.origin), {}, 0});
    if (reply == nullptr) return std::nullopt;
    return relayed(item.path, *reply);
}

}  // namespace armgate::dryrun
