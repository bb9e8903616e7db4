#include "cli/ca_trust.hpp"

#include "certs/authority_files.hpp"
#include "certs/bundle.hpp"
#include "certs/files.hpp"
#include "certs/identify.hpp"
#include "certs/x509_parts.hpp"
#include "cli/ca_folder.hpp"
#include "cli/options.hpp"
#include "core/trust/plan.hpp"
#include "io/system/clock.hpp"
#include "io/system/trust_store.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <unistd.h>

#include <CLI/CLI.hpp>

namespace armgate::cli {
namespace {

constexpr std::size_t kCertificateLimitBytes = 64UL * 1024;

struct TrustOptions {
    std::string ca_dir;
    std::string store;  ///< of another system, to print its commands
    bool yes = false;
    bool print = false;
    bool all = false;
};

/// The store of this system, or the one asked for, with the rules it belongs to.
struct System {
    trust::StoreRules rules;
    const trust::StoreRule* store = nullptr;
};

Result<std::unique_ptr<System>> this_system(const TrustOptions& options, const std::string& ca) {
    auto system = std::make_unique<System>();
    auto rules = trust::load_store_rules();
    if (!rules) return rules.error();
    system->rules = std::move(*rules);
    const auto& stores = system->rules.stores;
    if (options.store.empty()) {
        system->store = trust::find_store(system->rules, io::look_at_system(system->rules));
        if (system->store == nullptr) return trust::no_store(system->rules, ca);
        return system;
    }
    if (!options.print) return Error{Errc::usage, "--store is for --print: it changes nothing"};
    const auto named = std::find_if(stores.begin(), stores.end(),
                                    [&](const auto& each) { return each.id == options.store; });
    if (named != stores.end()) {
        system->store = &*named;
        return system;
    }
    std::string known;
    for (const auto& each : stores) known += (known.empty() ? "" : ", ") + each.id;
    return Error{Errc::usage, "--store: there is no such store; known are " + known};
}

/// This system with a store that can be changed from here; nothing elsewhere.
std::unique_ptr<System> changeable_system() {
    auto system = this_system({}, {});
    if (!system || (*system)->store->folder.empty()) return nullptr;
    return std::move(*system);
}

/// ca.pem alone, whatever became of its key or its dates: enough to take it out of a store.
Result<certs::X509Handle> certificate_of(const std::string& ca_path) {
    const auto text = certs::read_file(ca_path, kCertificateLimitBytes);
    if (!text) return text.error();
    certs::X509Handle certificate = certs::parse_certificate(*text);
    (void)certs::drain_errors();
    if (certificate) return certificate;
    return Error{Errc::ca_invalid, ca_path + " holds no whole certificate"};
}

/// True where the file that this system's programs read holds the certificate.
bool is_in_roots(const std::string& pem) {
    const auto path = certs::system_roots_path();
    const auto text = path ? certs::read_file(*path, certs::kBundleLimitBytes)
                           : Result<std::string>(path.error());
    return text && text->find(pem) != std::string::npos;
}

const char* sudo() {
    return ::geteuid() == 0 ? "" : "sudo ";
}

int print_lines(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
        const bool is_of_shell =
            line.starts_with("list=") || line.starts_with("{ ") || line.starts_with("rm \"");
        std::cout << (is_of_shell ? "" : sudo()) << line << "\n";
    }
    return std::cout.flush() ? kSuccess : kRuntimeError;
}

/// macOS: shown, never run.
int show_only(const trust::StoreRule& store, const std::vector<std::string>& lines) {
    std::cerr << "armgate: it does not change the trust store of " << store.name
              << " itself; these commands do:\n";
    return print_lines(lines);
}

/// What has to be typed to do this as root, with the folder that root would not find.
std::string as_root(const char* action, const std::string& folder, const TrustOptions& options) {
    std::error_code ec;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", ec);
    const auto whole = std::filesystem::absolute(folder, ec);
    return "sudo " + trust::shell_word(ec ? "armgate" : self.string()) + " ca " + action +
           " --ca-dir " + trust::shell_word(ec ? folder : whole.string()) +
           (options.all ? " --all" : "") + (options.yes ? " --yes" : "");
}

/// Asks on a terminal; elsewhere only --yes is an answer.
Result<void> consent(const char* action, const std::string& folder, const TrustOptions& options) {
    if (::geteuid() != 0) {
        return Error{Errc::system, std::string("nothing was changed: the system's store belongs to "
                                               "root; run: ") +
                                       as_root(action, folder, options)};
    }
    if (options.yes) return {};
    if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1) {
        return Error{Errc::usage, std::string("nothing was changed: without a terminal to ask on, "
                                              "ca ") +
                                      action + " needs --yes; --print shows the commands"};
    }
    std::cerr << "Go on? [y/N] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (answer == "y" || answer == "Y" || answer == "yes") return {};
    return Error{Errc::system, "nothing was changed"};
}

void say_step(const std::string& step) {
    std::cerr << "  " << step << "\n";
}

std::string names_of(const certs::Authority& authority) {
    std::string text;
    for (const auto& name : authority.permitted_names()) text += (text.empty() ? "" : ", ") + name;
    return text;
}

void announce_trust(const trust::StoreRule& store,
                    const certs::Authority& authority,
                    const std::string& anchor,
                    const std::string& command) {
    std::cerr << "armgate: this lets every program of this machine that uses the system's trust "
                 "store\n("
              << store.name << ") take servers with a certificate of this CA for:\n";
    say_step(names_of(authority) + " (and names below them); nothing else");
    std::cerr << "It will\n";
    say_step("put the CA's certificate into " + anchor);
    say_step("run " + command);
    std::cerr << "'armgate ca untrust' undoes it. Programs with a store of their own (az, Python's "
                 "requests,\nNode, Firefox) still need what 'armgate env' prints.\n";
}

int put_in(const io::StoreChange& change, const certs::Authority& authority) {
    if (const auto put = io::put_into_store(change, authority.pem()); !put) {
        return fail(put.error());
    }
    if (!is_in_roots(authority.pem())) {
        return fail({Errc::system, change.store.folder + "/" + change.file + " is there and " +
                                       change.store.add.front() +
                                       " was run, but the system's roots do not hold the CA; "
                                       "'armgate ca untrust' takes it out again"});
    }
    std::cerr << "armgate: the system trusts " << authority.subject() << "\n";
    return kSuccess;
}

int trust_ca(const TrustOptions& options) {
    const auto folder = ca_folder(options.ca_dir);
    if (!folder) return fail(folder.error());
    const auto authority = certs::open_authority(*folder, io::now());
    if (!authority) return fail(authority.error());
    const std::string ca = *folder + "/ca.pem";
    const auto system = this_system(options, ca);
    if (!system) return fail(system.error());
    const trust::StoreRule& store = *(*system)->store;
    const std::string file = trust::anchor_name(store, authority->fingerprint_sha256());
    const auto lines = trust::shell_to_trust(store, file, ca);
    if (options.print) return print_lines(lines);
    if (store.folder.empty()) return show_only(store, lines);
    const std::string anchor = store.folder + "/" + file;
    if (certs::read_file(anchor, kCertificateLimitBytes).has_value() &&
        is_in_roots(authority->pem())) {
        std::cerr << "armgate: the system trusts this CA already: " << anchor << "\n";
        return kSuccess;
    }
    announce_trust(store, *authority, anchor, lines.back());
    if (const auto agreed = consent("trust", *folder, options); !agreed) {
        return fail(agreed.error());
    }
    return put_in({store, (*system)->rules.tool_path, file, ca}, *authority);
}

/// What is to be taken out: the CA of the folder, or with --all each of armgate's.
Result<std::vector<std::string>> chosen_anchors(const TrustOptions& options,
                                                const trust::StoreRule& store,
                                                const std::vector<io::Anchor>& anchors,
                                                const std::string& ca) {
    std::vector<std::string> files;
    if (options.all) {
        for (const io::Anchor& each : anchors) {
            if (each.is_ours) files.push_back(each.file);
        }
        return files;
    }
    const auto certificate = certificate_of(ca);
    if (!certificate) {
        if (anchors.empty()) return files;
        return Error{certificate.error().code,
                     certificate.error().detail +
                         ", so it cannot be told which CA to take out; --all takes out every one "
                         "of armgate's"};
    }
    const std::string file =
        trust::anchor_name(store, certs::fingerprint_sha256(certificate->get()));
    const auto found = std::find_if(anchors.begin(), anchors.end(),
                                    [&](const io::Anchor& each) { return each.file == file; });
    if (found == anchors.end()) return files;
    if (!found->is_ours) {
        return Error{Errc::input_invalid, store.folder + "/" + file +
                                              " does not hold what armgate put there; look at it "
                                              "and remove it yourself"};
    }
    files.push_back(file);
    return files;
}

void say_what_stays(const trust::StoreRule& store,
                    const std::vector<io::Anchor>& anchors,
                    const std::vector<std::string>& taken) {
    for (const io::Anchor& each : anchors) {
        if (std::find(taken.begin(), taken.end(), each.file) != taken.end()) continue;
        std::cerr << "armgate: left where it is: " << store.folder << "/" << each.file << " ("
                  << (each.is_ours ? each.subject + "; --all takes it out too"
                                   : std::string("not as armgate wrote it"))
                  << ")\n";
    }
}

int take_out(const System& system, const std::vector<std::string>& files, const std::string& ca) {
    for (const std::string& file : files) {
        const io::StoreChange change{*system.store, system.rules.tool_path, file, ca};
        const auto pem =
            certs::read_file(system.store->folder + "/" + file, kCertificateLimitBytes);
        if (const auto gone = io::take_out_of_store(change); !gone) return fail(gone.error());
        if (pem && is_in_roots(*pem)) {
            return fail({Errc::system, file + " is removed, but the system's roots still hold that "
                                              "CA; something else put it there as well"});
        }
        std::cerr << "armgate: the system does not trust it any more: " << file << " is gone\n";
    }
    return kSuccess;
}

int print_untrust(const trust::StoreRule& store,
                  const std::vector<std::string>& files,
                  const std::string& ca) {
    for (const auto& file : files) print_lines(trust::shell_to_untrust(store, file, ca));
    if (files.empty()) std::cerr << "armgate: nothing to do: the store holds no such CA\n";
    return kSuccess;
}

void announce_untrust(const trust::StoreRule& store, const std::vector<std::string>& files) {
    std::cerr << "armgate: this takes out of the system's trust store (" << store.name << ")\n";
    for (const auto& file : files) say_step(store.folder + "/" + file);
    std::cerr << "and runs " << store.remove.front() << ".\n";
}

int untrust_ca(const TrustOptions& options) {
    const auto folder = ca_folder(options.ca_dir);
    if (!folder) return fail(folder.error());
    const std::string ca = *folder + "/ca.pem";
    const auto system = this_system(options, ca);
    if (!system) return fail(system.error());
    const trust::StoreRule& store = *(*system)->store;
    if (store.folder.empty()) {
        const auto lines = trust::shell_to_untrust(store, {}, ca);
        return options.print ? print_lines(lines) : show_only(store, lines);
    }
    const auto anchors = io::anchors_in(store);
    const auto files = chosen_anchors(options, store, anchors, ca);
    if (!files) return fail(files.error());
    if (options.print) return print_untrust(store, *files, ca);
    say_what_stays(store, anchors, *files);
    if (files->empty()) {
        std::cerr << "armgate: nothing to do: the system's store (" << store.name
                  << ") does not hold " << (options.all ? "a CA of armgate's" : "this CA") << "\n";
        return kSuccess;
    }
    announce_untrust(store, *files);
    if (const auto agreed = consent("untrust", *folder, options); !agreed) {
        return fail(agreed.error());
    }
    return take_out(**system, *files, ca);
}

CLI::App* add_action(CLI::App& parent, const char* name, const char* what, TrustOptions& options) {
    CLI::App* action = parent.add_subcommand(name, what);
    action->add_option("--ca-dir", options.ca_dir, "Folder of the CA ($XDG_CONFIG_HOME/armgate)")
        ->type_name("DIR");
    action->add_flag("-y,--yes", options.yes, "Do not ask");
    action->add_flag("--print", options.print, "Print the commands and change nothing");
    action->add_option("--store", options.store, "With --print: as on another system, e.g. macos")
        ->type_name("ID");
    return action;
}

}  // namespace

std::string describe_trust(const certs::Authority& authority) {
    const auto system = changeable_system();
    if (system == nullptr) return "cannot be told on this system";
    const trust::StoreRule& store = *system->store;
    const std::string file = trust::anchor_name(store, authority.fingerprint_sha256());
    const auto anchors = io::anchors_in(store);
    const bool is_there = std::any_of(anchors.begin(), anchors.end(),
                                      [&](const auto& each) { return each.file == file; });
    return is_there ? "trusts it: " + store.folder + "/" + file
                    : "does not trust it ('armgate ca trust' changes that)";
}

std::string left_in_store(const certs::Authority& authority) {
    const auto system = changeable_system();
    if (system == nullptr) return {};
    const trust::StoreRule& store = *system->store;
    const std::string file = trust::anchor_name(store, authority.fingerprint_sha256());
    for (const io::Anchor& each : io::anchors_in(store)) {
        if (!each.is_ours || each.file == file) continue;
        return "the system still trusts " + each.subject + " (" + store.folder + "/" + each.file +
               "): 'armgate ca untrust --all' takes every CA of armgate's out, 'armgate ca trust' "
               "puts this one in";
    }
    return {};
}

void add_trust_actions(CLI::App& ca, Chosen& chosen) {
    const auto options = std::make_shared<TrustOptions>();
    CLI::App* trust =
        add_action(ca, "trust", "Let the whole system trust the CA; asks first", *options);
    trust->footer(
        help_footer("  armgate ca trust --print\n  sudo armgate ca trust --ca-dir "
                    "~/.config/armgate\n"));
    trust->callback([options, &chosen] { chosen.run = [options] { return trust_ca(*options); }; });
    CLI::App* untrust = add_action(ca, "untrust", "Undo 'ca trust' exactly; asks first", *options);
    untrust->add_flag("--all", options->all, "Every CA of armgate's, whoever put it there");
    untrust->footer(
        help_footer("  sudo armgate ca untrust --ca-dir ~/.config/armgate\n"
                    "  sudo armgate ca untrust --all --yes\n"));
    untrust->callback(
        [options, &chosen] { chosen.run = [options] { return untrust_ca(*options); }; });
}

}  // namespace armgate::cli
