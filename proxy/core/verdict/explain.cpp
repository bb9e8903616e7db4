#include "core/verdict/explain.hpp"

#include "core/arm/refusal.hpp"
#include "core/base/json.hpp"
#include "core/base/text.hpp"
#include "core/identity/explain.hpp"
#include "core/identity/identity_json.hpp"
#include "core/verdict/contents.hpp"
#include "core/verdict/verdict_json.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

namespace armgate::verdict {
namespace {

std::string error_line(std::string_view why) {
    std::string out = R"({"error":)";
    base::append_json_string(out, why);
    return out + "}";
}

/// The default of `--refusal` is Microsoft's own enforcement: its policy is the one named.
std::string_view system_policy_of(const Assessment& assessment, const arm::ArmRules& rules) {
    return policy_of(assessment.verdict, assessment.request.request_class,
                     arm::RefusalStyle::system, rules);
}

/// For people: `pwd,mfa`, `none`.
std::string join(const std::vector<std::string>& list) {
    std::string out;
    for (const auto& element : list) out += (out.empty() ? "" : ",") + element;
    return out.empty() ? "none" : out;
}

std::string caller_text(const identity::Identity& who) {
    if (who.credential == identity::Credential::none) return "no Authorization field";
    if (who.credential != identity::Credential::usable) return who.reason;
    std::string out(identity::kind_name(who.kind));
    if (who.name) out += " " + *who.name;
    if (who.app) out += ", through " + *who.app;
    if (!who.known_by.empty()) out += ", known by " + who.known_by;
    return out + "; amr " + join(who.amr) + ", acrs " + join(who.acrs);
}

/// `[pwd,mfa]`, and `absent` for what the token does not say.
std::string bracketed(const std::vector<std::string>& list) {
    std::string out = "[";
    for (const auto& element : list) out += (out.size() == 1 ? "" : ",") + element;
    return out + "]";
}

/// The clause's rule with what the request and its token have in its places.
std::string filled_rule(const Clause& clause,
                        const std::string& method,
                        const Assessment& assessment) {
    const identity::Identity& who = assessment.identity;
    const std::array<std::string, kRulePlaces.size()> values{
        method,
        assessment.request.operation.value_or("a request without operation"),
        who.idtyp ? "'" + *who.idtyp + "'" : "absent",
        bracketed(who.amr),
        bracketed(who.acrs),
        who.reason};
    std::string out;
    std::string_view rest = clause.rule;
    while (!rest.empty()) {
        // One pass: a value that looks like a place stays what it is.
        const auto place =
            std::find_if(kRulePlaces.begin(), kRulePlaces.end(),
                         [rest](std::string_view name) { return rest.starts_with(name); });
        if (place == kRulePlaces.end()) {
            out.push_back(rest.front());
            rest.remove_prefix(1);
        } else {
            out += values.at(static_cast<std::size_t>(place - kRulePlaces.begin()));
            rest.remove_prefix(place->size());
        }
    }
    return out;
}

struct BatchRequest {
    std::string method;
    std::string url;
    std::optional<std::string> authorization;
    std::optional<std::string> body;
};

/// An empty or shapeless token is a field all the same: the request has it, and it is unusable.
std::string authorization_of(const std::string& token) {
    auto found = identity::find_authorization(token);
    return found ? *std::move(found) : token;
}

/// A string is the text of a body, which need not be JSON; anything else is the body itself.
std::string body_of(const nlohmann::json& body) {
    return body.is_string() ? body.get<std::string>() : body.dump();
}

Result<BatchRequest> read_batch_line(std::string_view line) {
    const auto invalid = [](const char* why) { return Error{Errc::input_invalid, why}; };
    const auto value = base::parse_json(line, base::kBodyDepth);
    if (!value || !value->is_object()) return invalid("The line is not one JSON object.");
    BatchRequest out;
    bool has_method = false;
    bool has_url = false;
    for (const auto& [key, member] : value->items()) {
        if (key == "body") {
            if (!member.is_null()) out.body = body_of(member);
            continue;
        }
        if (key == "token" && member.is_null()) continue;
        if (key != "method" && key != "url" && key != "token") {
            return invalid("The line holds a key other than method, url, token and body.");
        }
        if (!member.is_string()) return invalid("method, url and token are strings.");
        const auto& text = member.get_ref<const std::string&>();
        if (key == "token") {
            out.authorization = authorization_of(text);
        } else {
            (key == "method" ? out.method : out.url) = text;
            (key == "method" ? has_method : has_url) = true;
        }
    }
    if (!has_method || !has_url) return invalid("The line lacks method or url.");
    return out;
}

}  // namespace

Result<ExplainRules> load_explain_rules() {
    auto rules = load_rules();
    if (!rules) return rules.error();
    auto hosts = arm::ArmHosts::make(rules->arm, {});
    if (!hosts) return hosts.error();
    auto redaction = base::load_redaction_rules();
    if (!redaction) return redaction.error();
    return ExplainRules{*std::move(rules), *std::move(hosts), *std::move(redaction)};
}

Result<Explained> explain_request(const ExplainRequest& request,
                                  base::Timestamp now,
                                  const ExplainRules& rules) {
    auto target = parse_explain_url(request.url, rules);
    if (!target) return target.error();
    const std::array<std::string_view, 1> field{request.authorization.value_or("")};
    RequestView view;
    view.method = request.method;
    view.path = target->path;
    view.host = target->host;
    view.cloud = target->cloud;
    view.authorization = std::span(field).first(request.authorization ? 1 : 0);
    view.forwardable = target->forwardable;
    view.body = request.body;
    Explained out{base::redact_text(request.method), std::move(target->shown_url),
                  assess(view, now, rules.rules)};
    name_policies(out.assessment.contents, arm::RefusalStyle::system, rules.rules.arm);
    out.lacks_body = !request.body && hangs_on_body(view, out.assessment);
    return out;
}

std::string explained_json(const Explained& explained, const ExplainRules& rules) {
    const auto& assessment = explained.assessment;
    std::string out = R"({"method":)";
    out.reserve(1024);
    base::append_json_string(out, explained.method);
    out += R"(,"url":)";
    base::append_json_string(out, explained.url);
    out += R"(,"class":")";
    out += arm::class_name(assessment.request.request_class);
    out += R"(","operation":)";
    base::append_redacted_json(out, assessment.request.operation);
    out += R"(,"resource_id":)";
    base::append_redacted_json(out, assessment.request.resource_id);
    out += R"(,"identity":)";
    identity::append_identity_json(out, assessment.identity);
    out += R"(,"verdict":)";
    append_verdict_json(out, assessment.verdict, system_policy_of(assessment, rules.rules.arm));
    if (!assessment.contents.empty()) {
        out += R"(,"contents":)";
        append_contents_json(out, assessment.contents);
    }
    return out + "}";
}

std::string explained_text(const Explained& explained, const ExplainRules& rules) {
    const auto& assessment = explained.assessment;
    const Clause& clause = rules.rules.clause(assessment.verdict.clause);
    std::string out;
    const auto line = [&out](std::string_view label, const std::string& text) {
        out += label;
        out.append(12 - label.size(), ' ');
        out += base::printable(text) + "\n";
    };
    line("verdict",
         std::string(outcome_name(assessment.verdict.outcome)) + " (" + clause.name + ")");
    line("why", clause.explanation);
    line("rule", filled_rule(clause, explained.method, assessment));
    line("certainty", std::string(certainty_of(clause, explained.method,
                                               assessment.request.operation.value_or(""))));
    line("what to do", clause.action);
    line("source", clause.source);
    line("request", explained.method + " " + explained.url);
    line("operation", assessment.request.operation.value_or("none of its own"));
    line("caller", caller_text(assessment.identity));
    if (!assessment.contents_unread.empty()) line("body", assessment.contents_unread);
    if (assessment.more_than_listed) {
        line("body",
             "It may change more than it lists: mode Complete, onErrorDeployment, or a stack that "
             "deletes what it no longer manages.");
    }
    if (explained.lacks_body) {
        line("body", "Not given, and the verdict may hang on it: name its file with --body.");
    }
    for (const ContentsItem& item : assessment.contents) {
        line("carries", std::string(2 * item.depth, ' ') + item.method + " " + item.name + ": " +
                            std::string(outcome_name(item.verdict.outcome)) + " (" +
                            std::string(clause_name(item.verdict.clause)) + "), " +
                            item.operation.value_or("operation not known"));
    }
    return out;
}

std::string explain_line(std::string_view line, base::Timestamp now, const ExplainRules& rules) {
    const auto request = read_batch_line(line);
    if (!request) return error_line(request.error().detail);
    const auto explained = explain_request(
        {request->method, request->url, request->authorization, request->body}, now, rules);
    if (!explained) return error_line(explained.error().detail);
    return explained_json(*explained, rules);
}

}  // namespace armgate::verdict
