#pragma once
// One request's way through the policy of a proxy.

#include <libnet/engine/http/http_forwarding.hpp>
#include <libnet/engine/proxy/egress_policy.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <boost/asio/ip/address.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0::engine {

/// Holds who asks for what, and the policy that was in force when the request came: it is asked once about the request,
/// and then about each address that the request's host has.
class EgressGate {
public:
    EgressGate() = default;

    /// `user`: who has logged in; empty: no user. `listener`: the port that the client has connected to, where the policy
    /// asks for it. `when`: likewise, for all that this is asked. `identity`: what the connection proves; null: nothing.
    EgressGate(std::shared_ptr<const EgressPolicy> policy, const boost::asio::ip::address& client,
               std::string_view user, std::string listener, EgressTarget target, WeekMoment when = {},
               std::shared_ptr<const ClientIdentity> identity = nullptr)
        : policy_{std::move(policy)},
          client_{wire::unmapped(client)},
          user_{user},
          listener_{std::move(listener)},
          target_{std::move(target)},
          when_{when},
          identity_{std::move(identity)}
    {}

    /// Whether the request is worth a look-up of its host.
    bool admits() { return note(policy_->judge(client(), target_)); }

    /// Whether this address may be connected to.
    bool admits(const boost::asio::ip::address& address) { return note(policy_->judge(client(), target_, address)); }

    /// Whether the request may go by a parent proxy, which will look its host up. If so, addresses are not asked about.
    bool admits_by_parent()
    {
        auto by_parent = target_;
        by_parent.goes_by_parent = true;
        return note(policy_->judge(client(), by_parent));
    }

    /// See EgressPolicy::has_routes, and route.
    bool has_routes() const noexcept { return policy_->has_routes(); }
    std::vector<std::string> route() const { return policy_->route(client(), target_); }

    /// See EgressPolicy::preface.
    ParentPreface preface() const { return policy_->preface(client(), target_); }

    /// What admitted the request, or the last address of several.
    const EgressDecision& admission() const noexcept { return admission_; }

    /// Why it, or an address, was not admitted: the first such decision. `allowed`: that never happened.
    const EgressDecision& refusal() const noexcept { return refusal_; }

    const EgressTarget& target() const noexcept { return target_; }

    /// The same for another host: nothing is decided about that yet.
    EgressGate for_host(wire::CanonicalHost host) const
    {
        auto other = *this;
        other.target_.host = std::move(host);
        other.admission_ = other.refusal_ = {};
        return other;
    }

    /// Who asks. The views are good as long as this is.
    EgressClient client() const
    {
        return {client_, user_.empty() ? std::nullopt : std::optional<std::string_view>{user_}, listener_, when_,
                identity_.get()};
    }

private:
    bool note(const EgressDecision& decision)
    {
        if (decision.goes_on()) admission_ = decision;
        else if (refusal_.goes_on()) refusal_ = decision;
        return decision.goes_on();
    }

    std::shared_ptr<const EgressPolicy> policy_{};  // kept, for its rules stand in the decision
    boost::asio::ip::address client_{};
    std::string user_{}, listener_{};
    EgressTarget target_{};
    WeekMoment when_{};
    std::shared_ptr<const ClientIdentity> identity_{};
    EgressDecision admission_{}, refusal_{};
};

/// Writes a decision down for the log.
inline void tell_decision(HttpForwarding& told, const EgressDecision& decision)
{
    told.verdict = name_of(decision.verdict);
    told.is_reported = decision.is_reported;
    told.rule.clear();
    told.rule_line = 0;
    if (decision.rule == nullptr) return;
    told.rule = decision.rule->text;
    told.rule_line = decision.rule->line;
}

}  // namespace libnet::inline v0::engine
