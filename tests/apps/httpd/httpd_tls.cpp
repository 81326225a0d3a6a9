// httpd++ with TLS, as an administrator runs it.

#include <tests/support/catch.hpp>
#include <tests/support/certificates.hpp>
#include <tests/support/httpd.hpp>

#include <csignal>
#include <filesystem>
#include <string>
#include <string_view>

namespace httpd_tls_tests {

using namespace libnet::test;

namespace {

struct Site {
    Site()
    {
        root.write("a.txt", "text over TLS");
        certificates.make("first", "DNS:first.test");
        certificates.make("second", "DNS:second.test");
        install("first");
    }

    /// Puts a certificate where httpd++ finds it.
    void install(const std::string& name) const
    {
        using std::filesystem::copy_file, std::filesystem::copy_options;
        copy_file(certificates.chain(name), certificates.chain("live"), copy_options::overwrite_existing);
        copy_file(certificates.key(name), certificates.key("live"), copy_options::overwrite_existing);
    }

    Arguments options(Arguments more = {}) const
    {
        more.insert(more.begin(), {"--tls-cert", certificates.chain("live"), "--tls-key", certificates.key("live")});
        return more;
    }

    TemporaryDirectory root;
    Certificates certificates;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

Finished curl(Arguments arguments)
{
    arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "60"});
    return run(arguments);
}

std::string s_client(const Httpd& httpd, Arguments options)
{
    options.insert(options.begin(),
                   {"timeout", "20", "openssl", "s_client", "-ign_eof", "-connect", "127.0.0.1:" + httpd.port()});
    return run(options, {}, "GET / HTTP/1.0\r\n\r\n").out;
}

}  // namespace

TEST_CASE("httpd++ serves over TLS, and curl trusts it by its certificate", "[apps][httpd][tls]")
{
    const Site site;
    Httpd httpd{site.root, site.options()};
    CHECK(has(httpd.process().err(), " with TLS on "));
    const auto name = "https://first.test:" + httpd.port() + "/a.txt";
    const Arguments trusting{"--cacert", site.certificates.chain("live"), "--resolve",
                             "first.test:" + httpd.port() + ":127.0.0.1", name};
    CHECK(curl(trusting).out == "text over TLS");
    CHECK(curl({httpd.url("/a.txt")}).exit_code == 0);  // the 400 that explains itself
    const auto finished = httpd.stop();
    CHECK(finished.exit_code == 0);
    CHECK(has(finished.out, "\"GET /a.txt HTTP/1.1\" 200 13"));
    CHECK(has(finished.out, "400"));
    CHECK(has(finished.out, "This port speaks HTTPS"));
}

TEST_CASE("a session is resumed by any of the threads", "[apps][httpd][tls]")
{
    const Site site;
    const auto session = (site.certificates.directory().path() / "session").string();
    const Httpd httpd{site.root, site.options({"--threads", "3", "--access-log", "none"})};
    CHECK(has(s_client(httpd, {"-sess_out", session}), "New, TLSv1.3"));
    for (int i = 0; i < 8; ++i) CHECK(has(s_client(httpd, {"-sess_in", session}), "Reused, TLSv1.3"));
}

TEST_CASE("SIGHUP reads the certificates again, and a bad one changes nothing", "[apps][httpd][tls]")
{
    const Site site;
    Httpd httpd{site.root, site.options({"--access-log", "none"})};
    CHECK(has(s_client(httpd, {}), "subject=CN = first"));
    site.install("second");
    httpd.process().signal(SIGHUP);
    CHECK(httpd.process().wait_for("httpd++: reloaded\n"));
    CHECK(has(s_client(httpd, {}), "subject=CN = second"));

    site.certificates.directory().write("live.pem", "no certificate");
    httpd.process().signal(SIGHUP);
    CHECK(httpd.process().wait_for("httpd++: not reloaded: --tls-cert: certificate '" +
                                   site.certificates.chain("live") + "'"));
    CHECK(has(s_client(httpd, {}), "subject=CN = second"));
    CHECK(httpd.stop().exit_code == 0);
}

TEST_CASE("SIGHUP with a bad certificate leaves the rules as they were, too", "[apps][httpd][tls]")
{
    const Site site;
    const auto rules = site.certificates.directory().write("rules", "/a.txt allow all").string();
    Httpd httpd{site.root, site.options({"--access-file", rules, "--access-log", "none"})};
    const auto status = [&] {
        return run({"curl", "--silent", "--insecure", "--noproxy", "*", "--output", "/dev/null", "--write-out",
                    "%{http_code}", httpd.secure_url("/a.txt")})
            .out;
    };
    CHECK(status() == "200");
    site.certificates.directory().write("live.pem", "no certificate");
    site.certificates.directory().write("rules", "/a.txt deny all");
    httpd.process().signal(SIGHUP);
    REQUIRE(httpd.process().wait_for("; nothing has changed\n"));
    CHECK(status() == "200");
    site.install("second");
    httpd.process().signal(SIGHUP);
    REQUIRE(httpd.process().wait_for("httpd++: reloaded\n"));
    CHECK(status() == "403");
}

TEST_CASE("SIGHUP is harmless without TLS", "[apps][httpd]")
{
    const Site site;
    Httpd httpd{site.root};
    httpd.process().signal(SIGHUP);
    CHECK(httpd.process().wait_for("httpd++: reloaded\n"));
    CHECK(curl({httpd.url("/a.txt")}).out == "text over TLS");
}

TEST_CASE("certificates of clients are asked for", "[apps][httpd][tls]")
{
    const Site site;
    site.certificates.make_client("client", "second");
    const Httpd httpd{site.root, site.options({"--tls-client-ca", site.certificates.chain("second")})};
    CHECK(curl({"--insecure", httpd.secure_url("/a.txt")}).exit_code != 0);
    CHECK(curl({"--insecure", "--cert", site.certificates.chain("client"), "--key", site.certificates.key("client"),
                httpd.secure_url("/a.txt")})
              .out == "text over TLS");
}

TEST_CASE("what is wrong with the certificates keeps httpd++ from starting", "[apps][httpd][tls]")
{
    const Site site;
    const auto complaint = [&](Arguments options) {
        options.insert(options.begin(), {program("httpd++"), site.root.path().string(), "--port", "0"});
        const auto finished = run(options);
        CHECK(finished.exit_code == 1);
        CHECK(finished.out.empty());
        return finished.err;
    };
    CHECK(complaint({"--tls-cert", "/no/such.pem"}) ==
          "httpd++: --tls-cert: certificate '/no/such.pem': No such file or directory\n");
    CHECK(complaint({"--tls-cert", site.certificates.chain("first"), "--tls-key", site.certificates.key("second")}) ==
          "httpd++: --tls-cert: key '" + site.certificates.key("second") + "' of certificate '" +
              site.certificates.chain("first") + "': key values mismatch (x509 certificate routines)\n");
    CHECK(complaint(site.options({"--tls-key", "a,b"})) ==
          "httpd++: --tls-key: give one key for each certificate, or none\n");
}

}  // namespace httpd_tls_tests
