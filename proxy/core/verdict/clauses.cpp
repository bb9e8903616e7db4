#include "core/verdict/clauses.hpp"

#include "core/base/embedded.hpp"
#include "core/base/rule_file.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

namespace armgate::verdict {
namespace {

constexpr std::array<std::string_view, 4> kCertainties{"certain", "reported", "inferred",
                                                       "unverified"};

std::optional<std::size_t> index_of(std::string_view name) {
    for (std::size_t i = 0; i < kClauseCount; ++i) {
        if (clause_name(static_cast<ClauseId>(i)) == name) return i;
    }
    return std::nullopt;
}

std::optional<Outcome> outcome_of(std::string_view name) {
    for (const Outcome outcome : {Outcome::pass, Outcome::fail, Outcome::uncertain}) {
        if (outcome_name(outcome) == name) return outcome;
    }
    return std::nullopt;
}

/// True where every `{` opens one of kRulePlaces.
bool has_known_places(std::string_view rule) {
    for (std::size_t at = 0; (at = rule.find('{', at)) != std::string_view::npos; ++at) {
        const std::string_view rest = rule.substr(at);
        if (std::none_of(kRulePlaces.begin(), kRulePlaces.end(),
                         [rest](std::string_view place) { return rest.starts_with(place); })) {
            return false;
        }
    }
    return true;
}

Clause read_clause(base::RuleFile& file, const nlohmann::json& entry) {
    file.expect_keys(entry, "clauses",
                     {"name", "outcome", "certainty", "inferred_for", "explanation", "rule",
                      "action", "source"});
    Clause clause;
    clause.name = file.text(entry, "name");
    const auto outcome = outcome_of(file.text(entry, "outcome"));
    if (!outcome) file.fault("outcome", "is not pass, fail or uncertain");
    clause.outcome = outcome.value_or(Outcome::uncertain);
    clause.certainty = file.text(entry, "certainty");
    if (std::find(kCertainties.begin(), kCertainties.end(), clause.certainty) ==
        kCertainties.end()) {
        file.fault("certainty", "is not certain, reported, inferred or unverified");
    }
    if (entry.contains("inferred_for")) clause.inferred_for = file.texts(entry, "inferred_for");
    clause.explanation = file.text(entry, "explanation");
    clause.rule = file.text(entry, "rule");
    if (!has_known_places(clause.rule)) file.fault("rule", "has a place that nothing fills");
    clause.action = file.text(entry, "action");
    clause.source = file.text(entry, "source");
    return clause;
}

}  // namespace

std::string certainty_text(const Clause& clause) {
    std::string out = clause.certainty;
    for (const std::string& listed : clause.inferred_for) {
        out += (&listed == &clause.inferred_for.front() ? "; inferred for " : ", ") + listed;
    }
    return out;
}

std::string_view certainty_of(const Clause& clause,
                              std::string_view method,
                              std::string_view operation) noexcept {
    const bool inferred = std::any_of(
        clause.inferred_for.begin(), clause.inferred_for.end(), [&](const std::string& listed) {
            return listed == method || base::ascii_iequals(listed, operation);
        });
    return inferred ? std::string_view("inferred") : std::string_view(clause.certainty);
}

Result<Clauses> parse_clauses(std::string_view text) {
    base::RuleFile file("clauses.json");
    const nlohmann::json root = file.parse(text);
    file.expect_keys(root, "clauses.json", {"clauses"});
    Clauses clauses;
    for (const auto& entry : file.array(root, "clauses")) {
        Clause clause = read_clause(file, entry);
        const auto index = index_of(clause.name);
        if (!index) {
            file.fault(clause.name, "is not a clause of the contract");
        } else if (!clauses.at(*index).name.empty()) {
            file.fault(clause.name, "is repeated");
        } else {
            clauses.at(*index) = std::move(clause);
        }
    }
    for (std::size_t i = 0; i < kClauseCount; ++i) {
        if (clauses.at(i).name.empty()) {
            file.fault(clause_name(static_cast<ClauseId>(i)), "is missing");
        }
    }
    if (file.error()) return *file.error();
    return clauses;
}

Result<Clauses> load_clauses() {
    return parse_clauses(base::embedded_rules("clauses"));
}

}  // namespace armgate::verdict
