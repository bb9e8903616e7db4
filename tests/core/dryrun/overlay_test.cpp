#include "core/dryrun/overlay.hpp"

#include "core/base/text.hpp"
#include "core/dryrun/resource_path.hpp"
#include "support/arm_rules.hpp"

#include <map>
#include <optional>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace armgate::dryrun {
namespace {

Entry entry(const std::string& id, bool real = false) {
    Entry out;
    out.id = id;
    out.type = "T/" + id.substr(id.rfind('/') + 1, 1);
    out.body = "{}";
    out.real = real;
    return out;
}

std::vector<std::string> below(const Overlay& overlay, const std::string& prefix) {
    std::vector<std::string> out;
    overlay.each_below(prefix, [&out](const Entry& found) { out.push_back(found.id); });
    return out;
}

TEST(Overlay, KnowsNothingOfWhatItDoesNotHold) {
    Overlay overlay;
    EXPECT_TRUE(overlay.empty());
    EXPECT_EQ(overlay.find("/a/b").presence, Presence::unknown);
    overlay.put(entry("/a/B", true));
    EXPECT_EQ(overlay.find("/a/b").presence, Presence::here);
    EXPECT_EQ(overlay.find("/a/b").entry->id, "/a/B");
    EXPECT_EQ(overlay.find("/a/b/c").presence, Presence::unknown) << "a real one may have children";
    EXPECT_EQ(overlay.find("/a/bc").presence, Presence::unknown);
}

TEST(Overlay, NothingLiesBelowWhatLivesHereAlone) {
    Overlay overlay;
    overlay.put(entry("/a/b"));
    EXPECT_EQ(overlay.find("/a/b/c/d").presence, Presence::absent);
    overlay.remove("/a/b", "T", false);
    EXPECT_EQ(overlay.find("/a/b").presence, Presence::unknown) << "as if it had never been";
}

TEST(Overlay, ATombstoneHidesAllBelowUntilItIsWrittenAgainAndEmptyThen) {
    Overlay overlay;
    overlay.put(entry("/a/b/c"));
    overlay.set_tags("/a/b/t", "{}");
    overlay.remove("/a/b", "T", true);
    EXPECT_EQ(overlay.find("/a/b").presence, Presence::absent);
    EXPECT_EQ(overlay.find("/a/b/c").presence, Presence::absent);
    EXPECT_EQ(overlay.tags("/a/b/t"), nullptr);
    overlay.put(entry("/a/b"));
    EXPECT_EQ(overlay.find("/a/b").presence, Presence::here);
    EXPECT_TRUE(overlay.find("/a/b").entry->real);
    EXPECT_EQ(overlay.find("/a/b/c").presence, Presence::absent);
    overlay.remove("/a/b", "T", false);
    EXPECT_EQ(overlay.find("/a/b").presence, Presence::absent) << "the real one is still below";
}

TEST(Overlay, ListsByPrefixAndType) {
    Overlay overlay;
    for (const char* id : {"/s/g/x1", "/s/g/x2", "/s/g/y1", "/s/g2/x3", "/s/g/x1/z"}) {
        overlay.put(entry(id, true));
    }
    overlay.remove("/s/g/x2", "T/x", true);
    EXPECT_THAT(below(overlay, "/s/g/"), testing::ElementsAre("/s/g/x1", "/s/g/x1/z", "/s/g/y1"));
    std::vector<std::string> typed;
    overlay.each_of_type("t/x", "/s/", [&](const Entry& found) { typed.push_back(found.id); });
    EXPECT_THAT(typed, testing::ElementsAre("/s/g/x1", "/s/g2/x3"));
    EXPECT_TRUE(overlay.touches_type("t/x", "/s/g/x2"));
    EXPECT_FALSE(overlay.touches_type("t/x", "/other/"));
}

TEST(Overlay, ACopyIsAWorldOfItsOwn) {
    Overlay overlay;
    overlay.put(entry("/a/b"));
    Overlay copy(overlay);
    copy.put(entry("/a/c"));
    copy.remove("/a/b", "T", false);
    EXPECT_EQ(overlay.find("/a/b").presence, Presence::here);
    EXPECT_EQ(overlay.find("/a/c").presence, Presence::unknown);
    overlay = std::move(copy);
    EXPECT_EQ(overlay.find("/a/c").presence, Presence::here);
    EXPECT_EQ(overlay.find("/a/c").entry->id, "/a/c");
}

/// The plain model: what a subscription would hold if every operation were carried out on it.
struct Model {
    std::map<std::string, std::string> all;

    void remove(const std::string& key) {
        std::erase_if(all, [&key](const auto& item) {
            return item.first == key || item.first.starts_with(key + "/");
        });
    }
};

/// The overlay above `real` as a client sees it.
struct Seen {
    const Overlay& overlay;
    const std::map<std::string, std::string>& real;

    [[nodiscard]] std::optional<std::string> get(const std::string& key) const {
        const Overlay::Found found = overlay.find(key);
        if (found.presence == Presence::here) return std::string(found.entry->body);
        if (found.presence == Presence::absent) return std::nullopt;
        const auto below = real.find(key);
        return below == real.end() ? std::nullopt : std::optional(below->second);
    }
    [[nodiscard]] std::map<std::string, std::string> list(const std::string& prefix) const {
        std::map<std::string, std::string> out;
        for (const auto& [key, body] : real) {
            const auto seen = key.starts_with(prefix) ? get(key) : std::nullopt;
            if (seen) out[key] = *seen;
        }
        overlay.each_below(
            prefix, [&out](const Entry& item) { out[base::to_lower(item.id)] = item.body.view(); });
        return out;
    }
};

TEST(OverlayProperty, ShowsWhatAPlainModelHolds) {
    std::mt19937 random(20261127);  // the same run every time
    const auto pick = [&random](std::size_t n) { return random() % n; };
    const auto random_key = [&pick] {
        std::string key = "/g" + std::to_string(pick(3));
        for (std::size_t depth = pick(4); depth > 0; --depth) key += "/r" + std::to_string(pick(3));
        return key;
    };
    for (int round = 0; round < 20; ++round) {
        Model model;
        for (std::size_t i = 0; i < 25; ++i) {
            std::string key = random_key();
            // A resource lies in one that exists.
            for (std::size_t at = key.find('/', 1);; at = key.find('/', at + 1)) {
                model.all.emplace(key.substr(0, at), "real");
                if (at == std::string::npos) break;
            }
        }
        const std::map<std::string, std::string> real = model.all;
        Overlay overlay;
        const Seen seen{overlay, real};
        for (int i = 0; i < 500; ++i) {
            const std::string key = random_key();
            const std::size_t parent = key.rfind('/');
            const bool placed = parent == 0 || model.all.contains(key.substr(0, parent));
            switch (pick(4)) {
                case 0:
                case 1: {
                    if (!placed) break;
                    Entry item = entry(key);
                    item.body = std::to_string(i);
                    item.real =
                        overlay.find(key).presence == Presence::unknown && real.contains(key);
                    const Entry* old = overlay.exact(key);
                    if (old != nullptr) item.real = old->real;
                    overlay.put(std::move(item));
                    model.all[key] = std::to_string(i);
                    break;
                }
                case 2: {
                    if (!model.all.contains(key)) break;
                    const bool is_real = overlay.find(key).presence == Presence::unknown;
                    overlay.remove(key, "T", is_real);
                    model.remove(key);
                    break;
                }
                default: {
                    const auto got = seen.get(key);
                    const auto wanted = model.all.find(key);
                    ASSERT_EQ(got.has_value(), wanted != model.all.end()) << key << " step " << i;
                    if (got) {
                        ASSERT_EQ(*got, wanted->second);
                    }
                }
            }
            if (i % 50 != 0) continue;
            ASSERT_EQ(seen.list("/"), model.all) << "round " << round << " step " << i;
            const Overlay copy(overlay);
            ASSERT_EQ((Seen{copy, real}.list("/g1/")).size(), seen.list("/g1/").size());
        }
    }
}

TEST(ResourcePath, AllSpellingsHaveOneKey) {
    const std::string id = "/subscriptions/S/resourceGroups/G/providers/Microsoft.X/as/a/bs/b";
    for (const std::string& spelling :
         {id, id + "/", "/" + id, id + "//",
          std::string("/subscriptions/S//resourceGroups/G/providers/Microsoft.X%2Fas/%61/bs/b"),
          std::string("/SUBSCRIPTIONS/s/resourcegroups/g/Providers/MICROSOFT.x/AS/A/BS/B")}) {
        SCOPED_TRACE(spelling);
        const ResourcePath path(spelling, test::arm_rules().operations);
        EXPECT_EQ(path.key(), base::to_lower(id));
        EXPECT_TRUE(path.item());
        EXPECT_TRUE(path.child());
        EXPECT_EQ(path.parent_key(), base::to_lower(id.substr(0, id.size() - 5)));
        EXPECT_EQ(path.group_key(), "/subscriptions/s/resourcegroups/g");
        EXPECT_EQ(path.scope_key(), path.group_key());
        EXPECT_FALSE(path.extension());
    }
}

TEST(ResourcePath, ReadsEveryFormOfPath) {
    struct Case {
        const char* path;
        bool item;
        const char* type;
        const char* parent;
    };
    const Case cases[] = {
        {"/subscriptions", false, "Microsoft.Resources/subscriptions", ""},
        {"/subscriptions/s", true, "Microsoft.Resources/subscriptions", ""},
        {"/subscriptions/s/resourcegroups", false, "Microsoft.Resources/resourceGroups",
         "/subscriptions/s"},
        {"/subscriptions/s/resourcegroups/g", true, "Microsoft.Resources/resourceGroups",
         "/subscriptions/s"},
        {"/subscriptions/s/resourceGroups/g/resources", false,
         "Microsoft.Resources/resourceGroups/resources", "/subscriptions/s/resourcegroups/g"},
        {"/subscriptions/s/providers/Microsoft.X", true, "Microsoft.Resources/providers",
         "/subscriptions/s"},
        {"/subscriptions/s/providers/Microsoft.X/register", false, "Microsoft.X/register",
         "/subscriptions/s"},
        {"/subscriptions/s/providers/Microsoft.X/as/a/act", false, "Microsoft.X/as/act",
         "/subscriptions/s/providers/microsoft.x/as/a"},
        {"/providers/Microsoft.Management/managementGroups/m", true,
         "Microsoft.Management/managementGroups", ""},
        {"/batch", false, "", ""},
        {"/", false, "", ""},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.path);
        const ResourcePath path(c.path, test::arm_rules().operations);
        EXPECT_EQ(path.item(), c.item);
        EXPECT_EQ(path.type(), c.type);
        EXPECT_EQ(path.parent_key(), c.parent);
    }
}

TEST(ResourcePath, AnIdBecomesATargetThatNamesItAgain) {
    for (const char* id :
         {"/a/b c", "/a/%", "/a/\xC3\xA9", "/a/b?c#d", "/a/b\r\nX: y", "/a/$b(1)"}) {
        SCOPED_TRACE(id);
        const std::string target = target_of(id);
        EXPECT_EQ(target.find_first_of(" ?#\r\n"), std::string::npos);
        EXPECT_EQ(ResourcePath(target, test::arm_rules().operations).id(), id);
    }
}

}  // namespace
}  // namespace armgate::dryrun
