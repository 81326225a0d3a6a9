#include <libnet/engine/file_request.hpp>
#include <tests/support/catch.hpp>

using libnet::engine::FileRequestReader;
using libnet::wire::RequestHead;

TEST_CASE("lists over several lines are joined, other fields are not", "[engine][file_request]")
{
    RequestHead head{.method = "GET", .path = "/a", .query = "q", .has_query = true};
    for (const auto& [name, value] : {std::pair{"If-None-Match", "\"a\""},
                                      {"if-none-match", "\"b\""},
                                      {"IF-NONE-MATCH", "\"c\""},
                                      {"If-Match", "\"d\""},
                                      {"Accept-Encoding", "br"},
                                      {"Accept-Encoding", "gzip"},
                                      {"Range", "bytes=0-1"},
                                      {"Range", "bytes=5-6"},
                                      {"If-Range", "\"e\""},
                                      {"Accept", ""},
                                      {"Accept", "text/html"},
                                      {"X", "y"}})
        head.fields.add(name, value);
    FileRequestReader reader;
    const auto request = reader.read(head);
    CHECK(request.method == "GET");
    CHECK(request.path == "/a");
    CHECK(request.query == "q");
    CHECK(request.has_query);
    CHECK(request.if_none_match == "\"a\", \"b\", \"c\"");
    CHECK(request.if_match == "\"d\"");
    CHECK(request.accept_encoding == "br, gzip");
    CHECK(request.range == "bytes=0-1");
    CHECK(request.if_range == "\"e\"");
    CHECK(request.accept == "text/html");
    CHECK(request.origin.empty());

    CHECK(reader.read(head).if_none_match == "\"a\", \"b\", \"c\"");
    head.fields.clear();
    CHECK(reader.read(head).if_none_match.empty());
}
