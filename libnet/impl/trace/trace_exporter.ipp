#pragma once
// Bodies of libnet/trace_exporter.hpp.

#include <libnet/base/diagnostics.hpp>
#include <libnet/base/only.hpp>
#include <libnet/base/printable.hpp>
#include <libnet/engine/ping/exporter_hosts.hpp>
#include <libnet/impl/trace/path_metrics.hpp>
#include <libnet/impl/trace/trace_probe_run.hpp>
#include <libnet/impl/trace/watched_path.hpp>
#include <libnet/io/dns/host_text.hpp>
#include <libnet/io/http/http_endpoint.hpp>
#include <libnet/io/http/reload_answer.hpp>
#include <libnet/io/loop/reason_of.hpp>
#include <libnet/io/loop/require_option.hpp>
#include <libnet/io/tcp/endpoint_text.hpp>
#include <libnet/name_keeper.hpp>
#include <libnet/path_watcher.hpp>
#include <libnet/trace_exporter.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace libnet::inline v0 {

namespace detail {

/// Listens, be it with sockets that listen already; on a machine without IPv6, 0.0.0.0 stands in for `::`.
LIBNETXX_DECL std::unique_ptr<io::HttpEndpoint> open_trace_endpoint(
    const io::Executor& executor, const TraceExporterOptions& settings,
    std::vector<boost::asio::ip::tcp::acceptor> listeners)
{
    io::HttpEndpointOptions options{.address = settings.address, .port = settings.port};
    options.drain_timeout = settings.drain_timeout;
    if (!listeners.empty()) return std::make_unique<io::HttpEndpoint>(executor, options, std::move(listeners));
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

/// Shared with the requests under way.
class TraceExporterState : public std::enable_shared_from_this<TraceExporterState> {
public:
    using Self = std::shared_ptr<TraceExporterState>;

    TraceExporterState(const io::Executor& executor, TraceExporterOptions options,
                       std::vector<boost::asio::ip::tcp::acceptor> listeners = {})
        : executor_{executor},
          options_{std::move(options)},
          watcher_{std::in_place, executor, PathWatcherOptions{options_.trace, options_.interval}},
          resolver_{executor},
          keeper_{executor, keeper_options()},
          endpoint_{open_trace_endpoint(executor, options_, std::move(listeners))}
    {
        io::require_option(options_.max_probes >= 1, "trace exporter max_probes: 1 or more");
        watch(engine::exporter_hosts(options_.targets, most_targets));
        options_.targets = {};
    }

    /// As TraceExporter::replace_targets.
    void replace_targets(const std::vector<std::string>& given)
    {
        const auto hosts = engine::exporter_hosts(given, most_targets);  // throws before anything has changed
        keep_only(hosts);
        table_.forget();
        watch(hosts);
    }

    /// As TraceExporter::reload.
    bool reload()
    {
        if (!options_.read_targets) return false;
        replace_targets(options_.read_targets());
        return true;
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

    static constexpr std::size_t most_targets = 1024;

    struct Target {
        std::string name{};
        std::optional<std::size_t> watched{};  ///< its number at the watcher
        std::optional<std::chrono::system_clock::time_point> changed{};
        std::map<std::string, std::uint64_t> send_errors{};  ///< rounds that couldn't be sent, by what the system says
        bool complained = false;                             ///< of its address
        bool unsent = false;                                 ///< the last round was one of those
        std::optional<WatchedPath> seen{};                   ///< for the page; nothing: there is none
    };

    // The routes are the endpoint's, which is ours: only what they start keeps us alive.
    void add_routes()
    {
        endpoint_->on("/metrics", [this](const Request& request) { return metrics(shared_from_this(), request); });
        endpoint_->on("/probe", [this](const Request& request) { return probe(shared_from_this(), request); });
        if (options_.read_targets)
            endpoint_->on_post("/-/reload", [this](const Request&) { return answer_reload(shared_from_this()); });
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

    /// A probe that is under way, however it ends.
    struct Running {
        explicit Running(std::size_t& probes) : count{probes} { ++count; }
        ~Running() { --count; }
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;
        std::size_t& count;
    };

    bool is_full() const noexcept { return probes_ >= options_.max_probes; }

    /// Where there are as many probes as there may be, those are given up whose clients have left.
    static boost::asio::awaitable<void> make_room(Self self)
    {
        constexpr int turns = 8;  // of the event loop, until it is known who has left, and their probes have ended
        for (int turn = 0; turn < turns && self->endpoint_ && self->is_full(); ++turn) {
            self->endpoint_->give_up_left();
            co_await boost::asio::post(boost::asio::use_awaitable);
        }
    }

    static boost::asio::awaitable<Answer> probe(Self self, const Request& request)
    {
        Answer answer;
        TraceProbeRequest wanted;
        wanted.family = self->options_.family;
        wanted.trace = self->options_.trace;
        try {
            wanted = read_trace_probe(request.query, request.fields, wanted);
        } catch (const std::invalid_argument& error) {
            answer.status = 400;
            answer.body = std::string{"Bad Request: "} + error.what() + '\n';
            co_return answer;
        }
        auto making_room = make_room(self);
        co_await std::move(making_room);
        if (self->is_full()) {
            answer.status = 503;
            answer.body = "Service Unavailable: too many probes are under way; try again\n";
            co_return answer;
        }
        const auto format = wire::choose_metrics_format(request.fields);
        const Running running{self->probes_};
        auto probing = run_trace_probe(self->resolver_, wanted, engine::client_key(request.client.address()));
        const auto report = co_await std::move(probing);
        answer.content_type = wire::content_type(format);
        answer.body = TraceProbeMetrics{format, report}.write();
        co_return answer;
    }

    static boost::asio::awaitable<Answer> answer_reload(Self self)
    {
        auto answer = io::answer_reload(self->diagnostics_, [&] {
            self->reload();
            return self->targets_.size();
        });
        co_return answer;
    }

    /// Watches those of these hosts that it doesn't watch yet.
    void watch(const std::vector<std::string>& hosts)
    {
        std::unordered_set<std::string> known;
        for (const auto& [number, target] : targets_) known.insert(target.name);
        for (const auto& host : hosts) {
            if (known.contains(host)) continue;
            auto& target = targets_[keeper_.add(host).index];
            target.name = host;
            if (options_.page) target.seen.emplace();
        }
    }

    /// Ends the watch of the others.
    void keep_only(const std::vector<std::string>& hosts)
    {
        const std::unordered_set<std::string> wanted{hosts.begin(), hosts.end()};
        for (auto at = targets_.begin(); at != targets_.end();) {
            const auto next = std::next(at);
            if (!wanted.contains(at->second.name)) {
                keeper_.drop({at->first});
                if (watcher_ && at->second.watched) watcher_->remove(*at->second.watched);
                targets_.erase(at);
            }
            at = next;
        }
    }

    std::string write_metrics(wire::MetricsFormat format) const
    {
        std::vector<PathMetricsTarget> seen;
        for (const auto& [number, target] : targets_)
            seen.push_back({target.name, watch_of(target), target.changed, &target.send_errors});
        return PathMetrics{format, seen, watcher_ ? watcher_->counters() : TraceCounters{}}.write();
    }

    // What the page is told: see WatchDocuments.
    std::pair<std::string, std::uint64_t> overview(std::uint64_t since)
    {
        const auto second = WatchedPath::second_now();
        const std::chrono::duration<double> interval{options_.interval};
        return table_.overview(since, second, {LIBNETXX_VERSION, interval.count(), targets_.size()}, [&](auto&& visit) {
            for (auto& each : targets_) {
                const auto id = each.first;
                auto& target = each.second;
                visit(id, target.seen->row, target.seen->news(), [&](base::JsonWriter& json) {
                    target.seen->write_row(json, id, target.name, watch_of(target), second);
                });
            }
        });
    }

    std::string strip(std::size_t id)
    {
        const auto found = targets_.find(id);
        if (found == targets_.end()) return {};
        base::JsonWriter json;
        found->second.seen->day.write_strip(json, WatchedPath::second_now(), 96, 15);
        return std::move(json).take();
    }

    std::string details(std::size_t id) const
    {
        const auto found = targets_.find(id);
        if (found == targets_.end()) return {};
        return found->second.seen->details(found->second.name, watch_of(found->second));
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
        const auto found = std::ranges::find_if(
            targets_, [&](const auto& numbered) { return numbered.second.watched == round.target; });
        if (found == targets_.end()) return;  // it isn't watched any more
        auto& target = found->second;
        if (target.seen) target.seen->on_round(round);
        count_send_error(target, round.path);
        if (!round.change) return;
        target.changed = round.change->at;
        diagnostics_.tell(DiagnosticLevel::info, base::printable(target.name) + ": the path has changed at hop " +
                                                     std::to_string(round.change->first_ttl) + " to " +
                                                     std::to_string(round.change->last_ttl));
    }

    /// It is told once, until a round could be sent.
    void count_send_error(Target& target, const TracePath& path)
    {
        const bool before = std::exchange(target.unsent, path.stop_reason == TraceStop::send_failed);
        if (!target.unsent) return;
        const auto why = path.error.message();
        ++target.send_errors[why];
        if (!before)
            diagnostics_.tell(DiagnosticLevel::warning,
                              base::printable(target.name) + ": probes can't be sent: " + why);
    }

    NameKeeperOptions keeper_options()
    {
        return {.family = options_.family,
                .refresh = options_.refresh,
                .on_address =
                    [this](KeptName name, const boost::asio::ip::address& address, NameNews news) {
                        if (news != NameNews::same) on_address(name.index, address);
                    },
                .on_failure =
                    [this](KeptName name, const std::string& why, NameFailure) {
                        const auto found = targets_.find(name.index);
                        if (found != targets_.end()) complain(found->second, why);
                    }};
    }

    void on_address(std::size_t index, const boost::asio::ip::address& address)
    {
        const auto found = targets_.find(index);
        if (found == targets_.end() || !watcher_) return;  // it was dropped meanwhile
        auto& target = found->second;
        const auto missing = options_.trace.interface.empty() ? io::missing_zone(address) : std::string{};
        if (!missing.empty()) return complain(target, missing);
        try {
            // Each target has its moment in the interval.
            const auto count = static_cast<std::int64_t>(targets_.size());
            const auto share = options_.interval / count * (static_cast<std::int64_t>(index) % count);
            const auto delay = target.watched ? share.zero() : share;
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
    io::SharedResolver resolver_;            ///< of probes
    std::size_t probes_ = 0;                 ///< that are under way
    NameKeeper keeper_;                      ///< of the targets' names
    std::map<std::size_t, Target> targets_;  ///< by the numbers of their names, which are never used twice
    engine::WatchTable table_;
    std::unique_ptr<io::HttpEndpoint> endpoint_;
};

}  // namespace detail

LIBNETXX_DECL TraceExporter::TraceExporter(ServerExecutor executor, TraceExporterOptions options)
    : state_{std::make_shared<detail::TraceExporterState>(executor, std::move(options))}
{}

LIBNETXX_DECL TraceExporter::TraceExporter(ServerExecutor executor, TraceExporterOptions options,
                                           boost::asio::ip::tcp::acceptor listener)
    : TraceExporter{executor, std::move(options), base::only(std::move(listener))}
{}

LIBNETXX_DECL TraceExporter::TraceExporter(ServerExecutor executor, TraceExporterOptions options,
                                           std::vector<boost::asio::ip::tcp::acceptor> listeners)
    : state_{std::make_shared<detail::TraceExporterState>(executor, std::move(options), std::move(listeners))}
{}

LIBNETXX_DECL TraceExporter::~TraceExporter() = default;
LIBNETXX_DECL TraceExporter::TraceExporter(TraceExporter&&) noexcept = default;
LIBNETXX_DECL TraceExporter& TraceExporter::operator=(TraceExporter&&) noexcept = default;

LIBNETXX_DECL boost::asio::ip::tcp::endpoint TraceExporter::local_endpoint() const { return state_->local_endpoint(); }

LIBNETXX_DECL void TraceExporter::replace_targets(const std::vector<std::string>& targets)
{
    state_->replace_targets(targets);
}

LIBNETXX_DECL bool TraceExporter::reload() { return state_->reload(); }

LIBNETXX_DECL boost::asio::awaitable<void> TraceExporter::run()
{
    return detail::TraceExporterState::run(state_.share());
}

}  // namespace libnet::inline v0
