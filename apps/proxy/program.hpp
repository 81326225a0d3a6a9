#pragma once
// What proxy++ is: its options, and what they make of a ForwardProxy.

#include <apps/common/daemon.hpp>
#include <apps/common/daemon_options.hpp>
#include <apps/common/faults.hpp>
#include <apps/common/guard_settings.hpp>
#include <apps/common/option_values.hpp>
#include <apps/common/options.hpp>
#include <apps/common/sandbox_settings.hpp>
#include <apps/common/spoken_places.hpp>
#include <apps/common/tls_settings.hpp>
#include <apps/proxy/egress_settings.hpp>
#include <apps/proxy/explain.hpp>
#include <apps/proxy/header_settings.hpp>
#include <apps/proxy/limit_options.hpp>
#include <apps/proxy/parent_settings.hpp>
#include <libnet/access.hpp>
#include <libnet/event_log.hpp>
#include <libnet/forward_proxy.hpp>
#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/proxy_event.hpp>
#include <libnet/tls.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>

namespace libnet::apps {

/// See apps/common/daemon.hpp.
struct ProxyProgram {
    using Server = ForwardProxy;
    static constexpr std::string_view name = "proxy++";

    ProxyProgram();

    /// Reads certificates, users, rules, credentials and where clients may go. What `before` has read and what is the same
    /// now stays, with what it remembers of clients, and is read again when the changes are made.
    /// What is wrong with them is noted as faults; then nothing else is to be done with it.
    Changes prepare(const ProxyProgram* before, Faults& faults);

    std::string what() const { return "forwarding"; }

    /// --explain: says how a request would be decided, and that is all; nothing: it serves.
    std::optional<int> instead_of_serving() const
    {
        if (!explained.target) return std::nullopt;
        return explain(explained, *options.egress, options.resolver);
    }

    /// Where the options are the same, the rules that were read before stay, and are read again when the changes are made.
    void keep_egress(const ProxyProgram& before, Changes& changes)
    {
        for (const char* const option : {"allow-private", "egress", "connect-port", "parent"})
            if (!table.same_option(before.table, option)) return;
        options.egress = before.options.egress;
        changes.push_back(options.egress->prepare_reload());
    }

    /// The same for what servers get as Authorization.
    void keep_credentials(const ProxyProgram& before, Changes& changes)
    {
        if (!options.credentials || !before.options.credentials) return;
        if (!table.same_option(before.table, "credential")) return;
        options.credentials = before.options.credentials;
        changes.push_back(options.credentials->prepare_reload());
    }

    /// Reads the files that the options name, each for itself.
    void read_files(const ProxyProgram* before, Changes& changes, Faults& faults);

    /// Keeps of what `before` has read and remembers what is the same now.
    void keep(const ProxyProgram& before, Changes& changes, Faults& faults);

    /// The same for whom to trust of servers.
    void keep_trust(const ProxyProgram& before, Changes& changes)
    {
        if (!options.origin_tls || !before.options.origin_tls || !table.same_option(before.table, "origin-ca")) return;
        options.origin_tls = before.options.origin_tls;
        changes.push_back(options.origin_tls->prepare_reload());
    }

    /// Whether files have other servers take the places of those that serve, be it that the options are the same.
    bool is_other_than(const ProxyProgram& before) const { return options.parents != before.options.parents; }

    /// Whom to trust where the proxy itself speaks TLS with servers; null: it was built without TLS.
    std::shared_ptr<TlsClientContext> trust_of_origins() const
    {
#if !defined(LIBNETXX_TLS)
        if (origin_ca.empty()) return nullptr;
#endif
        return std::make_shared<TlsClientContext>(TlsClientOptions{.ca_file = origin_ca});
    }

    /// Has the proxy's events written to a file, if an option names one. The same file is only opened again.
    void open_events(const ProxyProgram* before, Changes& changes)
    {
        if (event_log.empty() || daemon.check || explained.target) return;
        if (before != nullptr && before->events && event_log == before->event_log) {
            events = before->events;
            changes.emplace_back([log = events] { log->reopen(); });
        } else {
            const auto probe = before != nullptr ? refuse_to_wait() : FifoProbe{};
            events = std::make_shared<EventLog>(
                event_log, [](DiagnosticLevel level, std::string_view text) { complain(name, text, level); });
        }
        options.on_event = [log = events](ProxyEvent event, const AccessRecord& record) {
            thread_local std::string line;
            line.clear();
            append_json_line(line, event, record);
            log->add(line);
        };
    }

    /// Both ends of a FIFO. As long as they are open, its reader is not told of an end, and who opens it doesn't wait for one.
    struct FifoProbe {
        io::FileDescriptor writer{}, reader{};
    };

    /// A daemon that serves can't wait for the reader of a FIFO. Keep what is returned until the log is open.
    /// @throws std::runtime_error there is none
    FifoProbe refuse_to_wait() const
    {
        constexpr int how = O_NONBLOCK | O_CLOEXEC;
        FifoProbe probe;
        probe.writer = io::FileDescriptor{::open(event_log.c_str(), O_WRONLY | how)};
        if (!probe.writer && errno == ENXIO)
            throw std::runtime_error{fmt::format("--event-log: '{}' is a FIFO without a reader", printable(event_log))};
        probe.reader = io::FileDescriptor{::open(event_log.c_str(), O_RDONLY | how)};
        return probe;
    }

    /// After a rotation.
    void reopen_logs() const
    {
        if (events) events->reopen();
    }

    ForwardProxyOptions options;
    EgressOptions egress;
    ExplainSettings explained;
    std::vector<CredentialFile> credentials;
    ParentSettings parents;
    std::string origin_ca, event_log;
    std::shared_ptr<EventLog> events;
    TlsSettings tls;
    GuardSettings guard{.access = {.realm = "proxy"}};
    DaemonOptions daemon{.address = options.address, .port = options.port};
    Options table{name.data(), "",
                  "Forwards HTTP requests, CONNECT tunnels and SOCKS for whoever can reach it:\n"
                  "bound to an address other than loopback it is an open relay without --users."};
};

inline ProxyProgram::ProxyProgram()
{
    table.group("Server");
    add_options(table, daemon, "address (127.0.0.1); on any other give it --users");
    table.value(
        "socks", "YES", "SOCKS4, 4a and 5 on the same port, too (yes)",
        [](std::string_view given) { return yes_or_no(given); }, options.socks);
    add_options(table, tls);
    add_egress(table, egress, options, explained, origin_ca, event_log);
    add_headers(table, options.headers, credentials);
    add_parents(table, parents, options);
    add_limits(table.rare_group("Limits"), options);
    add_access(table, guard,
               {.users = "who can log in, made by htpasswd; without rules everybody has to",
                .rule = "'HOSTS RULE'",
                .rules = "'*.example.org allow 10.0.0.0/8 users alice', '* deny all'; the first fit decides",
                .file = "more, one a line; exceptions first",
                .realm = "what clients show when they ask for a password (proxy)"});
    add_client_limits(table, guard);
    table.rare_group("Behind proxies")
        .list("proxy-protocol", "NETWORK", "whose connections begin with a PROXY header; may be given several times",
              network(), options.proxy_protocol);
    add_life_options(table.rare_group("Daemon"), daemon, ",tls, ,plain or ,transparent");
    table.example("proxy++ --port 8888 & curl -x 127.0.0.1:8888 http://example.org/");
}

inline void ProxyProgram::read_files(const ProxyProgram* before, Changes& changes, Faults& faults)
{
    read_parents(table, faults, parents, options, egress);
    table.attempt(faults, {"egress", "parent"}, [&] { options.egress = std::make_shared<EgressControl>(egress); });
    const bool same_tls = before != nullptr && before->options.tls && table.same_as(before->table, "tls-");
    options.tls = same_tls ? before->options.tls : read_tls(table, faults, tls);
    if (same_tls) table.attempt(faults, {"tls-cert"}, [&] { changes.push_back(options.tls->prepare_reload()); });
    table.attempt(faults, {"origin-ca"}, [&] { options.origin_tls = trust_of_origins(); });
    const auto so_far = faults.count();
    table.attempt_each(faults, "credential", credentials.size(),
                       [this](std::size_t i) { CredentialFiles{std::vector{credentials[i]}}; });
    if (!credentials.empty() && faults.count() == so_far)
        table.attempt(faults, {"credential"},
                      [&] { options.credentials = std::make_shared<CredentialFiles>(credentials); });
    options.access = read_access(table, faults, guard);
    options.client_limits = limiter_of(guard);
}

inline void ProxyProgram::keep(const ProxyProgram& before, Changes& changes, Faults& faults)
{
    table.attempt(faults, {"egress"}, [&] { keep_egress(before, changes); });
    table.attempt(faults, {"credential"}, [&] { keep_credentials(before, changes); });
    table.attempt(faults, {"origin-ca"}, [&] { keep_trust(before, changes); });
    keep_access(table, before.table, before.options.access, options.access, changes, faults);
    keep_limits(table, before.table, before.options.client_limits, options.client_limits);
}

inline Changes ProxyProgram::prepare(const ProxyProgram* before, Faults& faults)
{
    Changes changes;
    read_files(before, changes, faults);
    daemon.has_certificate = !tls.certificates.empty() || !tls.keys.empty();
    check_places(table, faults, daemon.listen, daemon.has_certificate, Redirects::impossible);
    if (!event_log.empty() && event_log != "-") daemon.more_logs.push_back(event_log);
    if (before != nullptr && faults.empty()) keep(*before, changes, faults);
    if (!faults.empty()) return changes;
    open_events(before, changes);
    daemon.sandbox_paths = files_of_daemon(table, daemon, tls, guard);
    for (const auto& file : options.egress->files()) add_folder_of(daemon.sandbox_paths.read, file);
    add_folder_of(daemon.sandbox_paths.read, origin_ca);
    for (const auto& credential : credentials) add_folder_of(daemon.sandbox_paths.read, credential.file);
    for (const auto& login : parents.logins) add_folder_of(daemon.sandbox_paths.read, login.file);
    // The same for all threads, and for as long as it runs: a request that comes back is recognised by whichever gets it.
    options.via_name =
        before != nullptr ? before->options.via_name : "libnet-" + std::to_string(std::random_device{}());
    return changes;
}

}  // namespace libnet::apps
