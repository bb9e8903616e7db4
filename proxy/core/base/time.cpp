#include "core/base/time.hpp"

#include "core/base/text.hpp"

#include <array>

namespace armgate::base {
namespace {

struct Civil {
    int year;
    unsigned month, day, weekday;
    long hour, minute, second, micros;
};

Civil civil(Timestamp time) {
    using namespace std::chrono;
    const auto days = floor<std::chrono::days>(time);
    const year_month_day date(days);
    const auto rest = time - days;
    const long total = static_cast<long>(duration_cast<seconds>(rest).count());
    return {static_cast<int>(date.year()),
            static_cast<unsigned>(date.month()),
            static_cast<unsigned>(date.day()),
            weekday(days).c_encoding(),
            total / 3600,
            total / 60 % 60,
            total % 60,
            static_cast<long>((rest % seconds(1)).count())};
}

void append_digits(std::string& out, long value, std::size_t width) {
    std::string digits = std::to_string(value);
    if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
    out += digits;
}

/// `YYYY<d>MM<d>DDT`, then `hh<t>mm<t>ss`, with the two separators given (empty for none).
std::string print_civil(const Civil& c, std::string_view date_mark, std::string_view time_mark) {
    std::string out;
    append_digits(out, c.year, 4);
    out += date_mark;
    append_digits(out, static_cast<long>(c.month), 2);
    out += date_mark;
    append_digits(out, static_cast<long>(c.day), 2);
    out += 'T';
    append_digits(out, c.hour, 2);
    out += time_mark;
    append_digits(out, c.minute, 2);
    out += time_mark;
    append_digits(out, c.second, 2);
    return out;
}

}  // namespace

std::string format_rfc3339(Timestamp time) {
    const Civil c = civil(time);
    std::string out = print_civil(c, "-", ":");
    out += '.';
    append_digits(out, c.micros, 6);
    return out += 'Z';
}

std::string format_rfc3339_seconds(Timestamp time) {
    return print_civil(civil(time), "-", ":") += 'Z';
}

std::string format_compact(Timestamp time) {
    return print_civil(civil(time), "", "") += 'Z';
}

std::string format_http_date(Timestamp time) {
    static constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed",
                                                           "Thu", "Fri", "Sat"};
    static constexpr std::array<std::string_view, 12> kMonths{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const Civil c = civil(time);
    std::string out(kDays.at(c.weekday));
    out += ", ";
    append_digits(out, static_cast<long>(c.day), 2);
    out += ' ';
    out += kMonths.at(c.month - 1);
    out += ' ';
    append_digits(out, c.year, 4);
    out += print_civil(c, "", ":").substr(8).replace(0, 1, " ");
    return out += " GMT";
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
    using namespace std::chrono;
    constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
    if (text.size() < kShape.size() + 1 || text.back() != 'Z') return std::nullopt;
    for (std::size_t i = 0; i < kShape.size(); ++i) {
        const bool fits = kShape[i] == 'd' ? is_digit(text[i]) : text[i] == kShape[i];
        if (!fits) return std::nullopt;
    }
    const auto number = [&](std::size_t at, std::size_t length) {
        return static_cast<int>(*parse_decimal(text.substr(at, length)));
    };
    const year_month_day date(year(number(0, 4)), month(static_cast<unsigned>(number(5, 2))),
                              day(static_cast<unsigned>(number(8, 2))));
    const int hour = number(11, 2);
    const int minute = number(14, 2);
    const int second = number(17, 2);
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    std::string_view fraction = text.substr(kShape.size(), text.size() - kShape.size() - 1);
    long long micros = 0;
    if (!fraction.empty()) {
        if (fraction.front() != '.' || fraction.size() < 2 || fraction.size() > 7) {
            return std::nullopt;
        }
        std::string digits(fraction.substr(1));
        digits.resize(6, '0');
        const auto value = parse_decimal(digits);
        if (!value) return std::nullopt;
        micros = static_cast<long long>(*value);
    }
    return sys_days(date) + hours(hour) + minutes(minute) + seconds(second) + microseconds(micros);
}

}  // namespace armgate::base
