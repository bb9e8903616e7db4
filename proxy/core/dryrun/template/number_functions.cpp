// Functions of numbers, comparisons, and of address ranges.
#include "core/base/text.hpp"
#include "core/dryrun/template/functions.hpp"

#include <algorithm>
#include <array>
#include <compare>
#include <limits>

namespace armgate::dryrun::language {
namespace {

struct Pair {
    std::int64_t a = 0;
    std::int64_t b = 0;
};

std::optional<Pair> pair_of(const Call& call) {
    const auto a = call.whole(0);
    const auto b = call.whole(1);
    if (!a || !b) return std::nullopt;
    return Pair{*a, *b};
}

Json add(Call& call) {
    const auto pair = pair_of(call);
    std::int64_t out = 0;
    if (!pair || __builtin_add_overflow(pair->a, pair->b, &out)) return call.refuse();
    return out;
}

Json sub(Call& call) {
    const auto pair = pair_of(call);
    std::int64_t out = 0;
    if (!pair || __builtin_sub_overflow(pair->a, pair->b, &out)) return call.refuse();
    return out;
}

Json mul(Call& call) {
    const auto pair = pair_of(call);
    std::int64_t out = 0;
    if (!pair || __builtin_mul_overflow(pair->a, pair->b, &out)) return call.refuse();
    return out;
}

bool divides(const std::optional<Pair>& pair) {
    return pair && pair->b != 0 &&
           !(pair->a == std::numeric_limits<std::int64_t>::min() && pair->b == -1);
}

Json div(Call& call) {
    const auto pair = pair_of(call);
    return divides(pair) ? Json(pair->a / pair->b) : call.refuse();
}

Json mod(Call& call) {
    const auto pair = pair_of(call);
    return divides(pair) ? Json(pair->a % pair->b) : call.refuse();
}

/// The numbers of `min` and `max`: given one by one, or as an array.
std::optional<std::vector<std::int64_t>> numbers_of(const Call& call) {
    std::vector<std::int64_t> out;
    const bool array = call.size() == 1 && call[0].is_array();
    const auto take = [&out](const Json& value) {
        const auto number = integer(value);
        if (number) out.push_back(*number);
        return number.has_value();
    };
    const bool all = array ? std::all_of(call[0].begin(), call[0].end(), take)
                           : std::all_of(call.arguments.begin(), call.arguments.end(), take);
    if (!all || out.empty()) return std::nullopt;
    return out;
}

Json least(Call& call) {
    const auto numbers = numbers_of(call);
    return numbers ? Json(*std::min_element(numbers->begin(), numbers->end())) : call.refuse();
}

Json most(Call& call) {
    const auto numbers = numbers_of(call);
    return numbers ? Json(*std::max_element(numbers->begin(), numbers->end())) : call.refuse();
}

Json equals(Call& call) {
    return same(call[0], call[1]);
}

Json negate(Call& call) {
    return call[0].is_boolean() ? Json(!call[0].get<bool>()) : call.refuse();
}

/// Numbers, or texts byte by byte.
std::optional<std::strong_ordering> order_of(const Call& call) {
    if (const auto pair = pair_of(call)) return pair->a <=> pair->b;
    if (call.is_text(0) && call.is_text(1)) return call.text(0) <=> call.text(1);
    return std::nullopt;
}

Json less(Call& call) {
    const auto order = order_of(call);
    return order ? Json(*order < 0) : call.refuse();
}

Json less_or_equals(Call& call) {
    const auto order = order_of(call);
    return order ? Json(*order <= 0) : call.refuse();
}

Json greater(Call& call) {
    const auto order = order_of(call);
    return order ? Json(*order > 0) : call.refuse();
}

Json greater_or_equals(Call& call) {
    const auto order = order_of(call);
    return order ? Json(*order >= 0) : call.refuse();
}

struct Range {
    std::uint32_t address = 0;
    unsigned bits = 0;
};

std::uint32_t mask_of(unsigned bits) noexcept {
    return bits == 0 ? 0 : ~std::uint32_t{0} << (32 - bits);
}

/// IPv4 alone; nothing for the rest.
std::optional<Range> range_of(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto bits = base::parse_decimal(text.substr(slash + 1));
    const auto parts = base::split(text.substr(0, slash), '.');
    if (!bits || *bits > 32 || parts.size() != 4) return std::nullopt;
    Range out{0, static_cast<unsigned>(*bits)};
    for (const auto part : parts) {
        const auto number = base::parse_decimal(part);
        if (!number || *number > 255) return std::nullopt;
        out.address = (out.address << 8U) | static_cast<std::uint32_t>(*number);
    }
    out.address &= mask_of(out.bits);
    return out;
}

std::string dotted(std::uint32_t address) {
    std::string out;
    for (unsigned shift = 32; shift > 0;) {
        shift -= 8;
        out += (out.empty() ? "" : ".") + std::to_string((address >> shift) & 0xFFU);
    }
    return out;
}

/// IPv6 is taken by ARM, and not rehearsed.
Json no_range(Call& call) {
    if (call.is_text(0) && call.text(0).find(':') != std::string_view::npos) {
        call.session().note("Ranges of IPv6 addresses are not rehearsed.");
        return unknown();
    }
    return call.refuse();
}

Json parse_cidr(Call& call) {
    const auto range = call.is_text(0) ? range_of(call.text(0)) : std::nullopt;
    if (!range) return no_range(call);
    const std::uint32_t last = range->address | ~mask_of(range->bits);
    const bool single = range->bits >= 31;
    return Json{{"network", dotted(range->address)},
                {"netmask", dotted(mask_of(range->bits))},
                {"broadcast", dotted(last)},
                {"firstUsable", dotted(single ? range->address : range->address + 1)},
                {"lastUsable", dotted(single ? last : last - 1)},
                {"cidr", range->bits}};
}

/// `cidrSubnet(range, newBits, index)`.
Json cidr_subnet(Call& call) {
    const auto range = call.is_text(0) ? range_of(call.text(0)) : std::nullopt;
    if (!range) return no_range(call);
    const auto bits = call.whole(1);
    const auto index = call.whole(2);
    if (!bits || !index || *bits < range->bits || *bits > 32 || *index < 0) return call.refuse();
    const std::uint64_t count = std::uint64_t{1} << static_cast<unsigned>(*bits - range->bits);
    if (static_cast<std::uint64_t>(*index) >= count) return call.refuse();
    const std::uint64_t step = std::uint64_t{1} << static_cast<unsigned>(32 - *bits);
    const std::uint64_t address = range->address + step * static_cast<std::uint64_t>(*index);
    return dotted(static_cast<std::uint32_t>(address)) + "/" + std::to_string(*bits);
}

/// `cidrHost(range, index)`: 0 is the first usable address.
Json cidr_host(Call& call) {
    const auto range = call.is_text(0) ? range_of(call.text(0)) : std::nullopt;
    if (!range) return no_range(call);
    const auto index = call.whole(1);
    const std::uint64_t size = std::uint64_t{1} << (32 - range->bits);
    if (!index || *index < 0 || static_cast<std::uint64_t>(*index) + 1 >= size) {
        return call.refuse();
    }
    return dotted(range->address + static_cast<std::uint32_t>(*index) + 1);
}

constexpr std::array kFunctions{Function{"add", 2, 2, add},
                                Function{"sub", 2, 2, sub},
                                Function{"mul", 2, 2, mul},
                                Function{"div", 2, 2, div},
                                Function{"mod", 2, 2, mod},
                                Function{"min", 1, kMany, least},
                                Function{"max", 1, kMany, most},
                                Function{"equals", 2, 2, equals},
                                Function{"not", 1, 1, negate},
                                Function{"less", 2, 2, less},
                                Function{"lessorequals", 2, 2, less_or_equals},
                                Function{"greater", 2, 2, greater},
                                Function{"greaterorequals", 2, 2, greater_or_equals},
                                Function{"parsecidr", 1, 1, parse_cidr},
                                Function{"cidrsubnet", 3, 3, cidr_subnet},
                                Function{"cidrhost", 2, 2, cidr_host}};

}  // namespace

std::span<const Function> number_functions() noexcept {
    return kFunctions;
}

}  // namespace armgate::dryrun::language
