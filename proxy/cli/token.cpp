#include "core/identity/token.hpp"

#include "cli/command.hpp"
#include "cli/token_input.hpp"
#include "core/identity/explain.hpp"
#include "core/identity/identity.hpp"
#include "core/identity/rules.hpp"
#include "io/system/clock.hpp"

#include <array>
#include <iostream>
#include <memory>
#include <unistd.h>

#include <CLI/CLI.hpp>

namespace armgate::cli {
namespace {

enum class Format { text, json };

struct TokenOptions {
    std::string file = "-";
    Format format = Format::text;
};

int fail(const std::string& why, int status) {
    std::cerr << "armgate token: " << why << "\n";
    return status;
}

int explain(const std::string& input, Format format) {
    const auto authorization = identity::find_authorization(input);
    if (!authorization) return fail(authorization.error().detail, kUsageError);
    // Asked before `identify`, which folds this into "unusable": here it is wrong input.
    const auto claims = identity::decode_unverified(*authorization);
    if (!claims) return fail("not a token. " + claims.error().detail, kUsageError);
    const auto rules = identity::load_identity_rules();
    if (!rules) return fail(rules.error().detail, kRuntimeError);
    const std::array<std::string_view, 1> fields{*authorization};
    const auto now = io::now();
    const auto who = identity::identify(fields, now, *rules);
    std::cout << (format == Format::json ? identity::explain_identity_json(who)
                                         : identity::explain_identity(who, now));
    std::cout.flush();
    return std::cout ? kSuccess : fail("cannot write to standard output.", kRuntimeError);
}

int run_token(const TokenOptions& options) {
    if (options.file == "-" && isatty(STDIN_FILENO) == 1) {
        std::cerr << "armgate token: reading a token from the terminal; end with Ctrl-D\n";
    }
    const auto input = read_input(options.file, kMaxTokenInputBytes);
    if (input) return explain(*input, options.format);
    // Not named: people paste the token itself where the file belongs.
    const bool pasted = options.file != "-" && input.error().code == Errc::file_unreadable;
    return fail(input.error().detail +
                    (pasted ? " A token itself is not taken as an argument, where other users see "
                              "it: use standard input."
                            : ""),
                kUsageError);
}

}  // namespace

void add_token(CLI::App& app, Chosen& chosen) {
    CLI::App* command = app.add_subcommand(
        "token", "Explain a token: who it is, whether it satisfies MFA, and why");
    const auto options = std::make_shared<TokenOptions>();
    command->add_option("FILE", options->file,
                        "A raw token, 'Bearer ...', or az's JSON; '-' reads standard input (-)");
    command->add_flag_callback(
        "--json", [options] { options->format = Format::json; }, "Print one JSON object");
    // Taken here and refused below, because CLI11's own message would quote them.
    command->allow_extras();
    command->footer(
        help_footer("  az account get-access-token | armgate token\n"
                    "  armgate token saved-token.txt\n"
                    "  armgate token --json < saved-token.txt\n"));
    command->callback([command, options, &chosen] {
        const bool surplus = command->remaining_size() > 0;
        chosen.run = [options, surplus] {
            if (!surplus) return run_token(*options);
            return fail("takes one FILE and --json, nothing else. Run 'armgate token --help'.",
                        kUsageError);
        };
    });
}

}  // namespace armgate::cli
