// proxy++: an HTTP forward proxy.

#include <apps/common/daemon.hpp>
#include <apps/common/daemon_options.hpp>
#include <apps/common/guard_settings.hpp>
#include <apps/common/held_signals.hpp>
#include <apps/common/option_values.hpp>
#include <apps/common/options.hpp>
#include <apps/common/output.hpp>
#include <apps/common/tls_settings.hpp>
#include <apps/proxy/egress_settings.hpp>
#include <apps/proxy/explain.hpp>
#include <apps/proxy/header_settings.hpp>
#include <apps/proxy/limit_options.hpp>
#include <libnet/access_log.hpp>
#include <libnet/forward_proxy.hpp>
#include <libnet/proxy_event.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// Has the proxy's events written to a file; null: nobody wants them.
std::unique_ptr<libnet::AccessLog> open_events(const std::string& file, libnet::ForwardProxyOptions& options)
{
    using namespace libnet;
    if (file.empty()) return nullptr;
    auto log = std::make_unique<AccessLog>(
        file, [](DiagnosticLevel, std::string_view text) { apps::complain("proxy++", text); });
    options.on_event = [to = log.get()](ProxyEvent event, const AccessRecord& record) {
        thread_local std::string line;
        line.clear();
        append_json_line(line, event, record);
        to->write(line);
    };
    return log;
}

}  // namespace

int main(int argc, char** argv)
{
    using namespace libnet;

    apps::hold_signals();
    ForwardProxyOptions options;
    EgressOptions egress;
    apps::ExplainSettings explained;
    std::vector<CredentialFile> credentials;
    std::string event_log;
    apps::GuardSettings guard{.access = {.realm = "proxy"}};
    apps::TlsSettings tls;
    apps::DaemonOptions daemon{.address = options.address, .port = options.port};
    apps::Options table{"proxy++", "",
                        "Forwards HTTP requests, CONNECT tunnels and SOCKS for whoever can reach it:\n"
                        "bound to an address other than loopback it is an open relay without --users."};
    table.group("Server");
    add_options(table, daemon, "address (127.0.0.1); on any other give it --users");
    table.value(
        "socks", "YES", "SOCKS4, 4a and 5 on the same port, too (yes)",
        [](std::string_view given) { return apps::yes_or_no(given); }, options.socks);
    add_options(table, tls);
    add_egress(table, egress, options, explained, event_log);
    add_headers(table, options.headers, credentials);
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
              apps::network(), options.proxy_protocol);
    table.example("proxy++ --port 8888 & curl -x 127.0.0.1:8888 http://example.org/");
    if (const auto exit_code = table.read(argc, argv)) return *exit_code;

    std::unique_ptr<AccessLog> events;
    try {
        options.egress = std::make_shared<EgressControl>(egress);
        if (explained.target) return apps::explain(explained, *options.egress, options.resolver);
        options.tls = make_context(tls);
        if (!credentials.empty()) options.credentials = std::make_shared<CredentialFiles>(credentials);
        options.access = apps::access_of(guard);
        options.client_limits = apps::limiter_of(guard);
        events = open_events(event_log, options);
    } catch (const std::exception& error) {
        apps::complain("proxy++", apps::reason_of(error));
        return apps::exit_not_serving;
    }
    daemon.on_reload = [&options, &events] {
        if (events) events->reopen();
        // Everything is read before the first of it changes.
        std::vector<std::function<void()>> changes;
        if (options.tls) changes.push_back(options.tls->prepare_reload());
        if (options.access) changes.push_back(options.access->prepare_reload());
        if (options.credentials) changes.push_back(options.credentials->prepare_reload());
        changes.push_back(options.egress->prepare_reload());
        for (const auto& change : changes) change();
    };
    options.diagnostics = [](DiagnosticLevel, std::string_view text) { apps::complain("proxy++", text); };
    // The same for all threads: a request that comes back is recognised by whichever of them gets it.
    options.via_name = "libnet-" + std::to_string(std::random_device{}());
    const std::string_view how = options.tls ? "forwarding with TLS" : "forwarding";
    return apps::serve<ForwardProxy>("proxy++", how, daemon, options);
}
