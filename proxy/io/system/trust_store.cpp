#include "io/system/trust_store.hpp"

#include "certs/bundle.hpp"
#include "certs/files.hpp"
#include "certs/identify.hpp"
#include "certs/x509_parts.hpp"
#include "io/system/bounded_command.hpp"
#include "io/system/temporary_directory.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace armgate::io {
namespace {

constexpr std::chrono::minutes kPatience{3};  // Java's store alone takes seconds
constexpr mode_t kAnchorMode = S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;
constexpr std::size_t kListLimitBytes = 1024UL * 1024;

/// The first line of what a program said, for a message.
std::string first_line(const std::string& output) {
    const std::string line = output.substr(0, output.find('\n'));
    return line.empty() ? "it said nothing" : line;
}

Result<void> run_tool(const StoreChange& change, trust::Words words) {
    const auto program = find_program(words.front(), change.tool_path);
    if (!program) return Error{Errc::system, "the program " + words.front() + " is not there"};
    const std::string name = words.front();
    words.front() = *program;
    BoundedCommand command;
    command.arguments = std::move(words);
    command.environment = {{"PATH", change.tool_path}, {"LC_ALL", "C"}, {"HOME", "/"}};
    command.folder = "/";
    command.limit = kPatience;
    const auto result = run_bounded(command);
    if (!result) return result.error();
    if (result->failure.empty() && !result->timed_out && result->status == 0) return {};
    const std::string how = !result->failure.empty() ? result->failure
                            : result->timed_out      ? "took over three minutes"
                                                     : first_line(result->output);
    return Error{Errc::system, name + " failed: " + how};
}

Result<void> run_removal(const StoreChange& change) {
    trust::Words words = trust::remove_command(change.store, change.file, change.ca_path);
    const auto& list = change.store.remove_list;
    if (!list) return run_tool(change, std::move(words));
    const auto base = certs::read_file(list->base, kListLimitBytes);
    if (!base) return base.error();
    const auto folder = TemporaryDirectory::create();
    if (!folder) return folder.error();
    const std::string text = *base + (base->ends_with('\n') || base->empty() ? "" : "\n") +
                             trust::remove_line(*list, change.file) + "\n";
    if (auto wrote = folder->write("list", text); !wrote) return wrote;
    std::replace(words.begin(), words.end(), std::string("{list}"), folder->path() + "/list");
    return run_tool(change, std::move(words));
}

Result<void> remove_anchor(const StoreChange& change) {
    const std::string path = change.store.folder + "/" + change.file;
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    return Error{Errc::file_unwritable, "cannot remove " + path + ": " + certs::errno_text(errno)};
}

Anchor look_at(const trust::StoreRule& store, const std::string& file) {
    Anchor anchor{file, {}, false};
    const std::string path = store.folder + "/" + file;
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return anchor;
    const auto text = certs::read_file(path, certs::kBundleLimitBytes);
    if (!text) return anchor;
    const certs::X509Handle certificate = certs::parse_certificate(*text);
    (void)certs::drain_errors();
    if (!certificate) return anchor;
    anchor.subject = certs::subject_text(certificate.get());
    const std::string fingerprint = certs::fingerprint_sha256(certificate.get());
    anchor.is_ours = certs::is_armgate_ca(certificate.get()) &&
                     certs::certificate_pem(certificate.get()) == *text &&
                     trust::anchor_name(store, fingerprint) == file;
    return anchor;
}

}  // namespace

trust::SystemFacts look_at_system(const trust::StoreRules& rules) {
    trust::SystemFacts facts;
    utsname names{};
    if (::uname(&names) == 0) facts.system = names.sysname;
    for (const trust::StoreRule& store : rules.stores) {
        for (const std::string& path : store.present) {
            std::error_code ec;
            if (std::filesystem::exists(path, ec)) facts.present.insert(path);
        }
        if (find_program(store.add.front(), rules.tool_path)) {
            facts.programs.insert(store.add.front());
        }
    }
    return facts;
}

std::vector<Anchor> anchors_in(const trust::StoreRule& store) {
    std::vector<Anchor> anchors;
    std::error_code ec;
    for (const auto& entry : std::filesystem::directory_iterator(store.folder, ec)) {
        const std::string file = entry.path().filename().string();
        if (trust::is_anchor_name(store, file)) anchors.push_back(look_at(store, file));
    }
    std::sort(anchors.begin(), anchors.end(),
              [](const Anchor& a, const Anchor& b) { return a.file < b.file; });
    return anchors;
}

Result<void> put_into_store(const StoreChange& change, std::string_view pem) {
    const auto opened = certs::open_folder(change.store.folder);
    if (!opened) return opened.error();
    const certs::Folder folder{opened->get(), change.store.folder};
    if (auto put = certs::replace_file(folder, change.file, pem, kAnchorMode); !put) return put;
    auto taken = run_tool(change, trust::add_command(change.store, change.file, change.ca_path));
    if (taken) return taken;
    const auto undone = take_out_of_store(change);
    return Error{taken.error().code,
                 taken.error().detail +
                     (undone ? "; the CA was taken out again"
                             : "; taking the CA out again failed too: " + undone.error().detail)};
}

Result<void> take_out_of_store(const StoreChange& change) {
    if (auto removed = remove_anchor(change); !removed) return removed;
    return run_removal(change);
}

}  // namespace armgate::io
