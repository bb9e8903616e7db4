#include "core/verdict/explain.hpp"

#include "cli/command.hpp"
#include "cli/token_input.hpp"
#include "io/system/clock.hpp"

#include <iostream>
#include <memory>
#include <optional>
#include <streambuf>
#include <string>

#include <CLI/CLI.hpp>

namespace armgate::cli {
namespace {

// ARM takes templates of 4 MB; a batch line holds one with JSON escapes around it.
constexpr std::size_t kMaxBodyBytes = std::size_t{4} * 1024 * 1024;
constexpr std::size_t kMaxLineBytes = 2 * kMaxBodyBytes;

struct ExplainOptions {
    std::string method;
    std::string url;
    std::string token;
    std::string body;
    bool json = false;
    bool batch = false;
    bool surplus = false;
};

int fail(const std::string& why, int status = kUsageError) {
    std::cerr << "armgate explain: " << why << "\n";
    return status;
}

enum class Line { whole, too_long, end };

/// The next line without its line feed. What exceeds the limit is read and forgotten.
Line next_line(std::streambuf& in, std::string& line) {
    using Traits = std::streambuf::traits_type;
    line.clear();
    bool too_long = false;
    bool any = false;
    for (auto c = in.sbumpc(); !Traits::eq_int_type(c, Traits::eof()); c = in.sbumpc()) {
        any = true;
        if (c == '\n') break;
        if (line.size() < kMaxLineBytes) {
            line.push_back(Traits::to_char_type(c));
        } else {
            too_long = true;
        }
    }
    if (!any) return Line::end;
    return too_long ? Line::too_long : Line::whole;
}

int run_batch(const verdict::ExplainRules& rules) {
    std::ios::sync_with_stdio(false);
    std::streambuf& in = *std::cin.rdbuf();
    std::string line;
    for (Line got = next_line(in, line); got != Line::end; got = next_line(in, line)) {
        if (got == Line::too_long) {
            std::cout << R"({"error":"The line is too long."})" << '\n';
        } else {
            std::cout << verdict::explain_line(line, io::now(), rules) << '\n';
        }
        // Answered at once to who waits for it, in blocks to who sends many.
        if (in.in_avail() <= 0) std::cout.flush();
        if (!std::cout) break;
    }
    std::cout.flush();
    return std::cout ? kSuccess : fail("cannot write to standard output.", kRuntimeError);
}

int run_single(const ExplainOptions& options, const verdict::ExplainRules& rules) {
    std::optional<std::string> authorization;
    if (!options.token.empty()) {
        auto token = read_token_input(options.token);
        if (!token) return fail("--token: " + token.error().detail);
        authorization = *std::move(token);
    }
    std::optional<std::string> body;
    if (!options.body.empty()) {
        auto read = read_input(options.body, kMaxBodyBytes);
        if (!read) return fail("--body: " + read.error().detail);
        body = *std::move(read);
    }
    const auto explained = verdict::explain_request(
        {options.method, options.url, authorization, body}, io::now(), rules);
    if (!explained) return fail(explained.error().detail);
    if (options.json) {
        std::cout << verdict::explained_json(*explained, rules) << "\n";
    } else {
        std::cout << verdict::explained_text(*explained, rules);
    }
    // In JSON the keys are fixed: why a body was not read goes beside it.
    const std::string& unread = explained->assessment.contents_unread;
    if (options.json && !unread.empty()) std::cerr << "armgate explain: " << unread << "\n";
    std::cout.flush();
    return std::cout ? kSuccess : fail("cannot write to standard output.", kRuntimeError);
}

int run_explain(const ExplainOptions& options) {
    const bool request = !options.method.empty() || !options.url.empty();
    const bool files = !options.token.empty() || !options.body.empty();
    if (options.surplus) {
        return fail("takes one METHOD and one URL. Run 'armgate explain --help'.");
    }
    if (options.batch && (request || files)) {
        return fail("--batch reads its requests from standard input and takes no other.");
    }
    if (!options.batch && (options.method.empty() || options.url.empty())) {
        return fail("METHOD and URL are needed. Run 'armgate explain --help'.");
    }
    if (options.token == "-" && options.body == "-") {
        return fail("--token and --body cannot both be standard input.");
    }
    const auto rules = verdict::load_explain_rules();
    if (!rules) return fail(rules.error().detail, kRuntimeError);
    return options.batch ? run_batch(*rules) : run_single(options, *rules);
}

}  // namespace

void add_explain(CLI::App& app, Chosen& chosen) {
    CLI::App* command =
        app.add_subcommand("explain", "The verdict for one request, without sending it");
    const auto options = std::make_shared<ExplainOptions>();
    command->add_option("METHOD", options->method, "GET, PUT, PATCH, DELETE, POST, HEAD, OPTIONS");
    command->add_option("URL", options->url,
                        "https://..., or a path, which means management.azure.com");
    command->add_option("--token", options->token,
                        "File with the caller's token: raw, 'Bearer ...' or az's JSON; '-' reads "
                        "standard input (no token)");
    command->add_option("--body", options->body,
                        "File with the request's body: deployments, batches and changes of tags "
                        "are judged by it; '-' reads standard input");
    command->add_flag("--json", options->json, "Print one JSON object");
    command->add_flag("--batch", options->batch,
                      R"(Read lines {"method","url","token"?,"body"?} from standard input and )"
                      "write one JSON line each");
    // Taken here and refused later, because CLI11's own message would quote them.
    command->allow_extras();
    command->footer(
        help_footer("  armgate explain GET /subscriptions\n"
                    "  armgate explain PUT /subscriptions/SUB/resourceGroups/demo "
                    "--token token.json\n"
                    "  az account get-access-token | armgate explain --json --token - DELETE "
                    "/subscriptions/SUB/resourceGroups/demo\n"
                    "  armgate explain --batch < requests.jsonl\n"));
    command->callback([command, options, &chosen] {
        options->surplus = command->remaining_size() > 0;
        chosen.run = [options] { return run_explain(*options); };
    });
}

}  // namespace armgate::cli
