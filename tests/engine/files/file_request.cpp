#include <libnet/engine/files/file_request.hpp>
#include <tests/support/catch.hpp>

namespace file_request_tests {

using libnet::engine::Channel, libnet::engine::FileRequestReader, libnet::engine::is_misdirected;
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

TEST_CASE("what has an https URL is not to be had without TLS, and what has another one not at all",
          "[engine][file_request]")
{
    using libnet::wire::TargetForm;
    RequestHead head{.method = "GET", .form = TargetForm::absolute, .path = "/a"};
    const auto misdirected = [&](std::string_view scheme, Channel channel) {
        head.scheme = scheme;
        return is_misdirected(head, channel);
    };
    CHECK(!misdirected("http", Channel::plain));
    CHECK(!misdirected("HTTP", Channel::plain));
    CHECK(misdirected("https", Channel::plain));
    CHECK(misdirected("ftp", Channel::plain));
    CHECK(!misdirected("http", Channel::tls));
    CHECK(!misdirected("Https", Channel::tls));
    CHECK(misdirected("ftp", Channel::tls));
    for (const auto form : {TargetForm::origin, TargetForm::asterisk, TargetForm::authority}) {
        head.form = form;
        CHECK(!misdirected("", Channel::plain));
    }
}

}  // namespace file_request_tests
