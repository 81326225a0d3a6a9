#include <libnet/daemon.hpp>
#include <libnet/io/tcp/tcp_server.hpp>
#include <libnet/static_file_server.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace daemon_tests {

using namespace libnet;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// What a daemon says.
class Words {
public:
    void add(std::string_view line)
    {
        const std::lock_guard alone{mutex_};
        lines_.emplace_back(line);
        changed_.notify_all();
    }

    /// Waits for a line with these words, and returns it; empty: there is none for a minute.
    std::string wait_for(std::string_view words)
    {
        std::string found;
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, std::chrono::seconds{60}, [&] {
            const auto line =
                std::ranges::find_if(lines_, [&](const auto& one) { return one.find(words) != one.npos; });
            if (line != lines_.end()) found = *line;
            return line != lines_.end();
        });
        return found;
    }

    std::vector<std::string> lines()
    {
        const std::lock_guard alone{mutex_};
        return lines_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> lines_;
};

/// A client on loopback.
class Client {
public:
    explicit Client(std::uint16_t port) { socket_.connect({asio::ip::address_v4::loopback(), port}); }

    void send(const std::string& text) { asio::write(socket_, asio::buffer(text)); }

    void receive_head() { asio::read_until(socket_, asio::dynamic_buffer(answer_), "\r\n\r\n"); }

    std::string rest()
    {
        boost::system::error_code end;
        asio::read(socket_, asio::dynamic_buffer(answer_), end);
        return answer_;
    }

private:
    asio::io_context io_;
    tcp::socket socket_{io_};
    std::string answer_;
};

std::string get(std::uint16_t port, const std::string& path)
{
    Client client{port};
    client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return client.rest();
}

bool is_good(const std::string& answer) { return answer.starts_with("HTTP/1.1 200 "); }

ListenPlace loopback() { return {.endpoint = {asio::ip::address_v4::loopback(), 0}}; }

/// A daemon on a directory, and the event loop that it is controlled in.
struct Fixture {
    using Server = StaticFileServer;

    explicit Fixture(DaemonOptions options = {})
    {
        directory.write("one/a.txt", "first\n");
        directory.write("two/b.txt", "second\n");
        options.what = "serving one";
        if (options.listen.empty()) options.listen = {loopback()};
        options.diagnostics = [this](DiagnosticLevel, std::string_view text) { words.add(text); };
        daemon = std::make_unique<Daemon<Server>>(site("one"), std::move(options));
    }

    StaticFileServerOptions site(const std::string& name) const { return {.root = (directory.path() / name).string()}; }

    std::uint16_t port() const { return daemon->local_endpoint().port(); }

    /// Has it do something where it runs.
    void control(const std::function<void(Daemon<Server>&)>& action)
    {
        asio::post(io, [this, action] { action(*daemon); });
    }

    /// Serves in this thread to the end, and has `client` run in another one.
    std::exception_ptr serve_while(const std::function<void()>& client)
    {
        std::exception_ptr failure;
        asio::co_spawn(
            io, daemon->serve(),
            asio::bind_cancellation_slot(stop.slot(), [&failure](std::exception_ptr thrown) { failure = thrown; }));
        const std::jthread clients{client};
        io.run();
        return failure;
    }

    const test::TemporaryDirectory directory;
    Words words;
    std::unique_ptr<Daemon<Server>> daemon;
    asio::cancellation_signal stop;
    asio::io_context io{1};
};

void end(Daemon<StaticFileServer>& daemon) { daemon.stop(); }

/// A server whose run fails at once.
class BrokenServer {
public:
    struct Options {
        AccessHandler on_access{};
    };
    BrokenServer(const asio::io_context::executor_type& executor, const Options&, tcp::acceptor listener)
        : server_{executor, {}, io::FileDescriptor{listener.release()}}
    {}
    std::size_t connections() const { return server_.connections(); }
    void retire() { server_.retire(); }
    asio::awaitable<void> run() { return run(*this); }

private:
    static asio::awaitable<void> run(BrokenServer&)
    {
        throw std::runtime_error{"broken"};
        co_return;
    }
    io::TcpServer server_;
};

}  // namespace

TEST_CASE("a daemon says where it listens, serves, and ends when it is told to", "[service][daemon]")
{
    const unsigned threads = GENERATE(1U, 2U);
    Fixture f{{.scheme = "http", .threads = threads}};
    const auto port = f.port();
    std::vector<std::string> answers;
    const auto failure = f.serve_while([&] {
        for (int i = 0; i < 6; ++i) answers.push_back(get(port, "/a.txt"));
        f.control(end);
    });
    CHECK(failure == nullptr);
    CHECK(std::ranges::count_if(answers, is_good) == 6);
    const auto where = "127.0.0.1:" + std::to_string(port);
    CHECK(f.words.lines() == std::vector<std::string>{"serving one on " + where + ", http://" + where + "/",
                                                      "stopping once the requests under way are answered"});
}

TEST_CASE("a cancellation ends a daemon as stop does", "[service][daemon]")
{
    const auto how = GENERATE(asio::cancellation_type::total, asio::cancellation_type::terminal);
    Fixture f;
    std::string answer;
    const auto failure = f.serve_while([&] {
        answer = get(f.port(), "/a.txt");
        asio::post(f.io, [&] { f.stop.emit(how); });
    });
    CHECK(failure == nullptr);
    CHECK(is_good(answer));
    CHECK(f.words.lines().back() == "stopping once the requests under way are answered");
}

TEST_CASE("a request under way is answered while a daemon ends", "[service][daemon]")
{
    constexpr std::size_t size = 16 * 1024 * 1024;  // more than the kernel keeps for a client
    Fixture f{{.threads = 1, .admin = loopback()}};
    f.directory.write("one/large", std::string(size, 'x'));
    const auto admin = f.daemon->admin_places().front().endpoint.port();
    std::string ready, not_ready, answer;
    f.serve_while([&] {
        ready = get(admin, "/readyz");
        Client client{f.port()};
        client.send("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        client.receive_head();
        f.control(end);
        f.words.wait_for("stopping");
        not_ready = get(admin, "/readyz");
        answer = client.rest();
    });
    CHECK(is_good(ready));
    CHECK(not_ready.starts_with("HTTP/1.1 503 "));
    CHECK(is_good(answer));
    CHECK(answer.size() > size);
}

TEST_CASE("one that is told to stop before it serves ends at once", "[service][daemon]")
{
    Fixture f;
    f.daemon->stop();
    CHECK(f.serve_while([] {}) == nullptr);
}

TEST_CASE("a daemon serves by other options after a reload, and by the old ones after a bad one", "[service][daemon]")
{
    Fixture f;
    bool is_bad = true;
    f.daemon->on_reload([&] {
        if (is_bad) throw std::runtime_error{"line 7 is not valid"};
        return f.site("two");
    });
    std::string before, after, gone;
    f.serve_while([&] {
        f.control([](auto& daemon) { daemon.reload(); });
        f.words.wait_for("not reloaded");
        before = get(f.port(), "/a.txt");
        f.control([&](auto& daemon) {
            is_bad = false;
            daemon.reload();
        });
        f.words.wait_for("reloaded");
        while (!is_good(get(f.port(), "/b.txt"))) std::this_thread::yield();
        after = get(f.port(), "/b.txt");
        gone = get(f.port(), "/a.txt");
        f.control(end);
    });
    CHECK(is_good(before));
    CHECK(after.ends_with("second\n"));
    CHECK(gone.starts_with("HTTP/1.1 404 "));
    CHECK(f.words.wait_for("not reloaded") == "not reloaded: line 7 is not valid; nothing has changed");
}

TEST_CASE("options that its servers refuse change nothing", "[service][daemon]")
{
    Fixture f;
    f.daemon->on_reload([&] { return f.site("nowhere"); });
    std::string before;
    f.serve_while([&] {
        f.control([](auto& daemon) { daemon.reload(); });
        f.words.wait_for("not reloaded");
        before = get(f.port(), "/a.txt");
        f.control(end);
    });
    CHECK(is_good(before));
}

TEST_CASE("who reloads by a coroutine does all of it", "[service][daemon]")
{
    const test::TemporaryDirectory logs;
    Fixture f{{.access_log = (logs.path() / "log").string()}};
    struct Reload {
        static asio::awaitable<void> run(Fixture& f)
        {
            auto replaced = f.daemon->replace(f.site("two"));
            co_await std::move(replaced);
            f.daemon->replace_log_format(AccessLogFormat{"{status} is it"});
        }
    };
    f.daemon->on_reload([&f] { return Reload::run(f); });
    std::string after;
    f.serve_while([&] {
        f.control([](auto& daemon) { daemon.reload(); });
        f.words.wait_for("reloaded");
        after = get(f.port(), "/b.txt");
        f.control(end);
    });
    CHECK(is_good(after));
    CHECK(test::read_file(logs.path() / "log") == "200 is it\n");
}

TEST_CASE("a daemon that has nothing to read again stays as it is", "[service][daemon]")
{
    Fixture f;
    f.daemon->reload();  // before it serves, too
    std::string answer;
    f.serve_while([&] {
        f.control([](auto& daemon) {
            daemon.reload();
            daemon.upgrade();
        });
        answer = get(f.port(), "/a.txt");
        f.control(end);
    });
    CHECK(is_good(answer));
    CHECK(f.words.lines().size() == 2);
}

TEST_CASE("the log of a daemon is opened again, and those of its program", "[service][daemon]")
{
    const test::TemporaryDirectory logs;
    const auto log = logs.path() / "log", old = logs.path() / "log.1";
    bool reopened = false;
    Fixture f{{.access_log = log.string(), .reopen_logs = [&] { reopened = true; }}};
    f.serve_while([&] {
        get(f.port(), "/a.txt");
        while (test::read_file(log).empty()) std::this_thread::yield();
        std::filesystem::rename(log, old);
        f.control([](auto& daemon) { daemon.reopen_logs(); });
        while (!std::filesystem::exists(log)) std::this_thread::yield();
        get(f.port(), "/a.txt?again");
        f.control(end);
    });
    CHECK(reopened);
    CHECK(test::read_file(old).find("GET /a.txt HTTP/1.1") != std::string::npos);
    CHECK(test::read_file(log).find("GET /a.txt?again HTTP/1.1") != std::string::npos);
}

TEST_CASE("a daemon whose successor ends at once goes on", "[service][daemon]")
{
    Fixture f{{.arguments = {"false"}}};
    std::string answer;
    f.serve_while([&] {
        f.control([](auto& daemon) { daemon.upgrade(); });
        f.words.wait_for("not upgraded: process");
        answer = get(f.port(), "/a.txt");
        f.control(end);
    });
    CHECK(is_good(answer));
    CHECK(f.words.wait_for("not upgraded: process").ends_with("has not begun to serve; this one goes on"));
}

TEST_CASE("a daemon that ends takes a successor along that doesn't serve yet", "[service][daemon]")
{
    Fixture f{{.arguments = {"sleep", "600"}}};
    f.serve_while([&] {
        f.control([](auto& daemon) { daemon.upgrade(); });
        f.words.wait_for("upgrading: process");
        f.control(end);
    });
    CHECK(f.words.lines().back() == "stopping once the requests under way are answered");
}

TEST_CASE("a daemon says that memory is short, and serves", "[service][daemon]")
{
    Fixture f{{.option_prefix = "--", .max_memory = 1}};
    std::string answer;
    f.serve_while([&] {
        f.words.wait_for("of 1 bytes of --max-memory are in use");
        answer = get(f.port(), "/a.txt");
        f.control(end);
    });
    CHECK(is_good(answer));
}

TEST_CASE("a page follows what a daemon does", "[service][daemon]")
{
    LiveSource source;
    DaemonOptions options{.admin = loopback()};
    options.page = [&](HttpEndpoint&, const LiveSource& given) { source = given; };
    Fixture f{std::move(options)};
    struct Look {
        static asio::awaitable<void> run(LiveSource& source, std::string& document)
        {
            while (document.empty()) {  // the first is there as soon as the servers have been asked
                auto asking = source(0);
                const auto news = co_await std::move(asking);
                if (news.document) document = *news.document;
                co_await asio::post(asio::use_awaitable);
            }
        }
    };
    std::string document;
    f.serve_while([&] {
        get(f.port(), "/a.txt");
        f.control([&](auto& daemon) {
            asio::co_spawn(f.io, Look::run(source, document), [&](std::exception_ptr) { daemon.stop(); });
        });
    });
    CHECK(document.find("\"name\":\"server\"") != std::string::npos);
    source = {};
}

TEST_CASE("a daemon that is destroyed while it serves ends", "[service][daemon]")
{
    Fixture f{{.admin = loopback(), .max_memory = std::uint64_t{1} << 40}};
    std::string answer;
    CHECK(f.serve_while([&] {
        answer = get(f.port(), "/a.txt");
        asio::post(f.io, [&] { f.daemon.reset(); });
    }) == nullptr);
    CHECK(is_good(answer));
}

TEST_CASE("a daemon serves once", "[service][daemon]")
{
    Fixture f;
    f.daemon->stop();
    f.serve_while([] {});
    f.io.restart();
    const auto failure = f.serve_while([] {});
    REQUIRE(failure != nullptr);
    CHECK_THROWS_AS(std::rethrow_exception(failure), boost::system::system_error);
}

TEST_CASE("a daemon throws what its servers have given up for", "[service][daemon]")
{
    Words words;
    DaemonOptions options{.listen = {loopback()}, .threads = 2};
    options.diagnostics = [&](DiagnosticLevel, std::string_view text) { words.add(text); };
    Daemon<BrokenServer> daemon{BrokenServer::Options{}, std::move(options)};
    asio::io_context io{1};
    std::string why;
    asio::co_spawn(io, daemon.serve(), [&](std::exception_ptr failure) {
        try {
            if (failure) std::rethrow_exception(failure);
        } catch (const std::runtime_error& error) {
            why = error.what();
        }
    });
    io.run();
    CHECK(why == "broken");
}

TEST_CASE("a place that can't be listened at is named", "[service][daemon]")
{
    const bool for_admin = GENERATE(false, true);
    asio::io_context io;
    const tcp::acceptor taken{io, {asio::ip::address_v4::loopback(), 0}};
    const ListenPlace place{.endpoint = taken.local_endpoint()};
    DaemonOptions options{.listen = {for_admin ? loopback() : place}};
    if (for_admin) options.admin = place;
    try {
        const Daemon<StaticFileServer> daemon{StaticFileServerOptions{}, std::move(options)};
        FAIL("it listens");
    } catch (const ListenFailure& failure) {
        CHECK(failure.place() == place);
        CHECK(failure.is_for_admin() == for_admin);
        CHECK(failure.code() == asio::error::address_in_use);
        CHECK(std::string{failure.what()}.starts_with("cannot listen on 127.0.0.1:"));
    }
}

TEST_CASE("places that make no sense are refused", "[service][daemon]")
{
    const auto why_not = [](std::vector<ListenPlace> places) -> std::string {
        try {
            const Daemon<StaticFileServer> daemon{StaticFileServerOptions{}, {.listen = std::move(places)}};
        } catch (const std::invalid_argument& error) {
            return error.what();
        }
        return {};
    };
    auto place = loopback();
    CHECK(why_not({}) == "listen: there is no place to listen at");
    place.spoken = SpokenThere::tls;
    CHECK(why_not({place}).ends_with(": TLS takes a certificate"));
    place.spoken = SpokenThere::redirect;
    CHECK(why_not({place}).ends_with(": a redirect takes a place with TLS"));
    place.spoken = SpokenThere::transparent;
    CHECK(why_not({place}).find("only a proxy takes connections") != std::string::npos);
    place.spoken = SpokenThere::plain;
    CHECK(why_not({place}).empty());
}

TEST_CASE("a daemon can't become a user that doesn't exist", "[service][daemon]")
{
    CHECK_THROWS_AS((Daemon<StaticFileServer>{StaticFileServerOptions{},
                                              {.listen = {loopback()}, .identity = {.user = "no-such-user"}}}),
                    std::invalid_argument);
}

}  // namespace daemon_tests
