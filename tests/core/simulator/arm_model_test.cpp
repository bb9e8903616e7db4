#include "core/simulator/arm_model.hpp"

#include "core/simulator/demo_tokens.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace armgate::simulator {
namespace {

using nlohmann::json;

const std::string kSub = "/subscriptions/" + std::string(kSubscription);
const std::string kGroup = kSub + "/resourceGroups/rg";
const std::string kStore = kGroup + "/providers/Microsoft.Storage/storageAccounts/sa";
const std::string kMachine = kGroup + "/providers/Microsoft.Compute/virtualMachines/vm";

class Arm : public testing::Test {
  protected:
    arm::LocalAnswer send(const char* method,
                          const std::string& path,
                          const std::string& body = {}) {
        Request request{method, path, "api-version=2021-04-01", body, true};
        return handle(request);
    }
    arm::LocalAnswer handle(const Request& request) {
        const arm::AnswerContext context{"request-" + std::to_string(++requests_), "correlation",
                                         "routing",
                                         base::parse_rfc3339("2026-01-01T12:00:00Z").value(), ""};
        return model_.handle(request, context);
    }
    unsigned status(const char* method, const std::string& path, const std::string& body = {}) {
        return send(method, path, body).status;
    }

    ArmModel model_;
    int requests_ = 0;
};

std::string field(const arm::LocalAnswer& answer, std::string_view name) {
    for (const auto& [key, value] : answer.fields) {
        if (key == name) return value;
    }
    return {};
}

std::string code_of(const arm::LocalAnswer& answer) {
    return json::parse(answer.body)["error"]["code"];
}

std::string path_of(const std::string& url) {
    const std::size_t path = url.find('/', std::string("https://").size());
    return url.substr(path, url.find('?') - path);
}

TEST_F(Arm, AGroupLivesAndDies) {
    EXPECT_EQ(status("HEAD", kGroup), 404U);
    EXPECT_EQ(code_of(send("GET", kGroup)), "ResourceGroupNotFound");
    const auto made = send("PUT", kGroup, R"({"location":"westeurope"})");
    EXPECT_EQ(made.status, 201U);
    const json group = json::parse(made.body);
    EXPECT_EQ(group["id"], kGroup);
    EXPECT_EQ(group["name"], "rg");
    EXPECT_EQ(group["type"], "Microsoft.Resources/resourceGroups");
    EXPECT_EQ(group["location"], "westeurope");
    EXPECT_EQ(group["properties"]["provisioningState"], "Succeeded");
    EXPECT_EQ(status("PUT", kGroup, "{}"), 200U);
    EXPECT_EQ(status("HEAD", kGroup), 204U);
    EXPECT_EQ(status("PUT", kStore, "{}"), 201U);

    const auto gone = send("DELETE", kGroup);
    EXPECT_EQ(gone.status, 202U);
    const std::string location = path_of(field(gone, "Location"));
    EXPECT_EQ(status("GET", location), 202U);
    EXPECT_EQ(status("GET", location), 200U);
    EXPECT_EQ(status("GET", location), 200U) << "done stays done";
    EXPECT_EQ(status("GET", kGroup), 404U);
    EXPECT_EQ(code_of(send("GET", kStore)), "ResourceGroupNotFound");
}

TEST_F(Arm, NamesCompareWithoutCaseAndKeepTheCallersCase) {
    ASSERT_EQ(status("PUT", kGroup, "{}"), 201U);
    EXPECT_EQ(status("GET", kSub + "/resourcegroups/RG"), 200U);
    EXPECT_EQ(status("GET", "/" + kSub + "//resourcegroups/RG/"), 200U) << "as ARM reads slashes";
    EXPECT_EQ(json::parse(send("GET", kSub + "/RESOURCEGROUPS/RG").body)["id"], kGroup);
}

TEST_F(Arm, AResourceNeedsItsGroup) {
    EXPECT_EQ(code_of(send("PUT", kStore, "{}")), "ResourceGroupNotFound");
    ASSERT_EQ(status("PUT", kGroup, "{}"), 201U);
    EXPECT_EQ(code_of(send("GET", kStore)), "ResourceNotFound");
    EXPECT_EQ(status("DELETE", kStore), 204U) << "what is not there";
    EXPECT_EQ(status("PUT", kStore, R"({"sku":{"name":"s"}})"), 201U);
    EXPECT_EQ(status("PATCH", kStore, R"({"tags":{"a":"b"}})"), 200U);
    EXPECT_EQ(json::parse(send("GET", kStore).body)["tags"]["a"], "b");
    EXPECT_EQ(json::parse(send("GET", kStore).body)["type"], "Microsoft.Storage/storageAccounts");
    EXPECT_EQ(status("POST", kStore + "/listKeys"), 200U);
    EXPECT_EQ(status("DELETE", kStore), 200U);
    EXPECT_EQ(status("GET", kStore), 404U);
}

TEST_F(Arm, AVirtualMachineTakesItsPolls) {
    ASSERT_EQ(status("PUT", kGroup, "{}"), 201U);
    const auto made = send("PUT", kMachine, "{}");
    EXPECT_EQ(made.status, 201U);
    EXPECT_EQ(json::parse(made.body)["properties"]["provisioningState"], "Creating");
    const std::string operation = path_of(field(made, "Azure-AsyncOperation"));
    EXPECT_EQ(json::parse(send("GET", operation).body)["status"], "InProgress");
    EXPECT_EQ(json::parse(send("GET", operation).body)["status"], "Succeeded");
    EXPECT_EQ(json::parse(send("GET", kMachine).body)["properties"]["provisioningState"],
              "Succeeded");
}

TEST_F(Arm, ListsWhatStandsBelow) {
    ASSERT_EQ(status("PUT", kGroup, "{}"), 201U);
    ASSERT_EQ(status("PUT", kStore, "{}"), 201U);
    ASSERT_EQ(status("PUT", kStore + "/blobServices/default", "{}"), 201U);
    ASSERT_EQ(status("PUT", kMachine, "{}"), 201U);
    const auto listed = [this](const std::string& path) {
        return json::parse(send("GET", path).body)["value"].size();
    };
    EXPECT_EQ(listed("/subscriptions"), 1U);
    EXPECT_EQ(listed(kSub + "/resourceGroups"), 1U);
    EXPECT_EQ(listed(kGroup + "/resources"), 2U);
    EXPECT_EQ(listed(kGroup + "/providers/Microsoft.Storage/storageAccounts"), 1U);
    EXPECT_EQ(listed(kStore + "/blobServices"), 1U);
}

TEST_F(Arm, AsksForATokenAndAVersion) {
    Request request{"GET", kSub, "api-version=2021-04-01", "", false};
    EXPECT_EQ(handle(request).status, 401U);
    request = {"GET", kSub, "", "", true};
    EXPECT_EQ(code_of(handle(request)), "MissingApiVersionParameter");
    request = {"GET", "//metadata/endpoints", "", "", false};
    EXPECT_EQ(handle(request).status, 200U) << "azurerm asks this without a token";
    EXPECT_EQ(code_of(send("GET", "/subscriptions/other")), "SubscriptionNotFound");
}

TEST_F(Arm, AnswersCarryArmsFields) {
    const auto answer = send("GET", kSub);
    EXPECT_EQ(field(answer, "x-ms-request-id"), "request-1");
    EXPECT_EQ(field(answer, "x-ms-correlation-request-id"), "correlation");
    EXPECT_EQ(field(answer, "Date"), "Thu, 01 Jan 2026 12:00:00 GMT");
    EXPECT_EQ(field(answer, "Content-Type"), "application/json; charset=utf-8");
}

TEST_F(Arm, CountsWritesThatArriveWhateverTheAnswer) {
    (void)send("GET", kGroup);
    (void)send("HEAD", kGroup);
    EXPECT_EQ(model_.writes(), 0U);
    (void)send("PUT", kStore, "{}");
    (void)send("PATCH", kGroup);
    (void)send("DELETE", kGroup);
    (void)send("POST", kGroup);
    EXPECT_EQ(model_.writes(), 4U);
}

TEST_F(Arm, BadBodiesAreRefused) {
    ASSERT_EQ(status("PUT", kGroup, "{}"), 201U);
    for (const char* body : {"[]", "1", "{", "{\"a\":1,\"a\":2}", "\xff"}) {
        EXPECT_EQ(code_of(send("PUT", kGroup, body)), "InvalidRequestContent") << body;
        EXPECT_EQ(code_of(send("PATCH", kGroup, body)), "InvalidRequestContent") << body;
    }
    EXPECT_EQ(code_of(send("PATCH", kGroup)), "InvalidRequestContent");
    EXPECT_EQ(
        json::parse(
            send("PUT", kGroup, R"({"properties":"odd"})").body)["properties"]["provisioningState"],
        "Succeeded");
}

TEST_F(Arm, OddPathsNeverEndTheProcess) {
    ASSERT_EQ(status("PUT", kGroup, "{}"), 201U);
    const std::string paths[] = {"",
                                 "/",
                                 "*",
                                 "/providers",
                                 kSub + "/providers",
                                 kSub + "/providers/a/b/c",
                                 kSub + "/operationresults/x",
                                 kGroup + "/providers",
                                 kGroup + "/providers/a/b",
                                 kGroup + "/providers/a/b/providers",
                                 kGroup + "/providers/providers/providers/providers",
                                 kGroup + "/providers/a/b/c/providers/d/e/providers",
                                 kGroup + "/providers/a/b/%00%ff",
                                 kGroup + "/providers/a/b/%2",
                                 kGroup + "/providers/a/b/%2F%2F"};
    for (const std::string& path : paths) {
        for (const char* method :
             {"GET", "HEAD", "PUT", "PATCH", "DELETE", "POST", "OPTIONS", "x"}) {
            SCOPED_TRACE(std::string(method) + " " + path);
            const unsigned got = status(method, path, "{}");
            EXPECT_GE(got, 200U);
            EXPECT_LT(got, 500U);
        }
    }
}

TEST_F(Arm, APatchKeepsWhatAResourceIs) {
    ASSERT_EQ(status("PUT", kGroup, "{}"), 201U);
    const auto made = send("PUT", kMachine, "{}");
    const std::string operation = path_of(field(made, "Azure-AsyncOperation"));
    const auto patched =
        send("PATCH", kMachine, R"({"id":"x","name":null,"type":1,"properties":"y"})");
    EXPECT_EQ(patched.status, 200U);
    const json machine = json::parse(patched.body);
    EXPECT_EQ(machine["id"], kMachine);
    EXPECT_EQ(machine["name"], "vm");
    EXPECT_EQ(machine["type"], "Microsoft.Compute/virtualMachines");
    (void)send("GET", operation);
    EXPECT_EQ(status("GET", operation), 200U);
    EXPECT_EQ(json::parse(send("GET", kMachine).body)["properties"]["provisioningState"],
              "Succeeded");
}

TEST_F(Arm, ACollectionCannotBeWritten) {
    ASSERT_EQ(status("PUT", kGroup, "{}"), 201U);
    const std::string collection = kGroup + "/providers/Microsoft.Storage/storageAccounts";
    for (const char* method : {"PUT", "PATCH", "DELETE"}) {
        EXPECT_EQ(status(method, collection, "{}"), 405U) << method;
    }
}

TEST(DemoTokens, HaveAPersonEach) {
    const auto now = base::parse_rfc3339("2026-01-01T12:00:00Z").value();
    EXPECT_NE(demo_authorization(Person::user_with_mfa, now),
              demo_authorization(Person::user_without_mfa, now));
    EXPECT_THAT(person_name(Person::service_principal), testing::HasSubstr("service principal"));
}

}  // namespace
}  // namespace armgate::simulator
