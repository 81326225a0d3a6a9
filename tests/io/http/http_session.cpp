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

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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

/// A server on loopback, in a thread.
class Server {
public:
    explicit Server(const libnet::engine::HttpConnectionOptions& patience = {})
        : share_{.patience = patience,
                 .send_patience = {.timeout = 10s},
                 .on_record =
                     [this](const libnet::engine::HttpRecord& record, const asio::ip::tcp::endpoint&) {
                         log_.push_back(std::string{record.method}.append(" ").append(record.target) + " " +
                                        std::to_string(record.status) + " +" + std::to_string(record.content_sent) +
                                        " -" + std::to_string(record.body_received));
                     }},
          tcp_{std::in_place, io_.get_executor(),
               TcpServerOptions{.address = asio::ip::address_v4::loopback(),
                                .diagnostics = [this](libnet::DiagnosticLevel,
                                                      std::string_view text) { heard_.emplace_back(text); }}},
          endpoint_{tcp_->local_endpoint()}
    {
        TcpServer::HandlerFactory factory = [this](Connection& connection) {
            return std::make_unique<HttpSession>(share_, connection, std::make_unique<Echo>());
        };
        asio::co_spawn(io_, tcp_->run(std::move(factory)),
                       asio::bind_cancellation_slot(stop_.slot(), [](std::exception_ptr) {}));
        thread_ = std::thread{[this] { io_.run(); }};
    }
    ~Server() { stop(); }

    void stop()
    {
        if (!thread_.joinable()) return;
        asio::post(io_, [this] { stop_.emit(asio::cancellation_type::terminal); });
        thread_.join();
    }

    const asio::ip::tcp::endpoint& endpoint() const { return endpoint_; }

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
    asio::cancellation_signal stop_;
    HttpShare share_;
    asio::io_context io_{1};
    std::optional<TcpServer> tcp_;
    asio::ip::tcp::endpoint endpoint_;
    std::thread thread_;
};

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
    CHECK(server.log() == Lines{"GET /throw 500 +34 -0", "GET /half 200 +0 -0"});
}

TEST_CASE("a handler may take the connection over", "[io][http_session]")
{
    Server server;
    RawClient client{server.endpoint()};
    client.send("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nearly");
    CHECK(client.receive_rest() == "HTTP/1.1 200 OK\r\n\r\nearly");
    CHECK(server.log() == Lines{"CONNECT a:443 200 +5 -5"});
}
