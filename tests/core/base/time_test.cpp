#include "core/base/time.hpp"

#include <gtest/gtest.h>

namespace armgate::base {
namespace {

TEST(Time, PrintsEveryFormOfOneInstant) {
    const auto time = parse_rfc3339("2026-11-24T09:08:07.000456Z");
    ASSERT_TRUE(time);
    EXPECT_EQ(format_rfc3339(*time), "2026-11-24T09:08:07.000456Z");
    EXPECT_EQ(format_rfc3339_seconds(*time), "2026-11-24T09:08:07Z");
    EXPECT_EQ(format_compact(*time), "20261124T090807Z");
    EXPECT_EQ(format_http_date(*time), "Tue, 24 Nov 2026 09:08:07 GMT");
}

TEST(Time, RefusesWhatIsNotATimestamp) {
    for (const char* text : {"", "2026-11-24", "2026-13-24T00:00:00Z", "2026-02-30T00:00:00Z",
                             "2026-11-24T24:00:00Z", "2026-11-24T00:00:00", "2026-11-24T00:00:00.Z",
                             "2026-11-24T00:00:00.1234567Z", "2026-11-24T00:00:0xZ"}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(parse_rfc3339(text));
    }
}

}  // namespace
}  // namespace armgate::base
