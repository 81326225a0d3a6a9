#pragma once
// `ping++ --listen`: watches the hosts it is given and probes those that it is asked about, for Prometheus.

#include <apps/common/output.hpp>
#include <apps/ping/exporter_endpoint.hpp>
#include <apps/ping/exporter_hosts.hpp>
#include <apps/ping/exporter_metrics.hpp>
#include <apps/ping/exporter_target.hpp>
#include <apps/ping/name_keeper.hpp>
#include <apps/ping/ping_dispatcher.hpp>
#include <apps/ping/probe_run.hpp>
#include <apps/ping/settings.hpp>
#include <libnet/io/dns/resolver.hpp>
#include <libnet/io/http/http_endpoint.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <utility>

namespace libnet::apps {

namespace asio = boost::asio;

/// Shared with the coroutines that it starts.
class PingExporter : public std::enable_shared_from_this<PingExporter> {
public:
    /// Listens. Throws std::runtime_error in words when it can't, or when there are too many hosts.
    PingExporter(const io::Executor& executor, const PingSettings& settings)
        : executor_{executor},
          settings_{settings},
          dispatcher_{executor, settings.options},
          resolver_{executor},
          keeper_{std::make_shared<NameKeeper>(executor, settings.family, name_events(), refresh_options(settings))},
          endpoint_{open_exporter_endpoint(executor, settings.exporter)}
    {
        for (auto& host : exporter_hosts(settings.hosts)) {
            keeper_->add(host);
            targets_.emplace_back(std::move(host));
        }
        for (const auto& why : settings.bad_targets) complain("ping++", why);
    }

    ~PingExporter() { keeper_->close(); }

    /// Serves until it is cancelled; `total` lets the requests in hand finish.
    asio::awaitable<void> run()
    {
        add_routes();
        asio::co_spawn(executor_, dispatch(shared_from_this()), asio::detached);
        keeper_->ask();
        complain("ping++", fmt::format("exporting on {}", endpoint_text(endpoint_->local_endpoint())));
        return endpoint_->run();
    }

private:
    using Self = std::shared_ptr<PingExporter>;
    using Answer = io::EndpointAnswer;
    using Request = io::EndpointRequest;

    // The routes are the endpoint's, which is ours: only what they start keeps us alive.
    void add_routes()
    {
        endpoint_->on("/metrics", [this](const Request& request) { return metrics(shared_from_this(), request); });
        endpoint_->on("/probe", [this](const Request& request) { return probe(shared_from_this(), request); });
    }

    static asio::awaitable<Answer> metrics(Self self, const Request& request)
    {
        const auto format = wire::choose_metrics_format(request.fields);
        Answer answer;
        answer.content_type = wire::content_type(format);
        answer.body = ExporterMetrics{format, self->targets_, self->dispatcher_, self->probes_}.write();
        co_return answer;
    }

    /// A probe that is under way, however it ends.
    struct Running {
        explicit Running(ProbeCounts& probe_counts) : counts{probe_counts} { ++counts.running; }
        ~Running() { --counts.running; }
        ProbeCounts& counts;
    };

    static asio::awaitable<Answer> probe(Self self, const Request& request)
    {
        Answer answer;
        ProbeRequest wanted;
        try {
            wanted = read_probe_request(request.query, request.fields, self->settings_.family);
        } catch (const BadValue& error) {
            answer.status = 400;
            answer.body = fmt::format("Bad Request: {}\n", error.what());
            co_return answer;
        }
        if (self->probes_.running >= self->settings_.exporter.max_probes) {
            ++self->probes_.refused;
            answer.status = 503;
            answer.body = "Service Unavailable: too many probes are under way; see --max-probes\n";
            co_return answer;
        }
        const auto format = wire::choose_metrics_format(request.fields);
        const Running running{self->probes_};
        auto probing = run_probe(self->dispatcher_, self->resolver_, wanted, self->settings_.options.interval);
        const auto report = co_await std::move(probing);
        ++(report.success() ? self->probes_.succeeded : self->probes_.failed);
        answer.content_type = wire::content_type(format);
        answer.body = write_probe_report(format, report);
        co_return answer;
    }

    /// Events are taken as long as the program runs.
    static asio::awaitable<void> dispatch(Self self) { co_await self->dispatcher_.run(); }

    /// What the keeper of the names tells; it is ours, and closed before we go.
    NameEvents name_events()
    {
        return {.resolved =
                    [this](std::size_t name, const asio::ip::address& address, engine::NameNews news) {
                        if (news != engine::NameNews::same) on_address(name, address);
                    },
                .failed = [this](std::size_t name, const std::string& why,
                                 engine::NameFailure) { on_failure(targets_[name], why); }};
    }

    static engine::NameRefreshOptions refresh_options(const PingSettings& settings)
    {
        engine::NameRefreshOptions options;
        if (!settings.exporter.refresh) return options;
        const auto most = *settings.exporter.refresh;
        for (auto* time : {&options.first_pause, &options.longest_pause, &options.shortest_life, &options.zero_life})
            *time = std::min(*time, most);
        options.longest_life = most;
        return options;
    }

    /// A name that is lost keeps its last address: a name server that is down doesn't make the host unwatched.
    void on_address(std::size_t index, const asio::ip::address& address)
    {
        ExporterTarget& target = targets_[index];
        const auto name = printable(target.name());
        try {
            const auto handle = dispatcher_.add(address, target_options(index), target);
            if (target.address()) dispatcher_.remove(target.handle());
            if (target.address() || target.failed_lookups != 0)
                complain("ping++", fmt::format("{}: has the address {} now", name, address.to_string()));
            target.start(address, handle, labels_of(target, address));
        } catch (const boost::system::system_error& error) {  // no socket for this IP version
            on_failure(target, fmt::format("{}: {}", name, reason_of(error)));
        }
    }

    static void on_failure(ExporterTarget& target, const std::string& why)
    {
        if (target.failed_lookups++ == 0) complain("ping++", why);  // the metrics tell the rest
    }

    /// Each target has its moment in the interval.
    PingTargetOptions target_options(std::size_t index) const
    {
        const auto share = settings_.options.interval / static_cast<std::int64_t>(targets_.size());
        return {.delay = static_cast<std::int64_t>(index) * share};
    }

    /// smokeping_prober's labels.
    wire::MetricLabels labels_of(const ExporterTarget& target, const asio::ip::address& address) const
    {
        const auto& options = settings_.options;
        const auto source = options.source ? options.source->to_string() : options.interface.str();
        const auto tos = std::to_string(options.traffic_class.value_or(0));
        return {{"ip", address.to_string()}, {"host", target.name()}, {"source", source}, {"tos", tos}};
    }

    io::Executor executor_;
    const PingSettings& settings_;
    PingDispatcher dispatcher_;
    io::Resolver resolver_;               ///< of probes
    std::shared_ptr<NameKeeper> keeper_;  ///< of the targets' names, by their indices
    std::deque<ExporterTarget> targets_;  ///< coroutines hold on to them where they are
    ProbeCounts probes_;
    std::unique_ptr<io::HttpEndpoint> endpoint_;
};

/// Runs the exporter to its end, which only a signal brings. Completes with the exit code, 0.
inline asio::awaitable<int> export_pings(const PingSettings& settings)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto* own = executor.target<io::Executor>();
    const auto exporter = std::make_shared<PingExporter>(*own, settings);
    co_await exporter->run();
    co_return 0;
}

}  // namespace libnet::apps
