// `armgate completion SHELL`: completions made from the commands and options that there are.
#include "cli/command.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace armgate::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
    return out;
}

std::vector<std::string> words_of(const CLI::App& app) {
    std::vector<std::string> words = command_names(app);
    const std::vector<std::string> options = option_names(app);
    words.insert(words.end(), options.begin(), options.end());
    return words;
}

std::string bash_completion(const CLI::App& app) {
    std::string out =
        "# armgate completion for bash: source <(armgate completion bash)\n"
        "_armgate() {\n"
        "    local current=${COMP_WORDS[COMP_CWORD]} i\n"
        "    for ((i = 2; i < COMP_CWORD; i++)); do\n"
        "        if [ \"${COMP_WORDS[i]}\" = -- ]; then _command_offset $((i + 1)); return; fi\n"
        "    done\n"
        "    case ${COMP_CWORD}:${COMP_WORDS[1]} in\n"
        "        1:*) COMPREPLY=($(compgen -W '" +
        joined(words_of(app)) + "' -- \"$current\")) ;;\n";
    for (const CLI::App* command : app.get_subcommands(nullptr)) {
        out += "        *:" + command->get_name() + ") COMPREPLY=($(compgen -W '" +
               joined(words_of(*command)) + "' -- \"$current\")) ;;\n";
    }
    return out +
           "    esac\n"
           "    [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$current\"))\n"
           "}\n"
           "complete -F _armgate armgate\n";
}

/// Text between single quotes of zsh and fish.
std::string described(std::string text) {
    for (char& c : text) {
        if (c == '\'' || c == ':' || c == '[' || c == ']') c = ' ';
    }
    return text;
}

std::string zsh_completion(const CLI::App& app) {
    std::string out =
        "#compdef armgate\n"
        "# armgate completion for zsh: armgate completion zsh > \"${fpath[1]}/_armgate\"\n"
        "local -a commands\n"
        "commands=(\n";
    for (const CLI::App* command : app.get_subcommands(nullptr)) {
        out += "    '" + command->get_name() + ":" + described(command->get_description()) + "'\n";
    }
    out +=
        ")\nif (( CURRENT == 2 )); then _describe command commands; return; fi\n"
        "case ${words[2]} in\n";
    for (const CLI::App* command : app.get_subcommands(nullptr)) {
        out +=
            "    " + command->get_name() + ") compadd -- " + joined(words_of(*command)) + " ;;\n";
    }
    return out + "esac\n_files\n";
}

std::string fish_completion(const CLI::App& app) {
    std::string out = "# armgate completion for fish: armgate completion fish | source\n";
    for (const CLI::App* command : app.get_subcommands(nullptr)) {
        const std::string& name = command->get_name();
        out += "complete -c armgate -n __fish_use_subcommand -f -a " + name + " -d '" +
               described(command->get_description()) + "'\n";
        for (const CLI::App* action : command->get_subcommands(nullptr)) {
            out += "complete -c armgate -n '__fish_seen_subcommand_from " + name + "' -f -a " +
                   action->get_name() + " -d '" + described(action->get_description()) + "'\n";
        }
        for (const CLI::Option* option : command->get_options()) {
            for (const std::string& word : option->get_lnames()) {
                out += "complete -c armgate -n '__fish_seen_subcommand_from " + name + "' -l " +
                       word + " -d '" + described(option->get_description()) + "'\n";
            }
        }
    }
    return out;
}

}  // namespace

void add_completion(CLI::App& app, Chosen& chosen) {
    CLI::App* command = app.add_subcommand("completion", "Print completions for a shell");
    const auto shell = std::make_shared<std::string>();
    command->add_option("SHELL", *shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->footer(
        help_footer("  source <(armgate completion bash)\n"
                    "  armgate completion zsh > \"${fpath[1]}/_armgate\"\n"
                    "  armgate completion fish | source\n"));
    command->callback([&app, shell, &chosen] {
        chosen.run = [&app, shell] {
            std::cout << (*shell == "bash"  ? bash_completion(app)
                          : *shell == "zsh" ? zsh_completion(app)
                                            : fish_completion(app));
            return std::cout.flush() ? kSuccess : kRuntimeError;
        };
    });
}

}  // namespace armgate::cli
