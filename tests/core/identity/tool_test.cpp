#include "core/identity/tool.hpp"

#include "core/identity/rules.hpp"

#include <span>
#include <string>

#include <gtest/gtest.h>

namespace armgate::identity {
namespace {

const IdentityRules& rules() {
    static const IdentityRules loaded = load_identity_rules().value();
    return loaded;
}

struct Case {
    std::string user_agent;
    std::string tool;
    std::optional<std::string> version;
    std::optional<bool> meets_minimum = std::nullopt;
};

void expect_all(std::span<const Case> cases) {
    for (const Case& c : cases) {
        SCOPED_TRACE(c.user_agent.substr(0, 200));
        const Tool tool = identify_tool(c.user_agent, rules());
        EXPECT_EQ(tool.tool, c.tool);
        EXPECT_EQ(tool.version, c.version);
        EXPECT_EQ(tool.meets_minimum, c.meets_minimum);
    }
}

TEST(Tool, AzureCliIsFoundWhereverItStands) {
    const Case cases[] = {
        {"AZURECLI/2.77.0 (MSI) azsdk-python-core/1.35.0 Python/3.13.7 "
         "(Windows-11-10.0.22631-SP0)",
         "azure-cli", "2.77.0", true},
        {"AZURECLI/2.61.0 (RPM) azsdk-python-core/1.28.0 Python/3.9.19 (Linux-5.15) "
         "cloud-shell/1.0",
         "azure-cli", "2.61.0", false},
        {"AZURECLI/2.45.0 (DEB) azsdk-python-azure-mgmt-resource/22.0.0 Python/3.11.2 (Linux-6.1)",
         "azure-cli", "2.45.0", false},
        {"python/3.12.10 (Windows-11) AZURECLI/2.77.0 (MSI)", "azure-cli", "2.77.0", true},
        {"python/3.11.2 (Linux-6.1) AZURECLI/2.45.0 (DEB)", "azure-cli", "2.45.0", false},
        {"azurecli/2.76.0 CliExtension/containerapp", "azure-cli", "2.76.0", true},
        {"AZURECLI/2.100.0", "azure-cli", "2.100.0", true}};
    expect_all(cases);
}

TEST(Tool, AzurePowerShellCarriesTheVersionOfTheRollup) {
    const Case cases[] = {
        {"AzurePowershell/v15.3.0 PSVersion/v7.5.0 Az.confluent/0.3.0", "azure-powershell",
         "15.3.0", true},
        {"FxVersion/4.8 OSName/Windows OSVersion/10 "
         "Microsoft.Azure.Management.Compute.ComputeManagementClient/14.0.0 "
         "AzurePowershell/v3.6.0.0 PSVersion/v5.1",
         "azure-powershell", "3.6.0.0", false},
        {"AzurePowershell/v14.3.0 PSVersion/v7.4 cloud-shell/1.0", "azure-powershell", "14.3.0",
         true},
        // Written where only modules are installed: the version is not known.
        {"AzurePowershell/v0.0.0 PSVersion/v7.5.0", "azure-powershell", std::nullopt}};
    expect_all(cases);
}

TEST(Tool, ATerraformProviderWinsOverTerraform) {
    const Case cases[] = {
        {"HashiCorp/go-azure-sdk (Go-http-Client/1.1 storage/2023-01-01) HashiCorp "
         "Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-azurerm/4.1.0 "
         "pid-222c6c49-1b0a-5959-a213-6608f9eb8820",
         "terraform-provider-azurerm", "4.1.0"},
        {"Go/go1.19.8 (amd64-linux) go-autorest/v14.2.1 Azure-SDK-For-Go/v66.0.0 "
         "resources/2020-06-01 HashiCorp Terraform/1.11.4 (+https://www.terraform.io) "
         "terraform-provider-azurerm/dev",
         "terraform-provider-azurerm", "dev"},
        {"HashiCorp Terraform/1.11.4 (+https://www.terraform.io) Terraform Plugin SDK/2.8.0 "
         "terraform-provider-azapi/dev pid-222c6c49-1b0a-5959-a213-6608f9eb8820",
         "terraform-provider-azapi", "dev"},
        {"HashiCorp Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-azuread/3.0.2",
         "terraform-provider-azuread", "3.0.2"},
        {"HashiCorp/go-azure-sdk (Go-http-Client/1.1 storageaccounts/2023-01-01) HashiCorp "
         "Terraform/1.11.4 (+https://www.terraform.io)",
         "terraform", "1.11.4"}};
    expect_all(cases);
}

TEST(Tool, AnApplicationWinsOverTheSdkUnderIt) {
    const Case cases[] = {
        {"azsdk-go-armresources/v1.2.0 (go1.24; linux),azdev/1.18.1 (Go go1.24.4; linux/amd64)",
         "azd", "1.18.1", true},
        {"azdev/1.18.0 (Go go1.24.4; linux/amd64) GhActions", "azd", "1.18.0", false},
        {"pulumi-azure-native/3.5. azsdk-go-azcore/v1.17.0 (go1.24; linux)", "pulumi-azure-native",
         "3.5."},
        {"pulumi-azure-native/ azsdk-go-azcore/v1.17.0 (go1.24; linux)", "pulumi-azure-native",
         std::nullopt},
        {"Go/go1.22 go-autorest/v14.2.1 pulumi-azure-native/1.2.3", "pulumi-azure-native", "1.2.3"},
        {"azsdk-python-azure-mgmt-compute/30.0.0 Python/3.11.4 (Linux) Ansible/2.16.3", "ansible",
         "2.16.3"},
        {"bicep/0.30.23.60470 azsdk-net-ResourceManager/1.13.0 (.NET 8.0.8; Linux)", "bicep",
         "0.30.23.60470"}};
    expect_all(cases);
}

TEST(Tool, SdksAreNamedByLanguage) {
    const Case cases[] = {
        {"azsdk-python-azure-mgmt-resource/22.0.0 Python/3.11.2 (Linux)", "azure-sdk-python",
         "22.0.0"},
        {"myapp azsdk-python-core/1.28.0 Python/3.11.4 (Linux)", "azure-sdk-python", "1.28.0",
         false},
        {"azsdk-js-arm-resources/5.2.0 core-rest-pipeline/1.24.0 Node/20.20.2 (Linux 6.1; x64)",
         "azure-sdk-js", "5.2.0"},
        {"azsdk-js-api azsdk-js-arm-compute/23.0.0 core-rest-pipeline/1.24.0 Deno/2.0 (Linux)",
         "azure-sdk-js", "23.0.0"},
        {"myapp azsdk-go-armcompute/v6.1.0 (go1.24.2; Windows_NT) earlier/1.0", "azure-sdk-go",
         "6.1.0"},
        {"azsdk-net-ResourceManager/1.13.0 (.NET Framework 4.8.4420.0; Windows 10.0.19043 )",
         "azure-sdk-net", "1.13.0"},
        {"azsdk-java-azure-resourcemanager/2.40.0 (17.0.10; Linux; 5.15)", "azure-sdk-java",
         "2.40.0"},
        {"azsdk-rust-azure_core/0.21.0 (Linux)", "azure-sdk-rust", "0.21.0"}};
    expect_all(cases);
}

TEST(Tool, WhatNoPatternKnowsGoesByItsFirstProduct) {
    const Case cases[] = {
        {"curl/7.88.1", "curl", "7.88.1"},
        {"node", "node", std::nullopt},
        {"undici", "undici", std::nullopt},
        {"Go-http-client/1.1", "go-http-client", "1.1"},
        {"python-requests/2.32", "python-requests", "2.32"},
        {"PostmanRuntime/7.43.0", "postmanruntime", "7.43.0"},
        {"azmcp/2.0.5.0 azmcp-stdio/2.0.5.0 (.NETCoreApp,Version=v10.0; Debian)", "azmcp",
         "2.0.5.0"},
        {"HashiCorp/go-azure-sdk (Go-http-Client/1.1)", "hashicorp", std::nullopt},
        {"Mozilla/5.0 (X11; Linux x86_64)", "browser", std::nullopt},
        {"", "", std::nullopt},
        {"  ;,() ", "", std::nullopt}};
    expect_all(cases);
}

TEST(Tool, HostileUserAgentsStayBoundedAndMatchNothingTheyOnlyContain) {
    const Case cases[] = {
        {"notAZURECLI/2.77.0", "notazurecli", "2.77.0"},
        {"azsdk-python-/1.0", "azsdk-python-", "1.0"},
        {"AZURECLI", "azurecli", std::nullopt},
        {"AZURECLI/", "azure-cli", std::nullopt},
        {"AZURECLI/dev", "azure-cli", "dev"},
        {"AZURECLI/2.76.0-beta.1", "azure-cli", "2.76.0-beta.1", true},
        {"AZURECLI/2.9.99", "azure-cli", "2.9.99", false},
        {"AZURECLI/2.76", "azure-cli", "2.76", true},
        {"AZURECLI/02.0076.0", "azure-cli", "02.0076.0", true},
        {"AZURECLI/99999999999999999999999.0", "azure-cli", "99999999999999999999999.0", true},
        {std::string(100'000, 'a') + "/1", std::string(64, 'a'), std::nullopt},
        {"curl/" + std::string(100'000, '1'), "curl", std::string(64, '1')},
        {std::string(100'000, ' ') + "AZURECLI/2.77.0", "", std::nullopt}};
    expect_all(cases);
}

TEST(Tool, TheMinimumIsToldWhereThereIsOne) {
    EXPECT_EQ(identify_tool("AZURECLI/2.45.0", rules()).minimum, "2.76.0");
    EXPECT_EQ(identify_tool("AzurePowershell/v1.0.0", rules()).minimum, "14.3.0");
    EXPECT_EQ(identify_tool("azdev/1.0.0", rules()).minimum, "1.18.1");
    EXPECT_EQ(identify_tool("terraform-provider-azurerm/4.1.0", rules()).minimum, std::nullopt);
    EXPECT_EQ(identify_tool("azsdk-python-azure-mgmt-core/1.5.0", rules()).minimum, "1.6.0");
}

}  // namespace
}  // namespace armgate::identity
