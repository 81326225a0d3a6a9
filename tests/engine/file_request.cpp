#include <libnet/engine/file_request.hpp>
#include <tests/support/catch.hpp>

using libnet::engine::FileRequestReader;
using libnet::wire::RequestHead;

TEST_CASE("lists over several lines are joined, and of other fields there is one or none", "[engine][file_request]")
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
                                      {"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"},
                                      {"if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT"},
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
    CHECK(request.range == ",");
    CHECK(request.if_modified_since == ",");
    CHECK(request.if_range == "\"e\"");
    CHECK(request.accept == ",, text/html");
    CHECK(request.origin.empty());

    CHECK(reader.read(head).if_none_match == "\"a\", \"b\", \"c\"");
    head.fields.clear();
    CHECK(reader.read(head).if_none_match.empty());
}

TEST_CASE("a field without a value is there", "[engine][file_request]")
{
    RequestHead head{.method = "GET", .path = "/a"};
    for (const char* name : {"If-Match", "If-None-Match", "If-Modified-Since", "If-Range", "Range", "Accept"})
        head.fields.add(name, "");
    FileRequestReader reader;
    const auto request = reader.read(head);
    for (const auto value : {request.if_match, request.if_none_match, request.if_modified_since, request.if_range,
                             request.range, request.accept})
        CHECK(value == ",");
    CHECK(request.if_unmodified_since.empty());
}
