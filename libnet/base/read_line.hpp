#pragma once
// Lines of a file that somebody else has written.

#include <cstddef>
#include <exception>
#include <istream>
#include <stdexcept>
#include <string>

namespace libnet::inline v0::base {

/// Reads a line as std::getline does, without its end. False: there is none, or it can't be read (`in.bad()`).
/// Throws std::length_error for a line of more than `most` octets: what never ends, such as a device, must not take all memory.
inline bool read_line(std::istream& in, std::string& line, std::size_t most)
try {
    using Traits = std::istream::traits_type;
    line.clear();
    while (in.good()) {
        const auto next = in.rdbuf()->sbumpc();
        if (Traits::eq_int_type(next, Traits::eof())) {
            in.setstate(std::ios::eofbit);
            return !line.empty();
        }
        const char octet = Traits::to_char_type(next);
        if (octet == '\n') return true;
        if (line.size() == most) throw std::length_error{"a line of more than " + std::to_string(most) + " octets"};
        line += octet;
    }
    return false;
} catch (const std::ios_base::failure&) {  // of a directory, for one
    in.setstate(std::ios::badbit);
    return false;
}

}  // namespace libnet::inline v0::base
