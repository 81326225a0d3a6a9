// proxy++: an HTTP forward proxy.

#include <apps/common/daemon.hpp>
#include <apps/common/daemon_options.hpp>
#include <apps/common/guard_settings.hpp>
#include <apps/common/held_signals.hpp>
#include <apps/common/options.hpp>
#include <apps/common/output.hpp>
#include <apps/proxy/egress_settings.hpp>
#include <apps/proxy/explain.hpp>
#include <apps/proxy/limit_options.hpp>
#include <libnet/forward_proxy.hpp>

#include <exception>
#include <random>
#include <string>
#include <string_view>

int main(int argc, char** argv)
{
    using namespace libnet;

    apps::hold_signals();
    ForwardProxyOptions options;
    EgressOptions egress;
    apps::ExplainSettings explained;
    apps::GuardSettings guard{.access = {.realm = "proxy"}};
    apps::DaemonOptions daemon{.address = options.address, .port = options.port};
    apps::Options table{"proxy++", "",
                        "Forwards HTTP requests and CONNECT tunnels for whoever can reach it: bound to an\n"
                        "address other than loopback it is an open relay, unless it has --users."};
    table.group("Server");
    add_options(table, daemon, "address (127.0.0.1); on any other give it --users");
    add_egress(table.group("Destinations"), egress, explained);
    add_limits(table.rare_group("Limits"), options);
    add_access(table, guard,
               {.users = "who can log in, made by htpasswd; without rules everybody has to",
                .rule = "'HOSTS RULE'",
                .rules = "'*.example.org allow 10.0.0.0/8 users alice', '* deny all'; the first fit decides",
                .file = "more, one a line; exceptions first",
                .realm = "what clients show when they ask for a password (proxy)"});
    add_client_limits(table, guard);
    table.example("proxy++ --port 8888 & curl -x 127.0.0.1:8888 http://example.org/");
    if (const auto exit_code = table.read(argc, argv)) return *exit_code;

    try {
        options.egress = std::make_shared<EgressControl>(egress);
        if (explained.target) return apps::explain(explained, *options.egress, options.resolver);
        options.access = apps::access_of(guard);
        options.client_limits = apps::limiter_of(guard);
    } catch (const std::exception& error) {
        apps::complain("proxy++", apps::reason_of(error));
        return apps::exit_not_serving;
    }
    daemon.on_reload = [&options] {
        const auto use_egress = options.egress->prepare_reload();
        if (options.access) options.access->reload();
        use_egress();
    };
    options.diagnostics = [](DiagnosticLevel, std::string_view text) { apps::complain("proxy++", text); };
    // The same for all threads: a request that comes back is recognised by whichever of them gets it.
    options.via_name = "libnet-" + std::to_string(std::random_device{}());
    return apps::serve<ForwardProxy>("proxy++", "forwarding", daemon, options);
}
