#include "core/http/framing.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace armgate::http {
namespace {

using Fields = std::vector<std::pair<const char*, const char*>>;

template <class Head>
Head with(const Fields& fields, int minor_version = 1) {
    Head head;
    head.minor_version = minor_version;
    for (const auto& [name, value] : fields) head.fields.add(name, value);
    return head;
}

Result<BodyFraming> of_request(const Fields& fields, int minor = 1, const char* method = "PUT") {
    auto head = with<RequestHead>(fields, minor);
    head.method = method;
    return request_framing(head);
}

Result<BodyFraming> of_response(const Fields& fields,
                                unsigned status = 200,
                                const char* method = "GET",
                                int minor = 1) {
    auto head = with<ResponseHead>(fields, minor);
    head.status = status;
    return response_framing(head, method);
}

TEST(Framing, ReadsTheThreeThatAreCertain) {
    EXPECT_EQ(of_request({})->kind, Framing::none);
    EXPECT_EQ(of_request({{"Content-Length", "0"}})->kind, Framing::none);
    EXPECT_EQ(of_request({{"content-LENGTH", "31"}})->length, 31U);
    EXPECT_EQ(of_request({{"Content-Length", "31"}}, 0)->kind, Framing::length);
    EXPECT_EQ(of_request({{"transfer-encoding", "CHUNKED"}})->kind, Framing::chunked);
    EXPECT_EQ(of_request({{"Content-Length", "9223372036854775808"}})->length, 1ULL << 63U);
}

TEST(Framing, RefusesEveryAmbiguityInBothDirections) {
    const Fields cases[] = {
        {{"Content-Length", "1"}, {"Transfer-Encoding", "chunked"}},
        {{"Transfer-Encoding", "chunked"}, {"Content-Length", "1"}},
        {{"Transfer-Encoding", "gzip"}, {"Content-Length", "1"}},
        {{"Content-Length", "1"}, {"Transfer-Encoding", "identity"}},
        {{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}},
        {{"Transfer-Encoding", "gzip"}, {"Transfer-Encoding", "chunked"}},
        {{"Transfer-Encoding", "gzip"}},
        {{"Transfer-Encoding", "identity"}},
        {{"Transfer-Encoding", "gzip, chunked"}},
        {{"Transfer-Encoding", "chunked, identity"}},
        {{"Transfer-Encoding", ",chunked"}},
        {{"Transfer-Encoding", "chunked,"}},
        {{"Transfer-Encoding", "\"chunked\""}},
        {{"Transfer-Encoding", "chunked;q=1"}},
        {{"Transfer-Encoding", "xchunked"}},
        {{"Transfer-Encoding", ""}},
        {{"Transfer-Encoding", " chunked"}},
        {{"Content-Length", "1"}, {"Content-Length", "1"}},
        {{"Content-Length", "1"}, {"content-length", "2"}},
        {{"Content-Length", "1, 1"}},
        {{"Content-Length", "1,"}},
        {{"Content-Length", ""}},
        {{"Content-Length", "+1"}},
        {{"Content-Length", "-1"}},
        {{"Content-Length", "01"}},
        {{"Content-Length", "00"}},
        {{"Content-Length", "0x1"}},
        {{"Content-Length", "1_0"}},
        {{"Content-Length", "1 0"}},
        {{"Content-Length", "1.0"}},
        {{"Content-Length", "9223372036854775809"}},
        {{"Content-Length", "18446744073709551616"}},
    };
    for (const Fields& fields : cases) {
        SCOPED_TRACE(std::string(fields[0].first) + ": " + fields[0].second);
        EXPECT_EQ(of_request(fields).error().code, Errc::bad_framing);
        EXPECT_EQ(of_response(fields).error().code, Errc::bad_response);
        EXPECT_TRUE(of_response(fields, 204).has_error()) << "also where no body follows";
    }
}

TEST(Framing, Http10KnowsNoChunks) {
    EXPECT_EQ(of_request({{"Transfer-Encoding", "chunked"}}, 0).error().code, Errc::bad_framing);
    EXPECT_EQ(of_response({{"Transfer-Encoding", "chunked"}}, 200, "GET", 0).error().code,
              Errc::bad_response);
}

TEST(Framing, AConnectHasNoBody) {
    EXPECT_TRUE(of_request({}, 1, "CONNECT"));
    EXPECT_TRUE(of_request({{"Content-Length", "0"}}, 1, "CONNECT"));
    EXPECT_TRUE(of_request({{"Content-Length", "1"}}, 1, "CONNECT").has_error());
    EXPECT_TRUE(of_request({{"Transfer-Encoding", "chunked"}}, 1, "CONNECT").has_error());
}

TEST(Framing, SomeResponsesNeverHaveABody) {
    const Fields length{{"Content-Length", "79"}};
    const Fields chunked{{"Transfer-Encoding", "chunked"}};
    for (const Fields& fields : {length, chunked, Fields{}}) {
        for (const unsigned status : {100U, 103U, 199U, 204U, 304U}) {
            EXPECT_EQ(of_response(fields, status)->kind, Framing::none) << status;
        }
        EXPECT_EQ(of_response(fields, 200, "HEAD")->kind, Framing::none);
        EXPECT_NE(of_response(fields, 200, "head")->kind, Framing::none) << "methods have case";
        EXPECT_NE(of_response(fields, 205)->kind, Framing::none);
    }
}

TEST(Framing, AResponseWithoutAWordLastsUntilTheClose) {
    EXPECT_EQ(of_response({})->kind, Framing::until_close);
    EXPECT_EQ(of_response({}, 200, "GET", 0)->kind, Framing::until_close);
    EXPECT_EQ(of_response({{"Content-Length", "0"}})->kind, Framing::none);
}

}  // namespace
}  // namespace armgate::http
