#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/io/tls/tls_client.hpp>
#include <libnet/io/tls/tls_context.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/certificates.hpp>

#include <boost/system/system_error.hpp>

#include <array>
#include <string>
#include <string_view>

#include <sys/socket.h>

namespace tls_client_tests {

using namespace libnet::io;
using namespace libnet::test;

namespace {

/// A client and a server of TLS on a pair of sockets, whose handshakes go on in turn.
struct Pair {
    Pair(const TlsContext& context, const TlsClientContext& trust, const std::string& host)
    {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) != 0) throw std::bad_alloc{};
        ours = FileDescriptor{ends[0]};
        theirs = FileDescriptor{ends[1]};
        client = trust.connect(ours.get(), host);
        server = context.accept(theirs.get());
    }

    /// What the client's handshake comes to.
    TlsStream::Handshake shake_hands() const
    {
        for (int turn = 0; turn < 100; ++turn) {
            const auto progress = client->handshake();
            server->handshake();
            if (progress != TlsStream::Handshake::want_read && progress != TlsStream::Handshake::want_write)
                return progress;
        }
        return TlsStream::Handshake::want_read;
    }

    FileDescriptor ours{}, theirs{};
    std::unique_ptr<TlsStream> client{}, server{};
};

struct Site {
    Site() { certificates.make("a", "DNS:a.test,DNS:*.b.test,IP:192.0.2.1"); }
    Certificates certificates;
};

}  // namespace

TEST_CASE("a client of TLS takes the server whose certificate is for the host", "[io][tls]")
{
    using Handshake = TlsStream::Handshake;
    const Site site;
    const TlsContext server{{.certificates = {{site.certificates.chain("a"), site.certificates.key("a")}}}};
    const TlsClientContext trust{{.ca_file = site.certificates.chain("a")}};
    for (const char* const good : {"a.test", "A.TEST", "x.b.test", "192.0.2.1"}) {
        INFO(good);
        const Pair pair{server, trust, good};
        REQUIRE(pair.shake_hands() == Handshake::done);
        CHECK(pair.client->fault() == TlsStream::Fault::none);
        CHECK(pair.client->protocol() == "http/1.1");
        REQUIRE(pair.client->send("hello", " world").size == 11);
        std::array<char, 64> room{};
        const auto got = pair.server->receive(room);
        CHECK(std::string_view{room.data(), got.size} == "hello world");
    }
    for (const char* const bad : {"b.test", "x.y.b.test", "a.test.evil.test", "192.0.2.2", "2001:db8::1"}) {
        INFO(bad);
        const Pair pair{server, trust, bad};
        CHECK(pair.shake_hands() == Handshake::failed);
        CHECK(pair.client->fault() == TlsStream::Fault::certificate);
        CHECK(pair.client->failure().find("mismatch") != std::string_view::npos);
    }
}

TEST_CASE("a client of TLS takes no server whose certificate leads to no trusted one", "[io][tls]")
{
    const Site site;
    site.certificates.make("other", "DNS:a.test");
    const TlsContext server{{.certificates = {{site.certificates.chain("a"), site.certificates.key("a")}}}};
    const TlsClientContext other{{.ca_file = site.certificates.chain("other")}}, system;
    for (const auto* const trust : {&other, &system}) {
        const Pair pair{server, *trust, "a.test"};
        CHECK(pair.shake_hands() == TlsStream::Handshake::failed);
        CHECK(pair.client->fault() == TlsStream::Fault::certificate);
        CHECK(pair.client->failure().find("self-signed certificate") != std::string_view::npos);
    }
}

TEST_CASE("a client of TLS knows what is none, and what has been refused", "[io][tls]")
{
    const Site site;
    const TlsContext server{{.certificates = {{site.certificates.chain("a"), site.certificates.key("a")}}}};
    const TlsContext strict{
        {.certificates = {{site.certificates.chain("a"), site.certificates.key("a")}}, .protocols = {"h2"}}};
    const TlsClientContext trust{{.ca_file = site.certificates.chain("a")}};
    const Pair plain{server, trust, "a.test"};
    const std::string_view answer = "HTTP/1.1 400 Bad Request\r\n\r\n";
    REQUIRE(::send(plain.theirs.get(), answer.data(), answer.size(), 0) > 0);
    CHECK(plain.client->handshake() == TlsStream::Handshake::failed);
    CHECK(plain.client->fault() == TlsStream::Fault::protocol);
    const Pair other{strict, trust, "a.test"};  // it speaks another protocol
    CHECK(other.shake_hands() == TlsStream::Handshake::failed);
    CHECK(other.client->fault() == TlsStream::Fault::alert);
    Pair gone{server, trust, "a.test"};
    gone.client->handshake();
    gone.server.reset();
    gone.theirs = {};
    CHECK(gone.client->handshake() == TlsStream::Handshake::closed);
}

TEST_CASE("a file of authorities that can't be read is named", "[io][tls]")
{
    const auto said = [](const std::string& file) -> std::string {
        try {
            const TlsClientContext trust{{.ca_file = file}};
        } catch (const boost::system::system_error& error) {
            return error.what();
        }
        return "nothing";
    };
    const TemporaryDirectory files;
    CHECK(said("/nonexistent.pem").find("/nonexistent.pem") != std::string::npos);
    CHECK(said(files.write("empty.pem", "").string()).find("empty.pem") != std::string::npos);
}

}  // namespace tls_client_tests
