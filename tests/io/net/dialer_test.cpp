// Which addresses are never dialled, as tables; that it is asked after resolution and for tunnels,
// is in tests/io/tunnel_test.cpp.
#include "io/net/dialer.hpp"

#include <gtest/gtest.h>

namespace armgate::io {
namespace {

asio::ip::address address(const char* text) {
    return asio::ip::make_address(text);
}

tcp::endpoint at(const char* text, unsigned short port) {
    return {address(text), port};
}

TEST(ForbiddenAddress, IsLinkLocalMetadataUnspecifiedOrMulticastHoweverItIsWritten) {
    for (const char* text : {"169.254.169.254",
                             "169.254.0.0",
                             "169.254.255.255",
                             "168.63.129.16",
                             "0.0.0.0",
                             "::",
                             "224.0.0.1",
                             "239.255.255.255",
                             "fe80::1",
                             "febf:ffff::1",
                             "fe80::1%lo",
                             "ff02::1",
                             "fd00:ec2::254",
                             "::ffff:169.254.169.254",
                             "::ffff:a9fe:a9fe",
                             "::ffff:0.0.0.0",
                             "::ffff:168.63.129.16",
                             "::169.254.169.254",
                             "64:ff9b::169.254.169.254",
                             "64:ff9b::a83f:8110",
                             "2002:a9fe:a9fe::",
                             "2002:a9fe:a9fe:1::2",
                             "::ffff:0:169.254.169.254"}) {
        EXPECT_TRUE(is_forbidden_address(address(text))) << text;
    }
}

TEST(ForbiddenAddress, IsNoOther) {
    for (const char* text :
         {"127.0.0.1", "::1", "10.0.0.1", "169.253.255.255", "169.255.0.0", "168.63.129.17",
          "20.37.158.0", "::ffff:127.0.0.1", "2603:1030::1", "fec0::1", "fd00:ec2::253",
          "64:ff9b::10.0.0.1", "2002:0a00:0001::1", "2001:db8::a9fe:a9fe"}) {
        EXPECT_FALSE(is_forbidden_address(address(text))) << text;
    }
}

TEST(LeadsTo, TheSameAddressOrLoopbackOnTheSamePort) {
    const tcp::endpoint own = at("127.0.0.1", 8642);
    for (const char* text :
         {"127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::"}) {
        EXPECT_TRUE(leads_to(at(text, 8642), own)) << text;
        EXPECT_FALSE(leads_to(at(text, 8643), own)) << text;
    }
    EXPECT_FALSE(leads_to(at("192.0.2.1", 8642), own));
    EXPECT_TRUE(leads_to(at("192.0.2.1", 443), at("192.0.2.1", 443)));
    EXPECT_TRUE(leads_to(at("::ffff:192.0.2.1", 443), at("192.0.2.1", 443)));
    EXPECT_FALSE(leads_to(at("192.0.2.2", 443), at("192.0.2.1", 443)));
}

TEST(LeadsTo, ListeningEverywhereIsEveryAddressOfThisMachineAndNoOther) {
    // A proxy on 0.0.0.0:443 must still reach port 443 of everybody else.
    for (const char* any : {"0.0.0.0", "::"}) {
        EXPECT_TRUE(leads_to(at("127.0.0.1", 443), at(any, 443))) << any;
        EXPECT_TRUE(leads_to(at("::1", 443), at(any, 443))) << any;
        EXPECT_FALSE(leads_to(at("192.0.2.1", 443), at(any, 443))) << any;
        EXPECT_FALSE(leads_to(at("2001:db8::1", 443), at(any, 443))) << any;
    }
}

}  // namespace
}  // namespace armgate::io
