#pragma once
// The command lines of the programs. In the first round every option is given that costs memory, writes a log or reads what
// a client sends; in later ones some of them, at random.

#include <tests/fuzz/live/folder.hpp>
#include <tests/fuzz/live/mutation.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace live {

using Words = std::vector<std::string>;

/// A command line that is being written.
class CommandLine {
public:
    CommandLine(std::string program, Dice& dice, bool everything)
        : words_{std::move(program)},
          dice_{dice},
          everything_{everything}
    {}

    void add(const Words& words) { words_.insert(words_.end(), words.begin(), words.end()); }
    void maybe(const Words& words)
    {
        if (everything_ || !dice_.once_in(3)) add(words);
    }
    void one_of(const Words& option, const Words& values)
    {
        add(option);
        add({values[dice_.below(values.size())]});
    }

    const Words& words() const { return words_; }

private:
    Words words_;
    Dice& dice_;
    bool everything_;
};

/// What the four programs are started with.
class Configurations {
public:
    /// @param origin  the port of a hostile origin, which is a hostile parent proxy as well
    Configurations(std::string programs, const Folder& folder, std::uint16_t origin, Dice& dice, bool everything)
        : programs_{std::move(programs)},
          folder_{folder},
          origin_{"127.0.0.1:" + std::to_string(origin)},
          dice_{dice},
          everything_{everything}
    {
        folder.write("tokens", "ci:" + std::string(64, '1') + "\n");
        folder.write("egress",
                     "deny to denied.example\n"
                     "allow to .parent.example proxy=web\n"
                     "allow to .socks.example proxy=socks\n"
                     "deny to 127.0.0.1 methods DELETE paths /v1/*\n"
                     "private registry.example 127.0.0.0/8\n"
                     "limit from 127.9.0.0/16 rate 1M/s quota 10M/day requests 1000/s per client target\n"
                     "limit to .example rate 10M/s requests 1000/min per rule\n"
                     "default proxy=direct\n");
    }

    /// Requests name their client in X-Forwarded-For.
    Words httpd() const
    {
        auto line = daemon("httpd++", "httpd");
        line.add({folder_ / "root", "--trust-proxy", "127.0.0.0/8"});
        line.maybe({"--log-format", "json"});
        add_site(line);
        return line.words();
    }

    /// TLS behind a balancer, whose connections begin with a PROXY header.
    Words secure_httpd() const
    {
        auto line = daemon("httpd++", "secure-httpd");
        line.add({folder_ / "root", "--proxy-protocol", "127.0.0.0/8"});
        line.maybe({"--trust-proxy", "0.0.0.0/0", "--trust-proxy", "::/0", "--trust-header", "forwarded"});
        line.maybe({"--hsts", "365d"});
        add_site(line);
        add_tls(line);
        return line.words();
    }

    Words proxy() const
    {
        auto line = daemon("proxy++", "proxy");
        add_proxy(line);
        line.maybe({"--log-format", "json"});
        line.one_of({"--forwarded"}, {"pass", "add", "replace", "obfuscate", "remove"});
        line.one_of({"--forwarded-field"}, {"x-forwarded-for", "forwarded"});
        line.maybe({"--anonymous"});
        line.maybe({"--strip-request", "X-A", "--set-request", "X-B: b", "--strip-response", "Server"});
        line.maybe({"--set-response", "X-C: c"});
        return line.words();
    }

    /// TLS to the proxy, users, rules, limits and parent proxies.
    Words secure_proxy() const
    {
        auto line = daemon("proxy++", "secure-proxy");
        add_proxy(line);
        add_tls(line);
        line.add({"--proxy-protocol", "127.0.0.0/8", "--users", folder_ / "users", "--egress", folder_ / "egress"});
        line.add({"--client-logins", "100000", "--parent", "web=http://" + origin_});
        line.add({"--parent", "socks=socks5://" + origin_});
        line.maybe(
            {"--parent-login", "web=" + folder_ / "credential", "--parent-login", "socks=" + folder_ / "credential"});
        line.one_of({"--send-proxy"}, {"none", "v1", "v2"});
        line.one_of({"--parent-retry"}, {"0", "1"});
        line.maybe({"--parent-check", "1"});
        line.maybe({"--tokens", folder_ / "tokens"});
        line.maybe({"--check-sni"});
        line.maybe({"--client-connections", "1000", "--client-requests", "100000", "--client-burst", "100000",
                    "--client-bandwidth", "1G"});
        line.maybe({"--min-rate", "1", "--max-upstreams", "1000", "--max-connections", "500"});
        return line.words();
    }

    Words ping_exporter() const
    {
        CommandLine line{programs_ + "/ping++", dice_, everything_};
        line.add({"--listen", "127.0.0.1:0", "--targets", folder_ / "targets", "-i", "0.2", "--max-probes", "50"});
        line.maybe({"--refresh", "1"});
        line.maybe({"--page-name", "ops.example"});
        return line.words();
    }

    Words trace_exporter() const
    {
        CommandLine line{programs_ + "/trace++", dice_, everything_};
        line.add({"--listen", "127.0.0.1:0", "--targets", folder_ / "targets", "--interval", "0.5", "-w", "0.3"});
        line.maybe({"--share-hops"});
        line.maybe({"--page-name", "ops.example"});
        return line.words();
    }

private:
    CommandLine daemon(const std::string& program, const std::string& name) const
    {
        CommandLine line{programs_ + "/" + program, dice_, everything_};
        line.add({"--bind", "127.0.0.1", "--port", "0", "--threads", "2", "--drain", "1"});
        line.add({"--access-log", folder_ / (name + ".log"), "--admin", "127.0.0.1:0", "--idle-timeout", "2"});
        line.maybe({"--diagnostics", "json"});
        line.maybe({"--max-memory", "4G", "--page-name", "ops.example"});
        line.maybe({"--max-requests", "50"});
        return line;
    }

    void add_site(CommandLine& line) const
    {
        line.add({"--header-timeout", "3", "--write-timeout", "2", "--client-logins", "100000"});
        line.maybe({"--listing", "--max-listing", "200"});
        line.maybe({"--compress"});
        line.maybe({"--clean-urls"});
        line.maybe({"--fallback", "index.html"});
        line.maybe({"--error-page", "404=404.html", "--error-page", "401=404.html", "--error-page", "403=404.html"});
        line.maybe({"--users", folder_ / "users", "--access-file", folder_ / "rules"});
        line.maybe({"--cors", "https://a.example"});
        line.maybe({"--redirect", "/old/* /new/*"});
        line.maybe({"--header", "*.js X-A: b", "--max-age", "1d", "--immutable", "/app.*"});
        line.maybe({"--host", "b.example,*.c.example=" + folder_ / "other"});
        line.maybe({"--hash-file", folder_ / "hashes"});
        line.maybe({"--symlinks", "any", "--dot-files"});
        line.maybe({"--client-connections", "1000", "--client-requests", "100000", "--client-burst", "100000",
                    "--client-bandwidth", "1G"});
        line.maybe({"--max-connections", "500"});
    }

    void add_proxy(CommandLine& line) const
    {
        line.add({"--allow-private", "--connect-port", "all", "--request-timeout", "3", "--resolve-timeout", "2",
                  "--connect-timeout", "2"});
        line.add({"--response-timeout", "2", "--transfer-timeout", "2", "--tunnel-timeout", "3"});
        line.add({"--half-closed-timeout", "1", "--upstream-idle-timeout", "1"});
        line.maybe({"--event-log", folder_ / "events.log"});
        line.maybe({"--pac"});
        line.maybe({"--credential", "127.0.0.1=" + folder_ / "credential"});
    }

    void add_tls(CommandLine& line) const
    {
        line.add({"--tls-cert", folder_ / "cert.pem", "--tls-key", folder_ / "key.pem"});
        line.maybe({"--tls-client-ca", folder_ / "cert.pem", "--tls-client-cert", "optional"});
        line.maybe({"--tls-tickets", "1"});
    }

    std::string programs_;
    const Folder& folder_;
    std::string origin_;
    Dice& dice_;
    bool everything_;
};

}  // namespace live
