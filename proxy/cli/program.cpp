#include "cli/command.hpp"
#include "core/base/redact.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace armgate::cli {
namespace {

/// A slip of the keyboard may put a token where a word is quoted.
std::string shown(const std::string& text) {
    return base::redact_text(text);
}

/// Everything after the first `--` belongs to the child of `run`, unread by our own parser.
std::vector<std::string> split_child(std::vector<std::string>& args) {
    const auto mark = std::find(args.begin(), args.end(), "--");
    if (mark == args.end() || args.empty() || args.front() != "run") return {};
    std::vector<std::string> child(std::next(mark), args.end());
    args.erase(mark, args.end());
    return child;
}

/// Edits (insert, delete, replace, swap of neighbours) that lead from `a` to `b`.
std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::vector<std::size_t>> cost(a.size() + 1,
                                               std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            const std::size_t replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replaced});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[a.size()][b.size()];
}

/// ` Did you mean 'x'?` where one of `known` is near; else empty.
std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
    const std::string* best = nullptr;
    std::size_t least = 3;  // more edits than that is another word
    for (const std::string& candidate : known) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance >= least || distance >= candidate.size()) continue;
        least = distance;
        best = &candidate;
    }
    return best == nullptr ? "" : " Did you mean '" + *best + "'?";
}

int unknown_command(const CLI::App& app, const std::string& word) {
    std::cerr << "armgate: there is no command '" << shown(word) << "'."
              << suggestion(word, command_names(app)) << " Run 'armgate help' for the list.\n";
    return kUsageError;
}

int report_usage(const CLI::App& app, const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    const std::string command = chosen.empty() ? "" : " " + chosen.front()->get_name();
    const auto extras = chosen.empty() ? app.remaining() : chosen.front()->remaining();
    std::cerr << "armgate" << command << ": ";
    if (!extras.empty() && extras.front().starts_with("-")) {
        const std::string word = extras.front().substr(0, extras.front().find('='));
        const CLI::App& owner = chosen.empty() ? app : *chosen.front();
        std::cerr << "there is no option '" << shown(word) << "'."
                  << suggestion(word, option_names(owner)) << "\n";
    } else if (!extras.empty() && !chosen.empty() &&
               !chosen.front()->get_subcommands(nullptr).empty()) {
        std::cerr << "there is no command '" << shown(extras.front()) << "'."
                  << suggestion(extras.front(), command_names(*chosen.front())) << "\n";
    } else {
        std::cerr << shown(error.what()) << "\n";
    }
    std::cerr << "Run 'armgate" << command << " --help' for the options and examples.\n";
    return kUsageError;
}

/// The usage line as it is typed, program first.
class Formatter : public CLI::Formatter {
  public:
    std::string make_usage(const CLI::App* app, std::string) const override {
        std::string path;
        for (const CLI::App* at = app; at != nullptr; at = at->get_parent()) {
            path = at->get_name() + (path.empty() ? "" : " ") + path;
        }
        std::string usage = "Usage: " + path + " [OPTIONS]";
        if (!app->get_subcommands(nullptr).empty()) usage += " COMMAND";
        for (const CLI::Option* option : app->get_options()) {
            if (option->get_positional()) {
                const std::string name = option->get_name(true);
                usage += option->get_required() ? " " + name : " [" + name + "]";
            }
        }
        if (app->get_name() == "run") usage += " -- COMMAND [ARG...]";
        return usage + "\n";
    }
};

}  // namespace

std::vector<std::string> command_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands(nullptr))
        names.push_back(command->get_name());
    return names;
}

std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
}

std::string help_footer(const std::string& examples, const std::string& statuses) {
    return "Examples:\n" + examples +
           "\nExit status:\n  0 success\n  1 runtime error\n  2 wrong usage or invalid input\n" +
           statuses;
}

void add_version(CLI::App& app, Chosen& chosen) {
    CLI::App* command = app.add_subcommand("version", "Print the version");
    command->footer(help_footer("  armgate version\n"));
    command->callback([&chosen] {
        chosen.run = [] {
            std::cout << "armgate " << ARMGATE_VERSION << "\n";
            return kSuccess;
        };
    });
}

void add_help(CLI::App& app, Chosen& chosen) {
    CLI::App* command = app.add_subcommand("help", "Explain a command");
    const auto name = std::make_shared<std::string>();
    command->add_option("command", *name, "The command to explain");
    command->footer(help_footer("  armgate help run\n"));
    command->callback([&app, &chosen, name] {
        chosen.run = [&app, name] {
            if (name->empty()) {
                std::cout << app.help();
                return kSuccess;
            }
            const auto commands = app.get_subcommands(nullptr);
            const auto found = std::find_if(commands.begin(), commands.end(),
                                            [&](const auto* c) { return c->get_name() == *name; });
            if (found == commands.end()) {
                return unknown_command(app, *name);
            }
            std::cout << (*found)->help();
            return kSuccess;
        };
    });
}

int main_program(int argc, char** argv) {
    CLI::App app("armgate: see and rehearse Azure's mandatory MFA at Azure Resource Manager",
                 "armgate");
    app.require_subcommand(1);
    app.formatter(std::make_shared<Formatter>());
    app.footer(
        help_footer("  armgate demo\n"
                    "  armgate run -- az group create -n demo -l westeurope\n"
                    "  armgate run --mode enforce -- terraform apply\n"));
    Chosen chosen;
    for (const auto add :
         {add_run, add_proxy, add_env, add_ca, add_token, add_explain, add_report, add_tenant,
          add_doctor, add_demo, add_completion, add_version, add_help}) {
        add(app, chosen);
    }
    app.set_version_flag("--version", std::string("armgate ") + ARMGATE_VERSION);

    std::vector<std::string> args(argv + 1, argv + argc);
    chosen.child = split_child(args);
    const auto known = command_names(app);
    if (!args.empty() && !args.front().starts_with("-") &&
        std::find(known.begin(), known.end(), args.front()) == known.end()) {
        return unknown_command(app, args.front());
    }
    std::reverse(args.begin(), args.end());  // CLI11 takes its vector from the back
    try {
        app.parse(args);
    } catch (const CLI::CallForHelp&) {
        const auto subcommands = app.get_subcommands();
        std::cout << (subcommands.empty() ? app.help() : subcommands.front()->help());
        return kSuccess;
    } catch (const CLI::CallForVersion& version) {
        std::cout << version.what() << "\n";
        return kSuccess;
    } catch (const CLI::ParseError& error) {
        return report_usage(app, error);
    }
    return chosen.run ? chosen.run() : kUsageError;
}

}  // namespace armgate::cli
