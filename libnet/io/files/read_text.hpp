#pragma once
// Reads a small file whole.

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace libnet::inline v0::io {

/// The text of a file of at most `limit` octets, 16 MiB unless said otherwise: what never ends, such as a device, must not
/// take all memory. The text has room for one octet more, and no more than that where the file says how large it is.
/// @throws std::invalid_argument  it can't be read, or is too large; `what()` is the reason, without the name
inline std::string read_text(const std::string& file, std::size_t limit = std::size_t{16} * 1024 * 1024)
{
    errno = 0;
    std::ifstream in{file, std::ios::binary};
    in.peek();  // a directory opens, but can't be read
    if (!in.is_open() || in.bad()) throw std::invalid_argument{std::strerror(errno)};
    std::string text;
    std::error_code unknown;
    if (const auto size = std::filesystem::file_size(file, unknown); !unknown && size < limit)
        text.reserve(static_cast<std::size_t>(size) + 1);
    for (char buffer[4096]; in.read(buffer, sizeof buffer) || in.gcount() > 0;) {
        text.append(buffer, static_cast<std::size_t>(in.gcount()));
        if (text.size() > limit)
            throw std::invalid_argument{"it is larger than " + std::to_string(limit / (1024 * 1024)) + " MiB"};
    }
    return text;
}

}  // namespace libnet::inline v0::io
