#pragma once
// Media types by file name.

#include <libnet/config.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::wire {

/// The value of a file's Content-Type (RFC 9110 section 8.3), from the extension of its name in any case.
///
/// Text gets "; charset=utf-8": what it holds is nearly always UTF-8 today, and without a charset browsers guess. A
/// name without an extension that the table knows gets "application/octet-stream", which browsers save rather than
/// show. The view is to static storage.
std::string_view media_type_of(std::string_view file_name) noexcept;

/// What is text, as far as its first octets tell, and has no extension.
inline constexpr std::string_view plain_text_type = "text/plain; charset=utf-8";

/// Whether a name has no extension, not even one that is unknown: its content has to be looked at.
bool lacks_extension(std::string_view file_name) noexcept;

/// Whether a content that begins so is text: UTF-8, without control characters that no text has. An empty one is none.
bool begins_as_text(std::string_view begin) noexcept;

/// Media types by extension: of a mime.types file, then `media_type_of`, then of another such file.
class MediaTypes {
public:
    /// No file: `media_type_of` alone.
    MediaTypes() = default;

    /// Reads the text of a mime.types file: a type and its extensions a line; "#" begins a comment. Of an extension that
    /// comes twice, the first one counts. Lines that are no such thing are passed over. Of `more`, what isn't known yet.
    explicit MediaTypes(std::string_view text, std::string_view more = {});

    /// As `media_type_of`. The view is valid as long as this object.
    std::string_view type_of(std::string_view file_name) const noexcept;

private:
    struct Known {
        std::string extension, type;
    };
    static std::vector<Known> read(std::string_view text);
    static const std::string* find(const std::vector<Known>& types, std::string_view extension) noexcept;

    std::vector<Known> known_, more_;  // sorted by extension
};

/// Whether files of a media type get notably smaller by compression: text, and what is text underneath. Pictures,
/// films, archives and fonts of the web are compressed already.
bool is_compressible(std::string_view media_type) noexcept;

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/mime.ipp>
#endif
