#include "cli/command.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace armgate::cli {
namespace {

/// Everything after the first `--` belongs to the child of `run`, unread by our own parser.
std::vector<std::string> split_child(std::vector<std::string>& args) {
    const auto mark = std::find(args.begin(), args.end(), "--");
    if (mark == args.end() || args.empty() || args.front() != "run") return {};
    std::vector<std::string> child(std::next(mark), args.end());
    args.erase(mark, args.end());
    return child;
}

int report_usage(const CLI::App& app, const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    const std::string command = chosen.empty() ? "" : " " + chosen.front()->get_name();
    std::cerr << "armgate" << command << ": " << error.what() << "\n"
              << "Run 'armgate" << command << " --help' for the options and examples.\n";
    return kUsageError;
}

}  // namespace

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
                std::cerr << "armgate help: there is no command '" << *name
                          << "'. Run 'armgate help' for the list.\n";
                return kUsageError;
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
    app.footer(
        help_footer("  armgate demo\n"
                    "  armgate run -- az group create -n demo -l westeurope\n"
                    "  armgate run --mode enforce -- terraform apply\n"));
    Chosen chosen;
    for (const auto add :
         {add_run, add_proxy, add_token, add_explain, add_demo, add_version, add_help}) {
        add(app, chosen);
    }
    app.set_version_flag("--version", std::string("armgate ") + ARMGATE_VERSION);

    std::vector<std::string> args(argv + 1, argv + argc);
    chosen.child = split_child(args);
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
