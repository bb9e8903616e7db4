#include "core/arm/contents.hpp"

#include "support/arm_rules.hpp"

#include <string>

#include <gtest/gtest.h>

namespace armgate::arm {
namespace {

const std::string kGroup = "/subscriptions/s/resourceGroups/rg";
const std::string kDeployment = kGroup + "/providers/Microsoft.Resources/deployments/d";

Result<Contents> read(std::string_view method,
                      const std::string& path,
                      const std::string& body,
                      std::string_view host = "management.azure.com") {
    const auto request = classify(method, path, test::arm_rules());
    return read_contents({method, path, body, host, Cloud::azure_public}, request,
                         test::arm_rules());
}

/// `METHOD resource_id` of all items, `!` where the body is not read.
std::string listed(const Result<Contents>& contents) {
    if (!contents) return "!";
    std::string out;
    for (const auto& item : contents->items) {
        out += (out.empty() ? "" : "; ") + std::string(item.depth, '>') + item.method + " " +
               item.request.resource_id.value_or("-");
        if (item.inside == Inside::not_read) out += " (not read)";
    }
    return out;
}

std::string deployment(const std::string& resources, const std::string& more = "") {
    return "{properties:{mode:'Incremental',template:{resources:" + resources + more + "}}}";
}

std::string batch(const std::string& items) {
    return R"({"requests":[)" + items + "]}";
}

TEST(Contents, ABatchIsReadItemByItem) {
    const auto contents = read(
        "POST", "/batch",
        batch(R"({"name":"1","httpMethod":"GET","url":"/subscriptions/s/resourceGroups/rg?a=1"},
                 {"name":"2","httpMethod":"PUT","relativeUrl":"/subscriptions/s/resourceGroups/x",
                  "url":"","content":{}},
                 {"name":"3","httpMethod":"DELETE",
                  "url":"https://management.azure.com:443/subscriptions/s?b"},
                 {"name":"4","httpMethod":"POST","url":"https://Westeurope.Management.Azure.com/x",
                  "requestHeaderDetails":{"commandName":"a"}},)"));
    EXPECT_EQ(listed(contents),
              "GET /subscriptions/s/resourceGroups/rg; PUT /subscriptions/s/resourceGroups/x; "
              "DELETE /subscriptions/s; POST -");
    EXPECT_EQ(contents->items[1].name, "2");
    EXPECT_EQ(contents->items[1].request.operation,
              "Microsoft.Resources/subscriptions/resourceGroups/write");
}

TEST(Contents, ABatchThatCannotBeToldIsNotRead) {
    for (
        const char* item :
        {R"({"httpMethod":"GET","url":"/x"})",
         R"({"name":"","httpMethod":"GET","url":"/x"})",
         R"({"name":1,"httpMethod":"GET","url":"/x"})",
         R"({"name":"1","url":"/x"})",
         R"({"name":"1","httpMethod":"get","url":"/x"})",
         R"({"name":"1","httpMethod":"MERGE","url":"/x"})",
         R"({"name":"1","httpMethod":"GET"})",
         R"({"name":"1","httpMethod":"GET","url":"","relativeUrl":""})",
         R"({"name":"1","httpMethod":"GET","url":"/x","relativeUrl":"/y"})",
         R"({"name":"1","httpMethod":"GET","url":"x"})",
         R"({"name":"1","httpMethod":"GET","url":"//x\\y"})",
         R"({"name":"1","httpMethod":"GET","url":"/x#y"})",
         R"({"name":"1","httpMethod":"GET","url":"/x y"})",
         R"({"name":"1","httpMethod":"GET","url":"/x%00"})",
         R"({"name":"1","httpMethod":"GET","url":"/\u00e9"})",
         R"({"name":"1","httpMethod":"GET","url":"http://management.azure.com/x"})",
         R"({"name":"1","httpMethod":"GET","url":"https://graph.microsoft.com/x"})",
         R"({"name":"1","httpMethod":"GET","url":"https://management.azure.com.evil.test/x"})",
         R"({"name":"1","httpMethod":"GET","url":"https://a@management.azure.com/x"})",
         R"({"name":"1","httpMethod":"GET","url":"https://management.azure.com:8443/x"})",
         R"({"name":"1","httpMethod":"GET","url":"https://management.azure.com"})",
         R"({"name":"1","httpMethod":"GET","url":"https://management.usgovcloudapi.net/x"})",
         R"({"name":"1","httpMethod":"GET","url":"/x",
              "requestHeaderDetails":{"Authorization":"Bearer x"}})",
         R"({"name":"1","httpMethod":"GET","url":"/x",
              "requestHeaderDetails":{"x-ms-authorization-auxiliary":"Bearer x"}})",
         R"({"name":"1","httpMethod":"GET","url":"/x",
              "requestHeaderDetails":{"X-HTTP-Method-Override":"PUT"}})",
         R"({"name":"1","httpMethod":"GET","url":"/x","requestHeaderDetails":[]})",
         "1",
         R"({"name":"a","httpMethod":"GET","url":"/x"},{"name":"A","httpMethod":"GET","url":"/y"})"}) {
        SCOPED_TRACE(item);
        EXPECT_EQ(listed(read("POST", "/batch", batch(item))), "!");
    }
    for (const char* body : {"", "[]", "{}", R"({"requests":{}})", R"({"requests":null})", "1"}) {
        SCOPED_TRACE(body);
        EXPECT_EQ(listed(read("POST", "/batch", body)), "!");
    }
    for (const char* path : {"/batch/x", "//batch/../batch", "/x/../batch", "/%62atch"}) {
        SCOPED_TRACE(path);
        EXPECT_EQ(listed(read("POST", path, batch(""))), "!");
    }
    EXPECT_EQ(listed(read("POST", "/batch", batch(""))), "");
}

TEST(Contents, TheHostOfTheBatchIsItsItemsToo) {
    const std::string body =
        batch(R"({"name":"1","httpMethod":"PUT","url":"https://arm.test/subscriptions/s"})");
    EXPECT_EQ(listed(read("POST", "/batch", body)), "!");
    EXPECT_EQ(listed(read("POST", "/batch", body, "arm.test")), "PUT /subscriptions/s");
}

TEST(Contents, WhatABatchCarriesIsReadToo) {
    const std::string vault = R"([{type:'Microsoft.KeyVault/vaults',name:'kv'}])";
    const auto item = [](const std::string& name, const std::string& url, const std::string& body) {
        return "{name:'" + name + "',httpMethod:'PUT',url:'" + url + "',content:" + body + "}";
    };
    const std::string inner = "{name:'i',httpMethod:'POST',url:'/batch',content:" +
                              batch(item("d", kDeployment, deployment(vault))) + "}";
    EXPECT_EQ(listed(read("POST", "/batch",
                          batch(item("a", kDeployment, deployment(vault)) + "," +
                                item("b", kDeployment, "{}") + "," + inner))),
              "PUT " + kDeployment + "; >PUT " + kGroup +
                  "/providers/Microsoft.KeyVault/vaults/kv; " + "PUT " + kDeployment +
                  " (not read); POST -; >PUT " + kDeployment + "; >>PUT " + kGroup +
                  "/providers/Microsoft.KeyVault/vaults/kv");
    const auto tags = read("POST", "/batch",
                           batch("{name:'t',httpMethod:'PATCH',url:'" + kGroup +
                                 "',content:{\"tags\":{}}},"
                                 "{name:'u',httpMethod:'PATCH',url:'" +
                                 kGroup + "',content:{\"tags\":{},a:1}}"));
    ASSERT_TRUE(tags);
    EXPECT_TRUE(tags->items[0].tags_only);
    EXPECT_FALSE(tags->items[1].tags_only);
}

TEST(Contents, ADeploymentThatCannotBeToldIsNotRead) {
    for (const std::string& body :
         {std::string("{}"), std::string("[]"), std::string("{properties:1}"),
          std::string("{properties:{mode:'Incremental'}}"),
          std::string("{properties:{template:'x'}}"), std::string("{properties:{template:{}}}"),
          std::string("{properties:{template:{resources:'[x]'}}}"), deployment("[1]"),
          deployment("[{resources:1}]"),
          std::string("{properties:{template:{resources:[]},templateLink:{uri:'x'}}}"),
          std::string("{properties:{template:{resources:[]}},Properties:{}}"),
          std::string("{properties:{template:{resources:[],Resources:[{}]}}}"),
          "{properties:{template:{resources:[]," + std::string(70, '[') + std::string(70, ']') +
              "}}}",
          deployment("[{type:'Microsoft.A/b',name:'x',copy:{name:'c',count:2001}}]"),
          deployment("[{type:'Microsoft.A/b',name:'x',copy:{name:'c',count:1500}},"
                     "{type:'Microsoft.A/b',name:'x',copy:{name:'c',count:1500}}]"),
          deployment("[]", ",metadata:'" + std::string(kMaxCarried * 600, 'x') + "'")}) {
        SCOPED_TRACE(body.substr(0, 100));
        EXPECT_EQ(listed(read("PUT", kDeployment, body)), "!");
    }
    const std::string nothing = deployment("[]");
    EXPECT_EQ(listed(read("PUT", kDeployment, nothing)), "");
    EXPECT_EQ(listed(read("PATCH", kDeployment, nothing)), "!");
    EXPECT_EQ(listed(read("POST",
                          kGroup + "/x/../providers/Microsoft.Resources/deployments/d/"
                                   "validate",
                          nothing)),
              "!");
}

/// What stands in a body once may be named by all that it carries.
TEST(Contents, ASmallBodyDoesNotBecomeALargeList) {
    const std::string wide(400'000, 'n');
    const auto many = [](const std::string& one) {
        std::string out;
        for (int i = 0; i < 1500; ++i) out += one + ",";
        return "[" + out + "]";
    };
    for (const std::string& resources :
         {"[{type:'Microsoft.A/b',name:'" + wide + "',resources:" + many("{type:'c',name:'x'}") +
              "}]",
          "[{type:'Microsoft.A/b',name:'" + wide +
              "',resources:" + many("{type:'c',name:'x',condition:false}") + "}]",
          "[{type:'Microsoft.A/" + wide + "',name:'x',resources:" + many("{type:'c',name:'x'}") +
              "}]",
          "[{type:'Microsoft.A/" + wide + "',name:'x',copy:{name:'c',count:1500}}]",
          "[{type:'Microsoft.A/b',name:'x',scope:'/" + wide + "',copy:{name:'c',count:1500}}]",
          "[{type:'Microsoft.A/b',name:'x',subscriptionId:'" + wide +
              "',copy:{name:'c',count:1500}}]",
          "{" + wide + ":{type:'Microsoft.A/b',copy:{name:'c',count:1500}}}"}) {
        EXPECT_EQ(listed(read("PUT", kDeployment, deployment(resources))), "!");
    }
    const auto validated = [&](const std::string& type, const std::string& scope) {
        return read("POST", kGroup + "/providers/Microsoft.Resources/validateResources",
                    "{provider:'Microsoft.A',type:'" + type + "',scope:'" + scope +
                        "',resources:" + many("{name:'x'}") + "}");
    };
    EXPECT_EQ(listed(validated(wide, kGroup)), "!");
    EXPECT_EQ(listed(validated("b", "/subscriptions/" + wide)), "!");
    EXPECT_NE(listed(validated("b", kGroup)), "!");
    // As many resources as ARM takes, with the longest of usual names.
    std::string usual;
    for (int i = 0; i < 800; ++i) {
        usual += "{type:'Microsoft.A/b/c',name:'" + std::string(260, 'a') + "/" +
                 std::string(260, 'b') + "'},";
    }
    EXPECT_NE(listed(read("PUT", kDeployment, deployment("[" + usual + "]"))), "!");
}

TEST(Contents, ATypeThatCannotBeReadIsNotGuessed) {
    for (const char* resource :
         {"{name:'a'}", "{type:1,name:'a'}", "{type:'',name:'a'}", "{type:'vaults',name:'a'}",
          "{type:\"[parameters('t')]\",name:'a'}", "{type:'Microsoft.A/b/',name:'a'}",
          "{type:'Microsoft.A//b',name:'a'}", "{type:'Microsoft.Resources/tags/../x',name:'a'}",
          "{type:'Microsoft.Resources/tags?x',name:'a'}",
          "{type:'Microsoft.Graph/x@v1.0',name:'a'}",
          "{type:'Microsoft.Resources/tags',name:'a',extension:'k'}",
          "{type:'Microsoft.A/b/providers/tags',name:\"[x]\"}"}) {
        SCOPED_TRACE(resource);
        EXPECT_EQ(listed(read("PUT", kDeployment, deployment("[" + std::string(resource) + "]"))),
                  "PUT - (not read)");
    }
}

TEST(Contents, ExistingIsKnownAmongSymbolicNamesOnly) {
    const std::string vault = "{existing:true,type:'Microsoft.KeyVault/vaults',name:'kv'}";
    const std::string id = kGroup + "/providers/Microsoft.KeyVault/vaults/kv";
    EXPECT_EQ(listed(read("PUT", kDeployment, deployment("{kv:" + vault + "}"))), "GET " + id);
    EXPECT_EQ(listed(read("PUT", kDeployment, deployment("[" + vault + "]"))), "PUT " + id);
}

TEST(Contents, TagsAloneAreTold) {
    const auto tags_only = [](const char* method, const std::string& path, const char* body) {
        const auto contents = read(method, path, body);
        return contents && contents->tags_only;
    };
    const std::string vault = kGroup + "/providers/Microsoft.KeyVault/vaults/kv";
    EXPECT_TRUE(tags_only("PATCH", vault, R"({"tags":{"a":"b"}})"));
    EXPECT_TRUE(tags_only("PATCH", kGroup, R"({"tags":{}})"));
    EXPECT_FALSE(tags_only("PATCH", vault, R"({"tags":{},"properties":{}})"));
    EXPECT_FALSE(tags_only("PATCH", vault, R"({"properties":{}})"));
    EXPECT_FALSE(tags_only("PATCH", vault, R"({"Tags":{}})"));
    EXPECT_FALSE(tags_only("PATCH", vault, R"({"tags":null})"));
    EXPECT_FALSE(tags_only("PATCH", vault, R"({"tags":[]})"));
    EXPECT_FALSE(tags_only("PATCH", vault, R"({})"));
    EXPECT_FALSE(tags_only("PATCH", vault, R"([{"tags":{}}])"));
    EXPECT_FALSE(tags_only("PATCH", vault, ""));
    EXPECT_FALSE(tags_only("PUT", vault, R"({"tags":{"a":"b"}})"));
    EXPECT_FALSE(tags_only("PATCH", "/x/.." + vault, R"({"tags":{}})"));
    EXPECT_FALSE(tags_only("PATCH", "/elsewhere/x", R"({"tags":{}})"));
}

TEST(Contents, OnlyWhatMayHangOnTheBodyNeedsIt) {
    const auto needed = [](const char* method, const std::string& path) {
        return needs_body(method, classify(method, path, test::arm_rules()));
    };
    EXPECT_TRUE(needed("PUT", kDeployment));
    EXPECT_TRUE(needed("POST", kDeployment + "/whatIf"));
    EXPECT_TRUE(needed("POST", "/batch"));
    EXPECT_TRUE(needed("POST", "/providers/Microsoft.Resources/validateResources"));
    EXPECT_TRUE(needed("PATCH", kGroup));
    EXPECT_FALSE(needed("GET", kDeployment));
    EXPECT_FALSE(needed("DELETE", kDeployment));
    EXPECT_FALSE(needed("PATCH", kDeployment));
    EXPECT_FALSE(needed("POST", kDeployment + "/exportTemplate"));
    EXPECT_FALSE(needed("PUT", kGroup));
    EXPECT_FALSE(needed("POST", "/batch/x"));
}

}  // namespace
}  // namespace armgate::arm
