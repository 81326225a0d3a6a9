// The tables of messages, read by Boost.Beast: a second opinion on where a message ends. Where it differs, the reason stands
// in beast_differences.hpp.

#include <tests/service/http/beast_differences.hpp>
#include <tests/support/catch.hpp>
#include <tests/wire/http/http_cases_chunked.hpp>
#include <tests/wire/http/http_cases_fields.hpp>
#include <tests/wire/http/http_cases_framing.hpp>
#include <tests/wire/http/http_cases_request_line.hpp>
#include <tests/wire/http/http_cases_response.hpp>
#include <tests/wire/http/http_cases_target.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/version.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace beast_framing_tests {

using namespace libnet::wire;
using namespace libnet::wire::cases;
using libnet::test::beast_differences;

namespace {

namespace http = boost::beast::http;

std::string in_words(const BodyFraming& body, bool keep_alive)
{
    constexpr const char* bodies[] = {"no body", "length ", "chunked", "until close"};
    const bool has_length = body.kind == BodyFraming::Kind::length;
    return bodies[static_cast<int>(body.kind)] + (has_length ? std::to_string(body.length) : std::string{}) +
           (keep_alive ? ", keeps alive" : ", closes");
}

std::string in_words(const Verdict& verdict)
{
    if (const auto* read = std::get_if<Accepted>(&verdict)) return in_words(read->body, read->keep_alive);
    if (const auto* read = std::get_if<Repaired>(&verdict)) return in_words(read->body, read->keep_alive);
    return std::holds_alternative<Refused>(verdict) ? "refused" : "incomplete";
}

template <typename Parser>
std::string body_of(const Parser& parser)
{
    if (parser.chunked()) return "chunked";
    if (const auto length = parser.content_length()) return "length " + std::to_string(*length);
    return parser.need_eof() ? "until close" : "no body";
}

/// What Beast makes of a head.
template <bool is_request>
std::string beast_verdict(std::string_view bytes, [[maybe_unused]] std::string_view request_method)
{
    http::parser<is_request, http::string_body> parser;
    parser.body_limit(boost::none);
    parser.header_limit(64 * 1024);
    if constexpr (!is_request) parser.skip(request_method == "HEAD");
    boost::beast::error_code error;
    if (!bytes.empty()) parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    if (error && error != http::error::need_more) return "refused";
    if (!parser.is_header_done()) return "incomplete";
    return body_of(parser) + (parser.keep_alive() ? ", keeps alive" : ", closes");
}

std::string decoded(std::string_view body, std::size_t left)
{
    return "decoded: " + std::string{body} + " left " + std::to_string(left);
}

std::string in_words(const ChunkedBody& body)
{
    if (const auto* content = std::get_if<std::string_view>(&body.verdict)) return decoded(*content, body.left);
    return std::holds_alternative<Refused>(body.verdict) ? "refused" : "incomplete";
}

/// What Beast makes of a chunked body.
std::string beast_verdict(const ChunkedBody& body)
{
    http::request_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    parser.eager(true);
    const auto message = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string{body.bytes};
    boost::beast::error_code error;
    std::size_t read = 0, last = 1;
    while (read < message.size() && !parser.is_done() && !error && last > 0) {
        last = parser.put(boost::asio::buffer(message.data() + read, message.size() - read), error);
        read += last;
    }
    if (error && error != http::error::need_more) return "refused";
    return parser.is_done() ? decoded(parser.get().body(), message.size() - read) : "incomplete";
}

/// Both verdicts are the same, or stand in the list of differences, and then they do differ.
void compare(std::string_view table, std::string_view row, const std::string& ours, const std::string& beast)
{
    INFO(table << ": " << row);
    const auto is_this = [&](const auto& difference) { return difference.table == table && difference.row == row; };
    const auto* const difference = std::ranges::find_if(beast_differences, is_this);
    if (difference == std::ranges::end(beast_differences)) {
        CHECK(beast == ours);
    } else {
        CHECK(beast == difference->beast);
        CHECK(beast != ours);
    }
}

template <bool is_request, typename Table>
void compare_heads(std::string_view name, const Table& table)
{
    for (const Message& message : table)
        compare(name, message.name, in_words(message.verdict),
                beast_verdict<is_request>(message.bytes, message.request_method));
}

}  // namespace

TEST_CASE("Beast reads each row of the framing tables as we do, or there is a reason", "[service][http]")
{
    if (BOOST_VERSION != 108100) {
        WARN("SKIPPED: the differences are those of Boost 1.81");
        return;
    }
    compare_heads<true>("request_lines", request_lines);
    compare_heads<true>("field_lines", field_lines);
    compare_heads<true>("request_targets", request_targets);
    compare_heads<true>("request_framing", request_framing);
    compare_heads<true>("hosts", hosts);
    compare_heads<false>("responses", responses);
    for (const auto& body : chunked_bodies) compare("chunked_bodies", body.name, in_words(body), beast_verdict(body));
}

}  // namespace beast_framing_tests
