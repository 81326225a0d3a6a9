#pragma once
// What --targets and ranges of addresses ask for: any number of destinations, without an address held for each.

#include <apps/common/host_word.hpp>
#include <apps/trace/settings.hpp>
#include <libnet/io/dns/resolver.hpp>
#include <libnet/io/loop/each_at_once.hpp>
#include <libnet/target_list.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace libnet::apps {

namespace asio = boost::asio;

/// The destinations, numbered from 0 on. A range of any size is one entry.
class ManyTargets {
public:
    struct Target {
        std::string name;  ///< as the user wrote it; of a range, the address
        asio::ip::address address;
    };

    void add(std::string name, const wire::AddressRange& range)
    {
        entries_.push_back({std::move(name), range, size() + std::min(range.size(), most - std::min(most, size()))});
    }

    std::uint64_t size() const noexcept { return entries_.empty() ? 0 : entries_.back().end; }

    Target at(std::uint64_t index) const
    {
        const auto entry = std::ranges::upper_bound(entries_, index, {}, &Entry::end);
        const auto before = entry == entries_.begin() ? 0 : std::prev(entry)->end;
        auto address = entry->range.at(index - before);
        const bool single = entry->range.first == entry->range.last;
        return {single ? entry->name : address.to_string(), std::move(address)};
    }

    /// More than any run can trace.
    static constexpr std::uint64_t most = std::uint64_t{1} << 40;

private:
    struct Entry {
        std::string name;
        wire::AddressRange range;
        std::uint64_t end;  ///< the first index behind it
    };
    std::vector<Entry> entries_;
};

/// A HOST that can't be traced, and why.
struct UnknownTarget {
    std::string name, why;
};

/// Turns words into destinations; names are asked for, many at once, and come in the order of the words.
class TargetFinder : public std::enable_shared_from_this<TargetFinder> {
public:
    TargetFinder(const asio::any_io_executor& executor, const TraceSettings& settings, std::vector<std::string> words)
        : settings_{settings},
          executor_{executor},
          resolver_{executor},
          words_{std::move(words)},
          found_(words_.size())
    {}

    /// Completes when all is known. Throws `operation_aborted` when cancelled.
    static asio::awaitable<void> run(std::shared_ptr<TargetFinder> self)
    {
        constexpr std::size_t at_once = 256;
        for (std::size_t i = 0; i < self->words_.size(); ++i) self->read(i);
        const auto executor = self->executor_;
        const std::function<asio::awaitable<void>(std::size_t)> work = [self](std::size_t i) {
            return ask(self, self->names_[i]);
        };
        const bool all = co_await io::each_at_once(executor, self->names_.size(), at_once, work);
        if (!all) throw boost::system::system_error{asio::error::operation_aborted};
    }

    ManyTargets take_targets()
    {
        ManyTargets targets;
        for (std::size_t i = 0; i < words_.size(); ++i)
            if (found_[i].trouble.empty()) targets.add(std::move(words_[i]), found_[i].range);
        return targets;
    }

    std::vector<UnknownTarget> unknown() const
    {
        std::vector<UnknownTarget> unknown;
        for (std::size_t i = 0; i < words_.size(); ++i)
            if (!found_[i].trouble.empty()) unknown.push_back({words_[i], found_[i].trouble});
        return unknown;
    }

private:
    struct Found {
        wire::AddressRange range{};
        std::string trouble{};
    };

    void read(std::size_t index)
    {
        auto word = read_host(words_[index], settings_.family);
        if (word.kind == HostWord::Kind::name) names_.push_back(index);
        else if (word.kind == HostWord::Kind::mistake) found_[index].trouble = std::move(word.complaint);
        else take(index, word.range);
    }

    void take(std::size_t index, const wire::AddressRange& range)
    {
        const bool wanted = settings_.family == io::AddressFamily::any ||
                            range.first.is_v4() == (settings_.family == io::AddressFamily::ipv4);
        auto& found = found_[index];
        found.range = range;
        if (!wanted) found.trouble = fmt::format("{}: not of the family that -4 or -6 asks for", words_[index]);
        else if (settings_.trace.interface.empty()) found.trouble = io::missing_zone(range.first);
    }

    static asio::awaitable<void> ask(std::shared_ptr<TargetFinder> self, std::size_t index)
    {
        const auto name = io::resolvable_host(self->words_[index]);
        const auto family = self->settings_.family;
        try {
            const auto addresses = co_await self->resolver_.resolve(name, family);
            self->take(index, {addresses.front(), addresses.front()});
        } catch (const std::exception& error) {
            self->found_[index].trouble = reason_of(error);
        }
    }

    const TraceSettings& settings_;
    asio::any_io_executor executor_;
    io::Resolver resolver_;
    std::vector<std::string> words_;
    std::vector<Found> found_;        // of the words
    std::vector<std::size_t> names_;  // the words that name servers are asked for
};

}  // namespace libnet::apps
