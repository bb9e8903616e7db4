#include "core/trust/plan.hpp"

#include "core/base/embedded.hpp"
#include "core/base/rule_file.hpp"
#include "core/base/text.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace armgate::trust {
namespace {

using nlohmann::json;

constexpr std::string_view kPrefix = "armgate-";
constexpr std::size_t kDigits = 16;

std::string filled(std::string text, std::string_view place, const std::string& value) {
    const std::size_t at = text.find(place);
    if (at != std::string::npos) text.replace(at, place.size(), value);
    return text;
}

Words filled(const Words& words,
             const StoreRule& store,
             const std::string& file,
             const std::string& ca_path) {
    Words out;
    for (const std::string& word : words) {
        std::string text = filled(word, "{file}", file);
        text = filled(std::move(text), "{path}", store.folder + "/" + file);
        out.push_back(filled(std::move(text), "{ca}", ca_path));
    }
    return out;
}

std::string shell_line(const Words& words) {
    std::string line;
    for (const std::string& word : words) line += (line.empty() ? "" : " ") + shell_word(word);
    return line;
}

StoreRule read_store(base::RuleFile& file, const json& entry) {
    file.expect_keys(entry, "stores",
                     {"id", "name", "system", "present", "folder", "extension", "add", "remove",
                      "remove_list", "source"});
    StoreRule store;
    store.id = file.text(entry, "id");
    store.name = file.text(entry, "name");
    store.system = file.text(entry, "system");
    store.present = file.texts(entry, "present");
    store.add = file.texts(entry, "add");
    store.remove = file.texts(entry, "remove");
    if (store.add.empty() || store.remove.empty()) file.fault(store.id, "lacks a command");
    if (entry.is_object() && entry.contains("folder")) {
        store.folder = file.text(entry, "folder");
        store.extension = file.text(entry, "extension");
    }
    if (entry.is_object() && entry.contains("remove_list")) {
        const json& list = file.object(entry, "remove_list");
        file.expect_keys(list, "remove_list", {"base", "line", "why"});
        store.remove_list = RemoveList{file.text(list, "base"), file.text(list, "line")};
    }
    return store;
}

}  // namespace

Result<StoreRules> load_store_rules() {
    return load_store_rules(base::embedded_rules("trust_stores"));
}

Result<StoreRules> load_store_rules(std::string_view text) {
    base::RuleFile file("trust_stores.json");
    const json rules = file.parse(text);
    file.expect_keys(rules, "trust_stores", {"about", "tool_path", "stores"});
    StoreRules out;
    out.tool_path = file.text(rules, "tool_path");
    for (const json& entry : file.array(rules, "stores")) {
        out.stores.push_back(read_store(file, entry));
    }
    if (file.error()) return *file.error();
    return out;
}

const StoreRule* find_store(const StoreRules& rules, const SystemFacts& facts) {
    const auto fits = [&](const StoreRule& store) {
        const auto is_present = [&](const auto& path) { return facts.present.contains(path); };
        return store.system == facts.system &&
               std::all_of(store.present.begin(), store.present.end(), is_present) &&
               (store.folder.empty() || facts.programs.contains(store.add.front()));
    };
    const auto found = std::find_if(rules.stores.begin(), rules.stores.end(), fits);
    return found == rules.stores.end() ? nullptr : &*found;
}

Error no_store(const StoreRules& rules, const std::string& ca_path) {
    std::string known;
    for (const StoreRule& store : rules.stores) {
        known += (known.empty() ? "" : "; ") + store.name;
    }
    return {Errc::system,
            "this system's trust store is none that armgate knows (" + known + "); add " + ca_path +
                " by your system's own means, or set what 'armgate env' prints instead"};
}

std::string anchor_name(const StoreRule& store, std::string_view fingerprint_sha256) {
    std::string digits;
    for (const char c : fingerprint_sha256) {
        if (c != ':' && digits.size() < kDigits) digits += base::ascii_lower(c);
    }
    return std::string(kPrefix) + digits + store.extension;
}

bool is_anchor_name(const StoreRule& store, std::string_view file) {
    if (file.size() != kPrefix.size() + kDigits + store.extension.size()) return false;
    if (!file.starts_with(kPrefix) || !file.ends_with(store.extension)) return false;
    const std::string_view digits = file.substr(kPrefix.size(), kDigits);
    return std::all_of(digits.begin(), digits.end(),
                       [](char c) { return base::is_digit(c) || (c >= 'a' && c <= 'f'); });
}

Words add_command(const StoreRule& store, const std::string& file, const std::string& ca_path) {
    return filled(store.add, store, file, ca_path);
}

Words remove_command(const StoreRule& store, const std::string& file, const std::string& ca_path) {
    return filled(store.remove, store, file, ca_path);
}

std::string remove_line(const RemoveList& list, const std::string& file) {
    return filled(list.line, "{file}", file);
}

std::vector<std::string> shell_to_trust(const StoreRule& store,
                                        const std::string& file,
                                        const std::string& ca_path) {
    std::vector<std::string> lines;
    if (!store.folder.empty()) {
        lines.push_back(shell_line({"install", "-m", "0644", ca_path, store.folder + "/" + file}));
    }
    lines.push_back(shell_line(add_command(store, file, ca_path)));
    return lines;
}

std::vector<std::string> shell_to_untrust(const StoreRule& store,
                                          const std::string& file,
                                          const std::string& ca_path) {
    std::vector<std::string> lines;
    if (!store.folder.empty()) lines.push_back(shell_line({"rm", store.folder + "/" + file}));
    Words command = remove_command(store, file, ca_path);
    if (store.remove_list) {
        lines.push_back("list=$(mktemp)");
        lines.push_back("{ " + shell_line({"cat", store.remove_list->base}) + "; " +
                        shell_line({"echo", remove_line(*store.remove_list, file)}) +
                        "; } > \"$list\"");
        std::string line = shell_line(command);
        lines.push_back(filled(std::move(line), shell_word("{list}"), "\"$list\""));
        lines.push_back("rm \"$list\"");
        return lines;
    }
    lines.push_back(shell_line(command));
    return lines;
}

std::string shell_word(std::string_view word) {
    const auto is_plain = [](char c) {
        const char lower = base::ascii_lower(c);
        return base::is_digit(c) || (lower >= 'a' && lower <= 'z') ||
               std::string_view("_-./:=@%+,").find(c) != std::string_view::npos;
    };
    if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return std::string(word);
    std::string quoted = "'";
    for (const char c : word) {
        if (c == '\'') {
            quoted += "'\\''";
        } else {
            quoted += c;
        }
    }
    return quoted + "'";
}

}  // namespace armgate::trust
