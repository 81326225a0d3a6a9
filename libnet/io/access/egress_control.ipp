#pragma once

#include <libnet/engine/proxy/parent_proxy.hpp>
#include <libnet/io/access/egress_control.hpp>
#include <libnet/io/files/read_text.hpp>
#include <libnet/io/loop/random_key.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <utility>

namespace libnet::inline v0::io {

namespace detail {

inline constexpr std::size_t longest_list = std::size_t{256} * 1024 * 1024;

}  // namespace detail

LIBNETXX_DECL EgressControl::EgressControl(EgressOptions options)
    : options_{std::move(options)},
      seed_{random_key()},
      policy_{read()}
{
    limiter_ = limits_of(policy_);
    // Time zones are read once, now: the process may later not be allowed to.
    if (policy_->names_times()) week_moment(std::chrono::system_clock::now());
}

LIBNETXX_DECL std::function<void()> EgressControl::prepare_reload()
{
    auto fresh = read();
    auto limits = limits_of(fresh);
    return [this, fresh = std::move(fresh), limits = std::move(limits)]() mutable {
        const std::lock_guard lock{mutex_};
        policy_.swap(fresh);
        limiter_.swap(limits);
    };
}

LIBNETXX_DECL std::shared_ptr<const EgressLimiter> EgressControl::limits_of(
    std::shared_ptr<const engine::EgressPolicy> policy) const
{
    if (policy->options().rules.limits.empty()) return nullptr;
    const auto before = limiter();
    return std::make_shared<const EgressLimiter>(std::move(policy), seed_, before.get());
}

LIBNETXX_DECL std::shared_ptr<const engine::EgressPolicy> EgressControl::read() const
try {
    engine::EgressRules rules;
    // Rules that name one list share it.
    std::map<std::string, std::shared_ptr<const engine::EgressList>> lists;
    std::vector<std::string> files;
    const auto find_list = [&](const std::string& name) {
        auto& list = lists[name];
        if (!list) {
            const auto file = (std::filesystem::path{options_.rules_file}.parent_path() / name).string();
            list = read_list(file);
            files.push_back(file);
        }
        return list;
    };
    if (!options_.rules_file.empty()) {
        rules = engine::parse_egress_rules(read_text(options_.rules_file), find_list);
        files.push_back(options_.rules_file);
        check_routes(rules);
    }
    {
        const std::lock_guard lock{mutex_};
        files_ = std::move(files);
    }
    return std::make_shared<const engine::EgressPolicy>(
        engine::EgressPolicyOptions{options_.allow_private, options_.connect_ports, std::move(rules), options_.route});
} catch (const std::invalid_argument& error) {
    throw std::runtime_error{"rules '" + options_.rules_file + "': " + error.what()};
}

/// Each parent that rules name is there.
LIBNETXX_DECL void EgressControl::check_routes(const engine::EgressRules& rules) const
{
    const auto check = [this](const std::vector<std::string>& route, const std::string& where) {
        for (const auto& way : route)
            if (way != engine::direct_route && std::ranges::find(options_.parents, way) == options_.parents.end())
                throw std::invalid_argument{where + "there is no parent proxy '" + way + "'"};
    };
    for (const auto& rule : rules.rules) check(rule.route, "line " + std::to_string(rule.line) + ": ");
    check(rules.route, "'default proxy=': ");
}

LIBNETXX_DECL std::shared_ptr<const engine::EgressList> EgressControl::read_list(const std::string& file) const
try {
    return std::make_shared<const engine::EgressList>(read_text(file, detail::longest_list), seed_);
} catch (const std::exception& error) {
    throw std::invalid_argument{"list '" + file + "': " + error.what()};
}

}  // namespace libnet::inline v0::io
