// The frames of WebSockets, those of RFC 6455 that must not be among them: octets that a test writes down.

#include <libnet/websocket_handlers.hpp>
#include <tests/support/catch_and_asio.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/websocket_talk.hpp>

#include <boost/beast/zlib/deflate_stream.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace websocket_frames_tests {

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace beast = boost::beast;

TEST_CASE("frames that come with the request are not lost", "[service][websocket]")
{
    const TemporaryDirectory root;
    root.write("a.txt", "a file");
    const auto server = echo_server(root);
    RawClient client{server.endpoint()};
    client.send("GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n" + upgrade_request() + text_of("early") +
                client_frame(0x88, std::string_view{"\x03\xe8", 2}));
    CHECK(client.receive().body == "a file");
    CHECK(client.receive("HEAD").status == 101);
    CHECK(client.receive_rest() ==
          client_frame(0x81, "early", false) + client_frame(0x88, std::string_view{"\x03\xe8", 2}, false));
}

TEST_CASE("frames of the wrong kind end the connection, and nothing else", "[service][websocket]")
{
    struct Wrong {
        const char* what;
        std::string octets;
    };
    const std::string long_ping =
        std::string{"\x89\xfe", 2} + std::string{"\x00\x7e\0\0\0\0", 6} + std::string(126, 'x');
    const std::vector<Wrong> wrong{
        {"without a mask", client_frame(0x81, "a", false)},
        {"a reserved bit", client_frame(0xa1, "a")},
        {"compressed, which was not agreed on", client_frame(0xc1, "a")},
        {"an unknown opcode", client_frame(0x83, "a")},
        {"an unknown control opcode", client_frame(0x8b, "a")},
        {"a ping in parts", client_frame(0x09, "a")},
        {"a ping that is too long", long_ping},
        {"a continuation of nothing", client_frame(0x80, "a")},
        {"a message within another one", client_frame(0x01, "a") + client_frame(0x81, "b")},
        {"text that is no UTF-8", text_of("\xc3\x28")},
        {"a close of one octet", client_frame(0x88, "a")},
        {"a close with a reserved code", client_frame(0x88, std::string_view{"\x03\xed", 2})},
        {"a length that is written too long", std::string{"\x81\xfe\x00\x01\0\0\0\0a", 9}},
        {"a length beyond everything", std::string{"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0a", 15}},
        {"a message that is too large", std::string{"\x81\xff\0\0\0\0\x7f\xff\xff\xff\0\0\0\0a", 15}},
    };
    const TemporaryDirectory root;
    const auto server = echo_server(root);
    for (const auto& [what, octets] : wrong) {
        INFO(what);
        RawClient client{server.endpoint()};
        CHECK(client.exchange(upgrade_request()).status == 101);
        client.send(octets);
        client.socket().shutdown(asio::ip::tcp::socket::shutdown_send);
        const auto rest = client.receive_rest();
        CHECK(rest.find("\x81") == rest.npos);  // no message comes back
    }
    WebSocketClient next{server.endpoint()};
    next.connect("/live");
    CHECK(next.exchange("still there") == "still there");
}

namespace {

/// The code that a server closes with, of what it has sent; 0: it has sent no Close frame.
unsigned close_code(std::string_view sent)
{
    const auto at = sent.find("\x88");
    if (at == sent.npos || sent.size() < at + 4) return 0;
    return static_cast<unsigned char>(sent[at + 2]) * 256U + static_cast<unsigned char>(sent[at + 3]);
}

/// What the server says to these octets behind a handshake.
std::string said_to(const boost::asio::ip::tcp::endpoint& server, std::string_view octets, std::string_view fields = {})
{
    RawClient client{server};
    CHECK(client.exchange(upgrade_request(fields)).status == 101);
    client.try_send(octets);
    client.socket().shutdown(asio::ip::tcp::socket::shutdown_send);
    return client.receive_rest();
}

}  // namespace

// RFC 6455 section 5.2: opcodes 3 to 7 and 11 to 15 are reserved, as are the three bits behind FIN.
TEST_CASE("every reserved opcode and bit is a protocol error", "[service][websocket]")
{
    const TemporaryDirectory root;
    const auto server = echo_server(root);
    for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
        INFO("opcode " << opcode);
        CHECK(close_code(said_to(server.endpoint(), client_frame(static_cast<unsigned char>(0x80 | opcode), "a"))) ==
              1002);
    }
    for (const unsigned bits : {0x10U, 0x20U, 0x30U, 0x40U, 0x70U}) {
        INFO("bits " << bits);
        CHECK(close_code(said_to(server.endpoint(), client_frame(static_cast<unsigned char>(0x81 | bits), "a"))) ==
              1002);
    }
}

// RFC 6455 section 7.4: which codes may be sent, and that the reason is UTF-8.
TEST_CASE("a Close frame is answered with its code, or with 1002 where it is none", "[service][websocket]")
{
    const TemporaryDirectory root;
    const auto server = echo_server(root);
    const auto close_of = [](unsigned code, std::string_view reason = {}) {
        const char octets[] = {static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
        return client_frame(0x88, std::string{octets, 2}.append(reason));
    };
    for (const unsigned code : {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U, 3000U, 4999U}) {
        INFO(code);
        CHECK(close_code(said_to(server.endpoint(), close_of(code))) == code);
    }
    for (const unsigned code : {0U, 1U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 2999U}) {
        INFO(code);
        const auto answered = close_code(said_to(server.endpoint(), close_of(code)));
        CHECK(answered == 1002);
    }
    CHECK(close_code(said_to(server.endpoint(), close_of(1000, "\xc3\x28"))) != 1000);
}

// RFC 6455 section 5.4: a message may come in any number of pieces, with control frames between them.
TEST_CASE("fragments make one message, and those without an end are bounded", "[service][websocket]")
{
    const TemporaryDirectory root;
    const auto server = echo_server(root);
    const auto whole = client_frame(0x01, "a") + client_frame(0x89, "?") + client_frame(0x00, "") +
                       client_frame(0x80, "b") + client_frame(0x88, "");
    const auto said = said_to(server.endpoint(), whole);
    CHECK(said.find(client_frame(0x8a, "?", false)) == 0);
    CHECK(said.find(client_frame(0x81, "ab", false)) != said.npos);

    // Pieces without end are too large a message in the end. Empty ones are no message at all: nothing grows by them.
    std::string endless = client_frame(0x02, "a");
    for (int i = 0; i < 12'000; ++i) endless += client_frame(0x00, std::string(100, 'a'));
    CHECK(close_code(said_to(server.endpoint(), endless)) == 1009);
    std::string empty = client_frame(0x01, "");
    for (int i = 0; i < 20'000; ++i) empty += client_frame(0x00, "");
    CHECK(said_to(server.endpoint(), empty + client_frame(0x80, "end")).find(client_frame(0x81, "end", false)) == 0);
}

namespace {

constexpr std::string_view deflates = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

/// The payload of a compressed message (RFC 7692 section 7.2.1).
std::string compressed(const std::string& text)
{
    beast::zlib::deflate_stream deflate;
    std::string out(deflate.upper_bound(text.size()) + 16, '\0');
    beast::zlib::z_params place;
    place.next_in = text.data();
    place.avail_in = text.size();
    place.next_out = out.data();
    place.avail_out = out.size();
    boost::system::error_code error;
    deflate.write(place, beast::zlib::Flush::sync, error);
    CHECK_FALSE(error);
    out.resize(place.total_out);
    CHECK(out.ends_with(std::string_view{"\0\0\xff\xff", 4}));
    return out.substr(0, out.size() - 4);
}

/// A frame with a length of 16 bits.
std::string long_frame(unsigned char first, std::string_view payload)
{
    std::string text{static_cast<char>(first), '\xfe', static_cast<char>(payload.size() >> 8),
                     static_cast<char>(payload.size() & 0xFF)};
    return text.append(4, '\0').append(payload);
}

}  // namespace

// RFC 7692: RSV1 says that a message is compressed. It is that of its first frame alone, and never a control frame's.
TEST_CASE("compressed messages are read, and what is none ends the connection", "[service][websocket]")
{
    const TemporaryDirectory root;
    const auto server = echo_server(root, {.max_message = 1000, .compress = true});
    const auto said = [&](std::string_view octets) { return said_to(server.endpoint(), octets, deflates); };
    const auto hello = std::string{"\xf2\x48\xcd\xc9\xc9\x07\x00", 7};  // RFC 7692 section 7.2.3.1
    const auto close = client_frame(0x88, "");
    CHECK(said(client_frame(0xc1, hello) + close).starts_with(client_frame(0x81, "Hello", false)));
    CHECK(said(client_frame(0x41, hello.substr(0, 3)) + client_frame(0x89, "") + client_frame(0x80, hello.substr(3)) +
               close)
              .find(client_frame(0x81, "Hello", false)) != std::string::npos);
    CHECK(said(client_frame(0x81, "Hello") + close).starts_with(client_frame(0x81, "Hello", false)));  // as it is

    struct Wrong {
        const char* what;
        std::string octets;
    };
    const std::vector<Wrong> wrong{
        {"a compressed continuation", client_frame(0x41, hello.substr(0, 3)) + client_frame(0xc0, hello.substr(3))},
        {"a compressed control frame", client_frame(0xc9, hello)},
        {"another reserved bit", client_frame(0xe1, hello)},
        {"a block of a reserved type", client_frame(0xc2, "\x07")},
        {"a stored block whose length contradicts itself", client_frame(0xc2, std::string{"\0\x01\0\x01\0x", 6})},
        {"a distance to before the beginning", client_frame(0xc2, std::string{"\x02\x03\x00", 3})},
        {"a table of codes that is none", client_frame(0xc2, std::string(12, '\xfd'))},
        {"nothing but set bits", client_frame(0xc2, std::string(100, '\xff'))},
        {"text that is no UTF-8", client_frame(0xc1, compressed("\xc3\x28"))},
    };
    for (const auto& [what, octets] : wrong) {
        INFO(what);
        const auto heard = said(octets);
        CHECK(heard.find('\x81') == heard.npos);
        CHECK(heard.find('\x82') == heard.npos);
    }
    CHECK(said(client_frame(0xc1, hello) + close).starts_with(client_frame(0x81, "Hello", false)));
}

TEST_CASE("a message is bounded by what it is decompressed", "[service][websocket]")
{
    const TemporaryDirectory root;
    const auto server = echo_server(root, {.max_message = 1000, .compress = true});
    const auto code = [&](std::string_view octets) { return close_code(said_to(server.endpoint(), octets, deflates)); };
    const auto bomb = compressed(std::string(10'000'000, '\0'));
    REQUIRE(bomb.size() < 20'000);
    CHECK(code(long_frame(0xc2, bomb)) == 1009);
    std::string pieces;  // of one message
    for (std::size_t at = 0; at < bomb.size(); at += 100)
        pieces += client_frame(at == 0 ? 0x42 : 0x00, bomb.substr(at, 100));
    CHECK(code(pieces) == 1009);
    const auto most = compressed(std::string(1000, 'x')), more = compressed(std::string(1001, 'x'));
    const auto close = client_frame(0x88, std::string_view{"\x03\xe8", 2});
    CHECK(code(client_frame(0xc2, most) + close) != 1009);
    CHECK(code(client_frame(0xc2, more) + close) == 1009);
}

}  // namespace websocket_frames_tests
