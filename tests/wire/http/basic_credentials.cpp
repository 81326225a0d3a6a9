#include <libnet/wire/http/basic_credentials.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace basic_credentials_tests {

using namespace libnet::wire;

TEST_CASE("Base64 is decoded with its padding, as in RFC 4648 section 10", "[wire]")
{
    CHECK(decode_base64("") == "");
    CHECK(decode_base64("Zg==") == "f");
    CHECK(decode_base64("Zm8=") == "fo");
    CHECK(decode_base64("Zm9v") == "foo");
    CHECK(decode_base64("Zm9vYmFy") == "foobar");
    CHECK(decode_base64("/+7/") == "\xFF\xEE\xFF");
}

TEST_CASE("Base64 is written with its padding", "[wire]")
{
    CHECK(encode_base64("").empty());
    CHECK(encode_base64("f") == "Zg==");
    CHECK(encode_base64("fo") == "Zm8=");
    CHECK(encode_base64("foo") == "Zm9v");
    CHECK(encode_base64("foobar") == "Zm9vYmFy");
    std::string octets;
    for (int octet = 0; octet < 256; ++octet) octets += static_cast<char>(octet);
    CHECK(decode_base64(encode_base64(octets)) == octets);
}

TEST_CASE("what is no Base64, or not the only text for its value, is refused", "[wire]")
{
    for (const auto* faulty :
         {"Z", "Zg", "Zg=", "Zm9", "Z===", "====", "Zm 9", "Zm-_", "Zh==", "Zm9=", "=Zm9", "Zg==Zg=="}) {
        CAPTURE(faulty);
        CHECK_FALSE(decode_base64(faulty));
    }
}

TEST_CASE("credentials are user and password", "[wire]")
{
    const BasicCredentials aladdin{"Aladdin", "open sesame"};
    CHECK(parse_basic_credentials("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==") == aladdin);
    CHECK(parse_basic_credentials("bASIC  QWxhZGRpbjpvcGVuIHNlc2FtZQ==") == aladdin);
    CHECK(parse_basic_credentials("Basic dGVzdDoxMjPCow==") == BasicCredentials{"test", "123\xC2\xA3"});  // RFC 7617
    CHECK(parse_basic_credentials("Basic Og==") == BasicCredentials{"", ""});
    CHECK(parse_basic_credentials("Basic YTpiOmM=") == BasicCredentials{"a", "b:c"});
}

TEST_CASE("what is no such credentials is nothing", "[wire]")
{
    for (const auto* faulty : {"", "Basic", "Basic ", "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic QWxhZGRpbg==",
                               "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ", "Basic YToKYg==", "Basic YTp/"})
    {
        CAPTURE(faulty);
        CHECK_FALSE(parse_basic_credentials(faulty));
    }
}

TEST_CASE("a challenge can't be broken out of", "[wire]")
{
    CHECK(basic_challenge("files") == "Basic realm=\"files\", charset=\"UTF-8\"");
    CHECK(basic_challenge("a\"b\\c\r\nd e") == "Basic realm=\"abcd e\", charset=\"UTF-8\"");
}

}  // namespace basic_credentials_tests
