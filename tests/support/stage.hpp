// A rehearsal on its stage: a real ARM as a map from target to answer, and requests as one line
// each. Every question must be a GET, or a POST of whatIf, whatever is rehearsed.
#pragma once

#include "core/dryrun/rehearsal.hpp"
#include "support/arm_rules.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace armgate::test {

inline const std::string kSub = "/subscriptions/00000000-0000-0000-0000-000000000001";
inline const std::string kRg = kSub + "/resourceGroups/rg1";

/// What came of a request: forwarded, or answered here.
struct Played {
    bool forwarded = false;
    unsigned status = 0;
    std::string body;
    std::vector<std::pair<std::string, std::string>> fields;
    std::vector<std::string> asked;  ///< targets of all questions, in order
    std::vector<std::string> invented;

    [[nodiscard]] nlohmann::ordered_json json() const {
        return nlohmann::ordered_json::parse(body, nullptr, false);
    }
    [[nodiscard]] std::string field(std::string_view name) const {
        for (const auto& [key, value] : fields) {
            if (key == name) return value;
        }
        return {};
    }
    [[nodiscard]] std::string code() const {
        const auto parsed = json();
        if (!parsed.is_object() || !parsed.contains("error")) return {};
        return parsed["error"].value("code", "");
    }
};

class Stage {
  public:
    explicit Stage(dryrun::Options options = {}, const dryrun::Recipes* recipes = nullptr)
        : own_(dryrun::Recipes::load().value()),
          rehearsal_(recipes == nullptr ? own_ : *recipes, arm_rules(), options) {}

    /// The real ARM has this resource: answered whatever the api-version.
    void real(const std::string& path, const std::string& body, unsigned status = 200) {
        real_[path] = {status, {{"Content-Type", "application/json"}}, body, false};
    }
    void real_group(const std::string& path = kRg) {
        real(path, R"({"id":")" + path + R"(","location":"westeurope","properties":{}})");
    }
    /// Every question gets this answer.
    void real_fails(unsigned status, std::string body = {}) {
        failure_ = dryrun::Reply{status, {}, std::move(body), false};
    }

    Played play(std::string_view method,
                const std::string& target,
                const std::string& body = {},
                std::optional<std::string> if_match = std::nullopt,
                std::optional<std::string> if_none_match = std::nullopt) {
        const std::size_t mark = target.find('?');
        const std::string path = target.substr(0, mark);
        const std::string query = mark == std::string::npos ? std::string("api-version=2024-01-01")
                                                            : target.substr(mark + 1);
        const arm::Classification what = arm::classify(method, path, arm_rules());
        dryrun::Request request;
        request.method = method;
        request.host = "management.azure.com";
        request.path = path;
        request.query = query;
        request.body = body;
        if (if_match) request.if_match = *if_match;
        if (if_none_match) request.if_none_match = *if_none_match;
        request.what = &what;
        request.caller = "a@b.c";
        request.caller_type = "User";
        dryrun::Moment moment;
        moment.seq = ++seq_;
        moment.context.request_id = "request-" + std::to_string(seq_);
        moment.context.correlation_id = moment.context.request_id;
        moment.context.routing_id = "routing";
        moment.identity = identity;
        moment.context.now = base::Timestamp{std::chrono::seconds(1795514400 + seq_)};
        return run(request, moment);
    }

    [[nodiscard]] const std::vector<dryrun::Change>& changes() const {
        return rehearsal_.changes();
    }
    /// `create /subscriptions/...`, one a change.
    [[nodiscard]] std::vector<std::string> change_lines() const {
        std::vector<std::string> out;
        for (const auto& change : rehearsal_.changes()) {
            out.push_back(std::string(dryrun::change_kind_name(change.kind)) + " " + change.id);
        }
        return out;
    }
    dryrun::Rehearsal& rehearsal() { return rehearsal_; }

    const identity::Identity* identity = nullptr;  ///< of the caller; null: not known

  private:
    dryrun::Reply reply_to(const dryrun::Question& question) {
        const bool what_if =
            question.method == "POST" && question.target.find("/whatIf?") != std::string::npos;
        EXPECT_TRUE(question.method == "GET" || what_if) << question.method << question.target;
        if (failure_) return *failure_;
        const auto whole = real_.find(question.target);
        if (whole != real_.end()) return whole->second;
        const auto found = real_.find(question.target.substr(0, question.target.find('?')));
        if (found != real_.end()) return found->second;
        return {404, {}, R"({"error":{"code":"ResourceNotFound","message":"no"}})", false};
    }

    Played run(const dryrun::Request& request, const dryrun::Moment& moment) {
        Played played;
        std::vector<dryrun::Answered> answered;
        for (int round = 0; round < 20; ++round) {
            const std::size_t before = rehearsal_.changes().size();
            dryrun::Step step = rehearsal_.step(request, answered, moment);
            if (auto* ask = std::get_if<dryrun::Ask>(&step)) {
                EXPECT_EQ(rehearsal_.changes().size(), before) << "changed while asking";
                EXPECT_FALSE(ask->questions.empty());
                for (const auto& question : ask->questions) {
                    played.asked.push_back(question.target);
                    answered.push_back({question, reply_to(question)});
                }
                continue;
            }
            played.forwarded = std::holds_alternative<dryrun::Forward>(step);
            if (auto* done = std::get_if<dryrun::Done>(&step)) {
                played.status = done->answer.status;
                played.body = done->answer.body;
                played.fields = done->answer.fields;
                played.invented = done->invented;
            }
            return played;
        }
        ADD_FAILURE() << "asks without end: " << request.path;
        return played;
    }

    dryrun::Recipes own_;
    dryrun::Rehearsal rehearsal_;
    std::map<std::string, dryrun::Reply> real_;
    std::optional<dryrun::Reply> failure_;
    std::uint64_t seq_ = 0;
};

/// `https://management.azure.com/a?b` -> `/a?b`.
inline std::string target_of_url(const std::string& url) {
    const std::string host = "https://management.azure.com";
    EXPECT_EQ(url.rfind(host, 0), 0U) << url;
    return url.substr(std::min(host.size(), url.size()));
}

}  // namespace armgate::test
