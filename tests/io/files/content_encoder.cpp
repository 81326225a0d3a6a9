#include <libnet/io/files/content_encoder.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/numbers.hpp>
#include <tests/support/process.hpp>
#include <tests/support/temporary_directory.hpp>

#include <string>

namespace content_encoder_tests {

using namespace libnet;
using io::can_encode, io::encode;
using wire::ContentCoding;

TEST_CASE("what is encoded, the coding's own program decodes", "[io][content_encoder]")
{
    if (!can_encode(ContentCoding::gzip)) {
        WARN("skipped: the library was built without LIBNETXX_COMPRESSION");
        return;
    }
    const auto text = test::numbers().substr(0, 300'000);
    const test::TemporaryDirectory directory;
    struct {
        ContentCoding coding;
        const char* program;
    } const cases[] = {{ContentCoding::gzip, "gzip"}, {ContentCoding::br, "brotli"}, {ContentCoding::zstd, "zstd"}};
    for (const auto& [coding, program] : cases) {
        const auto encoded = encode(text, coding);
        REQUIRE(encoded);
        CHECK(encoded->size() < text.size() / 2);
        const auto file = directory.write("encoded" + std::string{suffix_of(coding)}, *encoded).string();
        if (test::run({"sh", "-c", std::string{"command -v "} + program}).exit_code != 0) {
            WARN("skipped: " << program << " is not installed");
            continue;
        }
        CHECK(test::run({program, "--decompress", "--stdout", file}).out == text);
    }
}

TEST_CASE("what gets no smaller is left as it is", "[io][content_encoder]")
{
    for (const auto coding : {ContentCoding::gzip, ContentCoding::br, ContentCoding::zstd}) {
        CHECK(!encode("", coding));
        CHECK(!encode("x", coding));
        CHECK(!encode("dkE92k.fjA0", coding));
    }
    CHECK(!encode(std::string(1000, 'x'), ContentCoding::identity));
}

}  // namespace content_encoder_tests
