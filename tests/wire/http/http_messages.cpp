// Every message of the tables, whole, cut in two at every place, and byte by byte: the verdict is always the same.

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

#include <span>
#include <string>

namespace http_messages_tests {

using namespace libnet::wire;
using namespace libnet::wire::cases;

namespace {

std::string in_words(const Refused& refused)
{
    return "refused with " + std::to_string(refused.status) + ": " + std::string{reason_of(refused.error)};
}

std::string in_words(Incomplete) { return "incomplete"; }

std::string in_words(const Accepted& accepted)
{
    constexpr const char* bodies[] = {"no body", "a length of ", "chunked", "until close"};
    const auto& body = accepted.body;
    const bool has_length = body.kind == BodyFraming::Kind::length;
    return bodies[static_cast<int>(body.kind)] + (has_length ? std::to_string(body.length) : std::string{}) +
           (accepted.keep_alive ? ", keeps alive" : ", closes");
}

std::string in_words(const HttpRepairs& repairs)
{
    std::string words = "repaired:";
    if (repairs.status_line) words += " status line";
    if (repairs.colons) words += " colons";
    if (repairs.folds) words += " folds";
    if (repairs.line_feeds) words += " line feeds";
    if (repairs.lengths) words += " lengths";
    return words + (repairs.framing ? " (framing) " : " ");
}

std::string in_words(const Repaired& repaired)
{
    return in_words(repaired.repairs) + in_words(Accepted{repaired.body, repaired.keep_alive});
}

std::string in_words(std::string_view body) { return "decoded: " + std::string{body}; }

template <typename... T>
std::string in_words(const std::variant<T...>& verdict)
{
    return std::visit([](const auto& v) { return in_words(v); }, verdict);
}

/// Where the head of an accepted message ends.
std::size_t head_size(std::string_view bytes)
{
    const auto begin = bytes.find_first_not_of("\r\n");
    const auto with_cr = bytes.find("\r\n\r\n", begin), without = bytes.find("\n\n", begin);
    return with_cr < without ? with_cr + 4 : without + 2;
}

Verdict verdict_of(const RequestHead& head) { return Accepted{head.body, head.keep_alive}; }

Verdict verdict_of(const ResponseHead& head)
{
    if (!head.repairs.any()) return Accepted{head.body, head.keep_alive};
    return Repaired{head.body, head.keep_alive, head.repairs};
}

/// A parser with its head, fed with a growing buffer.
class RequestReader {
public:
    explicit RequestReader(const Message&) {}
    HttpResult<std::size_t> operator()(std::string_view received) { return parser_.parse(received, head); }
    RequestHead head;

private:
    RequestParser parser_;
};

class ResponseReader {
public:
    explicit ResponseReader(const Message& message) : method_{message.request_method} {}
    HttpResult<std::size_t> operator()(std::string_view received) { return parser_.parse(received, method_, head); }
    ResponseHead head;

private:
    std::string_view method_;
    ResponseParser parser_;
};

/// Feeds one more prefix; true when there is a verdict.
template <typename Reader>
bool feed(Reader& reader, std::string_view received, const Message& message, Verdict& verdict)
{
    const auto size = reader(received);
    if (!size) {
        verdict = Refused{status_of(size.error()), size.error()};
    } else if (*size > 0) {
        CHECK(*size == head_size(message.bytes));
        verdict = verdict_of(reader.head);
    }
    return !size || *size > 0;
}

/// The verdict on prefixes of these sizes, one after the other. Each prefix gets a memory block of its own size when
/// the buffer shall move: so AddressSanitizer sees a byte too far, and a view that is kept.
enum class Buffer { stays, moves };
template <typename Reader>
std::string verdict_on(const Message& message, std::span<const std::size_t> sizes, Buffer buffer)
{
    Reader reader{message};
    Verdict verdict = incomplete;
    for (const std::size_t size : sizes) {
        const auto prefix = message.bytes.substr(0, size);
        const std::string copy{prefix};
        if (feed(reader, buffer == Buffer::moves ? copy : prefix, message, verdict)) break;
    }
    return in_words(verdict);
}

template <typename Reader>
void check(std::span<const Message> messages)
{
    for (const auto& message : messages) {
        INFO(message.name);
        const auto expected = in_words(message.verdict);
        std::vector<std::size_t> all_sizes;
        for (std::size_t size = 0; size <= message.bytes.size(); ++size) all_sizes.push_back(size);
        CHECK(verdict_on<Reader>(message, all_sizes, Buffer::stays) == expected);
        CHECK(verdict_on<Reader>(message, all_sizes, Buffer::moves) == expected);
        for (const std::size_t first : all_sizes) {
            INFO("cut at " << first);
            const std::size_t sizes[] = {first, message.bytes.size()};
            CHECK(verdict_on<Reader>(message, sizes, Buffer::stays) == expected);
            CHECK(verdict_on<Reader>(message, sizes, Buffer::moves) == expected);
        }
    }
}

/// Decodes pieces that are cut at these places.
std::string decode(const ChunkedBody& body, std::span<const std::size_t> cuts, ChunkSource source)
{
    ChunkedDecoder decoder{{}, source};
    std::string decoded;
    std::size_t at = 0;
    for (const std::size_t cut : cuts) {
        const std::string piece{body.bytes.substr(at, cut - at)};
        for (std::string_view rest = piece; !rest.empty();) {
            const auto step = decoder.next(rest);
            if (!step) return in_words(Refused{status_of(step.error()), step.error()});
            CHECK(step->data == rest.substr(step->consumed - step->data.size(), step->data.size()));
            decoded += step->data;
            at += step->consumed;
            rest.remove_prefix(step->consumed);
            if (!step->done) continue;
            CHECK(body.bytes.size() - at == body.left);
            return in_words(decoded);
        }
    }
    return in_words(incomplete);
}

void check(const ChunkedBody& body, const std::string& expected, ChunkSource source)
{
    std::vector<std::size_t> all_cuts;
    for (std::size_t cut = 1; cut <= body.bytes.size(); ++cut) all_cuts.push_back(cut);
    CHECK(decode(body, all_cuts, source) == expected);
    for (const std::size_t first : all_cuts) {
        INFO("cut at " << first);
        const std::size_t cuts[] = {first, body.bytes.size()};
        CHECK(decode(body, cuts, source) == expected);
    }
}

}  // namespace

TEST_CASE("request lines get the verdict of RFC 9112 section 3", "[wire][http]")
{
    check<RequestReader>(request_lines);
}

TEST_CASE("request targets get the verdict of RFC 9112 section 3.2", "[wire][http]")
{
    check<RequestReader>(request_targets);
}

TEST_CASE("Host gets the verdict of RFC 9112 section 3.2", "[wire][http]") { check<RequestReader>(hosts); }

TEST_CASE("field lines get the verdict of RFC 9112 section 5", "[wire][http]") { check<RequestReader>(field_lines); }

TEST_CASE("the end of a request gets the verdict of RFC 9112 section 6", "[wire][http]")
{
    check<RequestReader>(request_framing);
}

TEST_CASE("responses get the verdict of RFC 9112 sections 4 and 6", "[wire][http]")
{
    check<ResponseReader>(responses);
}

TEST_CASE("chunked bodies get the verdict of RFC 9112 section 7.1", "[wire][http]")
{
    for (const auto& body : chunked_bodies) {
        INFO(body.name);
        check(body, in_words(body.verdict), ChunkSource::client);
        check(body, in_words(body.from_server.value_or(body.verdict)), ChunkSource::server);
    }
}

}  // namespace http_messages_tests
