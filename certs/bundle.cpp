#include "certs/bundle.hpp"

#include "certs/files.hpp"
#include "core/base/embedded.hpp"
#include "core/base/json.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace armgate::certs {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kDashes = "-----";

bool is_certificate_label(std::string_view label) {
    constexpr std::array<std::string_view, 3> kLabels{"CERTIFICATE", "X509 CERTIFICATE",
                                                      "TRUSTED CERTIFICATE"};
    return std::find(kLabels.begin(), kLabels.end(), label) != kLabels.end();
}

/// Takes one line off the front of `text`, without its line end and trailing blanks.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) {
        line.remove_suffix(1);
    }
    return line;
}

/// The label of a `-----BEGIN label-----` line; empty for any other.
std::string_view begin_label(std::string_view line) {
    if (!line.starts_with(kBegin) || !line.ends_with(kDashes)) return {};
    if (line.size() < kBegin.size() + kDashes.size()) return {};
    return line.substr(kBegin.size(), line.size() - kBegin.size() - kDashes.size());
}

std::vector<std::string> system_candidates() {
    std::vector<std::string> paths;
    const auto rules = base::parse_json(base::embedded_rules("trust"), base::kBodyDepth);
    if (!rules || !rules->contains("system_roots")) return paths;
    for (const auto& path : (*rules)["system_roots"]) {
        if (path.is_string()) paths.push_back(path.get<std::string>());
    }
    return paths;
}

}  // namespace

std::vector<std::string> certificate_blocks(std::string_view text) {
    std::vector<std::string> blocks;
    std::string block;
    std::string end_line;  // empty outside a block
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (const auto label = begin_label(line); !label.empty()) {
            // A block that begins inside another leaves the first one cut: it is dropped.
            block.clear();
            end_line =
                is_certificate_label(label) ? "-----END " + std::string(label) + "-----" : "";
        }
        if (end_line.empty()) continue;
        block.append(line).push_back('\n');
        if (line != end_line) continue;
        blocks.push_back(std::move(block));
        block.clear();
        end_line.clear();
    }
    return blocks;
}

Result<std::string> first_roots_file(const std::vector<std::string>& candidates) {
    for (const std::string& path : candidates) {
        const auto text = read_file(path, kBundleLimitBytes);
        if (text && !certificate_blocks(*text).empty()) return path;
    }
    return Error{Errc::file_unreadable,
                 "The system's trusted roots were not found in any of the known places: install "
                 "the package ca-certificates."};
}

Result<std::string> system_roots_path() {
    return first_roots_file(system_candidates());
}

Result<std::string> combined_bundle(const std::optional<std::string>& user_bundle_path,
                                    const Authority& authority) {
    const auto path =
        user_bundle_path ? Result<std::string>(*user_bundle_path) : system_roots_path();
    if (!path) return path.error();
    const auto text = read_file(*path, kBundleLimitBytes);
    if (!text) return text.error();
    auto blocks = certificate_blocks(*text);
    if (blocks.empty()) {
        return Error{Errc::input_invalid, "The bundle " + *path +
                                              " holds no PEM certificate: name the file that your "
                                              "client trusts, or unset its variable."};
    }
    std::string bundle;
    for (const std::string& block : blocks) bundle += block;
    // A bundle that armgate wrote before already ends with it.
    const std::string own = authority.pem();
    if (std::find(blocks.begin(), blocks.end(), own) == blocks.end()) bundle += own;
    return bundle;
}

}  // namespace armgate::certs
