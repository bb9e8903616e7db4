// Any bytes as the two sides of a change: every form is printable ASCII, JSON is JSON, a token is
// in none of them. The first line is the resource type, a line `---` stands between the sides.
#include "core/base/json.hpp"
#include "core/base/redact.hpp"
#include "core/dryrun/change.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

armgate::dryrun::Change change_of(std::string_view input) {
    constexpr std::string_view kBetween = "\n---\n";
    const std::size_t line = std::min(input.find('\n'), input.size());
    const std::string_view rest = input.substr(std::min(line + 1, input.size()));
    const std::size_t between = rest.find(kBetween);
    armgate::dryrun::Change out;
    out.kind = armgate::dryrun::ChangeKind::update;
    out.type = input.substr(0, line);
    out.id = "/subscriptions/s/resourceGroups/rg/providers/" + out.type + "/n";
    out.before = std::string(rest.substr(0, between));
    if (between != std::string_view::npos) {
        out.after = std::string(rest.substr(between + kBetween.size()));
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using armgate::dryrun::ChangesFormat;
    static const auto rules = armgate::dryrun::load_change_rules().value();
    armgate::dryrun::Change change = change_of({reinterpret_cast<const char*>(data), size});
    for (int kind = 0; kind < 4; ++kind) {
        change.kind = static_cast<armgate::dryrun::ChangeKind>(kind);
        for (const auto format :
             {ChangesFormat::text, ChangesFormat::json, ChangesFormat::markdown}) {
            const std::string out = armgate::dryrun::render_changes({change}, format, rules);
            for (const char c : out) require(c == '\n' || (c >= 0x20 && c < 0x7F));
            require(!armgate::base::holds_secret(out));
            if (format != ChangesFormat::json) continue;
            // The bodies, deeper by what stands around them.
            require(armgate::base::parse_json(out, armgate::base::kBodyDepth + 8).has_value());
        }
    }
    return 0;
}
