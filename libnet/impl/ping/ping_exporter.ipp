#pragma once
// Bodies of libnet/ping_exporter.hpp.

#include <libnet/base/diagnostics.hpp>
#include <libnet/base/only.hpp>
#include <libnet/base/printable.hpp>
#include <libnet/engine/ping/exporter_hosts.hpp>
#include <libnet/impl/ping/exporter_endpoint.hpp>
#include <libnet/impl/ping/exporter_metrics.hpp>
#include <libnet/impl/ping/exporter_snapshot.hpp>
#include <libnet/impl/ping/exporter_targets.hpp>
#include <libnet/impl/ping/exporter_watch.hpp>
#include <libnet/impl/ping/probe_run.hpp>
#include <libnet/io/dns/shared_resolver.hpp>
#include <libnet/io/http/http_endpoint.hpp>
#include <libnet/io/http/reload_answer.hpp>
#include <libnet/io/loop/reason_of.hpp>
#include <libnet/name_keeper.hpp>
#include <libnet/ping_dispatcher.hpp>
#include <libnet/ping_exporter.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace libnet::inline v0 {

namespace detail {

/// Shared with the requests under way.
class PingExporterState : public std::enable_shared_from_this<PingExporterState> {
public:
    using Self = std::shared_ptr<PingExporterState>;

    PingExporterState(const io::Executor& executor, PingExporterOptions options,
                      std::vector<boost::asio::ip::tcp::acceptor> listeners = {})
        : executor_{executor},
          options_{std::move(options)},
          dispatcher_{executor, options_.ping},
          resolver_{executor},
          keeper_{executor, keeper_options()},
          watch_{targets_, options_.ping.interval},
          endpoint_{open_exporter_endpoint(executor, options_, std::move(listeners))}
    {
        watch(engine::exporter_hosts(options_.targets));
        options_.targets = {};
    }

    /// As PingExporter::replace_targets.
    void replace_targets(const std::vector<std::string>& given)
    {
        const auto hosts = engine::exporter_hosts(given);  // throws before anything has changed
        targets_.keep_only(hosts, [this](KeptName name, const ExporterTarget& target) {
            keeper_.drop(name);
            if (target.address()) dispatcher_.remove(target.handle());
        });
        watch_.forget();
        watch(hosts);
    }

    /// As PingExporter::reload.
    bool reload()
    {
        if (!options_.read_targets) return false;
        replace_targets(options_.read_targets());
        return true;
    }

    const io::Executor& executor() const noexcept { return executor_; }

    boost::asio::ip::tcp::endpoint local_endpoint() const
    {
        return endpoint_ ? endpoint_->local_endpoint() : boost::asio::ip::tcp::endpoint{};
    }

    static boost::asio::awaitable<void> run(Self self)
    {
        self->add_routes();
        boost::asio::co_spawn(self->executor_, self->dispatcher_.run(), boost::asio::detached);
        auto serving = self->endpoint_->run();
        co_await std::move(serving);
        self->close();
    }

    /// Ends all pings, and answers no more requests.
    void close()
    {
        keeper_.close();
        dispatcher_.close();
        endpoint_.reset();
    }

private:
    using Answer = io::EndpointAnswer;
    using Request = io::EndpointRequest;

    // The routes are the endpoint's, which is ours: only what they start keeps us alive.
    void add_routes()
    {
        endpoint_->on("/metrics", [this](const Request& request) { return metrics(shared_from_this(), request); });
        if (options_.read_targets)
            endpoint_->on_post("/-/reload", [this](const Request&) { return reload(shared_from_this()); });
        if (options_.page)
            options_.page(*endpoint_, {[this](std::uint64_t since) { return watch_.overview(since); },
                                       [this](std::size_t id) { return watch_.strip(id); },
                                       [this](std::size_t id) { return watch_.details(id); }});
        endpoint_->on("/probe", [this](const Request& request) { return probe(shared_from_this(), request); });
    }

    static boost::asio::awaitable<Answer> metrics(Self self, const Request& request)
    {
        constexpr std::size_t piece = 16 * 1024;  // takes a fraction of a millisecond
        const auto format = wire::choose_metrics_format(request.fields);
        ExporterSnapshot snapshot;
        snapshot.rows.reserve(self->targets_.size());
        std::optional<std::size_t> from = 0;
        while (true) {
            from = add_some_rows(snapshot, *from, self->targets_, self->dispatcher_);
            if (!from) break;
            co_await boost::asio::post(boost::asio::use_awaitable);  // others have their turn
        }
        add_own_numbers(snapshot, self->dispatcher_, self->probes_);
        const auto metrics = std::make_shared<ExporterMetrics>(format, std::move(snapshot));
        Answer answer;
        answer.content_type = wire::content_type(format);
        answer.more = [metrics] { return metrics->next(piece); };
        co_return answer;
    }

    static boost::asio::awaitable<Answer> reload(Self self)
    {
        auto answer = io::answer_reload(self->diagnostics_, [&] {
            self->reload();
            return self->targets_.size();
        });
        co_return answer;
    }

    /// A probe that is under way, however it ends.
    struct Running {
        explicit Running(ProbeCounts& probe_counts) : counts{probe_counts} { ++counts.running; }
        ~Running() { --counts.running; }
        ProbeCounts& counts;
    };

    bool is_full() const noexcept { return probes_.running >= options_.max_probes; }

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
        ProbeRequest wanted;
        try {
            wanted = read_probe_request(request.query, request.fields, self->options_.family);
        } catch (const std::invalid_argument& error) {
            answer.status = 400;
            answer.body = std::string{"Bad Request: "} + error.what() + '\n';
            co_return answer;
        }
        auto making_room = make_room(self);
        co_await std::move(making_room);
        if (self->is_full()) {
            ++self->probes_.refused;
            answer.status = 503;
            answer.body = "Service Unavailable: too many probes are under way; try again\n";
            co_return answer;
        }
        const auto format = wire::choose_metrics_format(request.fields);
        const Running running{self->probes_};
        auto probing = run_probe(self->dispatcher_, self->resolver_, wanted,
                                 engine::client_key(request.client.address()), self->options_.ping.interval);
        const auto report = co_await std::move(probing);
        ++(report.success() ? self->probes_.succeeded : self->probes_.failed);
        answer.content_type = wire::content_type(format);
        answer.body = write_probe_report(format, report);
        co_return answer;
    }

    NameKeeperOptions keeper_options()
    {
        return {.family = options_.family,
                .refresh = options_.refresh,
                .on_address =
                    [this](KeptName name, const boost::asio::ip::address& address, NameNews news) {
                        if (news != NameNews::same) on_address(name, address);
                    },
                .on_failure =
                    [this](KeptName name, const std::string& why, NameFailure) {
                        if (auto* target = targets_.find(name)) on_failure(*target, why);
                    }};
    }

    /// Watches those of these hosts that it doesn't watch yet.
    void watch(const std::vector<std::string>& hosts)
    {
        for (const auto& host : hosts)
            if (!targets_.contains(host)) targets_.add(keeper_.add(host), host, remembers_);
    }

    /// A name that is lost keeps its last address: a name server that is down doesn't make the host unwatched.
    void on_address(KeptName kept, const boost::asio::ip::address& address)
    {
        auto* const found = targets_.find(kept);
        if (found == nullptr) return;  // it was dropped meanwhile
        ExporterTarget& target = *found;
        const auto name = base::printable(target.name());
        try {
            const auto handle = dispatcher_.add(address, target_options(kept.index), target);
            if (target.address()) dispatcher_.remove(target.handle());
            if (target.address() || target.failed_lookups != 0)
                diagnostics_.tell(DiagnosticLevel::info, name + ": has the address " + address.to_string() + " now");
            target.start(address, handle, labels_of(target, address));
        } catch (const boost::system::system_error& error) {  // no socket for this IP version
            on_failure(target, name + ": " + io::reason_of(error));
        }
    }

    void on_failure(ExporterTarget& target, const std::string& why) const
    {
        if (target.failed_lookups++ == 0)
            diagnostics_.tell(DiagnosticLevel::warning, why);  // the metrics tell the rest
    }

    /// Each target has its moment in the interval.
    PingTargetOptions target_options(std::size_t index) const
    {
        const auto count = static_cast<std::int64_t>(targets_.size());
        return {.delay = options_.ping.interval / count * (static_cast<std::int64_t>(index) % count)};
    }

    /// smokeping_prober's labels.
    wire::MetricLabels labels_of(const ExporterTarget& target, const boost::asio::ip::address& address) const
    {
        const auto& options = options_.ping;
        const auto source = options.source ? options.source->to_string() : options.interface.str();
        const auto tos = std::to_string(options.traffic_class.value_or(0));
        return {{"ip", address.to_string()}, {"host", target.name()}, {"source", source}, {"tos", tos}};
    }

    io::Executor executor_;
    PingExporterOptions options_;
    base::Diagnostics diagnostics_{options_.diagnostics};
    PingDispatcher dispatcher_;
    io::SharedResolver resolver_;  ///< of probes
    NameKeeper keeper_;            ///< of the targets' names
    ExporterTargets targets_;
    ExporterWatch watch_;
    const ExporterTarget::Remembers remembers_ =
        options_.page ? ExporterTarget::Remembers::day : ExporterTarget::Remembers::nothing;
    ProbeCounts probes_;
    std::unique_ptr<io::HttpEndpoint> endpoint_;
};

}  // namespace detail

LIBNETXX_DECL PingExporter::PingExporter(ServerExecutor executor, PingExporterOptions options)
    : state_{std::make_shared<detail::PingExporterState>(executor, std::move(options))}
{}

LIBNETXX_DECL PingExporter::PingExporter(ServerExecutor executor, PingExporterOptions options,
                                         boost::asio::ip::tcp::acceptor listener)
    : PingExporter{executor, std::move(options), base::only(std::move(listener))}
{}

LIBNETXX_DECL PingExporter::PingExporter(ServerExecutor executor, PingExporterOptions options,
                                         std::vector<boost::asio::ip::tcp::acceptor> listeners)
    : state_{std::make_shared<detail::PingExporterState>(executor, std::move(options), std::move(listeners))}
{}

LIBNETXX_DECL PingExporter::~PingExporter()
{
    if (state_) state_->close();
}

LIBNETXX_DECL PingExporter::PingExporter(PingExporter&&) noexcept = default;

LIBNETXX_DECL PingExporter& PingExporter::operator=(PingExporter&& other) noexcept
{
    if (state_ && state_ != other.state_) state_->close();
    state_ = std::move(other.state_);
    return *this;
}

LIBNETXX_DECL boost::asio::ip::tcp::endpoint PingExporter::local_endpoint() const { return state_->local_endpoint(); }

LIBNETXX_DECL void PingExporter::replace_targets(const std::vector<std::string>& targets)
{
    state_->replace_targets(targets);
}

LIBNETXX_DECL bool PingExporter::reload() { return state_->reload(); }

LIBNETXX_DECL Executor PingExporter::get_executor() const { return state_->executor(); }

LIBNETXX_DECL boost::asio::awaitable<void> PingExporter::run() { return detail::PingExporterState::run(state_); }

}  // namespace libnet::inline v0
