#include "io/system/system_calls.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

namespace armgate::io {
namespace {

constexpr std::array kDenied{
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_setns,
    SYS_unshare,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
};

#if defined(__x86_64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
constexpr unsigned kOtherNumbers = 0x40000000U;  // x32: the same calls under other numbers
#elif defined(__aarch64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
constexpr unsigned kOtherNumbers = 0xFFFFFFFFU;
#else
constexpr unsigned kArchitecture = 0;
constexpr unsigned kOtherNumbers = 0;
#endif

constexpr sock_filter step(unsigned code, unsigned value) {
    return {static_cast<unsigned short>(code), 0, 0, value};
}

/// Goes on `if_true` or `if_false` steps further.
constexpr sock_filter jump(unsigned code,
                           unsigned value,
                           unsigned char if_true,
                           unsigned char if_false) {
    return {static_cast<unsigned short>(code), if_true, if_false, value};
}

constexpr std::size_t kHead = 4;
constexpr std::size_t kSteps = kHead + kDenied.size() + 2;

/// Another architecture's call, or one under x32's numbers, is denied like those of the list.
constexpr std::array<sock_filter, kSteps> make_filter() {
    constexpr unsigned kLoad = BPF_LD | BPF_W | BPF_ABS;
    constexpr unsigned kEqual = BPF_JMP | BPF_JEQ | BPF_K;
    constexpr unsigned kAtLeast = BPF_JMP | BPF_JGE | BPF_K;
    constexpr auto kDeny = static_cast<unsigned char>(kSteps - 1);
    std::array<sock_filter, kSteps> filter{};
    filter[0] = step(kLoad, offsetof(seccomp_data, arch));
    filter[1] = jump(kEqual, kArchitecture, 0, kDeny - 2);
    filter[2] = step(kLoad, offsetof(seccomp_data, nr));
    filter[3] = jump(kAtLeast, kOtherNumbers, kDeny - 4, 0);
    for (std::size_t i = 0; i < kDenied.size(); ++i) {
        const std::size_t at = kHead + i;
        filter[at] = jump(kEqual, static_cast<unsigned>(kDenied[i]),
                          static_cast<unsigned char>(kDeny - at - 1), 0);
    }
    filter[kSteps - 2] = step(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[kSteps - 1] = step(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    return filter;
}

}  // namespace

bool deny_system_calls() noexcept {
    if (kArchitecture == 0) return false;
    auto filter = make_filter();
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace armgate::io
