// `armgate report TRACE...`: who would fail, through which tool, on what, and what to do next.
#include "core/report/report.hpp"

#include "cli/command.hpp"
#include "cli/options.hpp"

#include <fstream>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace armgate::cli {
namespace {

constexpr const char* kExamples =
    "  armgate report trace.jsonl\n"
    "  armgate report *.jsonl --format json -o report.json\n"
    "  armgate report trace.jsonl --format text --format json -o - -o report.json\n";

// A record is a few KiB; a longer line is not of a trace, and is not kept in memory.
constexpr std::size_t kMaxLineBytes = std::size_t{1024} * 1024;

struct ReportOptions {
    std::vector<std::string> traces;
    std::vector<std::string> formats;
    std::vector<std::string> outputs;
};

Result<void> read_trace(const std::string& path, report::Report& report) {
    std::ifstream file;
    if (path != "-") {
        file.open(path, std::ios::binary);
        if (!file)
            return Error{Errc::input_invalid, "cannot read the trace " + path + "; does it exist?"};
    }
    std::istream& in = path == "-" ? std::cin : file;
    const std::size_t before = report.records();
    std::string line;
    bool empty = true;
    while (std::getline(in, line)) {
        empty = false;
        report.add_line(line.size() > kMaxLineBytes ? "?" : line);
    }
    if (in.bad()) return Error{Errc::file_unreadable, "reading the trace " + path + " failed"};
    if (!empty && report.records() == before) {
        return Error{Errc::input_invalid, path +
                                              " is not a trace: none of its lines is a record of "
                                              "armgate.trace/1. Traces come from 'armgate run' and "
                                              "'armgate proxy --trace FILE'"};
    }
    return {};
}

Result<void> write_report(const std::string& path, const std::string& content) {
    if (path == "-") {
        std::cout << content << std::flush;
        if (std::cout) return {};
        return Error{Errc::file_unwritable, "cannot write to standard output"};
    }
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << content;
    file.close();
    if (file) return {};
    return Error{Errc::file_unwritable, "cannot write the report " + path};
}

int run_report(const ReportOptions& options) {
    if (options.outputs.size() > std::max<std::size_t>(1, options.formats.size())) {
        return fail({Errc::usage, "report: more -o than --format; they go in pairs"});
    }
    const auto rules = verdict::load_rules();
    if (!rules) return fail(rules.error());
    report::Report report;
    for (const std::string& trace : options.traces) {
        if (const auto read = read_trace(trace, report); !read) return fail(read.error());
    }
    std::vector<std::string> formats = options.formats;
    if (formats.empty()) formats.emplace_back("text");
    for (std::size_t i = 0; i < formats.size(); ++i) {
        const std::string output = i < options.outputs.size() ? options.outputs[i] : "-";
        const std::string content =
            formats[i] == "json" ? report.json(*rules) : report.text(*rules);
        if (const auto wrote = write_report(output, content); !wrote) return fail(wrote.error());
    }
    return kSuccess;
}

}  // namespace

void add_report(CLI::App& app, Chosen& chosen) {
    CLI::App* command =
        app.add_subcommand("report", "Who would fail, through which tool, and what to do next");
    const auto options = std::make_shared<ReportOptions>();
    command->add_option("TRACE", options->traces, "Trace files; - for standard input")->required();
    command->add_option("--format", options->formats, "text or json; repeats, in pairs with -o")
        ->check(CLI::IsMember({"text", "json"}))
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command->add_option("-o,--output", options->outputs, "Write to FILE (standard output)")
        ->type_name("FILE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command->footer(help_footer(kExamples));
    command->callback(
        [options, &chosen] { chosen.run = [options] { return run_report(*options); }; });
}

}  // namespace armgate::cli
