#include "io/net/request_record.hpp"

#include "core/base/text.hpp"
#include "core/http/reader.hpp"
#include "core/http/target.hpp"
#include "core/identity/tool.hpp"
#include "core/verdict/contents.hpp"
#include "core/verdict/verdict_json.hpp"
#include "io/system/log.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace armgate::io {
namespace {

std::optional<std::string> field_value(const http::FieldList& fields, std::string_view name) {
    const auto value = fields.find(name);
    return value ? std::optional<std::string>(*value) : std::nullopt;
}

}  // namespace

void note_head(trace::RequestRecord& record,
               const http::RequestHead& head,
               std::uint64_t connection,
               Shared& shared) {
    record.session = shared.session;
    record.seq = ++shared.last_seq;
    record.connection = connection;
    record.user_agent = field_value(head.fields, "User-Agent");
    const std::string_view user_agent =
        record.user_agent ? std::string_view(*record.user_agent) : std::string_view();
    record.tool = identity::identify_tool(user_agent, shared.rules.identity);
    record.client_request_id = field_value(head.fields, "x-ms-client-request-id");
    record.command = field_value(head.fields, "CommandName");
    record.method = head.method;
    const std::size_t mark = head.target.find('?');
    record.path = head.target.substr(0, mark);
    if (mark != std::string::npos) record.query = head.target.substr(mark + 1);
}

void note_assessment(trace::RequestRecord& record,
                     verdict::Assessment assessment,
                     const Shared& shared) {
    record.classification = std::move(assessment.request);
    record.identity = std::move(assessment.identity);
    record.verdict = assessment.verdict;
    record.policy = verdict::policy_of(record.verdict, record.classification.request_class,
                                       shared.settings.refusal, shared.rules.arm);
    record.contents = std::move(assessment.contents);
    verdict::name_policies(record.contents, shared.settings.refusal, shared.rules.arm);
}

void keep_request_line(http::RequestHead& head, std::string_view bytes) {
    std::string_view line = bytes;
    line = line.substr(0, std::min(line.find_first_of("\r\n"), http::kMaxHeadBytes));
    const std::size_t method_end = line.find(' ');
    const std::size_t target_end = line.find(' ', method_end + 1);
    if (method_end == std::string_view::npos || target_end == std::string_view::npos) return;
    if (!base::is_token(line.substr(0, method_end))) return;
    head.method = line.substr(0, method_end);
    head.target = line.substr(method_end + 1, target_end - method_end - 1);
}

void note_unforwardable(trace::RequestRecord& record,
                        const http::RequestHead& head,
                        arm::Cloud cloud,
                        const Shared& shared) {
    record.path = http::path_for_record(head.target);
    record.query.clear();
    const std::vector<std::string_view> authorization = head.fields.find_all("Authorization");
    verdict::RequestView view;
    view.method = record.method;
    view.path = record.path;
    view.cloud = cloud;
    view.authorization = authorization;
    view.forwardable = verdict::Forwardable::no;
    note_assessment(record, verdict::assess(view, record.time, shared.rules), shared);
}

void publish(const std::shared_ptr<trace::RequestRecord>& record, Shared& shared) {
    if (shared.trace != nullptr) shared.trace->append(trace::encode(*record, shared.redaction));
    if (shared.observer == nullptr) return;
    try {
        shared.observer->on_request(record);
    } catch (const std::exception&) {
        log_error("a request is in the trace but could not be shown");
    }
}

}  // namespace armgate::io
