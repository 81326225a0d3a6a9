#pragma once
// What httpd++ is: its options, and what they make of a StaticFileServer.

#include <apps/common/daemon.hpp>
#include <apps/common/faults.hpp>
#include <apps/common/options.hpp>
#include <apps/common/sandbox_settings.hpp>
#include <apps/common/spoken_places.hpp>
#include <apps/common/tls_settings.hpp>
#include <apps/common/units.hpp>
#include <apps/httpd/access_settings.hpp>
#include <apps/httpd/operands.hpp>
#include <apps/httpd/site_settings.hpp>
#include <apps/httpd/withheld_settings.hpp>
#include <libnet/io/files/root_directory.hpp>
#include <libnet/static_file_server.hpp>

#include <boost/asio/ip/address_v6.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::apps {

/// See apps/common/daemon.hpp.
struct HttpdProgram {
    using Server = StaticFileServer;
    static constexpr std::string_view name = "httpd++";

    HttpdProgram();

    /// Reads certificates, users, rules and media types. What `before` has read and what is the same now stays, with what it
    /// remembers of clients and sessions, and is read again when the changes are made.
    /// Options that make no sense and files that can't be read are noted as faults; then nothing else is to be done with it.
    Changes prepare(const HttpdProgram* before, Faults& faults);

    /// For --check: looks for roots that can't be served.
    void check_files(Faults& faults) const;

    std::string what() const { return fmt::format("serving {}", options.root); }

    StaticFileServerOptions options;
    DaemonOptions daemon{.address = boost::asio::ip::address_v6::any(), .port = options.port};
    std::vector<std::string> roots{options.root};
    SiteSettings site;
    TlsSettings tls;
    AccessSettings access;
    Options table{name.data(), "[ROOT]", "Serves the files under ROOT, by default those of this directory."};

private:
    void read_files(const HttpdProgram* before, Changes& changes, Faults& faults);

    std::vector<std::string> section_places_;  // of the last hosts
};

inline HttpdProgram::HttpdProgram()
{
    using namespace std::chrono_literals;
    table.operands("ROOT", roots, 0, 2);  // of two, one may be a port that was meant
    add_options(table.group("Server"), daemon, "address to listen on (every one)");
    add_options(table, tls);
    table.value("hsts", "TIME", "that browsers are to come back with TLS only: 1h, 365d (0: not said)",
                period(0s, 87600h), options.hsts);
    add_options(table, site);
    table.group("Limits")
        .value("max-connections", "N", "connections at a time, 0 for any number (0)", integer<std::size_t>(0),
               options.max_connections)
        .value("header-timeout", "TIME", "for the head of a request (10)", period(1ms, 1h), options.header_timeout)
        .value("idle-timeout", "TIME", "between two requests (60)", period(1ms, 24h), options.idle_timeout)
        .value("write-timeout", "TIME", "for a client that takes nothing (30)", period(1ms, 24h),
               options.write_timeout);
    table.rare_group("Limits, more of them")
        .value("max-requests", "N", "of a connection, which ends then, 0: any number (0)", integer<std::uint64_t>(0),
               options.max_requests)
        .value("max-request-head", "BYTES", fmt::format("of the head of a request ({})", options.request_limits.head),
               integer<std::size_t>(1024, 16'777'216), options.request_limits.head)
        .value("max-request-body", "BYTES", "of a body, which is thrown away (65536)", integer<std::size_t>(0),
               options.max_request_body);
    add_options(table, access);
    add_life_options(table.rare_group("Daemon"), daemon, ",tls ,plain or ,redirect");
    table.sections("host", "[host NAME,...] in the file begins lines for these hosts: root, and options of the site.",
                   [this](const Section& section) {
                       site.sections.push_back(read_host_section(section, site.options, roots.front()));
                   });
    table.example("httpd++ --port 8000 --access-log none public");
}

/// Reads the files that the options name.
inline void HttpdProgram::read_files(const HttpdProgram* before, Changes& changes, Faults& faults)
{
    const bool same_tls = before != nullptr && before->options.tls && table.same_as(before->table, "tls-");
    options.tls = same_tls ? before->options.tls : read_tls(table, faults, tls);
    if (same_tls) table.attempt(faults, {"tls-cert"}, [&] { changes.push_back(options.tls->prepare_reload()); });
    options.access = read_access(table, faults, access);
    apply(access, options);
    if (before == nullptr || !faults.empty()) return;
    keep_access(table, before->table, before->options.access, options.access, changes, faults);
    keep_limits(table, before->table, before->options.limits, options.limits);
}

inline Changes HttpdProgram::prepare(const HttpdProgram* before, Faults& faults)
{
    if (const auto mistake = mistaken_operand(roots)) faults.add(*mistake, exit_usage);
    options.root = roots.front();
    options.hash_file = hash_file(site.hash_file, daemon);
    for (const auto& section : site.sections) section_places_.push_back(section.place);
    apply(table, faults, std::move(site), options);
    Changes changes;
    read_files(before, changes, faults);
    daemon.has_certificate = !tls.certificates.empty() || !tls.keys.empty();
    check_places(table, faults, daemon.listen, daemon.has_certificate, Redirects::possible);
    if (!faults.empty()) return changes;
    options.withheld = withheld_files(tls, access, daemon);
    warn_of_withheld(options);
    warn_of_missing(options);
    daemon.scheme = options.tls ? "https" : "http";
    daemon.sandbox_paths = files_of_daemon(table, daemon, tls, access);
    add_folder_of(daemon.sandbox_paths.write, options.hash_file);
    for (const auto& file : table.given("mime-types")) add_folder_of(daemon.sandbox_paths.read, file);
    daemon.sandbox_paths.read.push_back(options.root);
    for (const auto& host : options.hosts) daemon.sandbox_paths.read.push_back(host.root);
    return changes;
}

inline void HttpdProgram::check_files(Faults& faults) const
{
    const auto look_at = [this](const std::string& root) {
        try {
            io::RootDirectory{root, options.site.symlinks};
        } catch (const boost::system::system_error& error) {
            throw std::runtime_error{fmt::format("root '{}': {}", printable(root), error.code().message())};
        }
    };
    if (roots.size() == 1) table.attempt(faults, {}, [&] { look_at(options.root); });
    const auto given = options.hosts.size() - section_places_.size();  // by --host, whose hosts come first
    table.attempt_each(faults, "host", given, [&](std::size_t i) { look_at(options.hosts[i].root); });
    for (std::size_t i = given; i < options.hosts.size(); ++i) {
        try {
            if (options.hosts[i].root != options.root) look_at(options.hosts[i].root);
        } catch (const std::exception& error) {
            faults.add(error, section_places_[i - given]);
        }
    }
}

}  // namespace libnet::apps
