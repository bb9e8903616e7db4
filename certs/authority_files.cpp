#include "certs/authority_files.hpp"

#include "certs/files.hpp"
#include "certs/names.hpp"
#include "certs/trust_store.hpp"
#include "certs/x509_parts.hpp"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <optional>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace armgate::certs {
namespace {

constexpr const char* kKeyFile = "ca.key";
constexpr const char* kCertificateFile = "ca.pem";
constexpr const char* kBundleFile = "bundle.pem";
constexpr const char* kStoreFile = "bundle.jks";
constexpr const char* kLockFile = "ca.lock";
constexpr const char* kNewKeyFile = ".ca.key.new";
constexpr const char* kNewCertificateFile = ".ca.pem.new";

constexpr mode_t kKeyMode = S_IRUSR | S_IWUSR;
constexpr mode_t kPublicMode = S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;
constexpr mode_t kOthersCanWrite = S_IWGRP | S_IWOTH;
constexpr mode_t kPermissionBits = 07777;
constexpr std::size_t kFileLimitBytes = 64UL * 1024;

constexpr auto kLockPatience = std::chrono::seconds(10);
constexpr auto kLockPause = std::chrono::milliseconds(10);

Error too_wide(const std::string& what, const std::string& danger, const std::string& remedy) {
    return Error{Errc::permissions_too_wide, what + " " + danger + ": " + remedy + "."};
}

Error invalid(const Folder& folder, const std::string& file, const std::string& why) {
    return Error{Errc::ca_invalid, "The CA in " + folder.path + " cannot be used: " + file + " " +
                                       why +
                                       "; restore the pair ca.key and ca.pem, or run 'armgate ca "
                                       "rotate' to make a new CA."};
}

/// True where a user other than us and root owns it: that user can write it. Root is told nothing,
/// since containers often run as root over a folder of the host's user.
bool owned_by_other(const struct stat& info) {
    return info.st_uid != ::geteuid() && info.st_uid != 0 && ::geteuid() != 0;
}

Result<void> check_folder(const Folder& folder) {
    struct stat info {};
    if (::fstat(folder.fd, &info) != 0) {
        return Error{Errc::file_unreadable, "Cannot read " + folder.path + ": " +
                                                errno_text(errno) + "; check its permissions."};
    }
    if ((info.st_mode & kOthersCanWrite) != 0) {
        return too_wide("The CA's folder " + folder.path, "can be written by others",
                        "run 'chmod go-w " + folder.path + "', or name another --ca-dir");
    }
    if (owned_by_other(info)) {
        return too_wide("The CA's folder " + folder.path, "belongs to another user",
                        "name a folder of your own with --ca-dir");
    }
    return {};
}

enum class Secret { no, yes };

Result<void> check_file(const Folder& folder, const std::string& name, int fd, Secret secret) {
    struct stat info {};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        return invalid(folder, name, "is not a regular file");
    }
    const std::string path = folder.file(name);
    if (owned_by_other(info)) {
        return too_wide(path, "belongs to another user",
                        "make a CA of your own in another --ca-dir");
    }
    if (secret == Secret::yes && (info.st_mode & kPermissionBits & ~kKeyMode) != 0) {
        return too_wide(path, "holds the CA's key and has a mode wider than 0600",
                        "run 'chmod 600 " + path +
                            "'; if others could read it, run 'armgate ca rotate' as well");
    }
    if ((info.st_mode & kOthersCanWrite) != 0) {
        return too_wide(path, "can be written by others", "run 'chmod go-w " + path + "'");
    }
    return {};
}

/// The file's text after its permissions were checked; nothing where it does not exist.
Result<std::optional<std::string>> read_checked(const Folder& folder,
                                                const char* name,
                                                Secret secret) {
    const FileDescriptor fd(
        ::openat(folder.fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd && errno == ENOENT) return std::optional<std::string>();
    if (!fd && errno == ELOOP) return invalid(folder, name, "is a symbolic link");
    if (!fd) {
        return Error{Errc::file_unreadable, "Cannot read " + folder.file(name) + ": " +
                                                errno_text(errno) + "; check its permissions."};
    }
    if (auto checked = check_file(folder, name, fd.get(), secret); !checked) {
        return checked.error();
    }
    auto text = read_all(fd.get(), folder.file(name), kFileLimitBytes);
    if (!text) return text.error();
    return std::optional<std::string>(std::move(*text));
}

Result<void> check_dates(const Folder& folder, const Authority& authority, base::Timestamp now) {
    if (now >= authority.not_after()) {
        return Error{Errc::ca_invalid,
                     "The CA in " + folder.path + " expired on " +
                         base::format_rfc3339_seconds(authority.not_after()) +
                         ": run 'armgate ca rotate', then let clients trust the new one."};
    }
    if (now < authority.not_before()) {
        return Error{Errc::ca_invalid, "The CA in " + folder.path + " is not valid before " +
                                           base::format_rfc3339_seconds(authority.not_before()) +
                                           ": check this machine's clock, else run 'armgate ca "
                                           "rotate'."};
    }
    return {};
}

Result<Authority> load(const Folder& folder,
                       const std::string& key,
                       const std::string& certificate) {
    if (certificate.find("PRIVATE KEY") != std::string::npos) {
        return invalid(folder, kCertificateFile, "holds a private key, and clients read it");
    }
    KeyHandle parsed_key = parse_private_key(key);
    X509Handle parsed_certificate = parse_certificate(certificate);
    (void)drain_errors();
    if (!parsed_key) return invalid(folder, kKeyFile, "holds no whole, unencrypted private key");
    if (!parsed_certificate) return invalid(folder, kCertificateFile, "holds no whole certificate");
    auto authority = Authority::from_pair(std::move(parsed_certificate), std::move(parsed_key));
    if (authority) return authority;
    return invalid(folder, kCertificateFile + std::string(" does not go with ca.key:"),
                   authority.error().detail);
}

/// The pair in the folder; nothing where neither file exists.
Result<std::optional<Authority>> load_pair(const Folder& folder, base::Timestamp now) {
    auto key = read_checked(folder, kKeyFile, Secret::yes);
    if (!key) return key.error();
    auto certificate = read_checked(folder, kCertificateFile, Secret::no);
    if (!certificate) return certificate.error();
    if (!*key && !*certificate) return std::optional<Authority>();
    if (!*key) return invalid(folder, kKeyFile, "is missing beside ca.pem");
    if (!*certificate) return invalid(folder, kCertificateFile, "is missing beside ca.key");
    auto authority = load(folder, **key, **certificate);
    if (!authority) return authority.error();
    if (auto dated = check_dates(folder, *authority, now); !dated) return dated.error();
    return std::optional<Authority>(std::move(*authority));
}

/// Finishes or removes what a start left that was cut short between its two renames. The key is
/// renamed first, so a new certificate that goes with `ca.key` only waits for its own rename.
Result<void> recover(const Folder& folder) {
    const auto certificate = read_checked(folder, kNewCertificateFile, Secret::no);
    const auto key = read_checked(folder, kKeyFile, Secret::yes);
    if (!key) return {};  // load_pair says why; what may be needed once that is mended stays
    if (certificate && *certificate && *key && load(folder, **key, **certificate)) {
        return rename_in(folder, kNewCertificateFile, kCertificateFile);
    }
    ::unlinkat(folder.fd, kNewKeyFile, 0);
    ::unlinkat(folder.fd, kNewCertificateFile, 0);
    return {};
}

/// Both files are on the disk whole before either gets its name: a full disk leaves the old state.
Result<void> store_pair(const Folder& folder, const Authority& authority) {
    const std::string key = private_key_pem(authority.key());
    const std::string certificate = authority.pem();
    if (key.empty() || certificate.empty()) {
        return Error{Errc::system, "The CA could not be written as PEM: " + drain_errors() + "."};
    }
    auto done = write_new_file(folder, kNewKeyFile, key, kKeyMode);
    if (done) done = write_new_file(folder, kNewCertificateFile, certificate, kPublicMode);
    if (!done) {
        ::unlinkat(folder.fd, kNewKeyFile, 0);
        return done;
    }
    done = rename_in(folder, kNewKeyFile, kKeyFile);
    if (done) done = rename_in(folder, kNewCertificateFile, kCertificateFile);
    return done;
}

/// Takes the folder's lock; it is released with the descriptor, also when the process dies. flock
/// on a file rather than on the folder, which NFS refuses.
Result<FileDescriptor> take_lock(const Folder& folder) {
    FileDescriptor fd(::openat(folder.fd, kLockFile, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
                               S_IRUSR | S_IWUSR));
    if (!fd) {
        return Error{Errc::file_unwritable, "Cannot write " + folder.file(kLockFile) + ": " +
                                                errno_text(errno) +
                                                "; check the folder's permissions."};
    }
    const auto deadline = std::chrono::steady_clock::now() + kLockPatience;
    while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        const int code = errno;
        const bool busy = code == EWOULDBLOCK || code == EINTR;
        if (!busy || std::chrono::steady_clock::now() > deadline) {
            return Error{Errc::file_unwritable,
                         "Cannot lock " + folder.file(kLockFile) + ": " + errno_text(code) +
                             "; another armgate may be starting, try again."};
        }
        std::this_thread::sleep_for(kLockPause);
    }
    return fd;
}

Result<Authority> create_in(const Folder& folder,
                            const std::vector<std::string>& names,
                            base::Timestamp now) {
    auto authority = create_authority(names, now);
    if (!authority) return authority;
    if (auto stored = store_pair(folder, *authority); !stored) return stored.error();
    return authority;
}

Result<void> check_coverage(const Folder& folder,
                            const Authority& authority,
                            const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        const std::string_view given = name;
        const std::string_view host = given.starts_with("*.") ? given.substr(2) : given;
        if (!normal_dns_name(host)) {
            return Error{Errc::input_invalid, "The CA in " + folder.path +
                                                  " cannot cover what is not a DNS name; name a "
                                                  "host."};
        }
        if (!authority.covers(host)) {
            std::string text = "The CA in ";
            text.append(folder.path).append(" does not cover ").append(name);
            text.append(": run 'armgate ca rotate --intercept ").append(name);
            text.append("', then let clients trust the new CA.");
            return Error{Errc::ca_does_not_cover, std::move(text)};
        }
    }
    return {};
}

}  // namespace

Result<Authority> open_or_create_authority(const std::string& dir,
                                           const std::vector<std::string>& names,
                                           base::Timestamp now) {
    initialise_openssl();
    if (auto made = make_private_folders(dir); !made) return made.error();
    const auto fd = open_folder(dir);
    if (!fd) return fd.error();
    const Folder folder{fd->get(), dir};
    if (auto checked = check_folder(folder); !checked) return checked.error();
    const auto lock = take_lock(folder);
    if (lock) {
        if (auto recovered = recover(folder); !recovered) return recovered.error();
    }
    auto existing = load_pair(folder, now);
    if (!existing) return existing.error();
    if (!*existing) {
        // A CA in a read-only folder serves; only making one needs the lock.
        if (!lock) return lock.error();
        return create_in(folder, names, now);
    }
    if (auto covered = check_coverage(folder, **existing, names); !covered) return covered.error();
    return std::move(**existing);
}

Result<Authority> open_authority(const std::string& dir, base::Timestamp now) {
    initialise_openssl();
    const auto fd = open_folder(dir);
    if (!fd) return fd.error();
    const Folder folder{fd->get(), dir};
    if (auto checked = check_folder(folder); !checked) return checked.error();
    auto existing = load_pair(folder, now);
    if (!existing) return existing.error();
    if (!*existing) {
        return Error{Errc::file_unreadable,
                     "There is no CA in " + dir + ": start 'armgate proxy' once to make it."};
    }
    return std::move(**existing);
}

Result<Authority> replace_authority(const std::string& dir,
                                    const std::vector<std::string>& names,
                                    base::Timestamp now) {
    initialise_openssl();
    if (auto made = make_private_folders(dir); !made) return made.error();
    const auto fd = open_folder(dir);
    if (!fd) return fd.error();
    const Folder folder{fd->get(), dir};
    if (auto checked = check_folder(folder); !checked) return checked.error();
    const auto lock = take_lock(folder);
    if (!lock) return lock.error();
    return create_in(folder, names, now);
}

Result<void> write_public_files(const std::string& dir,
                                const Authority& authority,
                                const std::string& bundle) {
    initialise_openssl();
    const auto fd = open_folder(dir);
    if (!fd) return fd.error();
    const Folder folder{fd->get(), dir};
    struct stat info {};
    const bool has_pair = ::fstatat(folder.fd, kKeyFile, &info, AT_SYMLINK_NOFOLLOW) == 0;
    if (!has_pair) {
        auto written = replace_file(folder, kCertificateFile, authority.pem(), kPublicMode);
        if (!written) return written;
    }
    const auto store = java_trust_store(bundle, authority);
    if (!store) return store.error();
    auto written = replace_file(folder, kBundleFile, bundle, kPublicMode);
    if (!written) return written;
    return replace_file(folder, kStoreFile, *store, kPublicMode);
}

}  // namespace armgate::certs
