#include <tests/support/beast_reader.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/none.hpp>

#include <stdexcept>
#include <string>

namespace libnet::test {

namespace http = boost::beast::http;

BeastHead read_with_beast(std::string_view head, std::string_view request_method)
{
    http::response_parser<http::empty_body> parser;
    parser.header_limit(1 << 20);
    parser.body_limit(boost::none);  // Beast would refuse a head that announces more than 8 MiB
    parser.skip(request_method == "HEAD");
    boost::beast::error_code error;
    parser.put(boost::asio::buffer(head.data(), head.size()), error);
    // It wants a body that isn't there yet; and an empty_body is no place for one.
    const bool wants_body = error == http::error::need_more || error == http::error::unexpected_body;
    if ((error && !wants_body) || !parser.is_header_done())
        throw std::runtime_error{"Beast can't read '" + std::string{head} + "': " + error.message()};
    const auto length = parser.content_length();
    BeastHead understood{.status = parser.get().result_int(),
                         .length = std::nullopt,
                         .chunked = parser.chunked(),
                         .keep_alive = parser.keep_alive()};
    if (length) understood.length = *length;
    return understood;
}

}  // namespace libnet::test
