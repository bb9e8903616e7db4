#include "core/arm/operation.hpp"
#include "core/verdict/verdict.hpp"
#include "support/arm_rules.hpp"

#include <array>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace armgate::verdict {
namespace {

using arm::Cloud;
using identity::Credential;
using identity::Identity;
using identity::IdentityKind;

Identity caller(IdentityKind kind, bool has_mfa = false, std::string known_by = "idtyp") {
    Identity who;
    who.credential = Credential::usable;
    who.kind = kind;
    who.has_mfa = has_mfa;
    who.known_by = std::move(known_by);
    return who;
}

Identity doubtful(Credential credential, bool has_mfa = true) {
    Identity who = caller(IdentityKind::user, has_mfa);
    who.credential = credential;
    return who;
}

const Identity kUser = caller(IdentityKind::user);
const Identity kUserWithMfa = caller(IdentityKind::user, true);
const Identity kServicePrincipal = caller(IdentityKind::service_principal);
const Identity kManagedIdentity = caller(IdentityKind::managed_identity);

const std::string kGroup = "/subscriptions/s/resourceGroups/rg";

Verdict judged(std::string_view method, const std::string& path, const Identity& who) {
    const auto request = arm::classify(method, path, test::arm_rules());
    return judge(request, Cloud::azure_public, who,
                 is_known_method(method) ? Forwardable::yes : Forwardable::no);
}

struct Row {
    const char* method;
    std::string path;
    const char* clause;  ///< for a user without MFA
};

const std::vector<Row>& matrix() {
    static const std::string kIn = kGroup + "/providers/";
    static const std::vector<Row> kRows = {
        {"GET", kGroup, "read"},
        {"HEAD", kGroup, "read"},
        {"OPTIONS", kGroup, "read"},
        {"GET", "/%2e%2e/x", "read"},
        {"PUT", kIn + "Microsoft.KeyVault/vaults/v", "user-without-mfa"},
        {"PUT", kGroup, "user-without-mfa"},
        {"PUT", kIn + "Microsoft.Resources/deployments/d", "contents-not-read"},
        {"PUT", kIn + "Microsoft.Resources/deploymentStacks/d", "contents-not-read"},
        {"PUT", kIn + "Microsoft.Resources/tags/default", "exempt-type"},
        {"PATCH", kIn + "Microsoft.Resources/tags/default", "exempt-type"},
        {"DELETE", kIn + "Microsoft.Resources/tags/default", "exempt-type"},
        {"PUT", kIn + "Microsoft.Resources/templateSpecs/t", "exempt-type"},
        {"PUT", kIn + "Microsoft.Resources/links/l", "exempt-type"},
        {"DELETE", kIn + "Microsoft.Resources/deployments/d", "exempt-type"},
        {"PATCH", kIn + "Microsoft.KeyVault/vaults/v", "user-without-mfa"},
        {"DELETE", kIn + "Microsoft.KeyVault/vaults/v", "user-without-mfa"},
        {"DELETE", kIn + "Microsoft.Authorization/roleAssignments/r", "user-without-mfa"},
        {"DELETE", kGroup, "user-without-mfa"},
        {"DELETE", kIn + "Microsoft.Authorization/locks/l", "exempt-delete"},
        {"DELETE", kIn + "Microsoft.Authorization/policyAssignments/p", "exempt-delete"},
        {"DELETE", kIn + "Microsoft.Authorization/denyAssignments/d", "exempt-delete"},
        {"DELETE", kIn + "Microsoft.Blueprint/blueprintAssignments/b", "exempt-delete"},
        {"DELETE", kIn + "Microsoft.Resources/deploymentStacks/d", "exempt-delete"},
        {"DELETE", "/subscriptions/s", "exempt-delete"},
        {"PUT", kIn + "Microsoft.Authorization/locks/l", "user-without-mfa"},
        {"POST", kIn + "Microsoft.Storage/storageAccounts/a/listKeys", "post-action"},
        {"POST", kIn + "Microsoft.Compute/virtualMachines/v/start", "post-action"},
        {"POST", "/subscriptions/s/providers/Microsoft.Storage/checkNameAvailability",
         "post-action"},
        {"POST", "/subscriptions/s/providers/Microsoft.Compute/register", "post-action"},
        {"POST", "/providers/Microsoft.ResourceGraph/resources", "post-action"},
        {"POST", kGroup + "/moveResources", "post-action"},
        {"POST", kIn + "Microsoft.EventHub/namespaces/n/AuthorizationRules/r", "post-action"},
        {"POST", kIn + "Microsoft.Resources/deployments/d/cancel", "post-action"},
        {"POST", kIn + "Microsoft.Resources/deployments/d/exportTemplate", "post-action"},
        {"POST", kIn + "Microsoft.Web/sites/s/functions/f/listkeys", "post-action"},
        {"PUT", kIn + "Microsoft.Web/sites/s/functions/f", "user-without-mfa"},
        {"POST", kIn + "Microsoft.Resources/deployments/d", "contents-not-read"},
        {"POST", "/batch/x", "contents-not-read"},
        {"POST", kIn + "Microsoft.Resources/deployments/d/validate", "contents-not-read"},
        {"POST", kIn + "Microsoft.Resources/deployments/d/whatIf", "contents-not-read"},
        {"POST", "/providers/Microsoft.Resources/validateResources", "contents-not-read"},
        {"POST", "/batch", "contents-not-read"},
        {"PUT", "/providers/Microsoft.Management/managementGroups/g", "tenant-scope"},
        {"PUT", "/providers/Microsoft.Subscription/aliases/a", "tenant-scope"},
        {"PUT", "/providers/Microsoft.Authorization/roleAssignments/r", "tenant-scope"},
        {"PUT",
         "/providers/Microsoft.Management/managementGroups/g/providers/Microsoft.Authorization/"
         "roleAssignments/r",
         "user-without-mfa"},
        {"PUT", "/", "user-without-mfa"},
        {"PUT", "/batch", "user-without-mfa"},
        {"put", kGroup, "not-forwardable"},
        {"MERGE", kGroup, "not-forwardable"},
    };
    return kRows;
}

TEST(Judge, AUserWithoutMfaIsJudgedByTheOperation) {
    for (const auto& row : matrix()) {
        SCOPED_TRACE(std::string(row.method) + " " + row.path);
        EXPECT_EQ(clause_name(judged(row.method, row.path, kUser).clause), row.clause);
    }
}

TEST(Judge, ClauseAndOutcomeBelongTogether) {
    for (const auto& row : matrix()) {
        SCOPED_TRACE(std::string(row.method) + " " + row.path);
        const std::string clause = row.clause;
        const bool passes =
            clause == "read" || clause == "exempt-type" || clause == "exempt-delete";
        const char* outcome = passes ? "pass" : clause == "user-without-mfa" ? "fail" : "uncertain";
        EXPECT_EQ(outcome_name(judged(row.method, row.path, kUser).outcome), outcome);
    }
}

TEST(Judge, MfaAndWorkloadsPassWhateverTheOperation) {
    const std::pair<const Identity*, ClauseId> table[] = {
        {&kUserWithMfa, ClauseId::user_with_mfa},
        {&kServicePrincipal, ClauseId::workload_identity},
        {&kManagedIdentity, ClauseId::workload_identity}};
    for (const auto& [who, clause] : table) {
        for (const auto& row : matrix()) {
            SCOPED_TRACE(std::string(row.method) + " " + row.path);
            const auto verdict = judged(row.method, row.path, *who);
            if (std::string_view(row.clause) == "not-forwardable") {
                EXPECT_EQ(verdict.clause, ClauseId::not_forwardable);
                continue;
            }
            EXPECT_EQ(verdict.outcome, Outcome::pass);
            const bool read = std::string_view(row.clause) == "read";
            EXPECT_EQ(verdict.clause, read ? ClauseId::read : clause);
        }
    }
}

TEST(Judge, DoubtAboutTheCallerIsNeverAPass) {
    const std::pair<Identity, ClauseId> table[] = {
        {doubtful(Credential::none), ClauseId::no_token},
        {doubtful(Credential::unusable), ClauseId::unusable_token},
        {doubtful(Credential::ambiguous), ClauseId::unknown_identity},
        {caller(IdentityKind::unknown), ClauseId::unknown_identity},
        {caller(IdentityKind::user, false, "inferred"), ClauseId::unknown_identity}};
    for (const auto& [who, clause] : table) {
        for (const auto& row : matrix()) {
            if (std::string_view(row.clause) == "read") continue;
            SCOPED_TRACE(std::string(row.method) + " " + row.path);
            const auto verdict = judged(row.method, row.path, who);
            EXPECT_EQ(verdict.outcome, Outcome::uncertain);
            if (verdict.clause != ClauseId::not_forwardable) {
                EXPECT_EQ(verdict.clause, clause);
            }
        }
    }
}

TEST(Judge, MfaWithoutIdtypPasses) {
    EXPECT_EQ(judged("PUT", kGroup, caller(IdentityKind::unknown, true, "")).clause,
              ClauseId::user_with_mfa);
    EXPECT_EQ(judged("PUT", kGroup, caller(IdentityKind::user, true, "inferred")).clause,
              ClauseId::user_with_mfa);
}

TEST(Judge, OtherCloudsAreNotEnforced) {
    const auto request = arm::classify("PUT", kGroup, test::arm_rules());
    EXPECT_EQ(judge(request, Cloud::other, kUser, Forwardable::yes).clause, ClauseId::other_cloud);
    EXPECT_EQ(judge(request, Cloud::other, kUser, Forwardable::no).clause,
              ClauseId::not_forwardable);
    EXPECT_EQ(judge(request, Cloud::none, kUser, Forwardable::yes).clause,
              ClauseId::user_without_mfa);
}

TEST(Judge, AMethodThatIsNotForwardableIsNeverARead) {
    const auto request = arm::classify("GET", kGroup, test::arm_rules());
    EXPECT_EQ(judge(request, Cloud::azure_public, kUserWithMfa, Forwardable::no).clause,
              ClauseId::not_forwardable);
    const auto other = arm::classify("get", kGroup, test::arm_rules());
    EXPECT_EQ(judge(other, Cloud::azure_public, kUserWithMfa, Forwardable::yes).clause,
              ClauseId::not_forwardable);
}

/// Paths made of pieces that matter to the classifier, joined in every odd way.
std::string random_path(std::mt19937& random) {
    static const std::vector<std::string> kPieces = {"subscriptions",
                                                     "s",
                                                     "resourceGroups",
                                                     "rg",
                                                     "providers",
                                                     "Microsoft.Resources",
                                                     "tags",
                                                     "default",
                                                     "deployments",
                                                     "validate",
                                                     "Microsoft.Billing",
                                                     "Microsoft.KeyVault",
                                                     "vaults",
                                                     "Microsoft.Authorization",
                                                     "locks",
                                                     "Microsoft.Management",
                                                     "managementGroups",
                                                     "batch",
                                                     "..",
                                                     ".",
                                                     "%2e%2e",
                                                     "%2F",
                                                     "",
                                                     "a%20b",
                                                     "%00",
                                                     "\\",
                                                     "Microsoft.Features",
                                                     "features"};
    std::string path;
    const auto count = random() % 14;
    for (unsigned i = 0; i < count; ++i) {
        path += (random() % 12 == 0 ? "%2f" : "/") + kPieces[random() % kPieces.size()];
    }
    return path;
}

TEST(Judge, AWriteByAUserWithoutMfaPassesOnlyByAnExemption) {
    std::mt19937 random(20261124);
    const std::array<const char*, 9> methods{"PUT", "PATCH",  "DELETE", "POST",   "GET",
                                             "put", "DELETE", "HEAD",   "CONNECT"};
    int exempt = 0;
    for (int i = 0; i < 40'000; ++i) {
        const char* method = methods[random() % methods.size()];
        const std::string path = random_path(random);
        const auto verdict = judged(method, path, kUser);
        const auto request = arm::classify(method, path, test::arm_rules());
        if (verdict.outcome != Outcome::pass) continue;
        if (request.request_class == arm::RequestClass::read) continue;
        ASSERT_TRUE(verdict.clause == ClauseId::exempt_type ||
                    verdict.clause == ClauseId::exempt_delete)
            << method << " " << path;
        ASSERT_EQ(path.find(".."), std::string::npos) << path;
        ASSERT_EQ(path.find("%2"), path.find("%20")) << path;
        ++exempt;
    }
    EXPECT_GT(exempt, 0);
}

}  // namespace
}  // namespace armgate::verdict
