#include "bench/request.hpp"

#include "bench/connection.hpp"
#include "core/base/text.hpp"

#include <chrono>

#include <nlohmann/json.hpp>

namespace armgate::bench {
namespace {

constexpr std::size_t kSignatureBytes = 256;  // RS256
constexpr const char* kTenant = "99999999-8888-7777-6666-555555555555";
constexpr const char* kGroup =
    "/subscriptions/00000000-1111-2222-3333-444444444444/resourcegroups/bench-group";
constexpr const char* kPath =
    "/subscriptions/00000000-1111-2222-3333-444444444444/resourcegroups/bench-group/providers/"
    "Microsoft.Storage/storageAccounts/benchaccount";

/// The claims of a user's token, v1.0, as az gets it; some 1,400 bytes.
std::string claims(Sender sender) {
    const bool mfa = sender == Sender::with_mfa;
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    const nlohmann::json out{
        {"aud", "https://management.core.windows.net/"},
        {"iss", std::string("https://sts.windows.net/") + kTenant + "/"},
        {"iat", now - 60},
        {"nbf", now - 60},
        {"exp", now + 3600},
        {"acct", 0},
        {"acr", "1"},
        {"acrs", {mfa ? "p1" : "c1"}},
        {"aio", std::string(96, 'a')},
        {"amr", {"pwd", mfa ? "mfa" : "rsa"}},
        {"appid", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"},
        {"appidacr", "0"},
        {"family_name", "Lovelace"},
        {"given_name", "Ada"},
        {"groups",
         {"11111111-2222-3333-4444-555555555501", "11111111-2222-3333-4444-555555555502",
          "11111111-2222-3333-4444-555555555503"}},
        {"idtyp", "user"},
        {"ipaddr", "198.51.100.17"},
        {"name", "Ada Lovelace"},
        {"oid", "cccccccc-0000-0000-0000-000000000001"},
        {"puid", "1003200000000000"},
        {"pwd_url", "https://portal.microsoftonline.com/ChangePassword.aspx"},
        {"rh", "1.AXkA" + std::string(48, 'r') + "."},
        {"scp", "user_impersonation"},
        {"sid", "0022d0a3-0000-1111-2222-333333333333"},
        {"sub", std::string(43, 's')},
        {"tenant_region_scope", "EU"},
        {"tid", kTenant},
        {"unique_name", "ada@example.com"},
        {"upn", "ada@example.com"},
        {"uti", "uti0000000000000000000"},
        {"ver", "1.0"},
        {"wids", {"b79fbf4d-3ef9-4689-8143-76b194e85509"}},
        {"xms_ftd", std::string(43, 'f')},
        {"xms_idrel", "1 2"},
        {"xms_tcdt", 1500000000}};
    return out.dump();
}

std::string token(Sender sender) {
    constexpr std::string_view kHeader =
        R"({"typ":"JWT","alg":"RS256","x5t":"aaaaaaaaaaaaaaaaaaaaaaaaaaa","kid":"aaaaaaaaaaaaaaaaaaaaaaaaaaa"})";
    return base::base64url_encode(kHeader) + "." + base::base64url_encode(claims(sender)) + "." +
           base::base64url_encode(std::string(kSignatureBytes, '\x5A'));
}

std::string common_head(const std::string& method,
                        std::uint16_t port,
                        std::uint64_t bytes,
                        const std::string& path = kPath,
                        Sender sender = Sender::with_mfa) {
    std::string out = method + " " + path + "?api-version=2023-05-01";
    if (bytes > 0) out += "&bytes=" + std::to_string(bytes);
    return out + " HTTP/1.1\r\nHost: " + std::string(kHost) + ":" + std::to_string(port) +
           "\r\nUser-Agent: AZURECLI/2.81.0 azsdk-python-core/1.35.0 Python/3.12.10 "
           "(Linux-6.8-x86_64-with-glibc2.39)\r\nAccept-Encoding: gzip, deflate\r\n"
           "Accept: application/json\r\nConnection: keep-alive\r\n"
           "x-ms-client-request-id: 8f6c6f3e-c9f1-11f0-8de9-0242ac120002\r\n"
           "CommandName: storage account show\r\nParameterSetName: --name --resource-group\r\n"
           "Authorization: Bearer " +
           token(sender) + "\r\n";
}

std::string account(const std::string& number) {
    return R"({"type":"Microsoft.Storage/storageAccounts","apiVersion":"2023-05-01",)"
           R"("name":"[concat(parameters('prefix'), ')" +
           number +
           R"(')]","location":"[resourceGroup().location]","sku":{"name":"Standard_LRS"},)"
           R"("kind":"StorageV2","properties":{"minimumTlsVersion":"TLS1_2",)"
           R"("allowBlobPublicAccess":false,"networkAcls":{"defaultAction":"Deny"}}})";
}

std::string machine(const std::string& number) {
    const std::string nic = R"("[resourceId('Microsoft.Network/networkInterfaces', concat()"
                            R"(parameters('prefix'), 'nic)" +
                            number + R"('))]")";
    return R"({"type":"Microsoft.Compute/virtualMachines","apiVersion":"2023-07-01",)"
           R"("name":"[concat(parameters('prefix'), ')" +
           number + R"(')]","location":"[resourceGroup().location]","dependsOn":[)" + nic +
           R"(],"tags":{"environment":"test","cost-center":"1234"},"properties":{)"
           R"("hardwareProfile":{"vmSize":"Standard_DS1_v2"},"storageProfile":{"imageReference":{)"
           R"("publisher":"Canonical","offer":"0001-com-ubuntu-server-jammy","sku":"22_04-lts-gen2",)"
           R"("version":"latest"},"osDisk":{"createOption":"FromImage","managedDisk":{)"
           R"("storageAccountType":"Premium_LRS"}}},"osProfile":{"computerName":"vm)" +
           number +
           R"(","adminUsername":"azureuser","linuxConfiguration":{)"
           R"("disablePasswordAuthentication":true,"ssh":{"publicKeys":[{)"
           R"("path":"/home/azureuser/.ssh/authorized_keys","keyData":"[parameters('prefix')]"}]}}},)"
           R"("networkProfile":{"networkInterfaces":[{"id":)" +
           nic + "}]}}}";
}

}  // namespace

std::string answer_head(std::uint64_t body_bytes) {
    return "HTTP/1.1 200 OK\r\nCache-Control: no-cache\r\nPragma: no-cache\r\n"
           "Content-Type: application/json; charset=utf-8\r\nExpires: -1\r\n"
           "x-ms-ratelimit-remaining-subscription-reads: 1099\r\n"
           "x-ms-request-id: 5d2b8a5e-5fd7-4b0e-9d5c-2f1f0c6f3a11\r\n"
           "x-ms-correlation-request-id: 5d2b8a5e-5fd7-4b0e-9d5c-2f1f0c6f3a11\r\n"
           "x-ms-routing-request-id: WESTEUROPE:20261125T100000Z:5d2b8a5e-5fd7-4b0e-9d5c\r\n"
           "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"
           "X-Content-Type-Options: nosniff\r\nDate: Wed, 25 Nov 2026 10:00:00 GMT\r\n"
           "Content-Length: " +
           std::to_string(body_bytes) + "\r\n\r\n";
}

std::string get_request(std::uint16_t port, std::uint64_t bytes) {
    return common_head("GET", port, bytes) + "\r\n";
}

std::string put_deployment(std::uint16_t port,
                           std::uint64_t bytes,
                           Sender sender,
                           Resources resources) {
    const std::string path =
        std::string(kGroup) + "/providers/Microsoft.Resources/deployments/bench-deployment";
    std::string list;
    for (std::size_t i = 0; list.size() < bytes; ++i) {
        list += list.empty() ? "" : ",";
        list += resources == Resources::machines ? machine(std::to_string(i))
                                                 : account(std::to_string(i));
    }
    const std::string body = R"({"properties":{"mode":"Incremental","template":{"$schema":)"
                             R"("https://schema.management.azure.com/schemas/2019-04-01/)"
                             R"(deploymentTemplate.json#","contentVersion":"1.0.0.0",)"
                             R"("parameters":{"prefix":{"type":"string","defaultValue":"st"}},)"
                             R"("resources":[)" +
                             list + "]}}}";
    return common_head("PUT", port, 0, path, sender) +
           "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

std::string put_head(std::uint16_t port, std::uint64_t bytes) {
    return common_head("PUT", port, 0) +
           "Content-Type: application/json\r\nContent-Length: " + std::to_string(bytes) +
           "\r\n\r\n";
}

}  // namespace armgate::bench
