#pragma once
// The system calls that a daemon in a sandbox is refused: seccomp(2), where the program was built with libseccomp.
//
// It is a list of what is refused, not of what is allowed: what the system's libraries call differs from one version to the next,
// and a daemon that is in order must not end for that. Whoever has taken it over finds the kernel's larger interfaces closed.

#if defined(LIBNET_SECCOMP)

#  include <cerrno>
#  include <memory>
#  include <system_error>

#  include <seccomp.h>
#  include <sys/syscall.h>
#  include <unistd.h>

namespace libnet::apps {

/// The program was built with libseccomp.
constexpr bool can_refuse_system_calls = true;

namespace detail {

/// LeakSanitizer, in builds for tests, looks at its own process with ptrace(2).
#  if defined(__SANITIZE_ADDRESS__)
constexpr bool traces_itself = true;
#  else
constexpr bool traces_itself = false;
#  endif

/// Other processes; mounts and namespaces; the kernel itself, its modules, keys and clocks; what is watched and run in it.
constexpr int refused_calls[] = {SCMP_SYS(ptrace),
                                 SCMP_SYS(process_vm_readv),
                                 SCMP_SYS(process_vm_writev),
                                 SCMP_SYS(kcmp),
                                 SCMP_SYS(pidfd_getfd),
                                 SCMP_SYS(mount),
                                 SCMP_SYS(umount2),
                                 SCMP_SYS(pivot_root),
                                 SCMP_SYS(move_mount),
                                 SCMP_SYS(open_tree),
                                 SCMP_SYS(fsopen),
                                 SCMP_SYS(fsmount),
                                 SCMP_SYS(fsconfig),
                                 SCMP_SYS(fspick),
                                 SCMP_SYS(chroot),
                                 SCMP_SYS(unshare),
                                 SCMP_SYS(setns),
                                 SCMP_SYS(swapon),
                                 SCMP_SYS(swapoff),
                                 SCMP_SYS(quotactl),
                                 SCMP_SYS(kexec_load),
                                 SCMP_SYS(kexec_file_load),
                                 SCMP_SYS(init_module),
                                 SCMP_SYS(finit_module),
                                 SCMP_SYS(delete_module),
                                 SCMP_SYS(reboot),
                                 SCMP_SYS(acct),
                                 SCMP_SYS(syslog),
                                 SCMP_SYS(iopl),
                                 SCMP_SYS(ioperm),
                                 SCMP_SYS(sethostname),
                                 SCMP_SYS(setdomainname),
                                 SCMP_SYS(add_key),
                                 SCMP_SYS(request_key),
                                 SCMP_SYS(keyctl),
                                 SCMP_SYS(settimeofday),
                                 SCMP_SYS(clock_settime),
                                 SCMP_SYS(clock_adjtime),
                                 SCMP_SYS(adjtimex),
                                 SCMP_SYS(bpf),
                                 SCMP_SYS(userfaultfd),
                                 SCMP_SYS(perf_event_open),
                                 SCMP_SYS(io_uring_setup),
                                 SCMP_SYS(open_by_handle_at)};

/// A question that the kernel finds invalid, and the filter answers: a process that takes over from another one has its filter
/// already, and filters would add up.
constexpr int filter_question = 0x6c'69'62'6e;

inline bool has_filter() noexcept { return ::syscall(SYS_getpriority, filter_question, 0) < 0 && errno == EALREADY; }

}  // namespace detail

/// From now on these calls fail with EPERM, in this thread, those that it starts and programs that they execute, for good. It sets
/// no_new_privs (prctl(2)). Nothing where that is so already.
/// @throws std::system_error the kernel has no such filters, or allows no more
inline void refuse_system_calls()
{
    if (detail::has_filter()) return;
    const std::unique_ptr<void, decltype(&::seccomp_release)> filter{::seccomp_init(SCMP_ACT_ALLOW),
                                                                     &::seccomp_release};
    int failed =
        filter ? ::seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2) : -ENOMEM;  // a tree, not a list
    for (const int call : detail::refused_calls)
        if (failed == 0 && !(detail::traces_itself && call == SCMP_SYS(ptrace)))
            failed = ::seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 0);
    if (failed == 0)
        failed = ::seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EALREADY), SCMP_SYS(getpriority), 1,
                                    SCMP_A0(SCMP_CMP_EQ, detail::filter_question));
    if (failed == 0) failed = ::seccomp_load(filter.get());
    if (failed != 0) throw std::system_error{-failed, std::generic_category(), "seccomp"};
}

}  // namespace libnet::apps

#else

namespace libnet::apps {

constexpr bool can_refuse_system_calls = false;
inline void refuse_system_calls() {}

}  // namespace libnet::apps

#endif
