#include "core/dryrun/template/dates.hpp"

#include "core/base/text.hpp"

#include <array>
#include <chrono>

namespace armgate::dryrun::language {
namespace {

using std::chrono::days;
using std::chrono::microseconds;

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};

std::string padded(std::int64_t number, std::size_t width) {
    std::string out = std::to_string(number);
    if (out.size() < width) out.insert(0, width - out.size(), '0');
    return out;
}

/// A time taken apart.
struct Parts {
    explicit Parts(base::Timestamp time)
        : day(std::chrono::floor<days>(time)),
          date(day),
          clock(time - day),
          micros((time - std::chrono::floor<std::chrono::seconds>(time)).count()) {}
    std::chrono::sys_days day;
    std::chrono::year_month_day date;
    std::chrono::hh_mm_ss<microseconds> clock;
    std::int64_t micros;

    [[nodiscard]] std::int64_t hour12() const {
        const auto hour = clock.hours().count() % 12;
        return hour == 0 ? 12 : hour;
    }
};

std::string fraction(const Parts& parts, std::size_t digits) {
    return padded(parts.micros * 10, 7).substr(0, digits);
}

std::string name_part(std::string_view name, std::size_t count) {
    return std::string(count == 3 ? name.substr(0, 3) : name);
}

/// One run of the same letter; nothing where the letter means nothing here.
std::optional<std::string> custom_part(const Parts& parts, char letter, std::size_t count) {
    const auto number = [count](std::int64_t value) { return padded(value, count > 1 ? 2 : 1); };
    switch (letter) {
        case 'y': {
            const auto year = static_cast<int>(parts.date.year());
            return count <= 2 ? number(year % 100) : padded(year, count);
        }
        case 'M': {
            const auto month = static_cast<unsigned>(parts.date.month());
            return count <= 2 ? number(month) : name_part(kMonths[month - 1], count);
        }
        case 'd': {
            if (count <= 2) return number(static_cast<unsigned>(parts.date.day()));
            return name_part(kWeekdays[std::chrono::weekday(parts.day).c_encoding()], count);
        }
        case 'H':
            return number(parts.clock.hours().count());
        case 'h':
            return number(parts.hour12());
        case 'm':
            return number(parts.clock.minutes().count());
        case 's':
            return number(parts.clock.seconds().count());
        case 'f':
            if (count <= 7) return fraction(parts, count);
            return std::nullopt;
        case 't':
            return std::string(parts.clock.hours().count() < 12 ? "AM" : "PM").substr(0, count);
        case 'K':
            return "Z";
        case 'z':
            return count == 1 ? "+0" : count == 2 ? "+00" : "+00:00";
        default:
            return std::nullopt;
    }
}

std::optional<std::string> custom(const Parts& parts, std::string_view form) {
    std::string out;
    while (!form.empty()) {
        const char c = form.front();
        const std::size_t run = std::min(form.find_first_not_of(c), form.size());
        if (c == '%' && form.size() > 1) {
            form.remove_prefix(1);
        } else if (c == '\\' && form.size() > 1) {
            out.push_back(form[1]);
            form.remove_prefix(2);
        } else if (c == '\'' || c == '"') {
            const std::size_t end = form.find(c, 1);
            if (end == std::string_view::npos) return std::nullopt;
            out += form.substr(1, end - 1);
            form.remove_prefix(end + 1);
        } else if (auto part = custom_part(parts, c, run)) {
            out += *part;
            form.remove_prefix(run);
        } else if (c == 'F' || c == 'g') {
            return std::nullopt;  // not rehearsed
        } else {
            out.push_back(c);
            form.remove_prefix(1);
        }
    }
    return out;
}

/// The custom form of a standard one, in the invariant culture.
std::string_view standard(char letter) noexcept {
    switch (letter) {
        case 'd':
            return "MM/dd/yyyy";
        case 'D':
            return "dddd, dd MMMM yyyy";
        case 'g':
            return "MM/dd/yyyy HH:mm";
        case 'G':
            return "MM/dd/yyyy HH:mm:ss";
        case 'm':
        case 'M':
            return "MMMM dd";
        case 'o':
        case 'O':
            return "yyyy-MM-ddTHH:mm:ss.fffffffK";
        case 'r':
        case 'R':
            return "ddd, dd MMM yyyy HH:mm:ss 'GMT'";
        case 's':
            return "yyyy-MM-ddTHH:mm:ss";
        case 't':
            return "HH:mm";
        case 'T':
            return "HH:mm:ss";
        case 'u':
            return "yyyy-MM-dd HH:mm:ssZ";
        case 'y':
        case 'Y':
            return "yyyy MMMM";
        default:
            return {};
    }
}

/// Digits from the front of a text.
class Digits {
  public:
    explicit Digits(std::string_view text) : rest(text) {}
    int take(std::size_t count) {
        const auto number = base::parse_decimal(rest.substr(0, count));
        if (rest.size() < count || !number) {
            good = false;
            return 0;
        }
        rest.remove_prefix(count);
        return static_cast<int>(*number);
    }
    void skip(char c) {
        if (rest.starts_with(c)) rest.remove_prefix(1);
    }
    std::string_view rest;
    bool good = true;
};

std::optional<microseconds> take_fraction(Digits& at) {
    if (!at.rest.starts_with('.')) return microseconds{0};
    at.rest.remove_prefix(1);
    std::int64_t value = 0;
    std::int64_t scale = 1'000'000;
    std::size_t count = 0;
    for (; !at.rest.empty() && base::is_digit(at.rest.front()); ++count) {
        scale /= 10;
        value += scale * (at.rest.front() - '0');
        at.rest.remove_prefix(1);
    }
    if (count == 0 || count > 9) return std::nullopt;
    return microseconds{value};
}

std::optional<std::chrono::minutes> take_zone(Digits& at) {
    if (at.rest.empty() || at.rest == "Z" || at.rest == "z") return std::chrono::minutes{0};
    const char sign = at.rest.front();
    if (sign != '+' && sign != '-') return std::nullopt;
    at.rest.remove_prefix(1);
    const int hours = at.take(2);
    at.skip(':');
    const int minutes = at.take(2);
    if (!at.good || !at.rest.empty() || hours > 14 || minutes > 59) return std::nullopt;
    const std::chrono::minutes out{hours * 60 + minutes};
    return sign == '-' ? -out : out;
}

bool in_range(base::Timestamp time) {
    using std::chrono::sys_days;
    using std::chrono::year;
    return time >= sys_days(year{1} / 1 / 1) && time < sys_days(year{10000} / 1 / 1);
}

struct Duration {
    std::int64_t months = 0;
    std::int64_t seconds = 0;
};

constexpr std::int64_t kMostOfOne = 10'000'000'000;

/// Months or seconds of one letter of a duration; 0 for a letter that is none.
std::pair<std::int64_t, std::int64_t> unit(char letter, bool time) noexcept {
    if (time) return {0, letter == 'H' ? 3600 : letter == 'M' ? 60 : letter == 'S' ? 1 : 0};
    if (letter == 'Y') return {12, 0};
    if (letter == 'M') return {1, 0};
    return {0, letter == 'W' ? 7 * 86400 : letter == 'D' ? 86400 : 0};
}

std::optional<Duration> parse_duration(std::string_view text) {
    Duration out;
    bool time = false;
    bool any = false;
    while (!text.empty()) {
        if (text.front() == 'T' && !time) {
            time = true;
            text.remove_prefix(1);
            continue;
        }
        const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
        const auto number = base::parse_decimal(text.substr(0, end));
        if (!number || end == text.size() || *number > kMostOfOne) return std::nullopt;
        const auto [months, seconds] = unit(text[end], time);
        if (months == 0 && seconds == 0) return std::nullopt;
        out.months += months * static_cast<std::int64_t>(*number);
        out.seconds += seconds * static_cast<std::int64_t>(*number);
        any = true;
        text.remove_prefix(end + 1);
    }
    constexpr std::int64_t kMost = 400'000'000'000;  // seconds in more than 9999 years
    if (!any || out.months > 120'000 || out.seconds > kMost) return std::nullopt;
    return out;
}

}  // namespace

std::optional<std::string> format_date(base::Timestamp time, std::string_view form) {
    if (!in_range(time)) return std::nullopt;
    const Parts parts(time);
    if (form.size() != 1) return custom(parts, form);
    const std::string_view custom_form = standard(form[0]);
    return custom_form.empty() ? std::nullopt : custom(parts, custom_form);
}

std::optional<base::Timestamp> parse_date(std::string_view text) {
    Digits at(base::trim(text));
    const int year = at.take(4);
    at.skip('-');
    const int month = at.take(2);
    at.skip('-');
    const int day = at.take(2);
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!at.good || !date.ok() || year == 0) return std::nullopt;
    base::Timestamp out = std::chrono::sys_days(date);
    if (at.rest.empty()) return out;
    if (at.rest.front() != 'T' && at.rest.front() != ' ') return std::nullopt;
    at.rest.remove_prefix(1);
    const int hour = at.take(2);
    at.skip(':');
    const int minute = at.take(2);
    at.skip(':');
    const int second = at.rest.empty() || !base::is_digit(at.rest.front()) ? 0 : at.take(2);
    const auto micros = take_fraction(at);
    const auto zone = take_zone(at);
    if (!at.good || !micros || !zone || hour > 23 || minute > 59 || second > 59) {
        return std::nullopt;
    }
    out += std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second};
    return out + *micros - *zone;
}

std::optional<base::Timestamp> add_duration(base::Timestamp time, std::string_view duration) {
    const bool back = duration.starts_with('-');
    if (back) duration.remove_prefix(1);
    if (!duration.starts_with('P')) return std::nullopt;
    const auto parsed = parse_duration(duration.substr(1));
    if (!parsed) return std::nullopt;
    const std::int64_t sign = back ? -1 : 1;
    // A month without the day ends a day or more sooner, as .NET's AddMonths has it.
    const auto day = std::chrono::floor<days>(time);
    auto date = std::chrono::year_month_day(day) +
                std::chrono::months{static_cast<int>(sign * parsed->months)};
    if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
    if (static_cast<int>(date.year()) < 1 || static_cast<int>(date.year()) > 9999) {
        return std::nullopt;
    }
    const base::Timestamp out =
        std::chrono::sys_days(date) + (time - day) + std::chrono::seconds{sign * parsed->seconds};
    return in_range(out) ? std::optional(out) : std::nullopt;
}

}  // namespace armgate::dryrun::language
