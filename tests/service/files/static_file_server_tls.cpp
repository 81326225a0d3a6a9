// A StaticFileServer over TLS, asked by `openssl s_client` and curl.

#include <libnet/static_file_server.hpp>
#include <libnet/tls.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/certificates.hpp>
#include <tests/support/file_server.hpp>
#include <tests/support/numbers.hpp>
#include <tests/support/process.hpp>
#include <tests/support/raw_client.hpp>

#include <boost/system/system_error.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace static_file_server_tls_tests {

using namespace libnet;
using test::Arguments, test::Certificates, test::FileServer, test::Finished, test::numbers, test::RawClient,
    test::TemporaryDirectory;
using namespace std::chrono_literals;

namespace {

const std::string get_text = "GET /a.txt HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

/// A small site, with certificates.
struct Site {
    Site()
    {
        root.write("a.txt", "text over TLS");
        root.write("large.bin", numbers());
        certificates.make("default", "DNS:default.test");
    }

    io::TlsCertificate certificate(const std::string& name) const
    {
        return {.chain_file = certificates.chain(name), .key_file = certificates.key(name)};
    }

    TemporaryDirectory root;
    Certificates certificates;
};

/// A server of that site.
struct Server {
    explicit Server(const Site& site, io::TlsOptions options = {}, StaticFileServerOptions server_options = {})
        : tls{make(site, std::move(options))},
          files{site.root, with_tls(std::move(server_options), tls)}
    {}

    std::string address() const { return "127.0.0.1:" + std::to_string(files.endpoint().port()); }

    /// Sends a request with openssl, until the server ends the connection.
    Finished s_client(Arguments options, const std::string& request = get_text) const
    {
        options.insert(options.begin(), {"timeout", "20", "openssl", "s_client", "-connect", address(), "-ign_eof"});
        return test::run(options, {}, request);
    }

    Finished curl(Arguments options, const std::string& path = "/a.txt") const
    {
        options.insert(options.begin(), {"curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "60"});
        options.push_back("https://" + address() + path);
        return test::run(options);
    }

    static std::shared_ptr<io::TlsContext> make(const Site& site, io::TlsOptions options)
    {
        if (options.certificates.empty()) options.certificates.push_back(site.certificate("default"));
        return std::make_shared<io::TlsContext>(std::move(options));
    }
    static StaticFileServerOptions with_tls(StaticFileServerOptions options, std::shared_ptr<io::TlsContext> tls)
    {
        options.tls = std::move(tls);
        return options;
    }

    std::shared_ptr<io::TlsContext> tls;
    FileServer files;
};

/// The error of a TlsContext with these options.
std::string refusal(const io::TlsOptions& options)
try {
    const io::TlsContext context{options};
    return "nothing";
} catch (const boost::system::system_error& error) {
    return error.what();
}

}  // namespace

TEST_CASE("files come whole through TLS", "[service][file_server][tls]")
{
    const Site site;
    const Server server{site};
    for (const std::string version : {"1.2", "1.3"}) {
        CAPTURE(version);
        const Arguments options{"--insecure", "--tlsv" + version, "--tls-max", version};
        CHECK(server.curl(options).out == "text over TLS");
        CHECK(server.curl(options, "/large.bin").out == numbers());
    }
    const auto two = server.curl({"--insecure", "--range", "10-19", "--write-out", " %{http_code} %{num_connects}"});
    CHECK(two.out == "TLS 206 1");
}

TEST_CASE("requests that come in one record are answered, and the end is announced", "[service][file_server][tls]")
{
    const Site site;
    const Server server{site};
    const std::string get = "GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n";
    const auto answers = server.s_client({}, get + "HEAD /a.txt HTTP/1.1\r\nHost: test\r\n\r\n" + get + get_text).out;
    std::size_t heads = 0;
    for (auto at = answers.find("HTTP/1.1 200"); at != answers.npos; at = answers.find("HTTP/1.1 200", at + 1)) ++heads;
    CHECK(heads == 4);
    CHECK(has(answers, "closed"));  // what s_client says of a close_notify
}

TEST_CASE("TLS 1.2 and 1.3 are spoken, and nothing older", "[service][file_server][tls]")
{
    const Site site;
    const Server both{site};
    CHECK(has(both.s_client({"-tls1_2"}).out, "New, TLSv1.2, Cipher is ECDHE-ECDSA-AES"));
    CHECK(has(both.s_client({"-tls1_3"}).out, "New, TLSv1.3, Cipher is TLS_AES_"));
    CHECK(has(both.s_client({"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"}).err, "alert protocol version"));
    CHECK(has(both.s_client({"-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"}).err, "alert handshake failure"));

    const Server newest{site, {.certificates = {}, .least_version = io::TlsVersion::tls_1_3}};
    CHECK(has(newest.s_client({}).out, "text over TLS"));
    CHECK(has(newest.s_client({"-tls1_2"}).err, "alert protocol version"));
}

TEST_CASE("the name that a client asks for chooses the certificate", "[service][file_server][tls]")
{
    const Site site;
    site.certificates.make("exact", "DNS:www.example.org");
    site.certificates.make("wildcard", "DNS:example.org,DNS:*.example.org");
    site.certificates.make("unnamed", "IP:127.0.0.1");
    const Server server{site,
                        {.certificates = {site.certificate("default"), site.certificate("exact"),
                                          site.certificate("wildcard"), site.certificate("unnamed")}}};
    const auto shown = [&](const Arguments& options) {
        const auto out = server.s_client(options).out;
        const auto at = out.find("subject=CN = ") + 13;
        return out.substr(at, out.find('\n', at) - at);
    };
    CHECK(shown({"-servername", "www.example.org"}) == "exact");
    CHECK(shown({"-servername", "WWW.example.ORG"}) == "exact");
    CHECK(shown({"-servername", "example.org"}) == "wildcard");
    CHECK(shown({"-servername", "mail.example.org"}) == "wildcard");
    CHECK(shown({"-servername", "a.mail.example.org"}) == "default");
    CHECK(shown({"-servername", "elsewhere.test"}) == "default");
    CHECK(shown({"-servername", "unnamed"}) == "unnamed");  // by its common name, as it has no other
    CHECK(shown({"-noservername"}) == "default");
}

TEST_CASE("with an RSA and an ECDSA certificate each client gets what it can verify", "[service][file_server][tls]")
{
    const Site site;
    site.certificates.make("rsa", "DNS:default.test", "rsa:2048");
    const Server server{site, {.certificates = {site.certificate("default"), site.certificate("rsa")}}};
    CHECK(has(server.s_client({"-tls1_2"}).out, "Cipher is ECDHE-ECDSA-"));
    CHECK(has(server.s_client({"-tls1_2", "-cipher", "aRSA"}).out, "Cipher is ECDHE-RSA-"));
    CHECK(has(server.s_client({"-sigalgs", "rsa_pss_rsae_sha256"}).out, "subject=CN = rsa"));
}

TEST_CASE("HTTP/1.1 is agreed on by ALPN", "[service][file_server][tls]")
{
    const Site site;
    const Server server{site};
    CHECK(has(server.s_client({"-alpn", "h2,http/1.1"}).out, "ALPN protocol: http/1.1"));
    CHECK(has(server.s_client({}).out, "No ALPN negotiated"));
    CHECK(has(server.s_client({"-alpn", "h2"}).err, "no application protocol"));
}

TEST_CASE("sessions are resumed with tickets", "[service][file_server][tls]")
{
    const Site site;
    const auto session = (site.root.path() / "session").string();
    const Server server{site};
    for (const std::string version : {"-tls1_2", "-tls1_3"}) {
        CAPTURE(version);
        CHECK(has(server.s_client({version, "-sess_out", session}).out, "New, TLSv1"));
        CHECK(has(server.s_client({version, "-sess_in", session}).out, "Reused, TLSv1"));
    }
    server.tls->reload();
    CHECK(has(server.s_client({"-tls1_3", "-sess_in", session}).out, "New, TLSv1"));

    const Server without{site, {.certificates = {}, .ticket_period = 0s}};
    CHECK_FALSE(has(without.s_client({"-tls1_2"}).out, "TLS session ticket:"));
    CHECK_FALSE(has(without.s_client({"-tls1_3"}).out, "New Session Ticket arrived"));
}

TEST_CASE("clients show certificates when they are asked", "[service][file_server][tls]")
{
    const Site site;
    site.certificates.make("authority", "DNS:authority.test");
    site.certificates.make("stranger", "DNS:stranger.test");
    site.certificates.make_client("friend", "authority");
    site.certificates.make_client("foe", "stranger");
    const auto shows = [&](const std::string& name) {
        return Arguments{"--insecure", "--cert", site.certificates.chain(name), "--key", site.certificates.key(name)};
    };
    const auto asks = [&](io::ClientCertificate how) {
        return io::TlsOptions{
            .certificates = {}, .client_certificate = how, .client_ca_file = site.certificates.chain("authority")};
    };
    const Server strict{site, asks(io::ClientCertificate::required)};
    CHECK(strict.curl(shows("friend")).out == "text over TLS");
    CHECK(strict.curl(shows("foe")).exit_code != 0);
    CHECK(strict.curl({"--insecure"}).exit_code != 0);

    const Server lax{site, asks(io::ClientCertificate::optional)};
    CHECK(lax.curl(shows("friend")).out == "text over TLS");
    CHECK(lax.curl(shows("foe")).exit_code != 0);
    CHECK(lax.curl({"--insecure"}).out == "text over TLS");
}

TEST_CASE("certificates are read again without a restart, and bad ones change nothing", "[service][file_server][tls]")
{
    const Site site;
    site.certificates.make("first", "DNS:first.test");
    site.certificates.make("second", "DNS:second.test");
    const auto replace = [&](const std::string& by) {
        const auto chain = test::read_file(site.certificates.chain(by));
        const auto key = test::read_file(site.certificates.key(by));
        site.certificates.directory().write("live.pem", chain + key);
    };
    replace("first");
    const auto file = site.certificates.chain("live");
    const Server server{site, {.certificates = {{.chain_file = file}}}};
    CHECK(has(server.s_client({}).out, "subject=CN = first"));

    replace("second");
    CHECK(has(server.s_client({}).out, "subject=CN = first"));
    server.tls->reload();
    CHECK(has(server.s_client({}).out, "subject=CN = second"));

    site.certificates.directory().write("live.pem", "no certificate");
    CHECK_THROWS_WITH(server.tls->reload(), Catch::Contains("certificate '" + file + "'"));
    CHECK(has(server.s_client({}).out, "subject=CN = second"));
    std::filesystem::remove(file);
    CHECK_THROWS_WITH(server.tls->reload(), Catch::Contains("No such file"));
    CHECK(has(server.s_client({}).out, "subject=CN = second"));
}

TEST_CASE("what is wrong with a certificate is said", "[service][file_server][tls]")
{
    const Site site;
    site.certificates.make("other", "DNS:other.test");
    const auto& made = site.certificates;
    const auto missing = made.chain("missing");
    CHECK_THAT(refusal({.certificates = {}}), Catch::StartsWith("TLS without a certificate"));
    for (const std::string& protocol : {std::string{}, std::string(256, 'x')})
        CHECK_THAT(refusal({.certificates = {site.certificate("default")}, .protocols = {"http/1.1", protocol}}),
                   Catch::StartsWith("TLS protocols: names of 1 to 255 octets: Invalid argument"));
    CHECK_THAT(refusal({.certificates = {site.certificate("default")}, .ticket_period = std::chrono::seconds{-1}}),
               Catch::StartsWith("TLS ticket period: zero or more"));
    CHECK_THAT(
        refusal({.certificates = {site.certificate("default")}, .least_version = static_cast<io::TlsVersion>(2)}),
        Catch::StartsWith("TLS least version"));
    CHECK_THAT(refusal({.certificates = {site.certificate("default")},
                        .client_certificate = static_cast<io::ClientCertificate>(3)}),
               Catch::StartsWith("TLS client certificate"));
    CHECK_THAT(refusal({.certificates = {{.chain_file = missing}}}),
               Catch::StartsWith("certificate '" + missing + "': No such file or directory"));
    CHECK_THAT(refusal({.certificates = {{.chain_file = made.chain("default")}}}),
               Catch::StartsWith("key '" + made.chain("default") + "' of certificate"));
    CHECK_THAT(refusal({.certificates = {{.chain_file = made.chain("default"), .key_file = made.key("other")}}}),
               Catch::Contains("key values mismatch"));
    CHECK_THAT(refusal({.certificates = {site.certificate("default")}, .ciphers = "NONSENSE"}),
               Catch::Contains("TLS ciphers 'NONSENSE': no cipher match"));
    CHECK_THAT(refusal({.certificates = {site.certificate("default")},
                        .client_certificate = io::ClientCertificate::required,
                        .client_ca_file = missing}),
               Catch::StartsWith("client CA '" + missing + "': No such file"));
}

TEST_CASE("what is no TLS is told so, or closed", "[service][file_server][tls]")
{
    const Site site;
    Server server{site};
    RawClient plain{server.files.endpoint()};
    const auto answer = plain.exchange(get_text);
    CHECK(answer.status == 400);
    CHECK(has(answer.body, "plain HTTP"));
    CHECK(plain.ended());

    RawClient garbage{server.files.endpoint()};
    garbage.send("\x16\x03\x01\xFF\xFF this is no ClientHello, and it goes on for a while");
    garbage.receive_rest();
    RawClient nonsense{server.files.endpoint()};
    nonsense.send(std::string(300, '\0'));
    nonsense.receive_rest();
    {
        const RawClient gone{server.files.endpoint()};
    }
    CHECK(server.curl({"--insecure"}).out == "text over TLS");

    const auto log = server.files.wait_for_log(4);
    REQUIRE(log.size() == 4);
    CHECK(log[0].status == 400);
    CHECK(log[1].status == 0);
    CHECK(has(log[1].reason, "The TLS handshake failed: "));
    CHECK(has(log[2].reason, "The TLS handshake failed: "));
    CHECK(log[3].status == 200);
}

TEST_CASE("a handshake has a deadline", "[service][file_server][tls]")
{
    const Site site;
    StaticFileServerOptions options;
    options.header_timeout = 300ms;
    Server server{site, {}, options};
    const auto begin = std::chrono::steady_clock::now();
    RawClient silent{server.files.endpoint()};
    RawClient slow{server.files.endpoint()};
    slow.send("\x16\x03\x01");
    CHECK(slow.receive_rest().empty());
    CHECK(silent.receive_rest().empty());
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
    const auto log = server.files.wait_for_log(2);
    REQUIRE(log.size() == 2);
    CHECK(log[0].reason == "The TLS handshake took too long.");
}

TEST_CASE("a drain doesn't wait for handshakes", "[service][file_server][tls]")
{
    const Site site;
    Server server{site};
    RawClient waiting{server.files.endpoint()};
    waiting.send("\x16\x03\x01");
    CHECK(server.curl({"--insecure"}).out == "text over TLS");
    server.files.stop(boost::asio::cancellation_type::total);
    CHECK(server.files.wait_until_ended());
}

TEST_CASE("a client that reads late gets all of a large file", "[service][file_server][tls]")
{
    const Site site;
    constexpr std::uintmax_t huge = 24 * 1024 * 1024;
    std::filesystem::resize_file(site.root.write("huge.bin", ""), huge);
    const Server server{site};
    const auto size = test::run(
        {"sh", "-c",
         "curl --silent --insecure --noproxy '*' https://" + server.address() + "/huge.bin | (sleep 1; wc -c)"});
    CHECK(std::stoull(size.out) == huge);
}

}  // namespace static_file_server_tls_tests
