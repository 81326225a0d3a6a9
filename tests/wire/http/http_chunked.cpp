// Limits, trailers and writing of the chunked coding. Which bytes are one at all: http_messages.cpp.

#include <libnet/wire/http/http_chunked.hpp>
#include <tests/support/catch.hpp>

#include <limits>
#include <string>

namespace http_chunked_tests {

using namespace libnet::wire;

namespace {

/// The error or the decoded body of a text that comes in pieces of this size.
HttpResult<std::string> decode(std::string_view text, HttpLimits limits, std::size_t piece)
{
    ChunkedDecoder decoder{limits};
    std::string body;
    while (!text.empty()) {
        const auto step = decoder.next(text.substr(0, piece));
        if (!step) return step.error();
        body += step->data;
        text.remove_prefix(step->consumed);
        if (step->done) break;
    }
    return body;
}

void check_refused(const std::string& text, HttpLimits limits, HttpError error)
{
    for (const std::size_t piece : {std::size_t{1}, text.size()}) {
        const auto body = decode(text, limits, piece);
        REQUIRE(body.has_error());
        CHECK(body.error() == error);
    }
}

void check_accepted(const std::string& text, HttpLimits limits)
{
    for (const std::size_t piece : {std::size_t{1}, text.size()}) CHECK(decode(text, limits, piece).has_value());
}

}  // namespace

TEST_CASE("the line before a chunk may have as many bytes as its limit, and no more", "[wire][http]")
{
    const HttpLimits limits{.chunk_line = 20};
    check_accepted("1;" + std::string(18, 'a') + "\r\nx\r\n0\r\n\r\n", limits);
    check_refused("1;" + std::string(19, 'a') + "\r\nx\r\n0\r\n\r\n", limits, HttpError::chunk_line_too_long);
    check_refused(std::string(1000, '0'), limits, HttpError::chunk_line_too_long);
}

TEST_CASE("extensions may cost a bounded sum, beyond what the data itself allows", "[wire][http]")
{
    const HttpLimits limits{.chunk_line = 100, .chunk_overhead = 200};
    const auto chunks = [](int count, const std::string& extension) {
        std::string text;
        for (int i = 0; i < count; ++i) text += "1;" + extension + "\r\nx\r\n";
        return text + "0\r\n\r\n";
    };
    check_accepted(chunks(5, std::string(50, 'a')), limits);
    check_refused(chunks(50, std::string(50, 'a')), limits, HttpError::chunk_overhead_too_large);
    check_accepted(chunks(1000, "a=b"), limits);
}

TEST_CASE("a trailer section may have as many bytes and fields as its limits, and no more", "[wire][http]")
{
    check_accepted("0\r\na: bc\r\n\r\n", {.trailers = 9});
    check_refused("0\r\na: bcd\r\n\r\n", {.trailers = 9}, HttpError::trailers_too_large);
    check_refused("0\r\na: " + std::string(1000, 'b'), {.trailers = 9}, HttpError::trailers_too_large);
    check_accepted("0\r\na:\r\nb:\r\n\r\n", {.fields = 2});
    check_refused("0\r\na:\r\nb:\r\nc:\r\n\r\n", {.fields = 2}, HttpError::too_many_fields);
}

TEST_CASE("trailers are kept when the input is gone", "[wire][http]")
{
    ChunkedDecoder decoder;
    for (const char c : std::string_view{"1\r\nx\r\n0\r\nDigest: a, b\r\nExpires:\t0 \r\n\r\n"}) {
        const std::string piece(1, c);
        REQUIRE(decoder.next(piece).has_value());
    }
    REQUIRE(decoder.trailers().size() == 2);
    CHECK(decoder.trailers().begin()[0] == HttpField{"Digest", "a, b"});
    CHECK(decoder.trailers().begin()[1] == HttpField{"Expires", "0"});
}

TEST_CASE("a server's trailers are repaired, and those that belong in a head are dropped", "[wire][http]")
{
    ChunkedDecoder decoder{{}, ChunkSource::server};
    const std::string_view text = "0\r\nContent-Length: 5\r\nA : b\r\n c\r\nHost: d\r\nE: f\r\n\r\n";
    for (const char c : text) {
        const std::string piece(1, c);
        REQUIRE(decoder.next(piece).has_value());
    }
    REQUIRE(decoder.trailers().size() == 2);
    CHECK(decoder.trailers().begin()[0] == HttpField{"A", "b   c"});
    CHECK(decoder.trailers().begin()[1] == HttpField{"E", "f"});
}

TEST_CASE("a decoder that is done consumes nothing more, until it is reset for another body", "[wire][http]")
{
    ChunkedDecoder decoder;
    CHECK(decoder.next("0\r\nA: b\r\n\r\n")->done);
    CHECK(decoder.next("0\r\n\r\n")->done);
    CHECK(decoder.next("0\r\n\r\n")->consumed == 0);
    decoder.reset();
    CHECK(decoder.trailers().empty());
    const auto step = decoder.next("2\r\nab");
    CHECK(step->data == "ab");
    CHECK(!step->done);
}

TEST_CASE("data is given in place, as much as has come", "[wire][http]")
{
    ChunkedDecoder decoder;
    const std::string_view input = "6\r\nabc";
    const auto step = decoder.next(input);
    CHECK(step->data.data() == input.data() + 3);
    CHECK(step->data == "abc");
    CHECK(step->consumed == input.size());
    CHECK(decoder.next("")->consumed == 0);
    CHECK(decoder.next("def\r\n0")->data == "def");
}

TEST_CASE("chunks are written as they are read", "[wire][http]")
{
    ChunkHeaderBuffer buffer;
    CHECK(format_chunk_header(1, buffer) == "1\r\n");
    CHECK(format_chunk_header(0x12ab, buffer) == "12ab\r\n");
    CHECK(format_chunk_header(~std::uint64_t{0}, buffer) == "ffffffffffffffff\r\n");

    const std::string data(1000, 'x');
    HttpFields trailers;
    trailers.add("Digest", "a");
    std::string text{format_chunk_header(data.size(), buffer)};
    text.append(data).append(chunk_end);
    append_last_chunk(text, trailers);

    ChunkedDecoder decoder;
    const auto step = decoder.next(text);
    CHECK(step->data == data);
    CHECK(decoder.next(std::string_view{text}.substr(step->consumed))->done);
    CHECK(decoder.trailers() == trailers);
    CHECK(decode(last_chunk, {}, 100)->empty());
}

TEST_CASE("no limit is as good as a large one, for chunks", "[wire][http]")
{
    constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    const HttpLimits limits{.fields = none, .chunk_line = none, .chunk_overhead = none, .trailers = none};
    check_accepted("1;" + std::string(10'000, 'a') + "\r\nx\r\n0\r\nA: " + std::string(20'000, 'b') + "\r\n\r\n",
                   limits);
}

}  // namespace http_chunked_tests
