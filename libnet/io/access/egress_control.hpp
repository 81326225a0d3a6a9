#pragma once
// What proxies share that ask one policy: its files, and the policy as it is now.

#include <libnet/base/siphash.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/proxy/egress_policy.hpp>
#include <libnet/io/access/egress_limiter.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace libnet::inline v0::io {

/// Options of an EgressControl.
struct EgressOptions {
    /// Whether addresses are reached that are not of the public internet, such as 10.0.0.0/8 and 127.0.0.1: for a proxy on
    /// one's own machine or in a laboratory. Metadata services of clouds stay closed, see engine::EgressPolicy.
    bool allow_private = false;
    /// That tunnels and https targets may reach. Empty: 443 and those that a rule names for CONNECT and https, every port for
    /// SOCKS, see engine::EgressPolicyOptions.
    std::vector<engine::PortRange> connect_ports{};
    /// See engine::parse_egress_rules; empty: everything that is public is allowed. A list `@NAME` is the file NAME, in the
    /// folder of this file unless NAME begins with a slash; see engine::EgressList.
    std::string rules_file{};
    /// Names of parent proxies that rules may name, see engine::ParentProxy.
    std::vector<std::string> parents{};
    /// The route of all for which the rules say no other: names of parents, and "direct", in the order in which they are tried.
    /// Empty: directly.
    std::vector<std::string> route{};
};

/// A policy that is read from files, and read again while proxies use it. Several threads may use one object at a time.
class EgressControl {
public:
    /// Reads the files.
    /// @throws std::runtime_error  one can't be read or isn't valid; `what()` names the file and the line
    explicit EgressControl(EgressOptions options = {});

    /// The policy as it is now. Whoever has it keeps it, whatever is read later.
    std::shared_ptr<const engine::EgressPolicy> policy() const
    {
        const std::lock_guard lock{mutex_};
        return policy_;
    }

    /// The policy's limits, with what is counted for them; null: it has none. What was counted stays through a `reload` for
    /// each limit whose line is the same.
    std::shared_ptr<const EgressLimiter> limiter() const
    {
        const std::lock_guard lock{mutex_};
        return limiter_;
    }

    /// The files that were read last: rules and lists. For who restricts what the process can open.
    std::vector<std::string> files() const
    {
        const std::lock_guard lock{mutex_};
        return files_;
    }

    /// Reads the files again.
    /// @throws std::runtime_error  as the constructor; then the old policy stays, with its lists
    void reload() { prepare_reload()(); }

    /// Reads the files again, and changes nothing yet: what is returned does that, cannot fail, and must not outlive this.
    /// So that several things can be read before the first of them changes.
    /// @throws std::runtime_error  as the constructor
    std::function<void()> prepare_reload();

private:
    std::shared_ptr<const engine::EgressPolicy> read() const;
    std::shared_ptr<const EgressLimiter> limits_of(std::shared_ptr<const engine::EgressPolicy> policy) const;
    std::shared_ptr<const engine::EgressList> read_list(const std::string& file) const;
    void check_routes(const engine::EgressRules& rules) const;

    const EgressOptions options_;
    const base::SipKey seed_;
    mutable std::mutex mutex_;  // of what follows
    mutable std::vector<std::string> files_;
    std::shared_ptr<const engine::EgressPolicy> policy_;
    std::shared_ptr<const EgressLimiter> limiter_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/access/egress_control.ipp>
#endif
