#include "core/http/request_check.hpp"

#include <gtest/gtest.h>

namespace armgate::http {
namespace {

constexpr std::string_view kArm = "management.azure.com";

/// The error's name, or `ok`.
std::string check(std::string_view method, std::string_view target, std::string_view host = kArm) {
    RequestHead head;
    head.method = method;
    head.target = target;
    head.fields.add("Host", host);
    const auto checked = check_request(head, kArm, 443);
    return checked ? "ok" : std::string(error_name(checked.error().code));
}

TEST(RequestCheck, TakesTheThreeFormsOfATarget) {
    EXPECT_EQ(check("GET", "/subscriptions"), "ok");
    EXPECT_EQ(check("GET", "https://management.azure.com/subscriptions"), "ok");
    EXPECT_EQ(check("OPTIONS", "*"), "ok");
    EXPECT_EQ(check("GET", "management.azure.com:443"), "bad_target");
}

TEST(RequestCheck, AnAsteriskIsForOptionsAlone) {
    for (const std::string_view method : {"GET", "HEAD", "PUT", "PATCH", "DELETE", "POST"}) {
        EXPECT_EQ(check(method, "*"), "bad_target") << method;
    }
}

TEST(RequestCheck, HostNamesWhereConnectWent) {
    for (const std::string_view host :
         {"management.azure.com", "MANAGEMENT.azure.com.", "management.azure.com:443"}) {
        EXPECT_EQ(check("GET", "/", host), "ok") << host;
    }
    for (const std::string_view host :
         {"other.test", "management.azure.com:444", "[::1]", "westeurope.management.azure.com"}) {
        EXPECT_EQ(check("GET", "/", host), "host_mismatch") << host;
    }
    EXPECT_EQ(check("GET", "https://other.test/"), "host_mismatch");
}

TEST(RequestCheck, AHostThatIsNoneIsABadRequestAndNotAnotherHost) {
    for (const std::string_view host :
         {"", "user@management.azure.com", "management.azure.com, management.azure.com",
          "management.azure.com/x", "https://management.azure.com", "management.azure.com:",
          "management.azure.com:443x", "management.azure.com:+443", "management.azure.com:0",
          "management.azure.com x", "management%2Eazure.com", "[management.azure.com]",
          "management\xE3\x80\x82"
          "azure.com"}) {
        EXPECT_EQ(check("GET", "/", host), "bad_host") << host;
    }
}

TEST(RequestCheck, ThereIsOneHost) {
    RequestHead head;
    head.method = "GET";
    head.target = "/";
    EXPECT_EQ(check_request(head, kArm, 443).error().code, Errc::bad_host);
    head.fields.add("Host", kArm);
    EXPECT_TRUE(check_request(head, kArm, 443));
    head.fields.add("host", kArm);
    EXPECT_EQ(check_request(head, kArm, 443).error().code, Errc::bad_host);
}

}  // namespace
}  // namespace armgate::http
