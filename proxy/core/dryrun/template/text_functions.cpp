// Functions of text. Lengths and positions count UTF-16 units, as .NET does.
#include "core/base/text.hpp"
#include "core/dryrun/template/format.hpp"
#include "core/dryrun/template/functions.hpp"

#include <algorithm>
#include <array>

namespace armgate::dryrun::language {
namespace {

constexpr std::size_t kMaxPad = 4096;

Json concat(Call& call) {
    const bool arrays = !call.arguments.empty() && call[0].is_array();
    Json list = Json::array();
    std::string out;
    for (Json& argument : call.arguments) {
        if (is_unknown(argument)) return unknown();
        if (argument.is_array() != arrays || argument.is_object()) return call.refuse();
        if (!arrays) {
            out += to_text(argument);
            continue;
        }
        for (Json& element : argument) list.push_back(std::move(element));
    }
    return arrays ? list : Json(std::move(out));
}

Json format(Call& call) {
    if (!call.is_text(0)) return call.refuse();
    auto out = composite_format(call.text(0), std::span(call.arguments).subspan(1));
    if (out) return *std::move(out);
    call.session().note("format() with a form that is not rehearsed.");
    return unknown();
}

/// Without the letters outside ASCII, which .NET would change too; likewise `upper`.
Json lower(Call& call) {
    return call.is_text(0) ? Json(base::to_lower(call.text(0))) : call.refuse();
}

Json upper(Call& call) {
    return call.is_text(0) ? Json(base::to_upper(call.text(0))) : call.refuse();
}

bool is_white(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

Json trim(Call& call) {
    if (!call.is_text(0)) return call.refuse();
    std::string_view text = call.text(0);
    while (!text.empty() && is_white(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_white(text.back())) text.remove_suffix(1);
    return std::string(text);
}

Json replace(Call& call) {
    if (!call.is_text(0) || !call.is_text(1) || !call.is_text(2)) return call.refuse();
    const std::string_view from = call.text(1);
    if (from.empty()) return call.refuse();
    const std::string_view text = call.text(0);
    if (!call.pay_search(text.size(), from.size())) return unknown();
    std::string out;
    std::size_t at = 0;
    for (std::size_t hit = text.find(from); hit != std::string_view::npos;
         hit = text.find(from, at)) {
        out.append(text, at, hit - at).append(call.text(2));
        at = hit + from.size();
        if (out.size() > kMaxBuilt) return call.session().spend(kMaxSteps + 1) ? Json() : unknown();
    }
    return out.append(text, at);
}

/// Delimiters are one text or several.
Json split(Call& call) {
    if (!call.is_text(0)) return call.refuse();
    std::vector<std::string_view> marks;
    if (call.is_text(1)) marks.push_back(call.text(1));
    if (call[1].is_array()) {
        for (const Json& mark : call[1]) marks.push_back(language::text(mark));
    }
    if (marks.empty()) return call.refuse();
    const std::string_view text = call.text(0);
    std::size_t longest = 1;
    for (const auto mark : marks) longest = std::max(longest, mark.size());
    if (!call.pay_search(text.size() * marks.size(), longest)) return unknown();
    Json out = Json::array();
    std::size_t from = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto hit = std::find_if(marks.begin(), marks.end(), [&](std::string_view mark) {
            return !mark.empty() && text.substr(at).starts_with(mark);
        });
        if (hit == marks.end()) {
            ++at;
            continue;
        }
        out.push_back(std::string(text.substr(from, at - from)));
        at += hit->size();
        from = at;
    }
    out.push_back(std::string(text.substr(from)));
    return out;
}

Json join(Call& call) {
    if (!call[0].is_array() || !call.is_text(1)) return call.refuse();
    std::string out;
    for (const Json& part : call[0]) {
        if (&part != &call[0].front()) out += call.text(1);
        out += to_text(part);
        if (out.size() > kMaxBuilt) return call.session().spend(kMaxSteps + 1) ? Json() : unknown();
    }
    return out;
}

/// `substring(text, start, length)`.
Json substring(Call& call) {
    const auto start = call.whole(1);
    if (!call.is_text(0) || !start || (call.size() > 2 && !call.whole(2))) return call.refuse();
    const std::u16string text = to_utf16(call.text(0));
    const auto size = static_cast<std::int64_t>(text.size());
    if (*start < 0 || *start > size) return call.refuse();
    const std::int64_t length = call.size() > 2 ? *call.whole(2) : size - *start;
    if (length < 0 || length > size - *start) return call.refuse();
    return to_utf8(std::u16string_view(text).substr(static_cast<std::size_t>(*start),
                                                    static_cast<std::size_t>(length)));
}

Json pad_left(Call& call) {
    const auto width = call.whole(1);
    const bool takes = call.is_text(0) || call.whole(0);
    if (!takes || !width || *width < 0 || *width > static_cast<std::int64_t>(kMaxPad)) {
        return call.refuse();
    }
    if (call.size() > 2 && (!call.is_text(2) || to_utf16(call.text(2)).size() != 1)) {
        return call.refuse();
    }
    const std::string text = to_text(call[0]);
    const std::string fill(call.size() > 2 ? call.text(2) : " ");
    std::string out;
    for (std::size_t i = to_utf16(text).size(); i < static_cast<std::size_t>(*width); ++i) {
        out += fill;
    }
    return out + text;
}

Json starts_with(Call& call) {
    if (!call.is_text(0) || !call.is_text(1)) return call.refuse();
    return base::ascii_istarts_with(call.text(0), call.text(1));
}

Json ends_with(Call& call) {
    if (!call.is_text(0) || !call.is_text(1)) return call.refuse();
    return base::ascii_iends_with(call.text(0), call.text(1));
}

/// Position in UTF-16 units, without case; -1 where it is not found.
Json position(std::string_view text, std::size_t at) {
    if (at == std::string_view::npos) return -1;
    return to_utf16(text.substr(0, at)).size();
}

enum class Hit { first, last };

std::size_t found_in(const Json& array, const Json& value, Hit hit) {
    std::size_t out = std::string_view::npos;
    for (std::size_t i = 0; i < array.size(); ++i) {
        if (!same(array[i], value)) continue;
        out = i;
        if (hit == Hit::first) break;
    }
    return out;
}

/// In a text or an array; -1 where it is not found.
Json place_of(Call& call, Hit hit) {
    if (call[0].is_array()) {
        const std::size_t at = found_in(call[0], call[1], hit);
        return at == std::string_view::npos ? Json(-1) : Json(at);
    }
    if (!call.is_text(0) || !call.is_text(1)) return call.refuse();
    const std::string_view text = call.text(0);
    if (!call.pay_search(text.size(), call.text(1).size())) return unknown();
    if (hit == Hit::first) return position(text, base::ascii_ifind(text, call.text(1)));
    return position(text, base::to_lower(text).rfind(base::to_lower(call.text(1))));
}

Json index_of(Call& call) {
    return place_of(call, Hit::first);
}

Json last_index_of(Call& call) {
    return place_of(call, Hit::last);
}

using Unknowns = Function::Unknowns;

constexpr std::array kFunctions{Function{"concat", 1, kMany, concat, Unknowns::kept},
                                Function{"format", 1, kMany, format},
                                Function{"tolower", 1, 1, lower},
                                Function{"toupper", 1, 1, upper},
                                Function{"trim", 1, 1, trim},
                                Function{"replace", 3, 3, replace},
                                Function{"split", 2, 2, split},
                                Function{"join", 2, 2, join},
                                Function{"substring", 2, 3, substring},
                                Function{"padleft", 2, 3, pad_left},
                                Function{"startswith", 2, 2, starts_with},
                                Function{"endswith", 2, 2, ends_with},
                                Function{"indexof", 2, 2, index_of},
                                Function{"lastindexof", 2, 2, last_index_of}};

}  // namespace

std::span<const Function> text_functions() noexcept {
    return kFunctions;
}

std::optional<std::string> plain_text(const Json& value) {
    if (value.is_string() || value.is_number()) return to_text(value);
    return std::nullopt;
}

}  // namespace armgate::dryrun::language
