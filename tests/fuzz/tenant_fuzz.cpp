// What ARM may answer to the questions of `armgate tenant`: the same bytes as every answer. Nothing
// may crash, run without end, leave the host or put a control byte into what is shown.
#include "core/tenant/render.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace armgate;

void require(bool condition) {
    if (!condition) std::abort();
}

tenant::Answer ask(unsigned status, std::string_view body) {
    static const tenant::TenantRules rules = *tenant::load_tenant_rules();
    tenant::Inquiry inquiry({"management.azure.com", "11111111-aaaa-4bbb-8ccc-222222222222", ""},
                            rules);
    std::size_t asked = 0;
    while (const auto target = inquiry.next()) {
        require(target->starts_with('/') && target->find_first_of(" \r\n#") == std::string::npos);
        require(++asked <= 5 + tenant::Inquiry::kMaxPages);
        require(inquiry.take(status, body).has_value());
    }
    return {"AzureCloud", "management.azure.com", "t", "a", inquiry.writes(), inquiry.deletes()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    for (const unsigned status : {200U, 404U}) {
        const tenant::Answer answer = ask(status, body);
        for (const std::string& shown : {answer_text(answer), answer_json(answer)}) {
            for (const char c : shown) require(c == '\n' || (c >= 0x20 && c < 0x7F));
        }
    }
    return 0;
}
