#include <libnet/wire/http/content_coding.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace content_coding_tests {

using namespace libnet::wire;

namespace {

/// The accepted codings in their order, as words.
std::string order(std::string_view field)
{
    std::string words;
    const auto accepted = read_accept_encoding(field);
    for (const auto coding : accepted.in_order()) (words += words.empty() ? "" : " ") += name_of(coding);
    return words;
}

}  // namespace

TEST_CASE("codings come by weight, and where that is the same, the smallest file first", "[wire][content_coding]")
{
    struct {
        const char* field;
        const char* wanted;
    } const cases[] = {
        {"", "identity"},
        {"gzip", "gzip identity"},
        {"gzip, deflate, br, zstd", "br zstd gzip identity"},
        {"GZIP;q=1.0, Br;q=0.5", "gzip br identity"},
        {"gzip ; Q=0.2 , br;q=0.100", "gzip br identity"},
        {"x-gzip", "gzip identity"},
        {"br;q=0, gzip", "gzip identity"},
        {"identity", "identity"},
        {"identity, br;q=0.5", "identity br"},
        {"identity;q=0.5, br;q=0.5", "br identity"},
        {"*", "br zstd gzip identity"},
        {"*;q=0.1, gzip", "gzip br zstd identity"},
        {"*, br;q=0", "zstd gzip identity"},
        {"gzip;q=0.001", "gzip identity"},
    };
    for (const auto& [field, wanted] : cases) {
        INFO(field);
        CHECK(order(field) == wanted);
    }
}

TEST_CASE("identity is refused only by name, or by a star", "[wire][content_coding]")
{
    CHECK(order("identity;q=0").empty());
    CHECK(order("*;q=0").empty());
    CHECK(order("gzip, identity;q=0") == "gzip");
    CHECK(order("gzip, *;q=0") == "gzip");
    CHECK(order("identity;q=0.5, *;q=0") == "identity");
}

TEST_CASE("what is no weight makes a coding unacceptable, and nothing else", "[wire][content_coding]")
{
    for (const char* weight :
         {"q", "q=", "q=2", "q=1.1", "q=1.001", "q=-1", "q=.5", "q=0,5", "q=0.1234", "q=0.x", "x=1", "q = 1", "q=1;x"})
    {
        INFO(weight);
        CHECK(read_weight(weight) == 0);
    }
    CHECK(read_weight("q=1") == 1000);
    CHECK(read_weight("q=1.000") == 1000);
    CHECK(read_weight("q=0.") == 0);
    CHECK(read_weight("q=0.12") == 120);
    CHECK(order("br;q=nonsense, gzip") == "gzip identity");
    CHECK(order("sdch, compress, , ;q=1, br") == "br identity");
}

TEST_CASE("without the field, a client gets plain files", "[wire][content_coding]")
{
    CHECK(AcceptedCodings{} == read_accept_encoding(""));
    CHECK(AcceptedCodings{} != read_accept_encoding("br"));
}

}  // namespace content_coding_tests
