#pragma once
// Reads a small file whole.

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>

namespace libnet::inline v0::io {

/// The text of a file of at most 16 MiB: what never ends, such as a device, must not take all memory.
/// @throws std::invalid_argument  it can't be read, or is too large; `what()` is the reason, without the name
inline std::string read_text(const std::string& file)
{
    errno = 0;
    std::ifstream in{file, std::ios::binary};
    in.peek();  // a directory opens, but can't be read
    if (!in.is_open() || in.bad()) throw std::invalid_argument{std::strerror(errno)};
    constexpr std::size_t limit = 16 * 1024 * 1024;
    std::string text;
    for (char buffer[4096]; in.read(buffer, sizeof buffer) || in.gcount() > 0;) {
        text.append(buffer, static_cast<std::size_t>(in.gcount()));
        if (text.size() > limit) throw std::invalid_argument{"it is larger than 16 MiB"};
    }
    return text;
}

}  // namespace libnet::inline v0::io
