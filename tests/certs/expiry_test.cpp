#include "certs/expiry.hpp"

#include "support/test_pki.hpp"

#include <gtest/gtest.h>

namespace armgate::certs {
namespace {

using std::chrono::hours;

std::string notice(hours before_the_end) {
    const base::Timestamp made = tests::now();
    const Authority ca = *create_authority({"management.azure.com"}, made);
    return expiry_notice(ca, ca.not_after() - before_the_end).value_or("");
}

TEST(ExpiryNotice, ComesThirtyDaysBeforeTheEndAndNamesTheCommand) {
    EXPECT_EQ(notice(hours(24 * 300)), "");
    EXPECT_EQ(notice(hours(24 * 30 + 1)), "");
    EXPECT_EQ(notice(hours(24 * 30)).substr(0, 29), "the CA expires in 30 days, on");
    EXPECT_EQ(notice(hours(47)).substr(0, 27), "the CA expires in 1 day, on");
    EXPECT_EQ(notice(hours(1)).substr(0, 28), "the CA expires in 0 days, on");
    EXPECT_EQ(notice(hours(0)).substr(0, 18), "the CA expired on ");
    EXPECT_EQ(notice(hours(-24)).substr(0, 18), "the CA expired on ");
    EXPECT_NE(notice(hours(1)).find("run 'armgate ca rotate'"), std::string::npos);
}

}  // namespace
}  // namespace armgate::certs
