#include "core/tls/client_hello.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace armgate::tls {
namespace {

std::string number(std::size_t value, std::size_t width) {
    std::string out;
    for (std::size_t i = width; i > 0; --i) {
        out.push_back(static_cast<char>((value >> (8 * (i - 1))) & 0xFFU));
    }
    return out;
}

std::string vector(const std::string& bytes, std::size_t width) {
    return number(bytes.size(), width) + bytes;
}

std::string extension(std::size_t type, const std::string& data) {
    return number(type, 2) + vector(data, 2);
}

std::string name_entry(const std::string& host, std::size_t type = 0) {
    return number(type, 1) + vector(host, 2);
}

std::string server_name(const std::string& host) {
    return extension(0, vector(name_entry(host), 2));
}

/// Everything up to the extensions.
std::string hello_start() {
    return number(0x0303, 2) + std::string(32, 'r') + vector(std::string(32, 's'), 1) +
           vector(number(0x1301, 2) + number(0x0A0A, 2), 2) + vector(std::string(1, '\0'), 1);
}

std::string handshake(const std::string& body, std::size_t type = 1) {
    return number(type, 1) + vector(body, 3);
}

std::string hello(const std::string& extensions) {
    return handshake(hello_start() + vector(extensions, 2));
}

std::string record(const std::string& payload, std::size_t type = 22) {
    return number(type, 1) + number(0x0301, 2) + vector(payload, 2);
}

std::string in_records(const std::string& message, std::size_t size) {
    std::string out;
    for (std::size_t at = 0; at < message.size(); at += size)
        out += record(message.substr(at, size));
    return out;
}

const std::string kArm = "management.azure.com";
const std::string kGrease = extension(0x0A0A, "") + extension(0x1A1A, std::string(1, '\0'));
const std::string kAlpn = extension(16, vector(vector("http/1.1", 1), 2));
const std::string kWhole = record(hello(kGrease + kAlpn + server_name(kArm) + kGrease));

TEST(ClientHello, GivesTheNameAsItWasSent) {
    EXPECT_EQ(peek_client_hello(kWhole).server_name, kArm);
    EXPECT_EQ(peek_client_hello(record(hello(server_name("MANAGEMENT.azure.com.")))).server_name,
              "MANAGEMENT.azure.com.");
}

TEST(ClientHello, CutAtEachByteItWaitsForTheRest) {
    for (const std::string& whole : {kWhole, in_records(hello(server_name(kArm)), 7)}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const std::string cut(whole.data(), size);
            ASSERT_EQ(peek_client_hello(cut).peek, Peek::need_more) << size;
        }
        EXPECT_EQ(peek_client_hello(whole).peek, Peek::hello);
    }
}

TEST(ClientHello, MayBeSpreadOverRecordsOfAnySize) {
    const std::string message = hello(kGrease + server_name(kArm));
    for (std::size_t size = 1; size <= message.size(); ++size) {
        const ClientHello got = peek_client_hello(in_records(message, size));
        ASSERT_EQ(got.peek, Peek::hello) << size;
        ASSERT_EQ(got.server_name, kArm);
    }
}

TEST(ClientHello, WhatFollowsItIsNotLookedAt) {
    EXPECT_EQ(peek_client_hello(kWhole + "anything").peek, Peek::hello);
    EXPECT_EQ(peek_client_hello(record(hello(server_name(kArm)) + "more")).peek, Peek::hello);
}

TEST(ClientHello, MayNameNoHost) {
    for (const std::string& body : {hello_start(), hello_start() + vector("", 2),
                                    hello_start() + vector(kGrease + kAlpn, 2)}) {
        const ClientHello got = peek_client_hello(record(handshake(body)));
        EXPECT_EQ(got.peek, Peek::hello);
        EXPECT_FALSE(got.server_name);
    }
}

TEST(ClientHello, ANameThatIsNotCertainIsMalformed) {
    const std::string two_names =
        extension(0, vector(name_entry(kArm) + name_entry("other.test"), 2));
    const std::string cases[] = {
        hello(server_name(kArm) + server_name(kArm)),
        hello(server_name("other.test") + kGrease + server_name(kArm)),
        hello(server_name("")),
        hello(two_names),
        hello(extension(0, "")),
        hello(extension(0, vector("", 2))),
        hello(extension(0, vector(name_entry(kArm, 1), 2))),
        hello(extension(0, vector(name_entry(kArm), 2) + "x")),
        hello(extension(0, number(400, 2) + name_entry(kArm))),
        hello(extension(0, vector(number(0, 1) + number(400, 2) + kArm, 2))),
    };
    for (const std::string& message : cases) {
        const ClientHello got = peek_client_hello(record(message));
        EXPECT_EQ(got.peek, Peek::malformed);
        EXPECT_FALSE(got.server_name);
    }
}

TEST(ClientHello, LengthsThatDoNotFitAreMalformed) {
    const std::string good = hello_start() + vector(server_name(kArm), 2);
    for (std::size_t size = 0; size < good.size(); ++size) {
        if (size == hello_start().size()) continue;  // no extensions: that is allowed
        EXPECT_EQ(peek_client_hello(record(handshake(good.substr(0, size)))).peek, Peek::malformed)
            << size;
    }
    EXPECT_EQ(peek_client_hello(record(handshake(good + "x"))).peek, Peek::malformed);
    EXPECT_EQ(peek_client_hello(record(handshake(""))).peek, Peek::malformed);
}

TEST(ClientHello, WhatDoesNotBeginAsAHandshakeIsNotTls) {
    for (const std::string& bytes :
         {std::string("GET / HTTP/1.1\r\n"), std::string("SSH-2.0-x"), std::string(1, '\0'),
          record("alert", 21), record("data", 23), std::string("\x16\x02\x00", 3),
          std::string("\x80\x2e\x01", 3)}) {
        EXPECT_EQ(peek_client_hello(bytes).peek, Peek::not_tls);
    }
    EXPECT_EQ(peek_client_hello("").peek, Peek::need_more);
}

TEST(ClientHello, OtherHandshakesAndRecordsAreMalformed) {
    EXPECT_EQ(peek_client_hello(record(handshake("x", 2))).peek, Peek::malformed);
    EXPECT_EQ(peek_client_hello(record("")).peek, Peek::malformed) << "RFC 8446 5.1";
    EXPECT_EQ(peek_client_hello(record(std::string(16385, '\x01'))).peek, Peek::malformed);
    const std::string message = hello(server_name(kArm));
    EXPECT_EQ(peek_client_hello(record(message.substr(0, 9)) + record("x", 21)).peek,
              Peek::malformed);
    EXPECT_EQ(peek_client_hello(record(message.substr(0, 9)) + "\x16\x02").peek, Peek::malformed);
    EXPECT_EQ(peek_client_hello(record(message.substr(0, 9)) + record("")).peek, Peek::malformed);
}

TEST(ClientHello, OneOver64KiBIsNotWaitedFor) {
    const auto padded = [](std::size_t bytes) {
        std::string extensions = server_name(kArm);
        while (bytes > 0) {
            const std::size_t size = std::min<std::size_t>(bytes, 16'000);
            extensions += extension(21, std::string(size, '\0'));
            bytes -= size;
        }
        return extensions;
    };
    EXPECT_EQ(peek_client_hello(in_records(hello(padded(60'000)), 16'000)).server_name, kArm);
    const std::string announced = number(1, 1) + number(0xFFFFFF, 3) + std::string(100, 'x');
    EXPECT_EQ(peek_client_hello(record(announced)).peek, Peek::malformed)
        << "it cannot come whole within any buffer";
}

}  // namespace
}  // namespace armgate::tls
