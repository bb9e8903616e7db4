#include "core/doctor/render.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace armgate::doctor {
namespace {

using Json = nlohmann::ordered_json;

std::ptrdiff_t count(const std::vector<Finding>& findings, State state) {
    return std::count_if(findings.begin(), findings.end(),
                         [state](const Finding& finding) { return finding.state == state; });
}

std::string title(const Finding& finding) {
    return finding.name + (finding.version.empty() ? "" : " " + finding.version);
}

std::string said(const Finding& finding) {
    switch (finding.state) {
        case State::ok:
            return "ok: " + finding.detail;
        case State::failed:
            return "no: " + finding.detail;
        case State::not_probed:
            return "--: found, not probed: " + finding.detail;
        case State::not_installed:
            break;
    }
    return {};
}

Json text_or_null(std::string_view text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

Json to_json(const Finding& finding) {
    Json out;
    out["id"] = finding.id;
    out["program"] = finding.program;
    out["version"] = text_or_null(finding.version);
    out["state"] = state_name(finding.state);
    out["cause"] = text_or_null(cause_name(finding.cause));
    out["variable"] = text_or_null(finding.variable);
    out["detail"] = finding.detail;
    out["seconds"] = static_cast<double>(finding.took.count()) / 1000.0;
    return out;
}

}  // namespace

std::string render_text(const std::vector<Finding>& findings) {
    std::size_t width = 0;
    std::string missing;
    for (const Finding& finding : findings) {
        if (finding.state == State::not_installed) {
            missing += (missing.empty() ? "" : ", ") + finding.name;
        } else {
            width = std::max(width, title(finding).size());
        }
    }
    std::string out;
    for (const Finding& finding : findings) {
        if (finding.state == State::not_installed) continue;
        std::string name = title(finding);
        name.resize(width, ' ');
        out += name + "  " + said(finding) + "\n";
    }
    if (!missing.empty()) out += "not installed: " + missing + "\n";
    out += std::to_string(count(findings, State::ok)) + " ok, " +
           std::to_string(count(findings, State::failed)) + " to mend, " +
           std::to_string(count(findings, State::not_probed)) + " not probed\n";
    return out;
}

std::string render_json(const std::vector<Finding>& findings) {
    Json out;
    out["ok"] = count(findings, State::ok);
    out["failed"] = count(findings, State::failed);
    out["not_probed"] = count(findings, State::not_probed);
    out["not_installed"] = Json::array();
    out["clients"] = Json::array();
    for (const Finding& finding : findings) {
        if (finding.state == State::not_installed) {
            out["not_installed"].push_back(finding.id);
        } else {
            out["clients"].push_back(to_json(finding));
        }
    }
    return out.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace armgate::doctor
