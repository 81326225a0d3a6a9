// Mutants of the tables' messages and plain noise, from a fixed seed. Their verdicts are unknown, but they must not
// depend on the pieces, every limit must hold, and every view must lie in the bytes that came. AddressSanitizer and
// UndefinedBehaviorSanitizer check every access.

#include <libnet/wire/http/http_chunked.hpp>
#include <libnet/wire/http/http_request_parser.hpp>
#include <libnet/wire/http/http_response_parser.hpp>
#include <tests/support/catch.hpp>
#include <tests/wire/http/http_cases_chunked.hpp>
#include <tests/wire/http/http_cases_fields.hpp>
#include <tests/wire/http/http_cases_framing.hpp>
#include <tests/wire/http/http_cases_request_line.hpp>
#include <tests/wire/http/http_cases_response.hpp>
#include <tests/wire/http/http_cases_target.hpp>

#include <random>
#include <span>
#include <string>

namespace http_robustness_tests {

using namespace libnet::wire;

namespace {

constexpr HttpLimits limits{
    .request_line = 80, .head = 160, .fields = 4, .chunk_line = 20, .chunk_overhead = 40, .trailers = 30};
constexpr int rounds = 20000;

class Mutator {
public:
    /// A number below `end`.
    std::size_t number(std::size_t end) { return random_() % end; }

    std::string mutate(std::string text)
    {
        for (auto changes = number(4); changes > 0; --changes) change(text);
        return text;
    }

    std::string noise()
    {
        std::string text(number(100), '\0');
        for (auto& c : text) c = byte();
        return text;
    }

private:
    /// Any byte, but rather one that means something.
    char byte()
    {
        constexpr std::string_view special{"\r\n\0 \t:;,=\"\\%#@[]/?*019aF\x7f\xff", 26};
        return number(2) == 0 ? static_cast<char>(number(256)) : special[number(special.size())];
    }

    void change(std::string& text)
    {
        const auto at = number(text.size() + 1), count = number(8);
        switch (number(4)) {
        case 0:
            text.insert(at, 1, byte());
            break;
        case 1:
            text.erase(at, count);
            break;
        case 2:
            text.insert(number(text.size() + 1), text.substr(at, count));
            break;
        default:
            text.replace(at, 1, 1, byte());
        }
    }

    std::mt19937 random_{1};
};

bool lies_in(std::string_view part, std::string_view whole)
{
    const std::less_equal<const char*> before;
    return part.empty() ||
           (before(whole.data(), part.data()) && before(part.data() + part.size(), whole.data() + whole.size()));
}

enum class Unfolded { no, maybe };

/// Values that were folded lie elsewhere.
void check_fields(const HttpFields& fields, std::string_view bytes, Unfolded is_unfolded)
{
    CHECK(fields.size() <= limits.fields);
    for (const auto& field : fields) {
        CHECK(is_token(field.name));
        CHECK(lies_in(field.name, bytes));
        CHECK(field.value.find_first_of("\r\n") == field.value.npos);
        CHECK((lies_in(field.value, bytes) || is_unfolded == Unfolded::maybe));
    }
}

/// Parses the bytes at once and in random pieces: same verdict, same fields. `more` is what parse() takes besides.
template <typename Parser, typename Head, typename... More>
void check_head(const std::string& bytes, Mutator& random, More... more)
{
    Parser parser{limits}, other{limits};
    Head whole, cut;
    const auto at_once = parser.parse(bytes, more..., whole);
    if (at_once && *at_once > 0) {
        CHECK(*at_once <= std::min(bytes.size(), limits.head));
        check_fields(whole.fields, bytes, std::is_same_v<Head, ResponseHead> ? Unfolded::maybe : Unfolded::no);
    }
    HttpResult<std::size_t> in_pieces = 0;
    for (std::size_t size = 0; in_pieces && *in_pieces == 0 && size < bytes.size();) {
        size = std::min(bytes.size(), size + 1 + random.number(20));
        in_pieces = other.parse(std::string_view{bytes}.substr(0, size), more..., cut);
    }
    CHECK(in_pieces == at_once);
    if (at_once && *at_once > 0) CHECK(whole.fields == cut.fields);
}

/// The verdict and the body of chunks in pieces of at most `most` bytes.
std::string decode(std::string_view bytes, Mutator& random, std::size_t most, ChunkSource source)
{
    ChunkedDecoder decoder{limits, source};
    std::string body;
    while (!bytes.empty()) {
        const std::string piece{bytes.substr(0, 1 + random.number(most))};
        const auto step = decoder.next(piece);
        if (!step) return body + std::string{reason_of(step.error())};
        CHECK(step->consumed <= piece.size());
        CHECK((step->consumed > 0 || step->done));
        CHECK(lies_in(step->data, piece));
        body += step->data;
        bytes.remove_prefix(step->consumed);
        if (step->done) return body + "done, left " + std::to_string(bytes.size());
    }
    return body + "incomplete";
}

}  // namespace

TEST_CASE("no mutant of a request breaks the parser", "[wire][http]")
{
    const std::span<const cases::Message> tables[] = {cases::request_lines, cases::request_targets, cases::hosts,
                                                      cases::field_lines, cases::request_framing};
    Mutator random;
    for (int round = 0; round < rounds; ++round) {
        const auto table = tables[random.number(std::size(tables))];
        const auto bytes =
            round % 8 == 0 ? random.noise() : random.mutate(std::string{table[random.number(table.size())].bytes});
        check_head<RequestParser, RequestHead>(bytes, random);
    }
}

TEST_CASE("no mutant of a response breaks the parser", "[wire][http]")
{
    Mutator random;
    for (int round = 0; round < rounds; ++round) {
        const auto& message = cases::responses[random.number(std::size(cases::responses))];
        const auto bytes = random.mutate(std::string{message.bytes});
        check_head<ResponseParser, ResponseHead>(bytes, random, message.request_method);
    }
}

TEST_CASE("no mutant of a chunked body breaks the decoder", "[wire][http]")
{
    Mutator random;
    for (int round = 0; round < rounds; ++round) {
        const auto& body = cases::chunked_bodies[random.number(std::size(cases::chunked_bodies))];
        const auto bytes = random.mutate(std::string{body.bytes});
        for (const auto source : {ChunkSource::client, ChunkSource::server}) {
            const auto at_once = decode(bytes, random, 1000, source);
            CHECK(decode(bytes, random, 1, source) == at_once);
            CHECK(decode(bytes, random, 7, source) == at_once);
        }
    }
}

}  // namespace http_robustness_tests
