#include "core/dryrun/terraform_command.hpp"

#include "core/base/json.hpp"
#include "core/base/text.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace armgate::dryrun {
namespace {

using Words = std::vector<std::string>;

bool has(const Words& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

/// `/usr/bin/Terraform.EXE` is `terraform`.
std::string program_name(std::string_view word) {
    std::string name = base::to_lower(word.substr(word.find_last_of("/\\") + 1));
    constexpr std::string_view kExe = ".exe";
    if (name.ends_with(kExe)) name.resize(name.size() - kExe.size());
    return name;
}

bool is_assignment(std::string_view word) {
    const std::size_t equals = word.find('=');
    return equals != std::string_view::npos && equals > 0 && word.front() != '-';
}

/// True where one of Terraform's programs is a word of `text`, as in `sh -c "cd x && terraform y"`.
bool names_program(std::string_view text, const TerraformRules& rules) {
    constexpr std::string_view kBetween = " \t\n;&|()`'\"{}$=";
    while (!text.empty()) {
        const std::size_t start = text.find_first_not_of(kBetween);
        if (start == std::string_view::npos) return false;
        const std::size_t end = std::min(text.find_first_of(kBetween, start), text.size());
        const std::string name = program_name(text.substr(start, end - start));
        if (has(rules.programs, name) || has(rules.wrapping, name)) return true;
        text.remove_prefix(end);
    }
    return false;
}

TerraformCommand refusal(const Words& words, std::string why) {
    TerraformCommand out;
    out.words = words;
    out.run = TerraformRun::refused;
    out.why = std::move(why);
    return out;
}

/// An option's name and value: `--out=x`, `-out x`, `-json`.
struct Option {
    std::string name;
    std::string prefix;  ///< `--out=`; empty where there is no `=`
    std::optional<std::string> value;
};

std::optional<Option> option_of(const std::string& word) {
    if (word.size() < 2 || word[0] != '-') return std::nullopt;
    const std::size_t start = word[1] == '-' ? 2 : 1;
    const std::size_t equals = word.find('=');
    Option out;
    out.name = word.substr(start, equals == std::string::npos ? equals : equals - start);
    if (equals == std::string::npos) return out;
    out.prefix = word.substr(0, equals + 1);
    out.value = word.substr(equals + 1);
    return out;
}

/// Reads what follows the program's word.
class Reader {
  public:
    Reader(Words words, const TerraformRules& rules) : rules_(rules) {
        out_.words = std::move(words);
    }

    TerraformCommand read() {
        if (!read_globals()) return std::move(out_);
        const TerraformCommandRule rule = take_subcommand();
        out_.run = rule.runs;
        out_.note = rule.note;
        out_.acts = rule.acts;
        if (rule.runs == TerraformRun::refused) {
            out_.why = program() + " " + out_.subcommand + " is not run in dry-run: " + rule.why;
        }
        read_options(rule);
        return std::move(out_);
    }

  private:
    [[nodiscard]] std::string program() const { return program_name(out_.words.front()); }

    /// False where no subcommand comes.
    bool read_globals() {
        constexpr std::string_view kChdir = "-chdir=";
        std::size_t at = 1;
        bool help = false;
        for (; at < out_.words.size() && out_.words[at].starts_with('-'); ++at) {
            const std::string& word = out_.words[at];
            if (word.starts_with(kChdir)) out_.folder = word.substr(kChdir.size());
            const auto option = option_of(word);
            help = help || (option && is_help(*option));
        }
        out_.after_globals = at;
        return at < out_.words.size() && !help;
    }

    static bool is_help(const Option& option) {
        return option.name == "help" || option.name == "h" || option.name == "version" ||
               option.name == "v";
    }

    /// The rule of the longest name that fits; what is not listed works on the copy.
    TerraformCommandRule take_subcommand() {
        const Words& words = out_.words;
        out_.subcommand = words[out_.after_globals];
        first_option_ = out_.after_globals + 1;
        TerraformCommandRule one;
        one.name = out_.subcommand;
        for (const TerraformCommandRule& rule : rules_.commands) {
            if (rule.name == out_.subcommand) one = rule;
        }
        if (first_option_ >= words.size()) return one;
        const std::string both = out_.subcommand + " " + words[first_option_];
        for (const TerraformCommandRule& rule : rules_.commands) {
            if (rule.name != both) continue;
            out_.subcommand = both;
            ++first_option_;
            return rule;
        }
        return one;
    }

    void read_options(const TerraformCommandRule& rule) {
        const Words& words = out_.words;
        for (std::size_t at = first_option_; at < words.size(); ++at) {
            const auto option = option_of(words[at]);
            if (!option) {
                if (rule.plan_argument && !out_.plan) out_.plan = {at, "", words[at]};
                continue;
            }
            if (is_help(*option)) {
                out_.run = TerraformRun::as_is;  // prints its help, whatever else stands there
                out_.why.clear();
                return;
            }
            refuse_option(rule, *option);
            const bool apart =
                !option->value && has(rules_.value_options, option->name) && at + 1 < words.size();
            if (apart) ++at;
            if (apart || option->value) {
                note_file(*option, {at, option->prefix, option->value.value_or(words[at])});
            }
        }
    }

    void refuse_option(const TerraformCommandRule& rule, const Option& option) {
        const auto refused = rule.refused_options.find(option.name);
        if (refused == rule.refused_options.end() || option.value == "false") return;
        out_.run = TerraformRun::refused;
        out_.why = program() + " " + out_.subcommand + " -" + option.name +
                   " is not run in dry-run: " + refused->second;
    }

    void note_file(const Option& option, TerraformFile file) {
        if (has(rules_.state_options, option.name)) out_.state_files.push_back(std::move(file));
        if (has(rules_.out_options, option.name)) out_.out_files.push_back(std::move(file));
    }

    const TerraformRules& rules_;
    TerraformCommand out_;
    std::size_t first_option_ = 0;
};

const nlohmann::json* member(const nlohmann::json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found != object.end() ? &*found : nullptr;
}

std::string text_member(const nlohmann::json& object, const char* name) {
    const auto* value = member(object, name);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

}  // namespace

std::optional<TerraformCommand> read_terraform_command(const Words& words,
                                                       const TerraformRules& rules) {
    std::size_t at = 0;
    std::vector<std::pair<std::string, std::string>> variables;
    if (!words.empty() && program_name(words.front()) == "env") {
        for (at = 1; at < words.size() && is_assignment(words[at]); ++at) {
            const std::size_t equals = words[at].find('=');
            variables.emplace_back(words[at].substr(0, equals), words[at].substr(equals + 1));
        }
    }
    if (at >= words.size()) return std::nullopt;
    const std::string name = program_name(words[at]);
    if (has(rules.programs, name)) {
        TerraformCommand out =
            Reader({words.begin() + static_cast<std::ptrdiff_t>(at), words.end()}, rules).read();
        out.variables = std::move(variables);
        return out;
    }
    if (has(rules.wrapping, name)) {
        return refusal(words, name +
                                  " starts Terraform itself, where no copy of the state can be "
                                  "made for it: rehearse with terraform or tofu directly");
    }
    const std::string starter = program_name(words.front());
    if (!has(rules.starters, starter) && !has(rules.starters, name)) return std::nullopt;
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (!names_program(words[i], rules)) continue;
        return refusal(words, "Terraform behind " + starter +
                                  " cannot be given a copy of its state: start terraform or tofu "
                                  "directly, variables may stand before it as in env NAME=VALUE");
    }
    return std::nullopt;
}

std::optional<std::string> refused_variable(std::string_view name,
                                            std::string_view value,
                                            const TerraformRules& rules) {
    constexpr std::string_view kArguments = "TF_CLI_ARGS";
    if (!name.starts_with(kArguments)) return std::nullopt;
    for (const std::string_view word : base::split(value, ' ')) {
        const std::size_t start = word.find_first_not_of("\"'");
        if (start == std::string_view::npos) continue;
        const auto option = option_of(std::string(word.substr(start)));
        if (!option) continue;
        if (has(rules.state_options, option->name) || has(rules.out_options, option->name)) {
            return std::string(name) + " holds -" + option->name +
                   ", which names a file to be written: write it on the command line instead";
        }
    }
    return std::nullopt;
}

std::vector<std::string> moved_words(const TerraformCommand& command,
                                     const std::string& folder,
                                     const std::vector<TerraformFile>& files) {
    Words words = command.words;
    for (const TerraformFile& file : files) words[file.word] = file.prefix + file.name;
    Words out{words.front(), "-chdir=" + folder};
    for (std::size_t i = 1; i < words.size(); ++i) {
        const bool old_folder = i < command.after_globals && words[i].starts_with("-chdir=");
        if (!old_folder) out.push_back(words[i]);
    }
    return out;
}

Result<TerraformBackend> read_terraform_backend(std::string_view record) {
    const auto root = base::parse_json(record, base::kBodyDepth, base::DuplicateKeys::keep_last);
    if (!root || !root->is_object()) {
        return Error{Errc::input_invalid, "the backend that terraform init recorded is not JSON"};
    }
    TerraformBackend out;
    const auto* backend = member(*root, "backend");
    if (backend == nullptr || backend->is_null()) return out;
    out.type = text_member(*backend, "type");
    const auto* config = member(*backend, "config");
    if (config == nullptr || out.type != "local") return out;
    out.path = text_member(*config, "path");
    out.workspace_dir = text_member(*config, "workspace_dir");
    return out;
}

Result<bool> is_terraform_state(std::string_view text) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return false;
    const auto root = base::parse_json(text, base::kBodyDepth, base::DuplicateKeys::keep_last);
    if (!root || !root->is_object()) {
        return Error{Errc::input_invalid, "what terraform state pull printed is no state"};
    }
    // OpenTofu's encrypted state has no lineage that can be read, but it is a state all the same.
    return !text_member(*root, "lineage").empty() || member(*root, "encrypted_data") != nullptr;
}

TerraformProviders read_terraform_providers(std::string_view lock_file,
                                            const TerraformRules& rules) {
    TerraformProviders out;
    for (const std::string_view line : base::split(lock_file, '\n')) {
        constexpr std::string_view kStart = "provider \"";
        if (!line.starts_with(kStart)) continue;
        const std::string_view address = line.substr(kStart.size());
        const std::string_view whole = address.substr(0, address.find('"'));
        const std::string name = base::to_lower(whole.substr(whole.find('/') + 1));
        if (has(rules.stopped_providers, name)) {
            out.stopped.push_back(name);
        } else if (!has(rules.own_providers, name) && !has(rules.harmless_providers, name)) {
            out.real.push_back(name);
        }
    }
    return out;
}

}  // namespace armgate::dryrun
