#pragma once
// Media types by file name.

#include <libnet/config.hpp>

#include <string_view>

namespace libnet::wire {

/// The value of a file's Content-Type (RFC 9110 section 8.3), from the extension of its name in any case.
///
/// Text gets "; charset=utf-8": what it holds is nearly always UTF-8 today, and without a charset browsers guess. A name
/// without an extension that the table knows gets "application/octet-stream", which browsers save rather than show. The
/// view is to static storage.
std::string_view media_type_of(std::string_view file_name) noexcept;

}  // namespace libnet::wire

#if !defined(LIBNET_SEPARATE_COMPILATION)
#  include <libnet/wire/impl/mime.ipp>
#endif
