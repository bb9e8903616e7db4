#include "core/arm/judged_path.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>

namespace armgate::arm {
namespace {

/// What a byte says about the path when it is written raw and when it is written as an escape.
struct ByteTraits {
    bool odd_raw = false;
    bool odd_escaped = false;
};

constexpr auto kTraits = [] {
    std::array<ByteTraits, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const bool outside = i <= 0x20 || i >= 0x7F;
        table[i] = {outside, i < 0x20 || i >= 0x7F};
    }
    // A server may take these for separators, for the end of the path or, decoded again, for any.
    for (const char c : std::string_view("\\?#;")) {
        table[static_cast<unsigned char>(c)] = {true, true};
    }
    table['/'].odd_escaped = true;
    table['%'].odd_escaped = true;
    // Unreserved characters need no escape: who writes one hides something.
    for (std::size_t c = '0'; c <= '9'; ++c) table[c].odd_escaped = true;
    for (std::size_t c = 'A'; c <= 'Z'; ++c) table[c].odd_escaped = true;
    for (std::size_t c = 'a'; c <= 'z'; ++c) table[c].odd_escaped = true;
    for (const char c : std::string_view("-._~")) {
        table[static_cast<unsigned char>(c)].odd_escaped = true;
    }
    return table;
}();

const ByteTraits& traits(char c) noexcept {
    return kTraits[static_cast<unsigned char>(c)];
}

}  // namespace

JudgedPath::JudgedPath(std::string_view path) {
    plain_ = std::none_of(path.begin(), path.end(), [](char c) { return traits(c).odd_raw; });
    if (path.find('%') != std::string_view::npos) {
        decode(path);
        path = decoded_;
    }
    segments_.reserve(20);
    bool after_gap = false;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        if (end > 0) {
            add(path.substr(0, end), after_gap && !segments_.empty());
            after_gap = false;
        }
        if (end == path.size()) break;
        path.remove_prefix(end + 1);
        if (!path.empty() && path.front() == '/') after_gap = true;
    }
}

void JudgedPath::decode(std::string_view path) {
    decoded_.reserve(path.size());
    for (std::size_t i = 0; i < path.size(); ++i) {
        const auto byte = path[i] == '%' ? base::percent_decode(path.substr(i, 3)) : std::nullopt;
        if (byte) {
            plain_ = plain_ && !traits(byte->front()).odd_escaped;
            decoded_ += *byte;
            i += 2;
        } else {
            plain_ = plain_ && path[i] != '%';
            decoded_.push_back(path[i]);
        }
    }
}

void JudgedPath::add(std::string_view text, bool after_gap) {
    // `..;x` and the like are dot segments to some servers.
    if (text == "." || text.starts_with("..")) plain_ = false;
    if (text == ".") return;
    if (text != "..") {
        segments_.push_back({text, after_gap});
    } else if (!segments_.empty()) {
        segments_.pop_back();
    }
}

std::string join_slashes(std::string_view path) {
    std::string out;
    out.reserve(path.size() + 1);
    for (const char c : path) {
        if (out.empty() && c != '/') out.push_back('/');
        if (c != '/' || out.empty() || out.back() != '/') out.push_back(c);
    }
    if (out.size() > 1 && out.back() == '/') out.pop_back();
    if (out.empty()) out.push_back('/');
    return out;
}

}  // namespace armgate::arm
