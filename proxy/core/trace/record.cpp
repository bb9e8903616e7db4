#include "core/trace/record.hpp"

#include "core/base/text.hpp"
#include "core/identity/identity_json.hpp"
#include "core/trace/json_line.hpp"
#include "core/verdict/contents.hpp"
#include "core/verdict/verdict_json.hpp"

namespace armgate::trace {
namespace {

std::optional<std::string> or_null(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

/// Free text of the client's may hold anything, a token included.
std::optional<std::string> redacted(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    return base::redact_text(*text);
}

/// A tool that no rule knows goes by its first product, in lower case: a token that stands there
/// would no longer look like one.
std::optional<std::string> shown_tool(const RequestRecord& record) {
    const std::string& tool = record.tool.tool;
    const std::string user_agent = record.user_agent.value_or("");
    const bool is_quoted = base::ascii_ifind(user_agent, tool) != std::string_view::npos;
    const std::string shown = base::redact_text(user_agent);
    const bool is_secret = is_quoted && base::ascii_ifind(shown, tool) == std::string_view::npos;
    return is_secret ? std::nullopt : redacted(or_null(tool));
}

void append_client(JsonLine& line, const RequestRecord& record) {
    line.open("client");
    line.text_or_null("user_agent", redacted(record.user_agent));
    line.text_or_null("tool", shown_tool(record));
    line.text_or_null("version", redacted(record.tool.version));
    line.text_or_null("minimum", record.tool.minimum);
    line.boolean_or_null("meets_minimum", record.tool.meets_minimum);
    line.text_or_null("request_id", redacted(record.client_request_id));
    line.text_or_null("command", redacted(record.command));
    line.close();
}

void append_request(JsonLine& line,
                    const RequestRecord& record,
                    const base::RedactionRules& rules) {
    const arm::Classification& what = record.classification;
    line.open("request");
    line.text("method", base::redact_text(record.method));
    line.text("host", record.host);
    line.text("path", base::redact_text(record.path));
    line.text("query", base::redact_query(record.query, rules));
    line.text("class", arm::class_name(what.request_class));
    line.text_or_null("operation", redacted(what.operation));
    line.text_or_null("resource_id", redacted(what.resource_id));
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
    line.text_or_null("request_id", redacted(record.request_id));
    line.text_or_null("correlation_id", redacted(record.correlation_id));
    line.number("body_bytes", record.response_bytes);
    line.text_or_null("refused_by", redacted(record.refused_by));
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
    out.reserve(2048);
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
    line.text_or_null("error", redacted(or_null(record.error)));
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
    line.text("host", base::redact_text(record.host));
    line.number("port", record.port);
    line.number("bytes_sent", record.bytes_sent);
    line.number("bytes_received", record.bytes_received);
    line.milliseconds("duration_ms", record.duration);
    line.text_or_null("error", redacted(or_null(record.error)));
    line.close();
    return out += '\n';
}

std::string encode_gap(std::uint64_t lost) {
    return "{\"record\":\"gap\",\"lost\":" + std::to_string(lost) + "}\n";
}

}  // namespace armgate::trace
