#pragma once
// The path of a request target (RFC 3986 section 3.3) and the relative file name it stands for.

#include <libnet/config.hpp>

#include <boost/system/result.hpp>

#include <iosfwd>
#include <string>
#include <string_view>

namespace libnet::inline v0::wire {

/// Why a path names no file.
enum class UriPathError {
    not_absolute = 1,  ///< it doesn't begin with a slash
    bad_triplet,       ///< a percent sign without two hexadecimal digits behind it
    nul,               ///< a NUL octet, plain or encoded: to the kernel the name would end there
    encoded_slash,     ///< %2F is data, not a separator (RFC 3986 section 2.2), and no file name can hold it
    above_root,        ///< more ".." than there are segments before them
};

/// A file name below some root, taken from a request's path.
struct FilePath {
    std::string name;        ///< segments joined by "/", without one at either end; empty: the root itself
    bool directory = false;  ///< the path ended in "/", "/." or "/..": it can only mean a directory

    friend bool operator==(const FilePath&, const FilePath&) = default;
};

/// Reads a path as it stands in a request target, without its query.
///
/// Percent-encoding is decoded once, then empty and "." segments are dropped and ".." takes back the segment before it;
/// one that would climb above the root is refused rather than ignored. The name therefore never begins with "/" and has
/// no "." or ".." segment. Everything else is data: backslashes, control characters and invalid UTF-8 are what Linux
/// allows in a file name. `file` keeps its capacity; on failure its contents are unspecified.
boost::system::result<void, UriPathError> decode_path(std::string_view path, FilePath& file);

/// Percent-encodes a file name as a path: "a b/ü" becomes "/a%20b/%C3%BC". The result always begins with exactly one
/// slash, so that it can't be read as a reference to another host ("//host/").
std::string encode_path(std::string_view name);

/// Whether a segment of the name begins with a dot, as in ".git/config". The one exception is ".well-known" as the
/// first segment (RFC 8615): it exists to be served.
bool has_hidden_segment(std::string_view name);

std::ostream& operator<<(std::ostream& out, UriPathError error);
std::ostream& operator<<(std::ostream& out, const FilePath& file);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/uri_path.ipp>
#endif
