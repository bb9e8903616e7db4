#include "core/dryrun/recipe_invent.hpp"

#include "core/base/text.hpp"

namespace armgate::dryrun {
namespace {

constexpr std::uint64_t kFnvPrime = 1099511628211U;

std::uint64_t fnv1a(std::uint64_t seed, std::string_view text) noexcept {
    for (const char c : text) {
        seed = (seed ^ static_cast<unsigned char>(base::ascii_lower(c))) * kFnvPrime;
    }
    return seed;
}

/// FNV alone leaves neighbours alike in the upper bits; this is the finaliser of splitmix64.
std::uint64_t mixed(std::uint64_t value) noexcept {
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31U);
}

std::string hexadecimal(std::uint64_t value, std::size_t digits) {
    std::string out(digits, '0');
    for (std::size_t i = digits; i-- > 0; value >>= 4U) out[i] = "0123456789abcdef"[value & 15U];
    return out;
}

}  // namespace

std::uint64_t invented_number(std::string_view id, std::string_view label) noexcept {
    return mixed(fnv1a(fnv1a(14695981039346656037U, id) * kFnvPrime, label));
}

std::string invented_guid(std::string_view id, std::string_view label) {
    const std::uint64_t first = invented_number(id, label);
    return "a43a7e00-" + hexadecimal(first, 4) + "-8" + hexadecimal(first >> 16U, 3) + "-8" +
           hexadecimal(first >> 28U, 3) + "-" + hexadecimal(mixed(first), 12);
}

std::string invented_hash(std::string_view id, std::string_view label) {
    return hexadecimal(invented_number(id, label), 8);
}

std::string invented_key(std::string_view label, std::size_t bytes) {
    std::string text = "armgate-dry-run-not-a-key:" + std::string(label) + ":";
    text.resize(bytes, '-');
    return base::base64_encode(text);
}

std::string invented_public_address(std::string_view id, std::string_view label) {
    return "203.0.113." + std::to_string(1 + invented_number(id, label) % 254);
}

std::string invented_private_address(std::string_view id, std::string_view label) {
    return "10.0.0." + std::to_string(4 + invented_number(id, label) % 250);
}

}  // namespace armgate::dryrun
