// The driver of HTTP connections, with a handler that does what file server and endpoint don't: it streams, and tunnels.

#include <libnet/engine/http/http_sentences.hpp>
#include <libnet/io/http/http_session.hpp>
#include <libnet/io/http/response_head.hpp>
#include <libnet/io/tcp/tcp_server.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/raw_client.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace http_session_tests {

namespace asio = boost::asio;
using namespace libnet::io;
using namespace std::chrono_literals;
using libnet::test::RawClient;

namespace {

/// Answers with the body it gets; "/throw" throws, "/half" throws behind half an answer, CONNECT echoes what follows once.
class Echo final : public HttpHandler {
public:
    bool start(HttpSession& session) override
    {
        if (session.request().path == "/throw") throw std::runtime_error{"a secret"};
        return false;
    }

    Task<> go_on(HttpSession& session) override
    {
        if (session.request().method == "CONNECT") {
            co_await tunnel(session);
            co_return;
        }
        std::string body;
        for (bool last = false; !last;) {
            const auto piece = co_await session.read_body();
            if (piece.failed) co_return;
            body += piece.content;
            last = piece.last;
        }
        answer(session, 200, body);
        if (session.request().path == "/half") throw std::runtime_error{"too late"};
        session.end_answer();
    }

    void refuse(HttpSession& session, unsigned status, std::string_view reason) override
    {
        answer(session, status, reason);
        session.end_answer();
    }

private:
    static void answer(HttpSession& session, unsigned status, std::string_view content)
    {
        const auto persistence = session.begin_answer({.status = status, .content_length = content.size()});
        ResponseHead head{session.writer().queue(), status, session.date()};
        head.field("Content-Length", std::to_string(content.size()));
        session.end_head(persistence);
        session.writer().queue().append(content);
    }

    static Task<> tunnel(HttpSession& session)
    {
        const auto early = std::string{session.octets().substr(session.head_octets().size())};
        session.begin_answer({.status = 200, .may_keep = false});
        session.hand_over();
        session.writer().queue().append("HTTP/1.1 200 OK\r\n\r\n");
        session.writer().queue().append(early);
        const bool sent = co_await session.writer().flush();
        session.end_tunnel(sent ? early.size() : 0, early.size(), {});
    }
};

/// Goes on by events: "/count" answers how many octets the body has, "/large" with megabytes, and "/wait" never.
class Eventful final : public HttpHandler {
public:
    bool start(HttpSession&) override { return false; }
    Task<> go_on(HttpSession&) override { co_return; }
    Way way() const noexcept override { return Way::events; }

    bool pursue(HttpSession& session) override
    {
        if (session.request().path == "/wait") return false;
        if (session.request().path == "/large") return send_large(session);
        for (bool last = !session.has_body(); !last;) {
            const auto piece = session.next_piece();
            if (piece.waits || piece.failed) return piece.failed;
            last = piece.last;
        }
        const auto count = std::to_string(session.body_size());
        session.take_piece();
        begin(session, 200, count.size());
        session.writer().queue().append(count);
        session.end_answer();
        return true;
    }

    void refuse(HttpSession& session, unsigned status, std::string_view reason) override
    {
        begin(session, status, reason.size());
        session.writer().queue().append(reason);
        session.end_answer();
    }

    static constexpr std::size_t pieces = 100, piece_size = 100'000;

private:
    static void begin(HttpSession& session, unsigned status, std::size_t size)
    {
        const auto persistence = session.begin_answer({.status = status});
        ResponseHead head{session.writer().queue(), status, session.date()};
        head.field("Content-Length", std::to_string(size));
        session.end_head(persistence);
    }

    bool send_large(HttpSession& session)
    {
        if (sent_ == 0) begin(session, 200, pieces * piece_size);
        const std::string piece(piece_size, 'x');
        for (; sent_ < pieces && !session.is_blocked(); ++sent_) {
            session.content_queued(piece.size());
            if (!session.send({}, piece, {})) return true;
        }
        if (sent_ < pieces) return false;
        sent_ = 0;
        session.end_answer();
        return true;
    }

    std::size_t sent_ = 0;
};

/// A server on loopback, in a thread.
template <typename Handler>
class ServerOf {
public:
    explicit ServerOf(const libnet::engine::HttpConnectionOptions& patience = {})
        : share_{.patience = patience,
                 .on_record =
                     [this](const libnet::engine::HttpRecord& record, const asio::ip::tcp::endpoint&) {
                         log_.push_back(std::string{record.method}.append(" ").append(record.target) + " " +
                                        std::to_string(record.status) + " +" + std::to_string(record.content_sent) +
                                        " -" + std::to_string(record.body_received) +
                                        std::string{record.reason.empty() ? "" : " "}.append(record.reason));
                         told_ = true;
                     }},
          tcp_{std::in_place, io_.get_executor(),
               TcpServerOptions{.address = asio::ip::address_v4::loopback(),
                                .diagnostics = [this](libnet::DiagnosticLevel,
                                                      std::string_view text) { heard_.emplace_back(text); }}},
          endpoint_{tcp_->local_endpoint()}
    {
        TcpServer::HandlerFactory factory = [this](Connection& connection) {
            return std::make_unique<HttpSession>(share_, connection, std::make_unique<Handler>());
        };
        asio::co_spawn(io_, tcp_->run(std::move(factory)),
                       asio::bind_cancellation_slot(stop_.slot(), [](std::exception_ptr) {}));
        thread_ = std::thread{[this] { io_.run(); }};
    }
    ~ServerOf() { stop(); }

    void stop()
    {
        if (!thread_.joinable()) return;
        asio::post(io_, [this] { stop_.emit(asio::cancellation_type::terminal); });
        thread_.join();
    }

    const asio::ip::tcp::endpoint& endpoint() const { return endpoint_; }

    /// Waits until the log was told something, for 20 seconds at most.
    void wait_for_record() const
    {
        for (int i = 0; i < 2000 && !told_; ++i) std::this_thread::sleep_for(10ms);
    }

    /// What the log and the diagnostics were told, once the server has stopped.
    std::vector<std::string> log()
    {
        stop();
        return log_;
    }
    std::vector<std::string> heard()
    {
        stop();
        return heard_;
    }

private:
    std::vector<std::string> log_, heard_;
    std::atomic<bool> told_ = false;
    asio::cancellation_signal stop_;
    HttpShare share_;
    asio::io_context io_{1};
    std::optional<TcpServer> tcp_;
    asio::ip::tcp::endpoint endpoint_;
    std::thread thread_;
};

using Server = ServerOf<Echo>;
using EventfulServer = ServerOf<Eventful>;

std::string post(const std::string& path, const std::string& fields)
{
    return "POST " + path + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n";
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a handler is handed a body as it comes, and the connection goes on", "[io][http_session]")
{
    Server server;
    RawClient client{server.endpoint()};
    const std::string large(300'000, 'x');
    SECTION("by length") { client.send(post("/a", "Content-Length: 300000\r\n") + large); }
    SECTION("in chunks")
    {
        client.send(post("/a", "Transfer-Encoding: chunked\r\n") + "249f0\r\n" + large.substr(0, 150'000));
        client.send("\r\n249f0\r\n" + large.substr(150'000) + "\r\n0\r\n\r\n");
    }
    SECTION("when it was asked for")
    {
        client.send(post("/a", "Content-Length: 300000\r\nExpect: 100-continue\r\n"));
        CHECK(client.receive().status == 100);
        client.send(large);
    }
    CHECK(client.receive().body == large);
    CHECK(client.exchange("GET /b HTTP/1.1\r\nHost: test\r\n\r\n").status == 200);
    CHECK(server.log() == Lines{"POST /a 200 +300000 -300000", "GET /b 200 +0 -0"});
}

TEST_CASE("a body that never comes is the session's to answer", "[io][http_session]")
{
    Server server{{.body_timeout = 50ms}};
    RawClient client{server.endpoint()};
    client.send(post("/a", "Content-Length: 3\r\n") + "ab");
    const auto answer = client.receive();
    CHECK(answer.status == 408);
    CHECK(answer.body == libnet::engine::request_too_slow);
    CHECK(client.ended());
    CHECK(server.log() == Lines{"POST /a 408 +36 -2"});
}

TEST_CASE("a handler that throws is a 500, and behind half an answer the end", "[io][http_session]")
{
    Server server;
    RawClient client{server.endpoint()};
    const auto answer = client.exchange("GET /throw HTTP/1.1\r\nHost: test\r\n\r\n");
    CHECK(answer.status == 500);
    CHECK(answer.body == libnet::engine::handler_failed);
    client.send("GET /half HTTP/1.1\r\nHost: test\r\n\r\n");
    CHECK(client.ended());
    CHECK(server.heard() ==
          Lines{"a request could not be answered: a secret", "a request could not be answered: too late"});
    const std::string why{libnet::engine::handler_failed};
    CHECK(server.log() == Lines{"GET /throw 500 +34 -0", "GET /half 200 +0 -0 " + why});
}

TEST_CASE("a handler may take the connection over", "[io][http_session]")
{
    Server server;
    RawClient client{server.endpoint()};
    client.send("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nearly");
    CHECK(client.receive_rest() == "HTTP/1.1 200 OK\r\n\r\nearly");
    CHECK(server.log() == Lines{"CONNECT a:443 200 +5 -5"});
}

TEST_CASE("a handler that goes on by events reads bodies, and the connection goes on", "[io][http_session]")
{
    EventfulServer server;
    RawClient client{server.endpoint()};
    const std::string large(300'000, 'x'), get = "GET /count HTTP/1.1\r\nHost: test\r\n\r\n";
    SECTION("by length") { client.send(post("/count", "Content-Length: 300000\r\n") + large + get); }
    SECTION("in chunks")
    {
        client.send(post("/count", "Transfer-Encoding: chunked\r\n") + "249f0\r\n" + large.substr(0, 150'000));
        client.send("\r\n249f0\r\n" + large.substr(150'000) + "\r\n0\r\n\r\n" + get);
    }
    CHECK(client.receive().body == "300000");
    CHECK(client.receive().body == "0");
    CHECK(client.exchange(get).body == "0");
}

TEST_CASE("an answer by events goes as fast as the client takes it", "[io][http_session]")
{
    EventfulServer server;
    RawClient client{server.endpoint()};
    const std::string get = "GET /large HTTP/1.1\r\nHost: test\r\n\r\n";
    client.send(get + get);
    for (int i = 0; i < 2; ++i) CHECK(client.receive().body.size() == Eventful::pieces * Eventful::piece_size);
    CHECK(server.log() == Lines{"GET /large 200 +10000000 -0", "GET /large 200 +10000000 -0"});
}

TEST_CASE("a client that takes nothing of an answer by events is given up", "[io][http_session]")
{
    EventfulServer server{{.send_timeout = 50ms}};
    RawClient client{server.endpoint()};
    client.send("GET /large HTTP/1.1\r\nHost: test\r\n\r\n");
    CHECK(client.receive("HEAD").status == 200);
    server.wait_for_record();
    const auto log = server.log();
    REQUIRE(log.size() == 1);
    CHECK(log[0].ends_with(libnet::engine::client_stuck));
}

TEST_CASE("a body that comes too late for a handler that goes on by events is a 408", "[io][http_session]")
{
    EventfulServer server{{.body_timeout = 50ms}};
    RawClient client{server.endpoint()};
    client.send(post("/count", "Content-Length: 3\r\n") + "ab");
    CHECK(client.receive().status == 408);
    CHECK(client.ended());
}

TEST_CASE("a client that leaves while a handler waits for events is gone at once, where that is so agreed",
          "[io][http_session]")
{
    EventfulServer server{{.end_means_leaving = true}};
    RawClient client{server.endpoint()};
    client.send("GET /wait HTTP/1.1\r\nHost: test\r\n\r\n");
    client.socket().shutdown(boost::asio::socket_base::shutdown_send);
    CHECK(client.ended());
    CHECK(server.log() == Lines{"GET /wait 0 +0 -0 " + std::string{libnet::engine::client_gone}});
}

}  // namespace http_session_tests
