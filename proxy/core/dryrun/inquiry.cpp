#include "core/dryrun/inquiry.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <utility>

namespace armgate::dryrun {

const Reply* Inquiry::find(std::string_view method,
                           std::string_view target,
                           std::size_t nth) const {
    for (const auto& [question, reply] : answered_) {
        if (question.method == method && question.target == target && nth-- == 0) return &reply;
    }
    return nullptr;
}

const Reply* Inquiry::known(std::string_view target, std::size_t nth) const {
    return find("GET", target, nth);
}

const Reply* Inquiry::known_below(std::string_view prefix) const {
    for (const auto& [question, reply] : answered_) {
        if (question.method == "GET" && question.target.starts_with(prefix)) return &reply;
    }
    return nullptr;
}

const Reply* Inquiry::ask(Question question, std::size_t nth) {
    if (const Reply* reply = find(question.method, question.target, nth)) return reply;
    const bool listed =
        std::any_of(questions_.begin(), questions_.end(), [&question](const Question& other) {
            return other.method == question.method && other.target == question.target;
        });
    if (!listed) questions_.push_back(std::move(question));
    return nullptr;
}

std::string_view field_of(const Reply& reply, std::string_view name) noexcept {
    for (const auto& [key, value] : reply.fields) {
        if (base::ascii_iequals(key, name)) return value;
    }
    return {};
}

}  // namespace armgate::dryrun
