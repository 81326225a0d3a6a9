#pragma once
// Boost.Beast as the reader of our answers: code that we didn't write says what a head means. Beast is compiled once, in
// beast_reader.cpp, for all tests.

#include <cstdint>
#include <optional>
#include <string_view>

namespace libnet::test {

/// What Beast understands of an answer's head.
struct BeastHead {
    unsigned status = 0;
    std::optional<std::uint64_t> length;  ///< Content-Length
    bool chunked = false;
    bool keep_alive = false;
};

/// Reads a head, with its empty line, of an answer to a request of this method.
/// @throws std::runtime_error with Beast's words where it refuses it
BeastHead read_with_beast(std::string_view head, std::string_view request_method);

}  // namespace libnet::test
