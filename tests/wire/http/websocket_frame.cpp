#include <libnet/wire/http/websocket_frame.hpp>
#include <tests/support/catch.hpp>

#include <string>
#include <string_view>

namespace websocket_frame_tests {

using libnet::wire::websocket_frame, libnet::wire::WebSocketFollower, libnet::wire::WebSocketOpcode;
using namespace std::string_literals;

TEST_CASE("a frame has the shortest length that says its size", "[wire][websocket]")
{
    CHECK(websocket_frame(WebSocketOpcode::text, "") == "\x81\0"s);
    CHECK(websocket_frame(WebSocketOpcode::text, "Hello") == "\x81\x05Hello"s);  // RFC 6455 section 5.7
    CHECK(websocket_frame(WebSocketOpcode::binary, std::string(125, 'x')).substr(0, 2) == "\x82\x7d"s);
    CHECK(websocket_frame(WebSocketOpcode::binary, std::string(126, 'x')).substr(0, 4) == "\x82\x7e\0\x7e"s);
    CHECK(websocket_frame(WebSocketOpcode::binary, std::string(256, 'x')).substr(0, 4) == "\x82\x7e\x01\0"s);
    CHECK(websocket_frame(WebSocketOpcode::binary, std::string(65535, 'x')).substr(0, 4) == "\x82\x7e\xff\xff"s);
    const auto large = websocket_frame(WebSocketOpcode::binary, std::string(65536, 'x'));
    CHECK(large.substr(0, 10) == "\x82\x7f\0\0\0\0\0\x01\0\0"s);
    CHECK(large.size() == 65546);
}

TEST_CASE("a follower knows where a message may begin, however the octets are cut", "[wire][websocket]")
{
    struct Sent {
        const char* what;
        std::string octets;
        std::string fits;  // behind each octet: '+' a message fits in, '.' it doesn't
    };
    const Sent all[] = {
        {"an empty message", "\x81\0"s, ".+"},
        {"two messages", "\x81\x01"s + "a" + "\x82\x02"s + "bc", "..+...+"},
        {"a message in two frames", "\x01\x01"s + "a" + "\x80\x01"s + "b", ".....+"},
        {"a ping between them", "\x01\x01"s + "a" + "\x89\0"s + "\x80\0"s, "......+"},
        {"a pong with octets", "\x8a\x02"s + "ab", "...+"},
        {"a length of two octets", "\x82\x7e\0\x02"s + "ab", ".....+"},
        {"a length of eight", "\x82\x7f\0\0\0\0\0\0\0\x01"s + "a", "..........+"},
        {"with a mask", "\x81\x81"s + "mask" + "a", "......+"},
        {"the end", "\x81\0\x88\x02\x03\xe8"s, ".+...."},
    };
    for (const auto& sent : all) {
        INFO(sent.what);
        REQUIRE(sent.octets.size() == sent.fits.size());
        for (std::size_t first = 0; first < sent.octets.size(); ++first) {
            WebSocketFollower follower;
            CHECK(follower.between_messages());
            follower.add(sent.octets.substr(0, first + 1));
            CHECK(follower.between_messages() == (sent.fits[first] == '+'));
            follower.add(sent.octets.substr(first + 1));
            CHECK(follower.between_messages() == (sent.fits.back() == '+'));
        }
    }
}

TEST_CASE("a control frame fits in between the frames of a message", "[wire][websocket]")
{
    WebSocketFollower follower;
    CHECK(follower.between_frames());
    follower.add("\x01\x01"s);
    CHECK_FALSE(follower.between_frames());
    follower.add("a"s);
    CHECK(follower.between_frames());
    CHECK_FALSE(follower.between_messages());
}

TEST_CASE("behind a Close frame no message fits in", "[wire][websocket]")
{
    WebSocketFollower follower;
    follower.add("\x88"s);
    CHECK_FALSE(follower.closed());
    follower.add("\0"s);
    CHECK(follower.closed());
    follower.add("\x81\0"s);
    CHECK_FALSE(follower.between_messages());
    CHECK_FALSE(follower.between_frames());
}

TEST_CASE("a follower finds the ends of its own frames", "[wire][websocket]")
{
    WebSocketFollower follower;
    for (const std::size_t size : {0U, 1U, 125U, 126U, 65535U, 65536U}) {
        const auto frame = websocket_frame(WebSocketOpcode::binary, std::string(size, 'x'));
        follower.add(std::string_view{frame}.substr(0, frame.size() - 1));
        CHECK_FALSE(follower.between_messages());
        follower.add(std::string_view{frame}.substr(frame.size() - 1));
        CHECK(follower.between_messages());
    }
}

}  // namespace websocket_frame_tests
