// `--config FILE`: the options by their long names, in one JSON object.
#include "cli/ca_folder.hpp"
#include "cli/options.hpp"
#include "core/base/json.hpp"

#include <fstream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace armgate::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxConfigBytes = std::size_t{1024} * 1024;

Error config_error(const std::string& path, const std::string& what) {
    return {Errc::config_invalid, "config " + path + ": " + what};
}

/// Options that make sense in a file.
bool is_settable(const std::string& name) {
    return name != "config" && name != "help" && name != "print-config";
}

/// The values of `value` as a command line would hold them; nothing where the type does not fit.
std::optional<std::vector<std::string>> as_arguments(const json& value, const CLI::Option& option) {
    const bool is_flag = option.get_expected_min() == 0;
    const bool repeats = option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
    if (is_flag) {
        if (!value.is_boolean()) return std::nullopt;
        return std::vector<std::string>{value.get<bool>() ? "true" : "false"};
    }
    if (value.is_string()) return std::vector<std::string>{value.get<std::string>()};
    if (value.is_number_unsigned()) return std::vector<std::string>{value.dump()};
    if (!repeats || !value.is_array()) return std::nullopt;
    std::vector<std::string> out;
    for (const json& element : value) {
        if (!element.is_string()) return std::nullopt;
        out.push_back(element.get<std::string>());
    }
    return out;
}

std::string expected_form(const CLI::Option& option) {
    if (option.get_expected_min() == 0) return "true or false";
    return option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll
               ? "a string or an array of strings"
               : "a string or a number";
}

/// What an option is set to, or would be: null where that hangs on something else.
json as_json(const CLI::Option& option) {
    if (option.get_expected_min() == 0) return option.count() > 0 && option.as<bool>();
    if (option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll)
        return option.results();
    if (option.count() > 0) return option.results().back();
    const std::string usual = option.get_default_str();
    return usual.empty() ? json() : json(usual);
}

std::string url_of(const io::UpstreamProxy& proxy) {
    const bool is_v6 = proxy.host.find(':') != std::string::npos;
    return "http://" + (is_v6 ? "[" + proxy.host + "]" : proxy.host) + ":" +
           std::to_string(proxy.port);
}

}  // namespace

Result<void> apply_config(CLI::App& app, const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return config_error(path, "cannot be read; does it exist?");
    std::string text(kMaxConfigBytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMaxConfigBytes) return config_error(path, "is larger than 1 MiB");
    const auto parsed = base::parse_json(text, base::kTokenDepth);
    if (!parsed || !parsed->is_object()) {
        return config_error(path,
                            "expected one JSON object without duplicate keys, such as "
                            "{\"mode\": \"enforce\"}");
    }
    for (const auto& [key, value] : parsed->items()) {
        CLI::Option* option = app.get_option_no_throw("--" + key);
        if (option == nullptr || !is_settable(key)) {
            return config_error(path, "unknown key \"" + key +
                                          "\"; keys are the long options of "
                                          "'armgate " +
                                          app.get_name() + " --help' without --");
        }
        if (option->count() > 0) continue;  // the command line wins
        if (value.is_null()) continue;      // as if it were not there
        const auto arguments = as_arguments(value, *option);
        if (!arguments) {
            return config_error(path, "key \"" + key + "\": expected " + expected_form(*option));
        }
        if (arguments->empty()) continue;  // an empty list is what it is without the key
        try {
            for (const std::string& argument : *arguments) option->add_result(argument);
            option->run_callback();
        } catch (const CLI::ParseError& error) {
            return config_error(path, "key \"" + key + "\": " + error.what());
        }
    }
    return {};
}

std::string print_config(const CLI::App& app, const RawOptions& raw, const io::Settings& settings) {
    json out = json::object();
    for (const CLI::Option* option : app.get_options()) {
        const std::string name = option->get_single_name();
        if (is_settable(name) && name != "proxy-auth") out[name] = as_json(*option);
    }
    out["listen"] = describe(settings.listen);
    out["threads"] = settings.threads;
    if (const auto folder = ca_folder(raw.ca_dir)) out["ca-dir"] = *folder;
    out.erase("upstream-proxy");
    const auto& proxy = settings.upstream_proxy;
    if (!proxy) out["upstream-proxy"] = "none";
    if (proxy && !proxy->credentials) out["upstream-proxy"] = url_of(*proxy);
    return out.dump(2, ' ', true, json::error_handler_t::replace);
}

}  // namespace armgate::cli
