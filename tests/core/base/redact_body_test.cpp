#include "core/base/redact_body.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace armgate::base {
namespace {

using nlohmann::json;

const BodyRedactionRules& rules() {
    static const BodyRedactionRules kRules = load_body_redaction_rules().value();
    return kRules;
}

std::string redacted(const char* body, std::string_view type = "") {
    return redact_body(json::parse(body), type, rules()).dump();
}

TEST(RedactBody, NamesHideWhatTheyHold) {
    for (const char* name : {"password",
                             "adminPassword",
                             "ADMIN_PASSWORD",
                             "administratorLoginPassword",
                             "secret",
                             "client-secret",
                             "key",
                             "primaryKey",
                             "keys",
                             "key1",
                             "connectionString",
                             "primaryConnectionString",
                             "sasToken",
                             "sas",
                             "accessToken",
                             "token",
                             "privateKey",
                             "customData",
                             "userData",
                             "certificateData",
                             "sharedAccessSignature",
                             "accountKey",
                             "storageAccountAccessKey",
                             "credentials",
                             "servicePrincipalSecret",
                             "apiKey"}) {
        const json body = {{name, "hunter2"}, {"plain", "seen"}};
        const json shown = redact_body(body, "", rules());
        EXPECT_EQ(shown.at(name), kHiddenInBody) << name;
        EXPECT_EQ(shown.at("plain"), "seen");
    }
}

TEST(RedactBody, NamesOfThingsAboutSecretsAreShown) {
    for (const char* name :
         {"keyVaultUri", "keyName", "publicKey", "keyVaultId", "secretName", "secretUri", "keyType",
          "keySize", "partitionKey", "monkeyName", "keyData", "keyVaultSecretId", "location",
          "disablePasswordAuthenticationVersion", "keyVersion"}) {
        EXPECT_EQ(redact_body({{name, "seen"}}, "", rules()).at(name), "seen") << name;
    }
}

TEST(RedactBody, FlagsAreShownAndNumbersAreNot) {
    EXPECT_EQ(redacted(R"({"disablePasswordAuthentication":true,"password":null})"),
              R"({"disablePasswordAuthentication":true,"password":null})");
    EXPECT_EQ(redacted(R"({"password":12345})"), R"({"password":"[redacted]"})");
}

TEST(RedactBody, BelowASecretOnlyNamesAreShown) {
    EXPECT_EQ(redacted(R"({"keys":[{"keyName":"key1","value":"v","permissions":"FULL"}]})"),
              R"({"keys":[{"keyName":"key1","permissions":"FULL","value":"[redacted]"}]})");
    EXPECT_EQ(redacted(R"({"secrets":[{"name":"db","value":"v"}]})"),
              R"({"secrets":[{"name":"db","value":"[redacted]"}]})");
    EXPECT_EQ(redacted(R"({"protectedSettings":{"name":"n","on":true,"deep":[{"x":1}]}})"),
              R"({"protectedSettings":{"deep":[{"x":"[redacted]"}],"name":"[redacted]",)"
              R"("on":"[redacted]"}})");
    EXPECT_EQ(redacted(R"({"permissions":{"keys":["get"],"secrets":["list"]}})"),
              R"({"permissions":{"keys":["get"],"secrets":["list"]}})");
}

TEST(RedactBody, TheNameOfAPairDecidesAboutItsValue) {
    EXPECT_EQ(
        redacted(R"({"env":[{"name":"DB_PASSWORD","value":"x"},{"name":"MODE","value":"a"}]})"),
        R"({"env":[{"name":"DB_PASSWORD","value":"[redacted]"},{"name":"MODE","value":"a"}]})");
    EXPECT_EQ(redacted(R"({"m":[{"key":"arch","value":"x"}]})"),
              R"({"m":[{"key":"arch","value":"x"}]})");
    EXPECT_EQ(redacted(R"({"siteConfig":{"appSettings":[{"name":"MODE","value":"a"}]}})"),
              R"({"siteConfig":{"appSettings":[{"name":"MODE","value":"[redacted]"}]}})");
}

TEST(RedactBody, SecretsAreKnownByTheirLook) {
    const std::string key(44, 'A');
    for (const std::string& value :
         {std::string("eyJhbGciOiJub25lIn0.e30.sig"), std::string("https://h/c?sv=1&SIG=abc"),
          std::string("DefaultEndpointsProtocol=https;AccountKey=abc"), std::string("Bearer abc"),
          std::string("mysql://u:p@h/db"), std::string("x -----BEGIN RSA PRIVATE KEY----- y")}) {
        EXPECT_EQ(redact_body({{"plain", value}}, "", rules()).at("plain"), kHiddenInBody) << value;
        EXPECT_TRUE(looks_secret(value, rules()));
        EXPECT_EQ(shown_name(value, rules()), kHiddenInBody);
    }
    EXPECT_EQ(redact_body({{"keyMaterial", key}}, "", rules()).at("keyMaterial"), kHiddenInBody);
    EXPECT_EQ(redact_body({{"hash", key}}, "", rules()).at("hash"), key);
    for (const char* value : {"https://vault.azure.net/keys/k", "user@example.org",
                              "/subscriptions/s/resourceGroups/rg", "ssh-rsa AAAA user@host"}) {
        EXPECT_FALSE(looks_secret(value, rules())) << value;
    }
}

TEST(RedactBody, SecureParametersAreHiddenByTheirDeclaration) {
    EXPECT_EQ(
        redacted(R"({"properties":{"parameters":{"A":{"value":"x"},"b":{"value":"y"}},
        "template":{"parameters":{"a":{"type":"SecureString","defaultValue":"z"},
        "b":{"type":"string","defaultValue":"y"}}}}})"),
        R"({"properties":{"parameters":{"A":{"value":"[redacted]"},"b":{"value":"y"}},)"
        R"("template":{"parameters":{"a":{"defaultValue":"[redacted]","type":"SecureString"},)"
        R"("b":{"defaultValue":"y","type":"string"}}}}})");
    EXPECT_EQ(redacted(R"({"parameters":{"b":{"value":"y"}},"templateLink":{"uri":"u"}})"),
              R"({"parameters":{"b":{"value":"[redacted]"}},"templateLink":{"uri":"u"}})");
    EXPECT_EQ(redacted(R"({"outputs":{"o":{"type":"SecureObject","value":{"a":"b"}}}})"),
              R"({"outputs":{"o":{"type":"SecureObject","value":{"a":"[redacted]"}}}})");
}

TEST(RedactBody, ATypeMayNameItsOwnSecrets) {
    const char* body = R"({"properties":{"value":"x","contentType":"t"}})";
    EXPECT_EQ(redacted(body, "Microsoft.KeyVault/vaults/secrets"),
              R"({"properties":{"contentType":"t","value":"[redacted]"}})");
    EXPECT_EQ(redacted(body, "Microsoft.Other/things"),
              R"({"properties":{"contentType":"t","value":"x"}})");
    EXPECT_EQ(
        redacted(R"({"properties":{"sslCertificates":[{"name":"c","properties":{"data":"x"}}]}})",
                 "microsoft.network/applicationGateways"),
        R"({"properties":{"sslCertificates":[{"name":"c","properties":{"data":"[redacted]"}}]}})");
}

TEST(RedactBody, AFaultInTheRulesNamesFileAndKey) {
    for (const char* text : {"", "{}", R"({"bodies":{}})", R"({"bodies":[]})"}) {
        const auto parsed = parse_body_redaction_rules(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, Errc::config_invalid);
        EXPECT_THAT(parsed.error().detail, testing::HasSubstr("redaction.json"));
    }
}

}  // namespace
}  // namespace armgate::base
