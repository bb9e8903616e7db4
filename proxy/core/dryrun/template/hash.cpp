#include "core/dryrun/template/hash.hpp"

#include <array>
#include <bit>
#include <span>

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

using Digest = std::array<std::uint8_t, 20>;

/// SHA-1 (RFC 3174), which name-based ids ask for; nothing here relies on it being strong.
class Sha1 {
  public:
    Digest digest(std::string message) {
        const std::uint64_t bits = std::uint64_t{message.size()} * 8;
        message.push_back(static_cast<char>(0x80));
        while (message.size() % 64 != 56) message.push_back('\0');
        for (int shift = 56; shift >= 0; shift -= 8) {
            message.push_back(static_cast<char>((bits >> static_cast<unsigned>(shift)) & 0xFFU));
        }
        for (std::size_t at = 0; at < message.size(); at += 64) {
            add_block(std::string_view(message).substr(at, 64));
        }
        Digest out{};
        for (std::size_t i = 0; i < out.size(); ++i) {
            out[i] = static_cast<std::uint8_t>(state_[i / 4] >> (24 - 8 * (i % 4)));
        }
        return out;
    }

  private:
    void add_block(std::string_view block) {
        std::array<std::uint32_t, 80> w{};
        for (std::size_t i = 0; i < 64; ++i) {
            w[i / 4] = (w[i / 4] << 8U) | static_cast<unsigned char>(block[i]);
        }
        for (std::size_t i = 16; i < 80; ++i) {
            w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        }
        auto [a, b, c, d, e] = state_;
        for (std::size_t i = 0; i < 80; ++i) {
            const std::uint32_t next = std::rotl(a, 5) + chosen(i, b, c, d) + e + w[i];
            e = d;
            d = c;
            c = std::rotl(b, 30);
            b = a;
            a = next;
        }
        const std::array<std::uint32_t, 5> after{a, b, c, d, e};
        for (std::size_t i = 0; i < after.size(); ++i) state_[i] += after[i];
    }

    static std::uint32_t chosen(std::size_t round,
                                std::uint32_t b,
                                std::uint32_t c,
                                std::uint32_t d) noexcept {
        if (round < 20) return ((b & c) | (~b & d)) + 0x5A827999U;
        if (round < 40) return (b ^ c ^ d) + 0x6ED9EBA1U;
        if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDCU;
        return (b ^ c ^ d) + 0xCA62C1D6U;
    }

    std::array<std::uint32_t, 5> state_{0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
};

std::string guid_text(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out.push_back('-');
        out.push_back(kDigits[bytes[i] >> 4U]);
        out.push_back(kDigits[bytes[i] & 0xFU]);
    }
    return out;
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
    std::string message("\x11\xfb\x06\xfb\x71\x2d\x4d\xdd\x98\xc7\xe7\x1b\xbd\x58\x88\x30", 16);
    message += joined;
    Digest digest = Sha1().digest(std::move(message));
    digest[6] = static_cast<std::uint8_t>((digest[6] & 0x0FU) | 0x50U);
    digest[8] = static_cast<std::uint8_t>((digest[8] & 0x3FU) | 0x80U);
    return guid_text(digest);
}

}  // namespace armgate::dryrun::language
