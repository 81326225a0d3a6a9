// proxy++: an HTTP forward proxy.

#include <apps/common/daemon.hpp>
#include <apps/common/daemon_options.hpp>
#include <apps/common/options.hpp>
#include <apps/common/output.hpp>
#include <apps/proxy/limit_options.hpp>
#include <libnet/forward_proxy.hpp>

#include <random>
#include <string>
#include <string_view>

int main(int argc, char** argv)
{
    using namespace libnet;

    ForwardProxyOptions options;
    apps::DaemonOptions daemon{.address = options.address, .port = options.port};
    apps::Options table{"proxy++", "",
                        "Forwards HTTP requests and CONNECT tunnels for whoever can reach it: bound to an\n"
                        "address other than loopback it is an open relay."};
    table.group("Server");
    add_options(table, daemon, "address (127.0.0.1); on any other it is an open relay");
    add_limits(table.rare_group("Limits"), options);
    table.example("proxy++ --port 8888 & curl -x 127.0.0.1:8888 http://example.org/");
    if (const auto exit_code = table.read(argc, argv)) return *exit_code;

    options.diagnostics = [](DiagnosticLevel, std::string_view text) { apps::complain("proxy++", text); };
    // The same for all threads: a request that comes back is recognised by whichever of them gets it.
    options.via_name = "libnet-" + std::to_string(std::random_device{}());
    return apps::serve<ForwardProxy>("proxy++", "forwarding", daemon, options);
}
