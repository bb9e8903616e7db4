// Whatever shape a body has: a secret that was planted in it is in no form of the list.
#include "core/dryrun/change.hpp"
#include "support/sample_changes.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace armgate::dryrun {
namespace {

using nlohmann::json;

const std::string kSecret = "pl4nted";
const std::string kPlain = "v1sible";

class BodyMaker {
  public:
    explicit BodyMaker(unsigned seed) : random_(seed) {}

    json object(int depth) {
        json out = json::object();
        const int members = number(1, 5);
        for (int i = 0; i < members; ++i) plant(out, depth);
        out["note" + std::to_string(number(0, 9))] = kPlain;
        return out;
    }

    template <class List>
    auto pick(const List& list) {
        return list[static_cast<std::size_t>(number(0, static_cast<int>(std::size(list)) - 1))];
    }

  private:
    int number(int least, int most) {
        return std::uniform_int_distribution<int>(least, most)(random_);
    }

    std::string secret() { return kSecret + std::to_string(number(0, 999)); }

    std::string name_in_any_case(std::string name) {
        for (char& c : name) {
            if (number(0, 1) == 0)
                c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        }
        return number(0, 2) == 0 ? name + "_" : name;
    }

    json secret_shape(int depth) {
        switch (number(0, 4)) {
            case 0:
                return json::array({secret(), secret()});
            case 1:
                return json{{"primary", secret()}, {"list", json::array({json{{"v", secret()}}})}};
            case 2:
                return depth > 0 ? json{{"deeper", secret_shape(depth - 1)}} : json(secret());
            default:
                return secret();
        }
    }

    void plant(json& out, int depth) {
        static const char* const kNames[] = {
            "adminPassword", "client_secret",   "primaryKey",        "connectionString",
            "sasToken",      "accessToken",     "privateKey",        "customData",
            "userData",      "certificateData", "protectedSettings", "secureValue",
            "accountKey",    "sharedKey",       "appSettings"};
        static const char* const kValues[] = {
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=",
            "https://h/c?sv=1&sig=",
            "Endpoint=sb://h/;SharedAccessKeyName=n;SharedAccessKey=",
            "Bearer ",
            "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.e30.",
            "Server=h;User ID=u;Password=",
            "-----BEGIN PRIVATE KEY-----\n",
            "postgres://user:",
            "https://h/api/f?code="};
        const std::string place = "m" + std::to_string(number(0, 99));
        switch (number(0, 6)) {
            case 0:
                out[name_in_any_case(pick(kNames))] = secret_shape(2);
                break;
            case 1:
                out[place] = pick(kValues) + secret() + "@host";
                break;
            case 2:
                out[place] = json::array({json{{"name", "DB_PASSWORD"}, {"value", secret()}},
                                          json{{"key", "plain"}, {"value", kPlain}}});
                break;
            case 3:
                out["parameters"] = json{{"pw", {{"value", secret()}}}};
                out["template"] =
                    json{{"parameters",
                          {{"pw", {{"type", "secureString"}, {"defaultValue", secret()}}}}}};
                break;
            case 4:
                out["parameters"] = json{{"x", {{"value", secret()}}}};
                out["templateLink"] = json{{"uri", "https://h/t.json"}};
                break;
            case 5:
                out["sslCertificates"] =
                    json::array({json{{"name", "c"}, {"properties", {{"data", secret()}}}}});
                break;
            default:
                if (depth > 0) {
                    out[place] = json::array({object(depth - 1), object(depth - 1)});
                } else {
                    out[place] = json{{"type", "SecureString"}, {"value", secret()}};
                }
        }
    }

    std::mt19937 random_;
};

TEST(ChangeSecrets, APlantedSecretIsInNoForm) {
    const ChangeRules rules = load_change_rules().value();
    static constexpr ChangeKind kKinds[] = {ChangeKind::create, ChangeKind::update,
                                            ChangeKind::remove, ChangeKind::action};
    std::size_t shown = 0;
    for (unsigned seed = 0; seed < 400; ++seed) {
        BodyMaker maker(seed);
        Change change = test::change(maker.pick(kKinds), "PUT", test::kGroup, "N.S/a");
        change.before = maker.object(3).dump();
        change.after = maker.object(3).dump();
        for (const auto format :
             {ChangesFormat::text, ChangesFormat::json, ChangesFormat::markdown}) {
            const std::string out = render_changes({change}, format, rules);
            ASSERT_EQ(out.find(kSecret), std::string::npos) << "seed " << seed << "\n"
                                                            << change.before.view() << "\n"
                                                            << change.after.view() << "\n"
                                                            << out;
            if (out.find(kPlain) != std::string::npos) ++shown;
        }
    }
    EXPECT_GT(shown, 300U) << "hiding everything is no way to hide secrets";
}

TEST(ChangeSecrets, WhatIsNoBodyIsCleanToo) {
    const ChangeRules rules = load_change_rules().value();
    const std::string token = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.e30." + kSecret;
    Change change = test::updated_network();
    change.id += "/x?sig=" + kSecret;
    change.type = token;
    change.operation = "Bearer " + kSecret;
    change.carried_by = token;
    change.policy = token;
    change.method = token;
    change.invented = {"made up " + token};
    change.before = json{{"list", json{{token, "a"}}}}.dump();
    change.after =
        json{{token, 1}, {"a&sig=" + kSecret, json{{token, "b"}}}, {"list", json::array()}}.dump();
    for (const auto format : {ChangesFormat::text, ChangesFormat::json, ChangesFormat::markdown}) {
        EXPECT_THAT(render_changes({change}, format, rules),
                    testing::Not(testing::HasSubstr(kSecret)));
    }
}

}  // namespace
}  // namespace armgate::dryrun
