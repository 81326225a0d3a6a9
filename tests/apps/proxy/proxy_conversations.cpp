// Conversations through proxy++ that varnishtest plays, both the client and the server of them, octet by octet.

#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/proxy_program.hpp>
#include <tests/support/temporary_directory.hpp>

#include <string>
#include <string_view>

namespace proxy_conversations_tests {

using namespace libnet::test;

namespace {

struct Conversation {
    std::string_view name, script;  ///< ${p} is the proxy, ${s} the server in its URLs
};

constexpr Conversation conversations[] = {
    {"requests are written anew, and fields for one hop go no further", R"(
server s1 {
    rxreq
    expect req.method == "GET"
    expect req.url == "/first?a=b"
    expect req.proto == "HTTP/1.1"
    expect req.http.host ~ "^127.0.0.1:[0-9]+$"
    expect req.http.via ~ "^1.1 libnet-[0-9]+$"
    expect req.http.connection == <undef>
    expect req.http.x-hop == <undef>
    expect req.http.proxy-connection == <undef>
    expect req.http.x-end == "to end"
    txresp -hdr "Connection: X-Back" -hdr "X-Back: 1" -hdr "X-Kept: yes" -body "one"
} -start
client c1 -connect ${p} {
    txreq -url "http://${s}/first?a=b" -nohost -hdr "Host: elsewhere" -hdr "Connection: X-Hop" -hdr "X-Hop: 1" \
        -hdr "Proxy-Connection: keep-alive" -hdr "X-End: to end"
    rxresp
    expect resp.status == 200
    expect resp.http.x-back == <undef>
    expect resp.http.x-kept == "yes"
    expect resp.http.via ~ "^1.1 libnet-[0-9]+$"
    expect resp.body == "one"
} -run
server s1 -wait
)"},
    {"both connections go on after chunks, an interim response and no content", R"(
server s1 {
    rxreq
    expect req.bodylen == 11
    send "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
    txresp -nolen -hdr "Transfer-Encoding: chunked"
    chunked "hello "
    chunked "world"
    chunkedlen 0
    rxreq
    expect req.method == "DELETE"
    txresp -status 204 -nolen
    rxreq
    expect req.method == "HEAD"
    send "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    rxreq
    expect req.url == "/last"
    txresp -body "last"
} -start
client c1 -connect ${p} {
    txreq -method POST -url "http://${s}/" -nohost -hdr "Host: x" -nolen -hdr "Transfer-Encoding: chunked"
    chunked "ten octets"
    chunked "!"
    chunkedlen 0
    rxresphdrs
    expect resp.status == 103
    expect resp.http.link == "</a>; rel=preload"
    rxresp
    expect resp.status == 200
    expect resp.body == "hello world"
    txreq -method DELETE -url "http://${s}/" -nohost -hdr "Host: x"
    rxresp -no_obj
    expect resp.status == 204
    txreq -method HEAD -url "http://${s}/" -nohost -hdr "Host: x"
    rxresp -no_obj
    expect resp.http.content-length == 1000
    txreq -url "http://${s}/last" -nohost -hdr "Host: x"
    rxresp
    expect resp.body == "last"
} -run
server s1 -wait
)"},
    {"a body that the server cuts is cut for the client, and the next request gets another connection", R"(
server s1 {
    rxreq
    send "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"
    close
    accept
    rxreq
    txresp -body "whole"
} -start
client c1 -connect ${p} {
    txreq -url "http://${s}/" -nohost -hdr "Host: x"
    rxresphdrs
    expect resp.http.content-length == 10
    recv 4
    expect_close
} -run
client c1 -connect ${p} {
    txreq -url "http://${s}/" -nohost -hdr "Host: x"
    rxresp
    expect resp.body == "whole"
} -run
server s1 -wait
)"},
    {"a request with two readings is refused, and no server hears of it", R"(
client c1 -connect ${p} {
    send "POST http://127.0.0.1:1/ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    rxresp
    expect resp.status == 400
    expect resp.http.proxy-status ~ "error=http_request_error"
    expect_close
} -run
)"},
    {"a tunnel carries what is no HTTP, and its halves end one by one", R"(
server s1 {
    recv 5
    sendhex "000102736572766572"
    expect_close
} -start
client c1 -connect ${p} {
    send "CONNECT ${s} HTTP/1.1\r\nHost: ${s}\r\n\r\n"
    rxresphdrs
    expect resp.status == 200
    expect resp.http.content-length == <undef>
    expect resp.http.transfer-encoding == <undef>
    sendhex "0400060708"
    recv 9
} -run
server s1 -wait
)"},
};

}  // namespace

TEST_CASE("varnishtest plays conversations through proxy++", "[apps][proxy][conversations]")
{
    if (is_missing("varnishtest", "varnish")) return;
    const Proxy proxy;
    const TemporaryDirectory files;
    for (const auto& [name, script] : conversations) {
        DYNAMIC_SECTION(name)
        {
            auto text = "varnishtest \"" + std::string{name} + "\"\n" + std::string{script};
            const auto put = [&text](std::string_view what, std::string_view instead) {
                for (auto at = text.find(what); at != text.npos; at = text.find(what, at))
                    text.replace(at, what.size(), instead);
            };
            put("${p}", "127.0.0.1:" + proxy.port());
            put("${s}", "${s1_addr}:${s1_port}");
            const auto played = run({"varnishtest", "-t", "60", files.write("conversation.vtc", text).string()});
            INFO(played.out);
            INFO(played.err);
            CHECK(played.exit_code == 0);
        }
    }
}

}  // namespace proxy_conversations_tests
