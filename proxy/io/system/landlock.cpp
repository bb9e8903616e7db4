#include "io/system/landlock.hpp"

#include "certs/files.hpp"

#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace armgate::io {
namespace {

using certs::FileDescriptor;

// Numbers are the same on every architecture of Linux (5.13).
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr unsigned kAskVersion = 1;
constexpr int kPathBeneath = 1;

// include/uapi/linux/landlock.h
constexpr std::uint64_t kExecute = 1U << 0U;
constexpr std::uint64_t kWriteFile = 1U << 1U;
constexpr std::uint64_t kReadFile = 1U << 2U;
constexpr std::uint64_t kReadDir = 1U << 3U;
constexpr std::uint64_t kRemoveDir = 1U << 4U;
constexpr std::uint64_t kRemoveFile = 1U << 5U;
constexpr std::uint64_t kMakeReg = 1U << 8U;
constexpr std::uint64_t kVersion1 = (1U << 13U) - 1;  ///< the rights above and the other kinds made
constexpr std::uint64_t kRefer = 1U << 13U;           ///< from version 2 on
constexpr std::uint64_t kTruncate = 1U << 14U;        ///< 3
constexpr std::uint64_t kIoctlDevice = 1U << 15U;     ///< 5
constexpr std::uint64_t kScopeAll = 3;  ///< 6: abstract sockets of others, signals to others

struct RulesetAttributes {
    std::uint64_t handled_files;
    std::uint64_t handled_network;
    std::uint64_t scoped;
};

struct [[gnu::packed]] PathBeneath {
    std::uint64_t allowed;
    std::int32_t parent;
};

struct Rights {
    std::uint64_t handled = kVersion1;
    std::uint64_t of_files = kExecute | kWriteFile | kReadFile;  ///< that a file itself may have
};

Rights rights_of(int version) {
    Rights rights;
    if (version >= 2) rights.handled |= kRefer;
    if (version >= 3) rights.handled |= kTruncate;
    if (version >= 5) rights.handled |= kIoctlDevice;
    rights.of_files = rights.handled & (kExecute | kWriteFile | kReadFile | kTruncate);
    return rights;
}

/// The kernel takes shorter structures than it knows, and refuses longer ones.
std::size_t attribute_bytes(int version) {
    if (version >= 6) return sizeof(RulesetAttributes);
    return version >= 4 ? 2 * sizeof(std::uint64_t) : sizeof(std::uint64_t);
}

/// A path that is not there needs no rule. False where the kernel refuses the rule.
bool allow(int ruleset, const std::string& path, std::uint64_t wanted, const Rights& rights) {
    const FileDescriptor fd(::open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat info {};
    if (!fd || ::fstat(fd.get(), &info) != 0) return true;
    PathBeneath rule{wanted & rights.handled, fd.get()};
    if (!S_ISDIR(info.st_mode)) rule.allowed &= rights.of_files;
    return ::syscall(kAddRule, ruleset, kPathBeneath, &rule, 0U) == 0;
}

}  // namespace

int restrict_files(const std::vector<std::string>& read, const std::vector<std::string>& write) {
    const long asked = ::syscall(kCreateRuleset, nullptr, std::size_t{0}, kAskVersion);
    if (asked <= 0) return 0;
    const int version = static_cast<int>(asked);
    const Rights rights = rights_of(version);
    const RulesetAttributes attributes{rights.handled, 0, version >= 6 ? kScopeAll : 0};
    const FileDescriptor ruleset(
        static_cast<int>(::syscall(kCreateRuleset, &attributes, attribute_bytes(version), 0U)));
    if (!ruleset) return 0;
    constexpr std::uint64_t kRead = kReadFile | kReadDir;
    constexpr std::uint64_t kWrite =
        kRead | kWriteFile | kMakeReg | kRemoveFile | kRemoveDir | kTruncate | kRefer;
    for (const std::string& path : read) {
        if (!allow(ruleset.get(), path, kRead, rights)) return 0;
    }
    for (const std::string& path : write) {
        if (!allow(ruleset.get(), path, kWrite, rights)) return 0;
    }
    return ::syscall(kRestrictSelf, ruleset.get(), 0U) == 0 ? version : 0;
}

}  // namespace armgate::io
