#include "core/trace/decode.hpp"

#include "core/base/json.hpp"

#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

namespace armgate::trace {

using nlohmann::json;

namespace {

/// Members of one JSON object; a member that is missing or of another type reads as absent.
class Members {
  public:
    explicit Members(const json& object) : object_(object) {}

    [[nodiscard]] const json& at(const char* name) const {
        static const json kNull;
        const auto found = object_.is_object() ? object_.find(name) : object_.end();
        return object_.is_object() && found != object_.end() ? *found : kNull;
    }
    [[nodiscard]] Members object(const char* name) const { return Members(at(name)); }
    [[nodiscard]] bool is_object() const { return object_.is_object(); }
    [[nodiscard]] std::optional<std::string> text(const char* name) const {
        const json& value = at(name);
        return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
    }
    [[nodiscard]] std::optional<bool> boolean(const char* name) const {
        const json& value = at(name);
        return value.is_boolean() ? std::optional(value.get<bool>()) : std::nullopt;
    }
    [[nodiscard]] std::uint64_t number(const char* name) const {
        const json& value = at(name);
        return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
    }
    [[nodiscard]] std::optional<std::chrono::microseconds> milliseconds(const char* name) const {
        const json& value = at(name);
        constexpr double kMost = 1e12;
        if (!value.is_number() || value.get<double>() < 0 || value.get<double>() > kMost) {
            return std::nullopt;
        }
        return std::chrono::microseconds(std::llround(value.get<double>() * 1000));
    }
    [[nodiscard]] std::vector<std::string> texts(const char* name) const {
        std::vector<std::string> out;
        const json& value = at(name);
        if (!value.is_array()) return out;
        for (const json& element : value) {
            if (element.is_string()) out.push_back(element.get<std::string>());
        }
        return out;
    }
    [[nodiscard]] base::Timestamp time(const char* name) const {
        return base::parse_rfc3339(text(name).value_or("")).value_or(base::Timestamp());
    }

  private:
    const json& object_;
};

/// The value whose name `name_of` gives as `name`, among `values`; nothing for a name not known.
template <class Value, std::size_t N, class NameOf>
std::optional<Value> named(const std::string& name,
                           const std::array<Value, N>& values,
                           NameOf name_of) {
    for (const Value value : values) {
        if (name_of(value) == name) return value;
    }
    return std::nullopt;
}

std::optional<verdict::ClauseId> clause_of(const std::string& name) {
    for (std::size_t i = 0; i < verdict::kClauseCount; ++i) {
        const auto clause = static_cast<verdict::ClauseId>(i);
        if (verdict::clause_name(clause) == name) return clause;
    }
    return std::nullopt;
}

void read_client(const Members& client, RequestRecord& record) {
    record.user_agent = client.text("user_agent");
    record.tool.tool = client.text("tool").value_or("");
    record.tool.version = client.text("version");
    record.tool.minimum = client.text("minimum");
    record.tool.meets_minimum = client.boolean("meets_minimum");
    record.client_request_id = client.text("request_id");
    record.command = client.text("command");
}

bool read_request(const Members& request, RequestRecord& record) {
    using arm::RequestClass;
    static constexpr std::array kClasses{RequestClass::read, RequestClass::write, RequestClass::del,
                                         RequestClass::action, RequestClass::other};
    const auto request_class = named(request.text("class").value_or(""), kClasses, arm::class_name);
    if (!request_class) return false;
    record.method = request.text("method").value_or("");
    record.host = request.text("host").value_or("");
    record.path = request.text("path").value_or("");
    record.query = request.text("query").value_or("");
    record.classification.request_class = *request_class;
    record.classification.operation = request.text("operation");
    record.classification.resource_id = request.text("resource_id");
    record.request_bytes = request.number("body_bytes");
    return true;
}

void read_identity(const Members& from, identity::Identity& identity) {
    using identity::IdentityKind;
    static constexpr std::array kKinds{IdentityKind::user, IdentityKind::service_principal,
                                       IdentityKind::managed_identity, IdentityKind::unknown};
    identity.kind = named(from.text("kind").value_or(""), kKinds, identity::kind_name)
                        .value_or(IdentityKind::unknown);
    identity.known_by = from.text("known_by").value_or("");
    identity.idtyp = from.text("idtyp");
    identity.amr = from.texts("amr");
    identity.acrs = from.texts("acrs");
    identity.app_id = from.text("app_id");
    identity.app = from.text("app");
    identity.tenant = from.text("tenant");
    identity.object_id = from.text("object_id");
    identity.name = from.text("name");
    identity.guest = from.boolean("guest");
    identity.synced = from.boolean("synced");
    identity.password_grant_suspected = from.boolean("password_grant_suspected");
    identity.expires = base::parse_rfc3339(from.text("expires").value_or(""));
}

std::optional<verdict::Verdict> read_verdict(const Members& from) {
    using verdict::Outcome;
    static constexpr std::array kOutcomes{Outcome::pass, Outcome::fail, Outcome::uncertain};
    const auto outcome = named(from.text("outcome").value_or(""), kOutcomes, verdict::outcome_name);
    const auto clause = clause_of(from.text("clause").value_or(""));
    if (!outcome || !clause) return std::nullopt;
    return verdict::Verdict{*outcome, *clause};
}

/// An item whose verdict is not known is left out: it cannot be reported. The depth of an item is
/// not recorded.
void read_contents(const json& list, std::vector<verdict::ContentsItem>& out) {
    if (!list.is_array()) return;
    for (const json& element : list) {
        const Members from(element);
        const auto judged = read_verdict(from.object("verdict"));
        if (!judged) continue;
        verdict::ContentsItem& item = out.emplace_back();
        item.name = from.text("name").value_or("");
        item.method = from.text("method").value_or("");
        item.request_class = arm::class_of_method(item.method);
        item.resource_id = from.text("resource_id");
        item.operation = from.text("operation");
        item.verdict = *judged;
        item.policy = from.object("verdict").text("policy").value_or("");
    }
}

/// Both fields or none: half a link is none.
std::optional<Retry> read_retry(const Members& line) {
    static constexpr std::array kTokens{RetryToken::same, RetryToken::fresh};
    const std::uint64_t of = line.number("retry_of");
    const auto token = named(line.text("retry_token").value_or(""), kTokens, retry_token_name);
    if (of == 0 || !token) return std::nullopt;
    return Retry{of, *token};
}

std::optional<Record> read_request_record(const Members& line) {
    static constexpr std::array kActions{Action::forwarded, Action::refused, Action::simulated,
                                         Action::failed};
    RequestRecord record;
    const Members verdict = line.object("verdict");
    const auto judged = read_verdict(verdict);
    const auto action = named(line.text("action").value_or(""), kActions, action_name);
    if (!judged || !action || !read_request(line.object("request"), record)) {
        return std::nullopt;
    }
    record.verdict = *judged;
    record.policy = verdict.text("policy").value_or("");
    read_contents(line.at("contents"), record.contents);
    record.action = *action;
    record.time = line.time("time");
    record.session = line.text("session").value_or("");
    record.seq = line.number("seq");
    record.connection = line.number("connection");
    read_client(line.object("client"), record);
    read_identity(line.object("identity"), record.identity);
    const Members response = line.object("response");
    const std::uint64_t status = response.number("status");
    if (status >= 100 && status <= 599) record.status = static_cast<unsigned>(status);
    record.request_id = response.text("request_id");
    record.correlation_id = response.text("correlation_id");
    record.response_bytes = response.number("body_bytes");
    record.refused_by = response.text("refused_by");
    record.error = line.text("error").value_or("");
    record.retry = read_retry(line);
    const Members time = line.object("time_ms");
    record.total = time.milliseconds("total").value_or(std::chrono::microseconds(0));
    record.upstream = time.milliseconds("upstream");
    return record;
}

TunnelRecord read_tunnel(const Members& line) {
    TunnelRecord record;
    record.time = line.time("time");
    record.session = line.text("session").value_or("");
    record.connection = line.number("connection");
    record.host = line.text("host").value_or("");
    record.port = static_cast<std::uint16_t>(line.number("port") & 0xFFFFU);
    record.bytes_sent = line.number("bytes_sent");
    record.bytes_received = line.number("bytes_received");
    record.duration = line.milliseconds("duration_ms").value_or(std::chrono::microseconds(0));
    record.error = line.text("error").value_or("");
    return record;
}

}  // namespace

std::optional<Record> decode(std::string_view line) {
    const auto parsed = base::parse_json(line, base::kBodyDepth);
    if (!parsed || !parsed->is_object()) return std::nullopt;
    const Members members(*parsed);
    const std::string kind = members.text("record").value_or("");
    if (kind == "request") return read_request_record(members);
    if (kind == "tunnel") return read_tunnel(members);
    if (kind == "gap") return GapRecord{members.number("lost")};
    if (kind != "session" || members.text("schema") != std::string(kSchema)) return std::nullopt;
    SessionRecord session;
    session.time = members.time("time");
    session.session = members.text("session").value_or("");
    session.mode = members.text("mode").value_or("");
    return session;
}

}  // namespace armgate::trace
