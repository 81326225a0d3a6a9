#include <libnet/wire/http/http_scanner.hpp>
#include <libnet/wire/http/http_syntax.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace http_scanner_tests {

using namespace libnet::wire;

TEST_CASE("a scanner that waits stands at the end of the text: no byte is looked at twice", "[wire][http]")
{
    const std::string value(5000, 'a'), text = value + "\r";
    HttpScanner scanner;
    std::string_view element;
    for (std::size_t size = 0; size <= value.size(); ++size) {
        const bool is_done = scanner.read(std::string_view{text}.substr(0, size), CharClass::field_value, '\r',
                                          HttpError::bad_field_value, element);
        REQUIRE(!is_done);
        REQUIRE(scanner.at() == size);
        REQUIRE(!scanner.error());
    }
    CHECK(scanner.read(text, CharClass::field_value, '\r', HttpError::bad_field_value, element));
    CHECK(element == value);
    CHECK(scanner.at() == text.size());
}

TEST_CASE("a run of a class ends at the first byte that is not of it, wherever it stands in a word", "[wire][http]")
{
    for (std::size_t at = 0; at < 40; ++at) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string text(40, 'x');
            text[at] = static_cast<char>(byte);
            const bool is_text = byte == '\t' || (byte >= 0x20 && byte != 0x7F);
            REQUIRE(end_of_run(CharClass::field_value, text) == (is_text ? text.size() : at));
        }
    }
}

TEST_CASE("the classes have as many members as their grammar", "[wire][http]")
{
    const auto count = [](CharClass bit) {
        int members = 0;
        for (int byte = 0; byte < 256; ++byte) members += is(bit, static_cast<char>(byte)) ? 1 : 0;
        return members;
    };
    CHECK(count(CharClass::token) == 62 + 15);
    CHECK(count(CharClass::target) == 94 - 4);
    CHECK(count(CharClass::field_value) == 94 + 2 + 128);
    CHECK(count(CharClass::reg_name) == 62 + 4 + 11);
    CHECK(count(CharClass::visible) == 94);
    CHECK(is_token("Content-Length"));
    CHECK(!is_token(""));
    CHECK(!is_token("a b"));
}

}  // namespace http_scanner_tests
