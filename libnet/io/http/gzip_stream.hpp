#pragma once
// Compresses an answer whose end isn't known yet, piece by piece: gzip (RFC 1952).

#include <libnet/config.hpp>
#include <libnet/wire/http/http_fields.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace libnet::inline v0::io {

/// Fast rather than small, for text that is made for one client. What is put in comes out a few dozen KiB later.
class GzipStream {
public:
    /// One for a client whose Accept-Encoding takes gzip no less than identity (RFC 9110 section 12.5.3); null: it doesn't,
    /// or the library was built without LIBNETXX_COMPRESSION. Throws `std::bad_alloc`.
    static std::unique_ptr<GzipStream> for_client(const wire::HttpFields& fields);

    ~GzipStream();
    GzipStream(const GzipStream&) = delete;
    GzipStream& operator=(const GzipStream&) = delete;

    /// What comes out when this is put in; it may be nothing.
    std::string add(std::string_view piece);

    /// The rest.
    std::string finish();

private:
    struct State;
    explicit GzipStream(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/http/gzip_stream.ipp>
#endif
