// `armgate ca show|bundle|rotate`: the persistent CA of `armgate proxy`. `trust` and `untrust` are
// in ca_trust.
#include "certs/authority_files.hpp"
#include "certs/bundle.hpp"
#include "certs/expiry.hpp"
#include "cli/ca_folder.hpp"
#include "cli/ca_trust.hpp"
#include "cli/command.hpp"
#include "cli/options.hpp"
#include "io/system/clock.hpp"

#include <fstream>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace armgate::cli {
namespace {

struct CaOptions {
    RawOptions raw;
    std::string output = "-";
};

Result<certs::Authority> open_existing(const std::string& folder) {
    return certs::open_authority(folder, io::now());
}

void print_authority(const certs::Authority& authority, const std::string& folder) {
    std::cout << "subject      " << authority.subject() << "\n"
              << "fingerprint  SHA-256 " << authority.fingerprint_sha256() << "\n"
              << "valid        " << base::format_rfc3339_seconds(authority.not_before()) << " to "
              << base::format_rfc3339_seconds(authority.not_after()) << "\n"
              << "good for     ";
    for (const std::string& name : authority.permitted_names()) {
        std::cout << (&name == &authority.permitted_names().front() ? "" : ", ") << name;
    }
    std::cout << " (and names below them); nothing else\n"
              << "files        " << folder << "/ca.pem, " << folder << "/bundle.pem\n"
              << "system       " << describe_trust(authority) << "\n";
}

int show(const CaOptions& options) {
    const auto folder = ca_folder(options.raw.ca_dir);
    if (!folder) return fail(folder.error());
    const auto authority = open_existing(*folder);
    if (!authority) return fail(authority.error());
    print_authority(*authority, *folder);
    if (const auto notice = certs::expiry_notice(*authority, io::now())) {
        std::cerr << "armgate: " << *notice << "\n";
    }
    return kSuccess;
}

int bundle(const CaOptions& options) {
    const auto folder = ca_folder(options.raw.ca_dir);
    if (!folder) return fail(folder.error());
    const auto authority = open_existing(*folder);
    if (!authority) return fail(authority.error());
    const auto text = certs::combined_bundle(std::nullopt, *authority);
    if (!text) return fail(text.error());
    if (options.output == "-") {
        std::cout << *text;
        return std::cout.flush() ? kSuccess : kRuntimeError;
    }
    std::ofstream file(options.output, std::ios::binary | std::ios::trunc);
    file << *text;
    file.close();
    if (file) return kSuccess;
    return fail({Errc::file_unwritable, "cannot write the bundle " + options.output});
}

int rotate(const CaOptions& options) {
    const auto folder = ca_folder(options.raw.ca_dir);
    if (!folder) return fail(folder.error());
    const auto foundation = load_foundation(options.raw);
    if (!foundation) return fail(foundation.error());
    const auto names = (*foundation)->hosts.constraint_names();
    const auto authority = certs::replace_authority(*folder, names, io::now());
    if (!authority) return fail(authority.error());
    const auto text = certs::combined_bundle(std::nullopt, *authority);
    if (!text) return fail(text.error());
    if (const auto wrote = certs::write_public_files(*folder, *authority, *text); !wrote) {
        return fail(wrote.error());
    }
    print_authority(*authority, *folder);
    std::cerr
        << "armgate: restart a running 'armgate proxy' and the clients that trusted the old CA\n";
    const std::string left = left_in_store(*authority);
    if (!left.empty()) std::cerr << "armgate: " << left << "\n";
    return kSuccess;
}

CLI::App* add_action(CLI::App& parent, const char* name, const char* what, CaOptions& options) {
    CLI::App* action = parent.add_subcommand(name, what);
    action
        ->add_option("--ca-dir", options.raw.ca_dir, "Folder of the CA ($XDG_CONFIG_HOME/armgate)")
        ->type_name("DIR");
    return action;
}

}  // namespace

void add_ca(CLI::App& app, Chosen& chosen) {
    CLI::App* command =
        app.add_subcommand("ca", "The persistent CA: inspect, export, renew, trust");
    command->require_subcommand(1);
    const auto options = std::make_shared<CaOptions>();
    CLI::App* show_action =
        add_action(*command, "show", "Who it is, how long, for which names", *options);
    show_action->footer(help_footer("  armgate ca show\n"));
    show_action->callback(
        [options, &chosen] { chosen.run = [options] { return show(*options); }; });

    CLI::App* bundle_action =
        add_action(*command, "bundle", "The system's roots and the CA, in one file", *options);
    bundle_action->add_option("-o,--output", options->output, "Write to FILE (standard output)")
        ->type_name("FILE");
    bundle_action->footer(help_footer("  armgate ca bundle -o bundle.pem\n"));
    bundle_action->callback(
        [options, &chosen] { chosen.run = [options] { return bundle(*options); }; });

    CLI::App* rotate_action =
        add_action(*command, "rotate", "Make a new CA in place of the old", *options);
    repeats(rotate_action->add_option("--intercept", options->raw.intercept,
                                      "Let it cover HOST too; *.suffix; repeats"))
        ->type_name("HOST");
    rotate_action->footer(
        help_footer("  armgate ca rotate\n  armgate ca rotate --intercept arm.example.com\n"));
    rotate_action->callback(
        [options, &chosen] { chosen.run = [options] { return rotate(*options); }; });
    add_trust_actions(*command, chosen);
    command->footer(
        help_footer("  armgate ca show\n  armgate ca bundle -o bundle.pem\n  armgate ca rotate\n"
                    "  armgate ca trust --print\n"));
}

}  // namespace armgate::cli
