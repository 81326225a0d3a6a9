#pragma once
// Reads a small file whole.

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace libnet::io {

/// The text of a file.
/// @throws std::invalid_argument  it can't be read; `what()` is the system's reason, without the name
inline std::string read_text(const std::string& file)
{
    errno = 0;
    std::ifstream in{file, std::ios::binary};
    in.peek();  // a directory opens, but can't be read
    if (!in.is_open() || in.bad()) throw std::invalid_argument{std::strerror(errno)};
    return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace libnet::io
