#include "core/dryrun/template/hash.hpp"

#include <bit>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace armgate::dryrun::language {
namespace {

constexpr std::uint32_t kLow = 0x239B961B;
constexpr std::uint32_t kHigh = 0xAB0E9789;

/// Up to four bytes, the lowest first; what is past the end counts as zero.
std::uint32_t word_at(std::string_view bytes, std::size_t at) noexcept {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < 4 && at + i < bytes.size(); ++i) {
        out |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    }
    return out;
}

std::uint32_t mixed_low(std::uint32_t word) noexcept {
    return std::rotl(word * kLow, 15) * kHigh;
}

std::uint32_t mixed_high(std::uint32_t word) noexcept {
    return std::rotl(word * kHigh, 17) * kLow;
}

std::uint32_t finished(std::uint32_t hash) noexcept {
    hash ^= hash >> 16U;
    hash *= 0x85EBCA6B;
    hash ^= hash >> 13U;
    hash *= 0xC2B2AE35;
    return hash ^ (hash >> 16U);
}

}  // namespace

std::uint64_t arm_hash(std::string_view bytes) noexcept {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    std::size_t at = 0;
    for (; at + 8 <= bytes.size(); at += 8) {
        low = std::rotl(low ^ mixed_low(word_at(bytes, at)), 19) + high;
        low = low * 5 + 0x561CCD1BU;
        high = std::rotl(high ^ mixed_high(word_at(bytes, at + 4)), 13) + low;
        high = high * 5 + 0x0BCAA747U;
    }
    if (at < bytes.size()) low ^= mixed_low(word_at(bytes, at));
    if (at + 4 < bytes.size()) high ^= mixed_high(word_at(bytes, at + 4));
    const auto length = static_cast<std::uint32_t>(bytes.size());
    low ^= length;
    high ^= length;
    low += high;
    high += low;
    low = finished(low);
    high = finished(high);
    low += high;
    high += low;
    return (std::uint64_t{high} << 32U) | low;
}

std::string unique_string(std::string_view joined) {
    constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
    std::uint64_t hash = arm_hash(joined);
    std::string out;
    for (int i = 0; i < 13; ++i) {
        out.push_back(kAlphabet[hash >> 59U]);
        hash <<= 5U;
    }
    return out;
}

std::string arm_guid(std::string_view joined) {
    constexpr boost::uuids::uuid kNamespace{{0x11, 0xFB, 0x06, 0xFB, 0x71, 0x2D, 0x4D, 0xDD, 0x98,
                                             0xC7, 0xE7, 0x1B, 0xBD, 0x58, 0x88, 0x30}};
    const boost::uuids::name_generator_sha1 generator(kNamespace);
    return to_string(generator(joined.data(), joined.size()));
}

}  // namespace armgate::dryrun::language
