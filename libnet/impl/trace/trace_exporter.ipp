#pragma once
// Bodies of libnet/trace_exporter.hpp.

#include <libnet/base/diagnostics.hpp>
#include <libnet/base/printable.hpp>
#include <libnet/impl/trace/path_metrics.hpp>
#include <libnet/impl/trace/watched_path.hpp>
#include <libnet/io/http/http_endpoint.hpp>
#include <libnet/io/loop/reason_of.hpp>
#include <libnet/io/tcp/endpoint_text.hpp>
#include <libnet/name_keeper.hpp>
#include <libnet/path_watcher.hpp>
#include <libnet/trace_exporter.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0 {

namespace detail {

/// Listens; on a machine without IPv6, 0.0.0.0 stands in for `::`.
LIBNETXX_DECL std::unique_ptr<io::HttpEndpoint> open_trace_endpoint(const io::Executor& executor,
                                                                    const TraceExporterOptions& settings)
{
    io::HttpEndpointOptions options{.address = settings.address, .port = settings.port};
    for (;;) try
        {
            return std::make_unique<io::HttpEndpoint>(executor, options);
        } catch (const boost::system::system_error& failed) {
            const bool no_ipv6 = failed.code() == boost::asio::error::address_family_not_supported;
            if (no_ipv6 && options.address == boost::asio::ip::address_v6::any()) {
                options.address = boost::asio::ip::address_v4::any();
                continue;
            }
            const boost::asio::ip::tcp::endpoint place{settings.address, settings.port};
            throw boost::system::system_error{failed.code(), "cannot listen on " + io::to_text(place)};
        }
}

/// Shared with the requests in hand.
class TraceExporterState : public std::enable_shared_from_this<TraceExporterState> {
public:
    using Self = std::shared_ptr<TraceExporterState>;

    TraceExporterState(const io::Executor& executor, TraceExporterOptions options)
        : executor_{executor},
          options_{std::move(options)},
          watcher_{std::in_place, executor, PathWatcherOptions{options_.trace, options_.interval}},
          keeper_{executor, keeper_options()},
          endpoint_{open_trace_endpoint(executor, options_)}
    {
        constexpr std::size_t most = 1024;
        if (options_.targets.size() > most) throw std::invalid_argument{"more than 1024 targets to trace"};
        for (const auto& name : options_.targets) {
            keeper_.add(name);
            targets_.emplace_back();
            targets_.back().name = name;
            if (options_.page) targets_.back().seen.emplace();
        }
    }

    boost::asio::ip::tcp::endpoint local_endpoint() const
    {
        return endpoint_ ? endpoint_->local_endpoint() : boost::asio::ip::tcp::endpoint{};
    }

    static boost::asio::awaitable<void> run(Self self)
    {
        self->add_routes();
        boost::asio::co_spawn(self->executor_, take_rounds(self), boost::asio::detached);
        auto serving = self->endpoint_->run();
        co_await std::move(serving);
        self->stop();
    }

    void stop() noexcept
    {
        keeper_.close();
        watcher_.reset();
        news_.cancel();
        endpoint_.reset();
    }

private:
    using Answer = io::EndpointAnswer;
    using Request = io::EndpointRequest;

    struct Target {
        std::string name{};
        std::optional<std::size_t> watched{};  ///< its number at the watcher
        std::optional<std::chrono::system_clock::time_point> changed{};
        bool complained = false;
        std::optional<WatchedPath> seen{};  ///< for the page; nothing: there is none
    };

    // The routes are the endpoint's, which is ours: only what they start keeps us alive.
    void add_routes()
    {
        endpoint_->on("/metrics", [this](const Request& request) { return metrics(shared_from_this(), request); });
        endpoint_->on("/-/healthy", [](const Request&) { return say("healthy\n"); });
        endpoint_->on("/-/ready", [](const Request&) { return say("ready\n"); });
        endpoint_->on("/", [](const Request&) {
            return say("trace++: an exporter for Prometheus, at /metrics (libnet " LIBNETXX_VERSION ")\n");
        });
        if (options_.page)
            options_.page(*endpoint_, {[this](std::uint64_t since) { return overview(since); },
                                       [this](std::size_t id) { return strip(id); },
                                       [this](std::size_t id) { return details(id); }});
    }

    static boost::asio::awaitable<Answer> say(std::string_view text)
    {
        Answer answer;
        answer.body = text;
        co_return answer;
    }

    static boost::asio::awaitable<Answer> metrics(Self self, const Request& request)
    {
        const auto format = wire::choose_metrics_format(request.fields);
        Answer answer;
        answer.content_type = wire::content_type(format);
        answer.body = self->write_metrics(format);
        co_return answer;
    }

    std::string write_metrics(wire::MetricsFormat format) const
    {
        std::vector<PathMetricsTarget> seen;
        for (const auto& target : targets_)
            seen.push_back({target.name, watcher_ && target.watched ? &watcher_->watch(*target.watched) : nullptr,
                            target.changed});
        return PathMetrics{format, seen}.write();
    }

    // What the page is told: see WatchDocuments.
    std::pair<std::string, std::uint64_t> overview(std::uint64_t since)
    {
        const auto second = WatchedPath::second_now();
        const std::chrono::duration<double> interval{options_.interval};
        return table_.overview(since, second, {LIBNETXX_VERSION, interval.count(), targets_.size()}, [&](auto&& visit) {
            for (std::size_t i = 0; i < targets_.size(); ++i) {
                auto& target = targets_[i];
                visit(i, target.seen->row, target.seen->news(), [&](base::JsonWriter& json) {
                    target.seen->write_row(json, i, target.name, watch_of(target), second);
                });
            }
        });
    }

    std::string strip(std::size_t id)
    {
        if (id >= targets_.size()) return {};
        base::JsonWriter json;
        targets_[id].seen->day.write_strip(json, WatchedPath::second_now(), 96, 15);
        return std::move(json).take();
    }

    std::string details(std::size_t id) const
    {
        if (id >= targets_.size()) return {};
        return targets_[id].seen->details(targets_[id].name, watch_of(targets_[id]));
    }

    const PathWatch* watch_of(const Target& target) const
    {
        return watcher_ && target.watched ? &watcher_->watch(*target.watched) : nullptr;
    }

    /// Waits while there is no address to watch.
    static boost::asio::awaitable<void> take_rounds(Self self)
    {
        constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
        try {
            while (self->watcher_) {
                auto round = co_await self->watcher_->next();
                if (round) self->on_round(*round);
                else co_await self->news_.async_wait(token);
            }
        } catch (const std::exception& error) {
            if (self->watcher_) self->diagnostics_.tell(DiagnosticLevel::error, io::reason_of(error));
        }
    }

    void on_round(const PathRound& round)
    {
        const auto target =
            std::ranges::find_if(targets_, [&](const Target& each) { return each.watched == round.target; });
        if (target == targets_.end()) return;
        if (target->seen) target->seen->on_round(round);
        if (!round.change) return;
        target->changed = round.change->at;
        diagnostics_.tell(DiagnosticLevel::info, base::printable(target->name) + ": the path has changed at hop " +
                                                     std::to_string(round.change->first_ttl) + " to " +
                                                     std::to_string(round.change->last_ttl));
    }

    NameKeeperOptions keeper_options()
    {
        return {.family = options_.family,
                .refresh = options_.refresh,
                .on_address =
                    [this](KeptName name, const boost::asio::ip::address& address, NameNews news) {
                        if (news != NameNews::same) on_address(name.index, address);
                    },
                .on_failure = [this](KeptName name, const std::string& why,
                                     NameFailure) { complain(targets_[name.index], why); }};
    }

    void on_address(std::size_t index, const boost::asio::ip::address& address)
    {
        auto& target = targets_[index];
        if (!watcher_) return;
        try {
            // Each target has its moment in the interval.
            const auto share = options_.interval / static_cast<std::int64_t>(targets_.size());
            const auto delay = target.watched ? share.zero() : static_cast<std::int64_t>(index) * share;
            const auto added = watcher_->add(address, 0, delay);
            if (target.watched) watcher_->remove(*target.watched);
            target.watched = added;
            if (target.seen) target.seen->begin(address);
            target.complained = false;
            news_.cancel();
        } catch (const boost::system::system_error& error) {  // no socket for this IP version
            complain(target, target.name + ": " + io::reason_of(error));
        }
    }

    /// Once, until it is resolved.
    void complain(Target& target, const std::string& why)
    {
        if (!std::exchange(target.complained, true)) diagnostics_.tell(DiagnosticLevel::warning, why);
    }

    io::Executor executor_;
    TraceExporterOptions options_;
    base::Diagnostics diagnostics_{options_.diagnostics};
    boost::asio::steady_timer news_{executor_, boost::asio::steady_timer::time_point::max()};
    std::optional<PathWatcher> watcher_;
    NameKeeper keeper_;  ///< of the targets' names, by their indices
    std::deque<Target> targets_;
    engine::WatchTable table_;
    std::unique_ptr<io::HttpEndpoint> endpoint_;
};

}  // namespace detail

LIBNETXX_DECL TraceExporter::TraceExporter(ServerExecutor executor, TraceExporterOptions options)
    : state_{std::make_shared<detail::TraceExporterState>(executor, std::move(options))}
{}

LIBNETXX_DECL TraceExporter::~TraceExporter() = default;
LIBNETXX_DECL TraceExporter::TraceExporter(TraceExporter&&) noexcept = default;
LIBNETXX_DECL TraceExporter& TraceExporter::operator=(TraceExporter&&) noexcept = default;

LIBNETXX_DECL boost::asio::ip::tcp::endpoint TraceExporter::local_endpoint() const { return state_->local_endpoint(); }

LIBNETXX_DECL boost::asio::awaitable<void> TraceExporter::run()
{
    return detail::TraceExporterState::run(state_.share());
}

}  // namespace libnet::inline v0
