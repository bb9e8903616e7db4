#include "support/mutations.hpp"

#include <array>
#include <cctype>

namespace armgate::tests {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kDelimiters = " \t\r\n:,;=/?.\"";
constexpr std::string_view kNastyBytes = "\0\r\n\t \x0b\x7f\x80\xff,;:\"'+-0_#\\%[(@"sv;
constexpr std::array kNastyPieces{
    "\r\n"sv,
    "\r\n\r\n"sv,
    "\n"sv,
    "\n\n"sv,
    "\r"sv,
    "\r\n "sv,
    " :"sv,
    ", "sv,
    "\r\n0\r\n\r\n"sv,
    "\r\nTransfer-Encoding: chunked"sv,
    "\r\nTransfer-Encoding: identity"sv,
    "\r\nContent-Length: 3"sv,
    "\r\nContent-Length: 0"sv,
    "\r\nHost: other.test"sv,
    "\r\nX-HTTP-Method-Override: DELETE"sv,
    "\r\nConnection: Content-Length"sv,
    "\r\nExpect: 100-continue"sv,
    " HTTP/1.0"sv,
    ";a=\"\n\""sv,
    "chunked, "sv,
    "DELETE /smuggled HTTP/1.1\r\nHost: management.azure.com\r\n\r\n"sv};
constexpr std::array kNumbers{"0"sv,     "1"sv,   "00"sv,  "+4"sv,
                              "-1"sv,    "0x4"sv, "4,4"sv, "18446744073709551620"sv,
                              "fffff"sv, "4 "sv,  "4;x"sv};

}  // namespace

std::size_t Mutator::border(std::string_view message) {
    const std::size_t from = below(message.size());
    if (below(8) == 0) return from;
    const std::size_t at = message.find_first_of(kDelimiters, from);
    return at == std::string_view::npos ? from : at + below(2);
}

std::string_view Mutator::token(std::string_view message) {
    const std::size_t from = border(message);
    const std::size_t end = message.find_first_of(kDelimiters, from + 1);
    return message.substr(from, end == std::string_view::npos ? end : end - from);
}

std::string_view Mutator::line(std::string_view message) {
    const std::size_t from = message.rfind('\n', below(message.size()));
    const std::size_t begin = from == std::string_view::npos ? 0 : from + 1;
    const std::size_t end = message.find('\n', begin);
    return message.substr(begin, end == std::string_view::npos ? end : end + 1 - begin);
}

std::string Mutator::mutate(std::string message) {
    const std::size_t times = 1 + below(3);
    for (std::size_t i = 0; i < times && !message.empty(); ++i) mutate_once(message);
    return message;
}

void Mutator::mutate_once(std::string& message) {
    const std::size_t which = below(13);
    if (which < 5) {
        change_bytes(message, which);
    } else if (which < 8) {
        change_lines(message, which);
    } else {
        change_tokens(message, which);
    }
}

void Mutator::change_bytes(std::string& message, std::size_t which) {
    const std::size_t at = border(message);
    const char nasty = kNastyBytes[below(kNastyBytes.size())];
    if (which == 0) message.insert(at, 1, nasty);
    if (which == 1 && at < message.size()) message[at] = nasty;
    if (which == 2 && at < message.size()) message.erase(at, 1);
    if (which == 3 && at < message.size()) message.insert(at, 1, message[at]);
    if (which == 4) message.resize(at);
}

void Mutator::change_lines(std::string& message, std::size_t which) {
    const std::string_view one = line(message);
    const auto at = static_cast<std::size_t>(one.data() - message.data());
    const std::string copy(one);
    if (which == 5) message.insert(at, copy);
    if (which == 6) message.erase(at, copy.size());
    if (which == 7) {  // it moves to another place
        message.erase(at, copy.size());
        const std::string_view other = line(message);
        message.insert(static_cast<std::size_t>(other.data() - message.data()), copy);
    }
}

void Mutator::change_tokens(std::string& message, std::size_t which) {
    const std::string_view one = token(message);
    const auto at = static_cast<std::size_t>(one.data() - message.data());
    const std::string copy(one);
    if (which == 8) message.insert(at, kNastyPieces[below(kNastyPieces.size())]);
    if (which == 9) {
        for (std::size_t i = at; i < at + copy.size(); ++i) {
            const auto byte = static_cast<unsigned char>(message[i]);
            if (std::isalpha(byte) != 0) message[i] = static_cast<char>(byte ^ 0x20U);
        }
    }
    if (which == 10) message.insert(at, copy);
    if (which == 11) message.insert(border(message), copy);
    if (which == 12) {
        const std::size_t digit = message.find_first_of("0123456789", below(message.size()));
        if (digit == std::string::npos) return;
        const std::size_t end = message.find_first_not_of("0123456789", digit);
        message.replace(digit, end == std::string::npos ? end : end - digit,
                        kNumbers[below(kNumbers.size())]);
    }
}

}  // namespace armgate::tests
