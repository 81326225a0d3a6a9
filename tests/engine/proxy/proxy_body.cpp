#include <libnet/engine/proxy/proxy_body.hpp>
#include <tests/support/catch.hpp>

#include <array>
#include <cstdio>
#include <optional>
#include <string>

namespace proxy_body_tests {

using namespace libnet::engine;
using libnet::wire::BodyFraming;
using libnet::wire::HttpError;
using Kind = BodyFraming::Kind;

namespace {

/// What a reader makes of bytes that come in pieces of this size.
struct Read {
    std::string body;
    std::string rest;
    std::optional<HttpError> error;
};

Read read_in_pieces(ProxyBodyReader& reader, std::string bytes, std::size_t size)
{
    Read read;
    std::size_t at = 0;
    for (; at < bytes.size() && !reader.done(); at += size) {
        std::string piece = bytes.substr(at, size);
        const auto result = reader.decode(piece);
        if (!result) {
            read.error = result.error();
            return read;
        }
        read.body += piece.substr(0, result->data);
        read.rest = piece.substr(result->consumed);
    }
    if (at < bytes.size()) read.rest += bytes.substr(at);
    return read;
}

std::string text_of(const ProxyBodyWriter::Frame& frame)
{
    return std::string{frame.before}.append(frame.data).append(frame.after);
}

libnet::wire::HttpFields trailers()
{
    libnet::wire::HttpFields fields;
    fields.add("X-Sum", "42");
    fields.add("Keep-Alive", "no");
    return fields;
}

}  // namespace

TEST_CASE("a body of known length ends there, in pieces of any size", "[engine][proxy]")
{
    for (std::size_t size = 1; size < 12; ++size) {
        INFO("pieces of " << size);
        ProxyBodyReader reader{{Kind::length, 5}};
        CHECK_FALSE(reader.done());
        CHECK_FALSE(reader.may_end_here());
        const auto read = read_in_pieces(reader, "helloGET / ", size);
        CHECK(read.body == "hello");
        CHECK(read.rest == "GET / ");
        CHECK(reader.done());
        CHECK(reader.may_end_here());
    }
}

TEST_CASE("a body of known length is not read beyond its end", "[engine][proxy]")
{
    ProxyBodyReader reader{{Kind::length, 5}};
    CHECK(reader.readable(100) == 5);
    CHECK(reader.readable(3) == 3);
    std::string two = "he";
    CHECK(*reader.decode(two) == ProxyBodyReader::Piece{2, 2});
    CHECK(reader.readable(100) == 3);
}

TEST_CASE("no body, or one of length 0, is done before it begins", "[engine][proxy]")
{
    for (const BodyFraming framing : {BodyFraming{Kind::none, 0}, BodyFraming{Kind::length, 0}}) {
        ProxyBodyReader reader{framing};
        CHECK(reader.done());
        std::string next = "GET";
        CHECK(*reader.decode(next) == ProxyBodyReader::Piece{0, 0});
    }
}

TEST_CASE("a body until close ends with the connection, and not before", "[engine][proxy]")
{
    ProxyBodyReader reader{{Kind::until_close, 0}};
    std::string all = "anything";
    CHECK(*reader.decode(all) == ProxyBodyReader::Piece{8, 8});
    CHECK(reader.readable(100) == 100);
    CHECK_FALSE(reader.done());
    CHECK(reader.may_end_here());
}

TEST_CASE("chunks are taken apart and their data moved together", "[engine][proxy]")
{
    const std::string body = "3;ext=1\r\nabc\r\n1\r\nd\r\n0\r\nX-Sum: 42\r\n\r\nGET";
    for (std::size_t size = 1; size <= body.size(); ++size) {
        INFO("pieces of " << size);
        ProxyBodyReader reader{{Kind::chunked, 0}};
        CHECK(reader.readable(100) == 100);
        const auto read = read_in_pieces(reader, body, size);
        CHECK(read.body == "abcd");
        CHECK(read.rest == "GET");
        CHECK(reader.done());
        REQUIRE(reader.trailers().size() == 1);
        CHECK(reader.trailers().begin()->value == "42");
    }
}

TEST_CASE("many small chunks in one read come out as one at a time would", "[engine][proxy]")
{
    std::string body, data;
    for (int i = 0; i < 2000; ++i) {
        const std::string piece(static_cast<std::size_t>(i % 20 + 1), static_cast<char>('a' + i % 26));
        std::array<char, 24> line{};
        std::snprintf(line.data(), line.size(), i % 7 == 0 ? "%zX;x=y\r\n" : "%zx\r\n", piece.size());
        body += line.data() + piece + "\r\n";
        data += piece;
    }
    body += "0\r\nA: b\r\n\r\n";
    for (const std::size_t step : {body.size(), std::size_t{4096}, std::size_t{7}, std::size_t{1}}) {
        ProxyBodyReader reader{{Kind::chunked, 0}};
        const auto read = read_in_pieces(reader, body, step);
        CHECK(read.body == data);
        CHECK(reader.done());
        CHECK(reader.trailers().size() == 1);
    }
}

TEST_CASE("chunks that are mostly overhead are refused, however they come", "[engine][proxy]")
{
    std::string body;
    for (int i = 0; i < 4000; ++i) body += "0000000000000000000000001\r\nx\r\n";
    ProxyBodyReader reader{{Kind::chunked, 0}, {.chunk_overhead = 1000}};
    CHECK(read_in_pieces(reader, body, 4096).error == HttpError::chunk_overhead_too_large);
}

TEST_CASE("chunks that can't be relied on are refused", "[engine][proxy]")
{
    ProxyBodyReader reader{{Kind::chunked, 0}};
    CHECK(read_in_pieces(reader, "3\r\nabcd\r\n", 100).error.has_value());
    CHECK_FALSE(reader.may_end_here());
}

TEST_CASE("limits hold for chunks", "[engine][proxy]")
{
    ProxyBodyReader reader{{Kind::chunked, 0}, {.chunk_line = 10}};
    CHECK(read_in_pieces(reader, "3;a-long-extension\r\n", 100).error == HttpError::chunk_line_too_long);
}

TEST_CASE("a body goes out as it is, or in chunks", "[engine][proxy]")
{
    for (const auto kind : {Kind::none, Kind::length, Kind::until_close}) {
        ProxyBodyWriter writer{kind};
        CHECK(text_of(writer.piece("abc")) == "abc");
        CHECK(text_of(writer.last_piece("d", trailers())) == "d");
        CHECK(text_of(writer.last_piece("", {})).empty());
    }
    ProxyBodyWriter writer{Kind::chunked};
    CHECK(text_of(writer.piece("abc")) == "3\r\nabc\r\n");
    CHECK(text_of(writer.piece("")).empty());
    CHECK(text_of(writer.piece(std::string(300, 'x'))).starts_with("12"));
    CHECK(text_of(writer.last_piece("d", {})) == "1\r\nd\r\n0\r\n\r\n");
}

TEST_CASE("trailers go out behind the last chunk, but for those of one hop", "[engine][proxy]")
{
    ProxyBodyWriter writer{Kind::chunked};
    CHECK(text_of(writer.last_piece("", trailers())) == "0\r\nX-Sum: 42\r\n\r\n");
    CHECK(text_of(writer.last_piece("", trailers(), [](std::string_view name) { return name != "X-Sum"; })) ==
          "0\r\n\r\n");
}

}  // namespace proxy_body_tests
