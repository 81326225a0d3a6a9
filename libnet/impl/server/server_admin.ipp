#pragma once
// Bodies of libnet/server_admin.hpp.

#include <libnet/config.hpp>
#include <libnet/io/http/http_endpoint.hpp>
#include <libnet/io/http/process_metrics.hpp>
#include <libnet/server_admin.hpp>
#include <libnet/wire/open_metrics.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0 {

namespace detail {

/// The label of a class of status codes.
constexpr std::array<std::string_view, 6> status_classes{"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

/// What caches and pools are called for programs; `words` is what ServerNow calls them.
struct AmountName {
    std::string_view words, name, help, unit;
};
constexpr std::array<AmountName, 7> amount_names{{
    {"files known", "file_cache_entries", "Files that are remembered, of all threads.", ""},
    {"files open", "file_cache_open_files", "Files that are kept open.", ""},
    {"octets of files in memory", "file_cache_bytes", "Contents and names that are remembered.", "bytes"},
    {"octets of listings in memory", "listing_cache_bytes", "Listings of directories that are remembered.", "bytes"},
    {"parent proxies that are down", "parents_down",
     "Parent proxies that are down as checks say, added up over all threads.", ""},
    {"idle connections to servers", "upstream_idle_connections", "Connections to servers that wait for a request.", ""},
    {"questions about names", "name_lookups_pending", "Names that are being looked up.", ""},
}};

/// Caches and pools.
LIBNETXX_DECL void write_amounts(wire::MetricsWriter& writer, const std::string& prefix, const ServerNow& now)
{
    for (const auto& [words, amount] : now.amounts)
        for (const auto& known : amount_names) {
            if (known.words != words) continue;
            writer.family(wire::MetricType::gauge, prefix + std::string{known.name}, known.help, known.unit);
            writer.add({}, amount);
        }
}

/// Whether there is a cache of files, of which ServerCounts tells.
LIBNETXX_DECL bool has_file_cache(const ServerNow& now)
{
    return std::ranges::any_of(now.amounts, [](const auto& one) { return one.first == "files known"; });
}

/// What the cache of files has had and has not.
LIBNETXX_DECL void write_cache_use(wire::MetricsWriter& writer, const std::string& prefix, const ServerCounts& counts)
{
    const auto single = [&](std::string_view name, std::string_view help, std::uint64_t value) {
        writer.family(wire::MetricType::counter, prefix + std::string{name}, help);
        writer.add({}, value);
    };
    single("file_cache_hits", "Requests whose files were all remembered.", counts.cache_hits);
    single("file_cache_misses", "Requests for which files were looked up on the disk.", counts.cache_misses);
    single("file_cache_evictions", "What was forgotten because there was no more room.", counts.cache_evictions);
}

/// Requests by what became of them, where that isn't the usual.
LIBNETXX_DECL void write_refusals(wire::MetricsWriter& writer, const std::string& prefix, const ServerCounts& counts)
{
    using wire::MetricType;
    writer.family(MetricType::counter, prefix + "http_requests_refused", "Requests that were refused or failed.");
    writer.add({}, counts.refused);
    writer.family(MetricType::counter, prefix + "http_requests_refused_by_status",
                  "The same by status; 0: no answer was sent.");
    for (const auto& [status, count] : counts.refusals) writer.add({{"status", std::to_string(status)}}, count);
    if (counts.verdicts.empty()) return;
    writer.family(MetricType::counter, prefix + "http_requests_by_verdict", "Requests by what was decided of them.");
    for (const auto& [verdict, count] : counts.verdicts) writer.add({{"verdict", verdict}}, count);
    writer.family(MetricType::counter, prefix + "upstream_requests",
                  "Requests by whether their connection to the server was opened for them, or reused.");
    writer.add({{"connection", "opened"}}, counts.upstreams_opened);
    writer.add({{"connection", "reused"}}, counts.upstreams_reused);
}

/// The families of a server.
LIBNETXX_DECL void write_server_metrics(wire::MetricsWriter& writer, const ServerAdminOptions& options,
                                        const ServerCounts& counts, const ServerNow& now, bool draining)
{
    using wire::MetricType;
    const auto prefix = "libnet_" + options.name + "_";
    const auto single = [&](MetricType type, const std::string& name, std::string_view help, std::string_view unit,
                            std::uint64_t value) {
        writer.family(type, prefix + name, help, unit);
        writer.add({}, value);
    };
    writer.family(MetricType::info, prefix + "build", "Version.");
    writer.add({{"version", LIBNETXX_VERSION}}, 1);
    single(MetricType::gauge, "threads", "Threads that serve.", "", options.threads);
    single(MetricType::gauge, "draining", "1: it takes no new connections.", "", draining ? 1 : 0);
    single(MetricType::gauge, "connections", "Connections of clients that are open.", "", counts.connections);
    writer.family(MetricType::counter, prefix + "http_requests", "Requests by the class of the status.");
    for (std::size_t i = 0; i < status_classes.size(); ++i)
        writer.add({{"code", status_classes[i]}}, counts.requests[i]);
    write_refusals(writer, prefix, counts);
    write_amounts(writer, prefix, now);
    if (has_file_cache(now)) write_cache_use(writer, prefix, counts);
    single(MetricType::counter, "sent_bytes", "Content sent to clients.", "bytes", counts.bytes_sent);
    single(MetricType::counter, "received_bytes", "Content received from clients.", "bytes", counts.bytes_received);
    writer.family(MetricType::histogram, prefix + "http_request_duration_seconds",
                  "From a request's first byte to its answer's last.", "seconds");
    writer.add({},
               wire::MetricHistogram{latency_bounds, counts.latencies, static_cast<double>(counts.latency_ns) / 1e9});
    if (options.dropped_log_lines)
        single(MetricType::counter, "access_log_lines_dropped", "Lines that could not be written.", "",
               options.dropped_log_lines());
}

/// One JSON object: numbers, and words that need no escapes.
LIBNETXX_DECL std::string status_json(const ServerAdminOptions& options, const ServerCounts& counts,
                                      const ServerNow& now, bool draining)
{
    const std::chrono::duration<double> uptime = std::chrono::system_clock::now() - io::detail::process_started;
    auto text = "{\"name\":\"" + options.name +
                "\",\"version\":\"" LIBNETXX_VERSION "\",\"draining\":" + (draining ? "true" : "false");
    const auto add = [&text](std::string_view name, std::uint64_t value) {
        text.append(",\"").append(name).append("\":").append(std::to_string(value));
    };
    add("uptime_seconds", static_cast<std::uint64_t>(std::max(uptime.count(), 0.0)));
    add("threads", options.threads);
    add("connections", counts.connections);
    text += ",\"requests\":{\"none\":" + std::to_string(counts.requests[0]);
    for (std::size_t i = 1; i < status_classes.size(); ++i) add(status_classes[i], counts.requests[i]);
    text += '}';
    add("requests_refused", counts.refused);
    text += ",\"refused_by_status\":{";
    std::string_view comma;
    for (const auto& [status, count] : counts.refusals) {
        text.append(comma).append(1, '"').append(std::to_string(status)).append("\":").append(std::to_string(count));
        comma = ",";
    }
    text += '}';
    if (!counts.verdicts.empty()) {
        add("upstreams_opened", counts.upstreams_opened);
        add("upstreams_reused", counts.upstreams_reused);
    }
    for (const auto& [words, amount] : now.amounts)
        for (const auto& known : amount_names)
            if (known.words == words) add(known.name, amount);
    if (has_file_cache(now)) {
        add("file_cache_hits", counts.cache_hits);
        add("file_cache_misses", counts.cache_misses);
        add("file_cache_evictions", counts.cache_evictions);
    }
    add("bytes_sent", counts.bytes_sent);
    add("bytes_received", counts.bytes_received);
    if (options.dropped_log_lines) add("access_log_lines_dropped", options.dropped_log_lines());
    add("resident_bytes", io::resident_memory());
    return text + "}\n";
}

}  // namespace detail

struct ServerAdmin::State {
    State(const Executor& executor, ServerAdminOptions admin_options, boost::asio::ip::tcp::acceptor listener)
        : options{std::move(admin_options)},
          endpoint{std::in_place, executor, endpoint_options(options), std::move(listener)}
    {}

    /// Closes everything.
    void stop() noexcept { endpoint.reset(); }

    static io::HttpEndpointOptions endpoint_options(const ServerAdminOptions& options)
    {
        io::HttpEndpointOptions endpoint;
        endpoint.max_connections = 64;  // for its operators
        endpoint.diagnostics = options.diagnostics;
        return endpoint;
    }

    static io::EndpointAnswer unavailable(std::string_view why)
    {
        io::EndpointAnswer answer;
        answer.status = 503;
        answer.body = why;
        return answer;
    }

    using Answering = boost::asio::awaitable<io::EndpointAnswer>;

    /// The answer that `make` makes of the counts, and of what there is now where that is wanted, or 503 where there are none.
    template <typename Make>
    static Answering with_counts(std::shared_ptr<State> state, bool wants_now, Make make)
    {
        try {
            auto counting = state->options.counts();
            const auto counts = co_await std::move(counting);
            ServerNow now;
            if (wants_now && state->options.now) {
                auto asking = state->options.now();
                now = co_await std::move(asking);
            }
            co_return make(*state, counts, now);
        } catch (const std::exception&) {
            // The servers end: what they have counted can't be asked for any more.
        }
        co_return unavailable("ending\n");
    }

    static Answering ready(std::shared_ptr<State> state)
    {
        if (state->draining) co_return unavailable("draining\n");
        io::EndpointAnswer answer;
        answer.body = "ready\n";
        co_return answer;
    }

    static io::EndpointAnswer metrics(const State& state, const ServerCounts& counts, const ServerNow& now,
                                      wire::MetricsFormat format)
    {
        wire::MetricsWriter writer{format};
        detail::write_server_metrics(writer, state.options, counts, now, state.draining);
        io::write_process_metrics(writer);
        io::EndpointAnswer answer;
        answer.content_type = wire::content_type(format);
        answer.body = std::move(writer).finish();
        answer.more = [] { return std::string{}; };  // so that it is compressed where the client takes that
        return answer;
    }

    static io::EndpointAnswer status(const State& state, const ServerCounts& counts, const ServerNow& now)
    {
        io::EndpointAnswer answer;
        answer.content_type = "application/json";
        answer.body = detail::status_json(state.options, counts, now, state.draining);
        return answer;
    }

    static io::EndpointAnswer healthy(const State&, const ServerCounts&, const ServerNow&)
    {
        io::EndpointAnswer answer;
        answer.body = "healthy\n";
        return answer;
    }

    /// What is asked for belongs to whoever answers, for as long as it takes.
    static void set_up(const std::shared_ptr<State>& self)
    {
        const std::weak_ptr<State> state = self;
        auto& endpoint = *self->endpoint;
        endpoint.on("/metrics", [state](const io::EndpointRequest& request) {
            const auto format = wire::choose_metrics_format(request.fields);
            return with_counts(state.lock(), true,
                               [format](const State& of, const ServerCounts& counts, const ServerNow& now) {
                                   return metrics(of, counts, now, format);
                               });
        });
        endpoint.on("/status",
                    [state](const io::EndpointRequest&) { return with_counts(state.lock(), true, &State::status); });
        endpoint.on("/healthz",
                    [state](const io::EndpointRequest&) { return with_counts(state.lock(), false, &State::healthy); });
        if (self->options.mount) self->options.mount(endpoint);
        endpoint.on("/readyz", [state](const io::EndpointRequest&) { return ready(state.lock()); });
    }

    const ServerAdminOptions options;
    std::optional<io::HttpEndpoint> endpoint;  // until it is stopped
    bool draining = false;
};

LIBNETXX_DECL ServerAdmin::ServerAdmin(ServerExecutor executor, ServerAdminOptions options,
                                       boost::asio::ip::tcp::acceptor listener)
    : state_{std::make_shared<State>(executor, std::move(options), std::move(listener))}
{
    State::set_up(state_.share());
}

LIBNETXX_DECL ServerAdmin::~ServerAdmin() = default;

LIBNETXX_DECL void ServerAdmin::drain() noexcept { state_->draining = true; }

LIBNETXX_DECL boost::asio::awaitable<void> ServerAdmin::run() & { return state_->endpoint->run(); }

}  // namespace libnet::inline v0
