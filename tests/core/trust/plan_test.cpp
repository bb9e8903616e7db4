// Which trust store a system has, by what is present there, and what is done to it, as tables.
#include "core/trust/plan.hpp"

#include <gtest/gtest.h>

namespace armgate::trust {
namespace {

const std::string kFingerprint = "AB:CD:EF:01:23:45:67:89:AA:BB:CC:DD:EE:FF:00:11";
const std::string kCa = "/home/ana/my ca/ca.pem";

StoreRules rules() {
    auto loaded = load_store_rules();
    EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().detail);
    return *loaded;
}

const StoreRule& store(const StoreRules& from, std::string_view id) {
    for (const StoreRule& each : from.stores) {
        if (each.id == id) return each;
    }
    ADD_FAILURE() << id;
    return from.stores.front();
}

struct Case {
    const char* system;
    std::set<std::string> present;
    std::set<std::string> programs;
    const char* store;  ///< empty: none
};

TEST(FindStore, GoesByWhatIsPresent) {
    const std::string debian = "/usr/local/share/ca-certificates";
    const std::string redhat = "/etc/pki/ca-trust/source/anchors";
    const std::string arch = "/etc/ca-certificates/trust-source/anchors";
    const std::string suse = "/etc/pki/trust/anchors";
    const std::string version = "/etc/debian_version";
    const std::string update = "update-ca-certificates";
    const Case cases[] = {
        {"Linux", {debian, version}, {update}, "debian"},
        {"Linux", {redhat}, {"update-ca-trust"}, "redhat"},
        {"Linux", {arch}, {"trust"}, "arch"},
        {"Linux", {suse}, {update}, "suse"},
        // Fedora has p11-kit's trust as well, and Arch has an update-ca-trust.
        {"Linux", {redhat}, {"update-ca-trust", "trust"}, "redhat"},
        {"Linux", {arch}, {"update-ca-trust", "trust"}, "arch"},
        // A folder without its program, a program without its folder, another program.
        {"Linux", {debian, version}, {}, ""},
        {"Linux", {}, {update, "trust", "update-ca-trust"}, ""},
        {"Linux", {suse}, {"update-ca-trust"}, ""},
        // Alpine has Debian's folder and a program of that name that knows no list.
        {"Linux", {debian}, {update}, ""},
        {"Darwin", {}, {}, "macos"},
        {"Darwin", {debian, version}, {update}, "macos"},
        {"FreeBSD", {debian, version}, {update}, ""},
        {"", {}, {}, ""},
    };
    const StoreRules from = rules();
    for (const Case& each : cases) {
        const StoreRule* found = find_store(from, {each.system, each.present, each.programs});
        EXPECT_EQ(found == nullptr ? "" : found->id, each.store) << each.system;
    }
    EXPECT_NE(no_store(from, kCa).detail.find("Debian, Ubuntu"), std::string::npos);
    EXPECT_NE(no_store(from, kCa).detail.find(kCa), std::string::npos);
}

TEST(AnchorName, TellsOneCaFromTheNextAndFromOthersFiles) {
    const StoreRules from = rules();
    const StoreRule& debian = store(from, "debian");
    EXPECT_EQ(anchor_name(debian, kFingerprint), "armgate-abcdef0123456789.crt");
    EXPECT_EQ(anchor_name(store(from, "redhat"), kFingerprint), "armgate-abcdef0123456789.pem");
    EXPECT_TRUE(is_anchor_name(debian, "armgate-abcdef0123456789.crt"));
    for (const char* other :
         {"", "armgate-.crt", "armgate-abcdef0123456789.pem", "armgate-ABCDEF0123456789.crt",
          "armgate-abcdef012345678.crt", "armgate-abcdef0123456789.crt.bak",
          "my-armgate-abcdef0123456789.crt", "armgate-abcdef0123../89.crt", "armgate-ca.crt"}) {
        EXPECT_FALSE(is_anchor_name(debian, other)) << other;
    }
}

struct Shell {
    const char* store;
    std::vector<std::string> trust;
    std::vector<std::string> untrust;
};

TEST(Commands, AreThoseOfEachSystemQuotedForAShell) {
    const Shell cases[] = {
        {"debian",
         {"install -m 0644 '/home/ana/my ca/ca.pem' /usr/local/share/ca-certificates/armgate-1.crt",
          "update-ca-certificates"},
         {"rm /usr/local/share/ca-certificates/armgate-1.crt", "list=$(mktemp)",
          "{ cat /etc/ca-certificates.conf; echo '!armgate-1.crt'; } > \"$list\"",
          "update-ca-certificates --certsconf \"$list\"", "rm \"$list\""}},
        {"redhat",
         {"install -m 0644 '/home/ana/my ca/ca.pem' /etc/pki/ca-trust/source/anchors/armgate-1.crt",
          "update-ca-trust extract"},
         {"rm /etc/pki/ca-trust/source/anchors/armgate-1.crt", "update-ca-trust extract"}},
        {"arch",
         {"install -m 0644 '/home/ana/my ca/ca.pem' "
          "/etc/ca-certificates/trust-source/anchors/armgate-1.crt",
          "trust extract-compat"},
         {"rm /etc/ca-certificates/trust-source/anchors/armgate-1.crt", "trust extract-compat"}},
        {"suse",
         {"install -m 0644 '/home/ana/my ca/ca.pem' /etc/pki/trust/anchors/armgate-1.crt",
          "update-ca-certificates"},
         {"rm /etc/pki/trust/anchors/armgate-1.crt", "update-ca-certificates"}},
        {"macos",
         {"security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain "
          "'/home/ana/my ca/ca.pem'"},
         {"security remove-trusted-cert -d '/home/ana/my ca/ca.pem'"}},
    };
    const StoreRules from = rules();
    for (const Shell& each : cases) {
        const StoreRule& at = store(from, each.store);
        EXPECT_EQ(shell_to_trust(at, "armgate-1.crt", kCa), each.trust) << each.store;
        EXPECT_EQ(shell_to_untrust(at, "armgate-1.crt", kCa), each.untrust) << each.store;
    }
    EXPECT_EQ(from.stores.size(), std::size(cases)) << "a store without a row here";
}

TEST(Commands, QuoteWhatAShellWouldRead) {
    EXPECT_EQ(shell_word("/a/b-c_1.pem"), "/a/b-c_1.pem");
    EXPECT_EQ(shell_word(""), "''");
    EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
    EXPECT_EQ(shell_word("$(x);`y`"), "'$(x);`y`'");
    EXPECT_EQ(shell_word("~/x"), "'~/x'");
}

TEST(StoreRules, AFaultIsNamed) {
    const auto fault = [](const char* text) {
        const auto loaded = load_store_rules(text);
        return loaded ? std::string() : loaded.error().detail;
    };
    EXPECT_NE(fault("[]"), "");
    EXPECT_NE(fault(R"({"stores":[]})").find("tool_path"), std::string::npos);
    EXPECT_NE(fault(R"({"tool_path":"/bin","stores":[{"id":"a","name":"b","system":"c",
        "present":[],"add":[],"remove":[]}]})")
                  .find("lacks a command"),
              std::string::npos);
    EXPECT_NE(fault(R"({"tool_path":"/bin","stores":[],"more":1})").find("more"),
              std::string::npos);
}

}  // namespace
}  // namespace armgate::trust
