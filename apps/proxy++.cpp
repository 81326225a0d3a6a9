// proxy++: an HTTP forward proxy.

#include <apps/common/daemon.hpp>
#include <apps/common/daemon_options.hpp>
#include <apps/common/guard_settings.hpp>
#include <apps/common/held_signals.hpp>
#include <apps/common/options.hpp>
#include <apps/common/output.hpp>
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
    apps::GuardSettings guard{.access = {.realm = "proxy"}};
    apps::DaemonOptions daemon{.address = options.address, .port = options.port};
    apps::Options table{"proxy++", "",
                        "Forwards HTTP requests and CONNECT tunnels for whoever can reach it: bound to an\n"
                        "address other than loopback it is an open relay, unless it has --users."};
    table.group("Server");
    add_options(table, daemon, "address (127.0.0.1); on any other give it --users");
    add_limits(table.rare_group("Limits"), options);
    add_access(table, guard,
               {.users = "who can log in, made by htpasswd; without rules everybody has to",
                .rule = "'HOSTS RULE'",
                .rules = "'*.example.org allow 10.0.0.0/8 users alice', '* deny all'; the first fit decides",
                .file = "more, one a line; exceptions first",
                .realm = "what clients show when they ask for a password (proxy)"});
    add_client_limits(table, guard);
    table.rare_group("Destinations")
        .list("connect-port", "PORT", "that CONNECT may reach; may be given several times. Without it: every port",
              apps::port(1), options.connect_ports);
    table.example("proxy++ --port 8888 & curl -x 127.0.0.1:8888 http://example.org/");
    if (const auto exit_code = table.read(argc, argv)) return *exit_code;

    try {
        options.access = apps::access_of(guard);
        options.client_limits = apps::limiter_of(guard);
    } catch (const std::exception& error) {
        apps::complain("proxy++", apps::reason_of(error));
        return apps::exit_not_serving;
    }
    daemon.on_reload = [&options] {
        if (options.access) options.access->reload();
    };
    options.diagnostics = [](DiagnosticLevel, std::string_view text) { apps::complain("proxy++", text); };
    // The same for all threads: a request that comes back is recognised by whichever of them gets it.
    options.via_name = "libnet-" + std::to_string(std::random_device{}());
    return apps::serve<ForwardProxy>("proxy++", "forwarding", daemon, options);
}
