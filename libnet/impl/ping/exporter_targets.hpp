#pragma once
// The hosts that an exporter watches, which change while it runs.

#include <libnet/impl/ping/exporter_target.hpp>
#include <libnet/name_keeper.hpp>

#include <concepts>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace libnet::inline v0::detail {

/// By the numbers of their names, which a NameKeeper never uses twice, so that what comes late for one that is gone finds
/// nothing. Each stays where it is as long as it is there.
class ExporterTargets {
public:
    std::size_t size() const noexcept { return targets_.size(); }

    bool contains(const std::string& host) const { return numbers_.contains(host); }

    void add(KeptName name, const std::string& host,
             ExporterTarget::Remembers remembers = ExporterTarget::Remembers::nothing)
    {
        auto target = std::make_unique<ExporterTarget>(host, remembers);
        numbers_.emplace(host, name.index);
        targets_.emplace(name.index, std::move(target));
    }

    /// nullptr: it is gone.
    ExporterTarget* find(KeptName name) const
    {
        const auto found = targets_.find(name.index);
        return found == targets_.end() ? nullptr : found->second.get();
    }

    /// Takes out those that aren't among these hosts.
    template <typename OnGone>
    void keep_only(const std::vector<std::string>& hosts, OnGone&& on_gone)
    {
        const std::unordered_set<std::string> wanted{hosts.begin(), hosts.end()};
        for (auto at = targets_.begin(); at != targets_.end();) {
            if (wanted.contains(at->second->name())) {
                ++at;
                continue;
            }
            on_gone(KeptName{at->first}, *at->second);
            numbers_.erase(at->second->name());
            at = targets_.erase(at);
        }
    }

    template <typename Visitor>
    void for_each(Visitor&& visit) const
    {
        for (const auto& [number, target] : targets_)
            if constexpr (std::invocable<Visitor&, ExporterTarget&>) visit(*target);
            else visit(number, *target);
    }

    /// Visits some of them, from this number on. Returns the number to go on from; nullopt: those were the last ones. What
    /// comes and goes between two calls is visited or not, and all others once.
    template <typename Visitor>
    std::optional<std::size_t> visit_some(std::size_t from, std::size_t most, Visitor&& visit) const
    {
        auto at = targets_.lower_bound(from);
        for (; at != targets_.end() && most != 0; ++at, --most) visit(*at->second);
        return at == targets_.end() ? std::nullopt : std::optional{at->first};
    }

private:
    std::map<std::size_t, std::unique_ptr<ExporterTarget>> targets_;
    std::unordered_map<std::string, std::size_t> numbers_;
};

}  // namespace libnet::inline v0::detail
