// httpd++ with TLS as openssl s_client meets it: versions, names, protocols, resumption, certificates of clients.

#include <tests/support/catch.hpp>
#include <tests/support/certificates.hpp>
#include <tests/support/httpd.hpp>
#include <tests/support/programs.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace httpd_tls_clients_tests {

using namespace libnet::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

struct Site {
    Site()
    {
        root.write("a.txt", "text over TLS");
        certificates.make("first", "DNS:first.test");
        certificates.make("second", "DNS:second.test,DNS:*.second.test", "rsa:2048");
    }

    Arguments options(Arguments more = {}) const
    {
        more.insert(more.begin(),
                    {"--tls-cert", certificates.chain("first") + "," + certificates.chain("second"), "--tls-key",
                     certificates.key("first") + "," + certificates.key("second"), "--access-log", "none"});
        return more;
    }
    std::string file(const std::string& name) const { return (certificates.directory().path() / name).string(); }

    TemporaryDirectory root;
    Certificates certificates;
};

/// Asks for the file, and returns what s_client says with the answer in it.
std::string ask(const Httpd& httpd, Arguments options)
{
    options.insert(options.begin(),
                   {"timeout", "20", "openssl", "s_client", "-ign_eof", "-connect", "127.0.0.1:" + httpd.port()});
    return run(options, {}, "GET /a.txt HTTP/1.0\r\n\r\n").out;
}

}  // namespace

TEST_CASE("s_client speaks TLS 1.2 and 1.3, and nothing older is spoken", "[apps][httpd][tls]")
{
    if (is_missing("openssl", "openssl")) return;
    const Site site;
    const Httpd httpd{site.root, site.options()};
    for (const auto& [flag, name] : {std::pair{"-tls1_2", "TLSv1.2"}, std::pair{"-tls1_3", "TLSv1.3"}}) {
        const auto said = ask(httpd, {flag});
        INFO(said);
        CHECK(has(said, std::string{"New, "} + name));
        CHECK(has(said, "text over TLS"));
    }
    CHECK(!has(ask(httpd, {"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"}), "text over TLS"));
    for (const char* suite : {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"})
        CHECK(has(ask(httpd, {"-tls1_2", "-cipher", suite}), "text over TLS"));
    for (const char* suite :
         {"ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256", "NULL-SHA256"})  // no AEAD, no forward secrecy
        CHECK(!has(ask(httpd, {"-tls1_2", "-cipher", std::string{suite} + ":@SECLEVEL=0"}), "text over TLS"));
    const Httpd strict{site.root, site.options({"--tls-min", "1.3"})};
    CHECK(!has(ask(strict, {"-tls1_2"}), "text over TLS"));
    CHECK(has(ask(strict, {"-tls1_3"}), "text over TLS"));
}

TEST_CASE("s_client gets the certificate of the name that it asks for, and verifies it", "[apps][httpd][tls]")
{
    if (is_missing("openssl", "openssl")) return;
    const Site site;
    const Httpd httpd{site.root, site.options()};
    const auto verified = [&](const std::string& name, const std::string& authority) {
        return ask(httpd, {"-servername", name, "-CAfile", site.certificates.chain(authority), "-verify_hostname", name,
                           "-verify_return_error"});
    };
    CHECK(has(verified("first.test", "first"), "Verify return code: 0 (ok)"));
    CHECK(has(verified("second.test", "second"), "Verify return code: 0 (ok)"));
    CHECK(has(verified("www.second.test", "second"), "subject=CN = second"));
    CHECK(has(ask(httpd, {"-servername", "unknown.test"}), "subject=CN = first"));
    CHECK(has(ask(httpd, {"-noservername"}), "subject=CN = first"));
}

TEST_CASE("s_client agrees on HTTP/1.1 by ALPN, or on nothing", "[apps][httpd][tls]")
{
    if (is_missing("openssl", "openssl")) return;
    const Site site;
    const Httpd httpd{site.root, site.options()};
    CHECK(has(ask(httpd, {"-alpn", "h2,http/1.1"}), "ALPN protocol: http/1.1"));
    const auto without = ask(httpd, {});
    CHECK(has(without, "No ALPN negotiated"));
    CHECK(has(without, "text over TLS"));
    CHECK(!has(ask(httpd, {"-alpn", "imap"}), "text over TLS"));
}

TEST_CASE("s_client resumes a session of either version, and gets the file again", "[apps][httpd][tls]")
{
    if (is_missing("openssl", "openssl")) return;
    const Site site;
    const Httpd httpd{site.root, site.options({"--threads", "2"})};
    const Httpd without{site.root, site.options({"--tls-tickets", "0"})};
    for (const std::string version : {"-tls1_2", "-tls1_3"}) {
        INFO(version);
        CHECK(has(ask(httpd, {version, "-sess_out", site.file("session")}), "New, "));
        for (int i = 0; i < 3; ++i) {
            const auto again = ask(httpd, {version, "-sess_in", site.file("session")});
            CHECK(has(again, "Reused, "));
            CHECK(has(again, "text over TLS"));
        }
        CHECK(has(ask(without, {version, "-sess_in", site.file("session")}), "New, "));
    }
}

TEST_CASE("s_client shows a certificate where one is wanted", "[apps][httpd][tls]")
{
    if (is_missing("openssl", "openssl")) return;
    const Site site;
    site.certificates.make_client("client", "first");
    site.certificates.make_client("stranger", "second");
    const auto showing = [&](const std::string& name) {
        return Arguments{"-cert", site.certificates.chain(name), "-key", site.certificates.key(name)};
    };
    const auto authority = site.certificates.chain("first");
    const Httpd required{site.root, site.options({"--tls-client-ca", authority})};
    CHECK(has(ask(required, showing("client")), "text over TLS"));
    CHECK(!has(ask(required, showing("stranger")), "text over TLS"));
    CHECK(!has(ask(required, {}), "text over TLS"));
    const Httpd optional{site.root, site.options({"--tls-client-ca", authority, "--tls-client-cert", "optional"})};
    CHECK(has(ask(optional, showing("client")), "text over TLS"));
    CHECK(!has(ask(optional, showing("stranger")), "text over TLS"));
    CHECK(has(ask(optional, {}), "text over TLS"));
}

}  // namespace httpd_tls_clients_tests
