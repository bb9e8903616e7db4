#include "core/http/hops.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace armgate::http {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

RequestHead with(const Fields& fields) {
    RequestHead head;
    head.method = "PUT";
    for (const auto& [name, value] : fields) head.fields.add(name, value);
    return head;
}

TEST(Hops, HopByHopFieldsStayWhetherNamedOrNot) {
    const RequestHead head = with({{"Host", "h"}});
    const HopFields hops(head.fields);
    for (const char* name : {"Connection", "KEEP-ALIVE", "proxy-connection", "Proxy-Authorization",
                             "Proxy-Authenticate", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
                             "HTTP2-Settings"}) {
        EXPECT_TRUE(hops.stays(name)) << name;
    }
    for (const char* name : {"Authorization", "Content-Type", "x-ms-version", "TEA", "Upgrades",
                             "WWW-Authenticate", "Expect", "Cookie", "Via", "Content-Length"}) {
        EXPECT_FALSE(hops.stays(name)) << name;
    }
}

TEST(Hops, FieldsThatConnectionNamesStay) {
    const RequestHead head = with(
        {{"connection", "close, X-One ,,\tx-two"}, {"Connection", "X-Three"}, {"X-Four", "x"}});
    const HopFields hops(head.fields);
    for (const char* name : {"x-one", "X-TWO", "X-Three"}) EXPECT_TRUE(hops.stays(name)) << name;
    EXPECT_FALSE(hops.stays("X-Four"));
    EXPECT_FALSE(hops.stays("X-On"));
    EXPECT_TRUE(hops.has_option("CLOSE"));
    EXPECT_FALSE(hops.has_option("keep-alive"));
    EXPECT_TRUE(check_request_hops(head)) << "a client may name fields of its own";
}

TEST(Hops, ConnectionCannotNameAFieldThatIsForARM) {
    for (const char* name : {"Host", "authorization", "Content-Length", "TRANSFER-ENCODING",
                             "Content-Type", "Content-Encoding", "If-Match", "If-Unmodified-Since",
                             "Range", "Cache-Control", "Expect", "x-ms-authorization-auxiliary"}) {
        for (const std::string& value :
             {std::string(name), std::string("close, ") + name + " ,x"}) {
            const auto checked = check_request_hops(with({{"Connection", value}}));
            ASSERT_FALSE(checked) << value;
            EXPECT_EQ(checked.error().code, Errc::bad_field);
        }
        EXPECT_FALSE(check_request_hops(with({{"Connection", "close"}, {"Connection", name}})));
    }
    EXPECT_TRUE(check_request_hops(with({{"Connection", "close, keep-alive, TE, upgrade"}})));
    EXPECT_TRUE(check_request_hops(with({{"Connection", "Hostess"}})));
}

TEST(Hops, MethodOverridesAreRefusedUnderEverySpelling) {
    for (const char* name :
         {"X-HTTP-Method-Override", "x-http-method-override", "X-HTTP-Method", "X-Method-Override",
          "X-HTTP-Override", "X_HTTP_Method_Override", "X-Http_Method"}) {
        const auto checked = check_request_hops(with({{name, "GET"}}));
        ASSERT_FALSE(checked) << name;
        EXPECT_EQ(checked.error().code, Errc::method_not_forwardable);
    }
    EXPECT_TRUE(check_request_hops(with({{"X-HTTP-Methods", "GET"}})));
}

TEST(Hops, ExpectIs100ContinueOnceOrNothing) {
    EXPECT_TRUE(check_request_hops(with({})));
    EXPECT_TRUE(check_request_hops(with({{"Expect", "100-Continue"}})));
    for (const char* value :
         {"", "junk", "100-continue, 100-continue", "100-continue;q=1", "200-ok"}) {
        EXPECT_EQ(check_request_hops(with({{"Expect", value}})).error().code, Errc::bad_framing)
            << value;
    }
    EXPECT_FALSE(
        check_request_hops(with({{"Expect", "100-continue"}, {"expect", "100-continue"}})));
}

TEST(Hops, AConnectionStaysOpenByTheRulesOfItsVersion) {
    const struct {
        Fields fields;
        int minor_version;
        bool want;
    } cases[] = {
        {{}, 1, true},
        {{}, 0, false},
        {{{"Connection", "close"}}, 1, false},
        {{{"Connection", "CLOSE"}}, 1, false},
        {{{"Connection", "x, close"}}, 1, false},
        {{{"Connection", "keep-alive"}}, 0, true},
        {{{"Connection", "keep-alive, close"}}, 0, false},
        {{{"Connection", "keep-alive"}, {"connection", "close"}}, 1, false},
        {{{"Connection", "closed"}}, 1, true},
        {{{"Proxy-Connection", "close"}}, 1, true},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(is_keep_alive(with(c.fields).fields, c.minor_version), c.want);
    }
}

}  // namespace
}  // namespace armgate::http
