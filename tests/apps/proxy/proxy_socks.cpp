// proxy++ between clients that speak SOCKS, or come through HAProxy, and httpd++.

#include <tests/support/catch.hpp>
#include <tests/support/haproxy.hpp>
#include <tests/support/httpd.hpp>
#include <tests/support/process.hpp>
#include <tests/support/proxy_program.hpp>

#include <string>
#include <string_view>

namespace proxy_socks_tests {

using namespace libnet::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

bool is_missing(const std::string& command)
{
    if (run({"sh", "-c", "command -v " + command}).exit_code == 0) return false;
    WARN("SKIPPED: " << command << " is not installed");
    return true;
}

struct Site {
    Site() { root.write("a.txt", "hello"); }
    TemporaryDirectory root;
};

/// curl with this kind of proxy: "http", "https", "socks4", "socks4a", "socks5", "socks5h".
Finished curl_by(const Proxy& proxy, const std::string& kind, Arguments arguments)
{
    arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--noproxy", "", "--max-time", "60",
                                         "--proxy", kind + "://127.0.0.1:" + proxy.port()});
    return run(arguments);
}

}  // namespace

TEST_CASE("curl reaches httpd++ through proxy++ by every kind of SOCKS", "[apps][proxy][socks]")
{
    const Site site;
    Httpd httpd{site.root};
    Proxy proxy;
    const auto url = httpd.url("/a.txt"), by_name = "http://localhost:" + httpd.port() + "/a.txt";
    for (const auto* kind : {"socks4", "socks4a", "socks5", "socks5h", "http"}) {
        INFO(kind);
        CHECK(curl_by(proxy, kind, {url, url}).out == "hellohello");
        CHECK(curl_by(proxy, kind, {"--ipv4", by_name}).out == "hello");
    }
    CHECK(curl_by(proxy, "socks5h", {"http://name.invalid/"}).exit_code == 97);
    const auto log = proxy.stop().out;
    CHECK(has(log, "\"CONNECT localhost:" + httpd.port() + " HTTP/1.1\" 200"));
    CHECK(has(log, "\"CONNECT name.invalid:80 HTTP/1.1\" 502"));
}

TEST_CASE("a client in Python sends and gets datagrams by proxy++ --socks-udp", "[apps][proxy][socks]")
{
    if (is_missing("python3")) return;
    constexpr auto script = R"(
import socket, struct, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); server.bind(('127.0.0.1', 0)); server.settimeout(20)
control = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); control.settimeout(20)
control.sendall(b'\5\1\0'); assert control.recv(2) == b'\5\0'
control.sendall(b'\5\3\0\1' + bytes(6)); reply = control.recv(10)
print('reply', reply[1])
if reply[1] != 0: sys.exit()
relay = (socket.inet_ntoa(reply[4:8]), struct.unpack('>H', reply[8:])[0])
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); client.settimeout(20)
header = bytes(3) + b'\1' + socket.inet_aton('127.0.0.1') + struct.pack('>H', server.getsockname()[1])
for size in (1, 1400, 60000):
    client.sendto(header + b'q' * size, relay)
    data, proxy = server.recvfrom(65536); assert data == b'q' * size
    server.sendto(b'a' * size, proxy)
    assert client.recvfrom(65536)[0] == header + b'a' * size
print('relayed'))";
    Proxy proxy{{"--socks-udp"}};
    CHECK(run({"python3", "-c", script, proxy.port()}).out == "reply 0\nrelayed\n");
    const auto log = proxy.stop().out;
    CHECK(has(log, "\"CONNECT socks-udp.invalid:1 HTTP/1.1\" 200 61401 "));
    const Proxy without;
    CHECK(run({"python3", "-c", script, without.port()}).out == "reply 7\n");
    const auto explained = run({program("proxy++"), "--explain", "UDP 127.0.0.1:53"});
    CHECK(explained.exit_code == 1);
    CHECK(has(explained.out, "loopback_address"));
}

TEST_CASE("curl logs in by SOCKS5", "[apps][proxy][socks]")
{
    const Site site;
    const TemporaryDirectory files;
    const auto users = (files.path() / "users").string();
    REQUIRE(run({"htpasswd", "-cbB", "-C", "4", users, "alice", "secret"}).exit_code == 0);
    Httpd httpd{site.root};
    Proxy proxy{{"--users", users}};
    const auto url = httpd.url("/a.txt");
    CHECK(curl_by(proxy, "socks5h", {"--proxy-user", "alice:secret", url}).out == "hello");
    CHECK(has(curl_by(proxy, "socks5h", {"--proxy-user", "alice:wrong", url}).err, "rejected"));
    CHECK(curl_by(proxy, "socks5h", {url}).exit_code == 97);
    CHECK(curl_by(proxy, "socks4a", {"--proxy-user", "alice:secret", url}).exit_code == 97);
    const auto log = proxy.stop().out;
    CHECK(has(log, " - alice ["));
    CHECK_FALSE(has(log, "secret"));
}

TEST_CASE("HAProxy tells proxy++ of its clients", "[apps][proxy][behind]")
{
    if (is_missing("haproxy")) return;
    const Site site;
    Httpd httpd{site.root};
    for (const auto* how : {"send-proxy", "send-proxy-v2"}) {
        INFO(how);
        Proxy proxy{{"--proxy-protocol", "127.0.0.1"}};
        const Haproxy haproxy{proxy.port(), how};
        const auto got = run({"curl", "--silent", "--noproxy", "", "--interface", "127.0.0.7", "--proxy",
                              "http://" + haproxy.address(), httpd.url("/a.txt")});
        CHECK(got.out == "hello");
        const auto by_socks = run({"curl", "--silent", "--noproxy", "", "--interface", "127.0.0.7", "--proxy",
                                   "socks5h://" + haproxy.address(), httpd.url("/a.txt")});
        CHECK(by_socks.out == "hello");
        const auto ended = proxy.stop();
        CHECK(has(ended.out, "127.0.0.7 - - ["));
        CHECK_FALSE(has(ended.out, "127.0.0.1 - - ["));
    }
}

}  // namespace proxy_socks_tests
