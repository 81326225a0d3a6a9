#pragma once
// The shape of the tables of messages: what comes in, and the verdict that RFC 9112 wants.

#include <libnet/wire/http/http_error.hpp>
#include <libnet/wire/http/http_framing.hpp>
#include <libnet/wire/http/http_repair.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace libnet::inline v0::wire::cases {

using namespace std::string_view_literals;
using E = HttpError;

struct Accepted {
    BodyFraming body;
    bool keep_alive;
};
struct Repaired {
    BodyFraming body;
    bool keep_alive;
    HttpRepairs repairs;
};
struct Refused {
    unsigned status;
    HttpError error;
};
struct Incomplete {};  // more bytes are needed
using Verdict = std::variant<Accepted, Repaired, Refused, Incomplete>;

/// A head, with or without something behind it.
struct Message {
    std::string_view name, bytes;
    Verdict verdict;
    std::string_view request_method = "GET";  // responses only: what they answer
};

/// A chunked body, which may have something behind it. A server's is read alike unless `from_server` says otherwise.
struct ChunkedBody {
    std::string_view name, bytes;
    std::variant<std::string_view, Refused, Incomplete> verdict;  // the decoded body
    std::size_t left = 0;                                         // bytes behind it
    std::optional<std::variant<std::string_view, Refused, Incomplete>> from_server{};
};

constexpr BodyFraming no_body{}, chunked{BodyFraming::Kind::chunked, 0}, until_close{BodyFraming::Kind::until_close, 0};
constexpr BodyFraming length(std::uint64_t bytes) { return {BodyFraming::Kind::length, bytes}; }

constexpr Verdict keeps_alive(BodyFraming body) { return Accepted{body, true}; }
constexpr Verdict closes(BodyFraming body) { return Accepted{body, false}; }
/// The connection can be used again.
constexpr Verdict repaired(BodyFraming body, HttpRepairs repairs) { return Repaired{body, true, repairs}; }
/// And it can't.
constexpr Verdict repaired_and_closes(BodyFraming body, HttpRepairs repairs) { return Repaired{body, false, repairs}; }
constexpr Refused refused(unsigned status, HttpError error) { return {status, error}; }
constexpr Incomplete incomplete{};

}  // namespace libnet::inline v0::wire::cases
