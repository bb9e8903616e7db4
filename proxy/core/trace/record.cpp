#include "core/trace/record.hpp"

#include "core/base/text.hpp"
#include "core/identity/identity_json.hpp"
#include "core/trace/json_line.hpp"
#include "core/verdict/contents.hpp"
#include "core/verdict/verdict_json.hpp"

namespace armgate::trace {
namespace {

void unless_empty(JsonLine& line, std::string_view name, std::string_view text) {
    if (text.empty()) {
        line.null(name);
    } else {
        line.free_text(name, text);
    }
}

/// A tool that no rule knows goes by its first product, in lower case: a token that stands there
/// would no longer look like one.
bool is_tool_secret(const RequestRecord& record) {
    const std::string& tool = record.tool.tool;
    if (!record.user_agent || !base::holds_secret(*record.user_agent)) return false;
    const bool is_quoted = base::ascii_ifind(*record.user_agent, tool) != std::string_view::npos;
    const std::string shown = base::redact_text(*record.user_agent);
    return is_quoted && base::ascii_ifind(shown, tool) == std::string_view::npos;
}

void append_client(JsonLine& line, const RequestRecord& record) {
    line.open("client");
    line.free_text_or_null("user_agent", record.user_agent);
    unless_empty(line, "tool", is_tool_secret(record) ? std::string_view() : record.tool.tool);
    line.free_text_or_null("version", record.tool.version);
    line.text_or_null("minimum", record.tool.minimum);
    line.boolean_or_null("meets_minimum", record.tool.meets_minimum);
    line.free_text_or_null("request_id", record.client_request_id);
    line.free_text_or_null("command", record.command);
    line.close();
}

void append_request(JsonLine& line,
                    const RequestRecord& record,
                    const base::RedactionRules& rules) {
    const arm::Classification& what = record.classification;
    line.open("request");
    line.free_text("method", record.method);
    unless_empty(line, "host", record.host);
    line.free_text("path", record.path);
    line.text("query", base::redact_query(record.query, rules));
    line.text("class", arm::class_name(what.request_class));
    line.free_text_or_null("operation", what.operation);
    line.free_text_or_null("resource_id", what.resource_id);
    line.number("body_bytes", record.request_bytes);
    line.close();
}

void append_response(JsonLine& line, const RequestRecord& record) {
    line.open("response");
    if (record.status) {
        line.number("status", *record.status);
    } else {
        line.null("status");
    }
    line.free_text_or_null("request_id", record.request_id);
    line.free_text_or_null("correlation_id", record.correlation_id);
    line.number("body_bytes", record.response_bytes);
    line.free_text_or_null("refused_by", record.refused_by);
    line.close();
}

/// Null for what was not simulated.
void append_simulation(JsonLine& line, const RequestRecord& record) {
    if (record.action != Action::simulated) {
        line.null("simulation");
        return;
    }
    line.open("simulation");
    line.number("asked", record.asked);
    std::string& out = line.raw("invented");
    out += '[';
    for (std::size_t i = 0; i < record.invented.size(); ++i) {
        if (i > 0) out += ',';
        base::append_redacted_json(out, std::string_view(record.invented[i]));
    }
    out += ']';
    line.close();
}

}  // namespace

std::string_view action_name(Action action) noexcept {
    switch (action) {
        case Action::forwarded:
            return "forwarded";
        case Action::refused:
            return "refused";
        case Action::simulated:
            return "simulated";
        case Action::failed:
            return "failed";
    }
    return "failed";
}

std::string_view retry_token_name(RetryToken token) noexcept {
    return token == RetryToken::same ? "same" : "new";
}

std::string encode(const SessionRecord& record) {
    std::string out;
    JsonLine line(out);
    line.open();
    line.text("schema", kSchema);
    line.text("record", "session");
    line.text("time", base::format_rfc3339(record.time));
    line.text("session", record.session);
    line.text("version", ARMGATE_VERSION);
    line.text("mode", record.mode);
    line.close();
    return out += '\n';
}

std::string encode(const RequestRecord& record, const base::RedactionRules& rules) {
    std::string out;
    constexpr std::size_t kUsualRecord = 2048;
    constexpr std::size_t kUsualItem = 384;  // of what it carries
    out.reserve(kUsualRecord + kUsualItem * record.contents.size());
    JsonLine line(out);
    line.open();
    line.text("record", "request");
    line.text("time", base::format_rfc3339(record.time));
    line.text("session", record.session);
    line.number("seq", record.seq);
    line.number("connection", record.connection);
    append_client(line, record);
    append_request(line, record, rules);
    identity::append_identity_json(line.raw("identity"), record.identity);
    verdict::append_verdict_json(line.raw("verdict"), record.verdict, record.policy);
    line.text("action", action_name(record.action));
    append_response(line, record);
    line.open("time_ms");
    line.milliseconds("total", record.total);
    line.milliseconds("upstream", record.upstream);
    line.close();
    verdict::append_contents_json(line.raw("contents"), record.contents);
    append_simulation(line, record);
    unless_empty(line, "error", record.error);
    if (record.retry) {
        line.number("retry_of", record.retry->of);
        line.text("retry_token", retry_token_name(record.retry->token));
    } else {
        line.null("retry_of");
        line.null("retry_token");
    }
    line.close();
    return out += '\n';
}

std::string encode(const TunnelRecord& record) {
    std::string out;
    JsonLine line(out);
    line.open();
    line.text("record", "tunnel");
    line.text("time", base::format_rfc3339(record.time));
    line.text("session", record.session);
    line.number("connection", record.connection);
    line.free_text("host", record.host);
    line.number("port", record.port);
    line.number("bytes_sent", record.bytes_sent);
    line.number("bytes_received", record.bytes_received);
    line.milliseconds("duration_ms", record.duration);
    unless_empty(line, "error", record.error);
    line.close();
    return out += '\n';
}

std::string encode_gap(std::uint64_t lost) {
    return "{\"record\":\"gap\",\"lost\":" + std::to_string(lost) + "}\n";
}

}  // namespace armgate::trace
