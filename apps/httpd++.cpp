// httpd++ serves the files of a directory.

#include <apps/common/daemon.hpp>
#include <apps/common/held_signals.hpp>
#include <apps/common/options.hpp>
#include <apps/common/output.hpp>
#include <apps/common/tls_settings.hpp>
#include <apps/httpd/access_settings.hpp>
#include <apps/httpd/operands.hpp>
#include <apps/httpd/site_settings.hpp>
#include <apps/httpd/withheld_settings.hpp>
#include <libnet/static_file_server.hpp>

#include <boost/asio/ip/address_v6.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

int main(int argc, char** argv)
{
    using namespace libnet;
    using namespace std::chrono_literals;
    apps::hold_signals();
    StaticFileServerOptions options;
    apps::DaemonOptions daemon{.address = boost::asio::ip::address_v6::any(), .port = options.port};
    std::vector<std::string> roots{options.root};
    apps::SiteSettings site;
    apps::TlsSettings tls;
    apps::AccessSettings access;

    apps::Options table{"httpd++", "[ROOT]", "Serves the files under ROOT, by default those of this directory."};
    table.operands("ROOT", roots, 0, 2);  // of two, one may be a port that was meant
    add_options(table.group("Server"), daemon, "address to listen on (every one)");
    add_options(table, tls);
    add_options(table, site);
    table.group("Limits")
        .value("max-connections", "N", "connections at a time, 0 for any number (0)", apps::integer<std::size_t>(0),
               options.max_connections)
        .value("header-timeout", "SECONDS", "for the head of a request (10)", apps::seconds(1ms, 1h),
               options.header_timeout)
        .value("idle-timeout", "SECONDS", "between two requests (60)", apps::seconds(1ms, 24h), options.idle_timeout)
        .value("write-timeout", "SECONDS", "for a client that takes nothing (30)", apps::seconds(1ms, 24h),
               options.write_timeout);
    add_options(table, access);
    table.sections("host", "[host NAME,...] in the file begins lines for these hosts: root, and options of the site.",
                   [&](const apps::Section& section) {
                       site.sections.push_back(read_host_section(section, site.options, roots.front()));
                   });
    table.example("httpd++ --port 8000 --access-log none public");
    if (const auto exit_code = table.read(argc, argv)) return *exit_code;

    if (const auto mistake = apps::mistaken_operand(roots)) return table.complain(*mistake);
    options.root = roots.front();
    options.hash_file = apps::hash_file(site.hash_file, daemon);
    try {
        apply(std::move(site), options);
    } catch (const std::invalid_argument& error) {
        return table.complain(error.what());
    }
    try {
        options.tls = make_context(tls);
        apply(access, options);
    } catch (const std::exception& error) {
        apps::complain("httpd++", apps::reason_of(error));
        return apps::exit_not_serving;
    }
    options.withheld = apps::withheld_files(tls, access, daemon);
    apps::warn_of_withheld(options);
    apps::warn_of_missing(options);
    daemon.scheme = options.tls ? "https" : "http";
    daemon.on_reload = [&options] {
        // Everything is read before the first of it changes: with half of it, rules that were to close may stay open.
        std::vector<std::function<void()>> changes;
        if (options.tls) changes.push_back(options.tls->prepare_reload());
        if (options.access) changes.push_back(options.access->prepare_reload());
        for (const auto& change : changes) change();
    };
    const std::string_view how = options.tls ? " with TLS" : "";
    return apps::serve<StaticFileServer>("httpd++", fmt::format("serving {}{}", options.root, how), daemon, options);
}
