#pragma once
// What is known of a file, and why a look-up found none.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace libnet::inline v0::engine {

/// Times of files, and of the moment an answer is made. In microseconds, for nanoseconds last from 1677 to 2262 only, and
/// a file system knows other years.
using FileTime = std::chrono::sys_time<std::chrono::microseconds>;

/// A time as stat(2) reports it. Years that no date in HTTP can name, before 0 and behind 9999, become the nearest that
/// one can: nothing that is computed from it overflows.
constexpr FileTime file_time(std::int64_t seconds, std::int64_t nanoseconds) noexcept
{
    using namespace std::chrono;
    constexpr sys_seconds first = sys_days{year{0} / 1 / 1}, last = sys_days{year{10000} / 1 / 1} - 1s;
    const sys_seconds time{std::chrono::seconds{seconds}};
    if (time < first) return first;
    if (time > last) return last;
    return time + floor<microseconds>(std::chrono::nanoseconds{nanoseconds});
}

enum class FileKind : std::uint8_t { regular, directory };

/// What is known of a file that was found.
struct FileFacts {
    FileKind kind = FileKind::regular;
    std::uint64_t size = 0;               ///< bytes
    FileTime modified{};                  ///< its content, as its writer says: any owner may set this time
    std::uint64_t device = 0, inode = 0;  ///< with `changed` and the rest: the same content, as far as can be known
    FileTime changed{};                   ///< the last change of content or attributes; it can't be set
    std::optional<std::uint64_t> hash{};  ///< of its content, where it was read to its end
    /// Digests (state_digest) of earlier states that had the same content; 0: none.
    std::array<std::uint64_t, 4> former{};
    bool settled = false;  ///< a later change is sure to show in `changed`
    bool text = false;     ///< it begins as text does: looked at where the name has no extension

    friend bool operator==(const FileFacts&, const FileFacts&) = default;
};

/// Whether this is a file in one state, as far as can be known without reading it.
inline bool is_same_state(FileFacts one, const FileFacts& other) noexcept
{
    one.hash = other.hash;
    one.former = other.former;
    one.settled = other.settled;
    one.text = other.text;
    return one == other;
}

/// Why a look-up came to nothing.
enum class LookUpFailure : std::uint8_t {
    not_found,   ///< there is no such file, or it is neither file nor directory, or it lies outside the root
    forbidden,   ///< it may not be read
    overloaded,  ///< no descriptor or memory is left; later it may work
    failed,      ///< the disk or file system reports an error
};

}  // namespace libnet::inline v0::engine
