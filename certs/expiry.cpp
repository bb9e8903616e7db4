#include "certs/expiry.hpp"

#include "core/base/embedded.hpp"
#include "core/base/json.hpp"

#include <nlohmann/json.hpp>

namespace armgate::certs {
namespace {

std::chrono::hours notice_time() {
    constexpr int kHoursOfDay = 24;
    const auto rules = base::parse_json(base::embedded_rules("trust"), base::kBodyDepth);
    const bool known = rules && rules->contains("expiry_notice_days") &&
                       (*rules)["expiry_notice_days"].is_number_unsigned();
    return std::chrono::hours(known ? (*rules)["expiry_notice_days"].get<int>() * kHoursOfDay : 0);
}

}  // namespace

std::optional<std::string> expiry_notice(const Authority& authority, base::Timestamp now) {
    const auto left = authority.not_after() - now;
    if (left > notice_time()) return std::nullopt;
    const auto days = std::chrono::duration_cast<std::chrono::hours>(left).count() / 24;
    const std::string when = base::format_rfc3339_seconds(authority.not_after());
    const std::string how = left <= left.zero()
                                ? "expired on " + when
                                : "expires in " + std::to_string(days) +
                                      (days == 1 ? " day, on " : " days, on ") + when;
    return "the CA " + how + ": run 'armgate ca rotate', then let clients trust the new one";
}

}  // namespace armgate::certs
