#include "core/arm/batch.hpp"

#include "core/arm/operation.hpp"
#include "core/arm/rules.hpp"
#include "core/base/text.hpp"
#include "core/http/target.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace armgate::arm {
namespace {

constexpr JsonLimits kAnswerLimits{kMaxBatchAnswerBytes, 1'000'000, JsonLimits::Duplicates::keep};

Error unreadable(const char* why) {
    return {Errc::input_invalid, why};
}

std::string_view text_of(const std::optional<JsonValue>& value) {
    return value && value->is_string() ? value->text() : std::string_view{};
}

/// True where `authority` of an absolute URL is this ARM. `built_in` is every cloud's.
bool is_same_arm(std::string_view authority, const BatchHost& to, const ArmHosts& built_in) {
    if (authority.ends_with(":443")) authority.remove_suffix(4);
    const auto host = normalise_host(authority);
    if (!host) return false;
    if (!to.host.empty() && *host == to.host) return true;
    return to.cloud != Cloud::none && built_in.cloud_of(*host) == to.cloud;
}

/// Fields of an item's own that may say who acts, or make another method of it.
bool has_telling_field(JsonValue item) {
    const auto headers = item.member("requestHeaderDetails");
    if (!headers || headers->is_null()) return false;
    if (!headers->is_object()) return true;
    for (const JsonValue field : *headers) {
        for (const char* word : {"authorization", "method", "override"}) {
            if (base::ascii_ifind(field.key(), word) != std::string_view::npos) return true;
        }
    }
    return false;
}

Result<BatchItem> read_item(JsonValue value, const BatchHost& to, const ArmHosts& built_in) {
    if (!value.is_object()) return unreadable("The batch holds an item that is no object.");
    BatchItem item;
    item.name = text_of(value.member("name"));
    if (item.name.empty()) return unreadable("The batch holds an item without a name.");
    item.method = text_of(value.member("httpMethod"));
    if (class_of_method(item.method) == RequestClass::other) {
        return unreadable("The batch holds an item whose method is not known.");
    }
    const std::string_view url = text_of(value.member("url"));
    const std::string_view relative = text_of(value.member("relativeUrl"));
    if (url.empty() == relative.empty()) {
        return unreadable("The batch holds an item without one address.");
    }
    // Read as the proxy reads a request's own: what it would not forward is not judged.
    const auto target = http::parse_request_target(url.empty() ? relative : url);
    if (!target || target->origin == "*" ||
        (target->absolute_host && !is_same_arm(*target->absolute_host, to, built_in))) {
        return unreadable("The batch holds an item for another host, or with an odd address.");
    }
    if (has_telling_field(value)) {
        return unreadable("The batch holds an item with its own credentials or method field.");
    }
    item.path = target->path;
    item.content = value.member("content");
    return item;
}

void append_answer(std::string& out, const BatchAnswer& answer) {
    out += R"({"name":)";
    base::append_json_string(out, answer.name);
    out += R"(,"httpStatusCode":)" + std::to_string(answer.status) + R"(,"headers":{)";
    for (std::size_t i = 0; i < answer.headers.size(); ++i) {
        if (i > 0) out += ",";
        base::append_json_string(out, answer.headers[i].first);
        out += ":";
        base::append_json_string(out, answer.headers[i].second);
    }
    out += R"(},"content":)" + (answer.content.empty() ? "null" : answer.content);
    out += R"(,"contentLength":)" + std::to_string(answer.content.size()) + "}";
}

std::size_t offset_of(std::string_view part, std::string_view whole) {
    return static_cast<std::size_t>(part.data() - whole.data());
}

}  // namespace

Result<std::vector<BatchItem>> read_batch(JsonValue body,
                                          const BatchHost& to,
                                          const ArmRules& rules) {
    const auto requests = body.member("requests");
    if (!requests || !requests->is_array()) {
        return unreadable("The batch has no list of requests.");
    }
    const auto built_in = ArmHosts::make(rules, {});
    if (!built_in) return built_in.error();
    std::vector<BatchItem> items;
    items.reserve(requests->size());
    std::unordered_set<std::string> names;
    for (const JsonValue value : *requests) {
        auto item = read_item(value, to, *built_in);
        if (!item) return item.error();
        if (!names.insert(base::to_lower(item->name)).second) {
            return unreadable("The batch holds two items of one name.");
        }
        items.push_back(*item);
    }
    return items;
}

Result<std::string> batch_without(std::string_view body, std::span<const std::size_t> refused) {
    const auto document = LenientJson::parse(body);
    if (!document) return document.error();
    const auto requests = document->root().member("requests");
    if (!requests || !requests->is_array()) {
        return unreadable("The batch has no list of requests.");
    }
    if (!refused.empty() && refused.back() >= requests->size()) {
        return unreadable("The batch has no such item.");
    }
    const std::string_view list = requests->source();
    std::string kept;
    std::size_t end = 1;  // of the element before: what lies between is kept with the later one
    std::size_t index = 0;
    bool first = true;
    for (const JsonValue element : *requests) {
        const std::string_view source = element.source();
        const std::size_t begin = offset_of(source, list);
        if (index == 0) kept = list.substr(1, begin - 1);
        if (!std::binary_search(refused.begin(), refused.end(), index++)) {
            if (!first) kept += list.substr(end, begin - end);
            kept += source;
            first = false;
        }
        end = begin + source.size();
    }
    const std::size_t open = offset_of(list, body);
    std::string out(body.substr(0, open + 1));
    out.reserve(body.size());
    out += kept;
    out += first ? "]" : list.substr(end);
    out += body.substr(open + list.size());
    return out;
}

Result<std::string> merge_batch_answer(std::string_view answer,
                                       std::span<const std::string_view> names,
                                       std::span<const BatchAnswer> refused) {
    const auto document = LenientJson::parse(answer, kAnswerLimits);
    if (!document) return document.error();
    auto responses = document->root().member("responses");
    if (!responses) responses = document->root().member("value");
    if (!responses || !responses->is_array()) {
        return unreadable("The answer to the batch has no list of responses.");
    }
    std::unordered_map<std::string, std::vector<std::string_view>> sent;
    for (const JsonValue response : *responses) {
        const std::string_view name = text_of(response.member("name"));
        if (!name.empty()) sent[base::to_lower(name)].push_back(response.source());
    }
    std::string list;
    const auto next = [&list]() -> std::string& { return list += list.empty() ? "" : ","; };
    for (const std::string_view name : names) {
        const auto local =
            std::find_if(refused.begin(), refused.end(), [name](const BatchAnswer& candidate) {
                return base::ascii_iequals(candidate.name, name);
            });
        if (local != refused.end()) {
            append_answer(next(), *local);
            continue;
        }
        const auto found = sent.find(base::to_lower(name));
        if (found == sent.end()) continue;
        for (const auto source : found->second) next() += source;
        sent.erase(found);
    }
    for (const JsonValue response : *responses) {  // what was not asked for, in ARM's order
        const std::string_view name = text_of(response.member("name"));
        if (name.empty() || sent.contains(base::to_lower(name))) next() += response.source();
    }
    const std::size_t open = offset_of(responses->source(), answer);
    std::string out(answer.substr(0, open + 1));
    out.append(list).append("]").append(answer.substr(open + responses->source().size()));
    return out;
}

std::string batch_answer(std::span<const BatchAnswer> refused) {
    std::string out = R"({"responses":[)";
    for (std::size_t i = 0; i < refused.size(); ++i) {
        if (i > 0) out += ",";
        append_answer(out, refused[i]);
    }
    return out + "]}";
}

}  // namespace armgate::arm
