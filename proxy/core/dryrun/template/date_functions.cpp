// Functions of dates. Now is the deployment's own time.
#include "core/dryrun/template/dates.hpp"
#include "core/dryrun/template/functions.hpp"

#include <array>

namespace armgate::dryrun::language {
namespace {

Json formatted(Call& call, base::Timestamp time, std::string_view form) {
    if (auto out = format_date(time, form)) return *std::move(out);
    call.session().note("A date in a form that is not rehearsed.");
    return unknown();
}

Json utc_now(Call& call) {
    if (call.size() > 0 && !call.is_text(0)) return call.refuse();
    const std::string_view form = call.size() > 0 ? call.text(0) : "yyyyMMddTHHmmssZ";
    return formatted(call, call.session().deployment().now, form);
}

/// `dateTimeAdd(base, duration[, form])`. Without a form .NET's general one of the culture en-US,
/// as Microsoft Learn's example shows.
Json date_time_add(Call& call) {
    if (!call.is_text(0) || !call.is_text(1)) return call.refuse();
    if (call.size() > 2 && !call.is_text(2)) return call.refuse();
    const auto start = parse_date(call.text(0));
    const auto end = start ? add_duration(*start, call.text(1)) : std::nullopt;
    if (!end) return call.refuse();
    return formatted(call, *end, call.size() > 2 ? call.text(2) : "M/d/yyyy h:mm:ss tt");
}

Json from_epoch(Call& call) {
    const auto seconds = call.whole(0);
    constexpr std::int64_t kMost = 253'402'300'799;  // the end of the year 9999
    if (!seconds || *seconds < -kMost || *seconds > kMost) return call.refuse();
    const base::Timestamp time{std::chrono::seconds{*seconds}};
    return formatted(call, time, "yyyy-MM-ddTHH:mm:ssZ");
}

Json to_epoch(Call& call) {
    const auto time = call.is_text(0) ? parse_date(call.text(0)) : std::nullopt;
    if (!time) return call.refuse();
    return std::chrono::floor<std::chrono::seconds>(*time).time_since_epoch().count();
}

constexpr std::array kFunctions{
    Function{"utcnow", 0, 1, utc_now}, Function{"datetimeadd", 2, 3, date_time_add},
    Function{"datetimefromepoch", 1, 1, from_epoch}, Function{"datetimetoepoch", 1, 1, to_epoch}};

}  // namespace

std::span<const Function> date_functions() noexcept {
    return kFunctions;
}

}  // namespace armgate::dryrun::language
