#pragma once
// TLS 1.2 and 1.3 for servers: certificates, and what is negotiated about them.

#include <libnet/config.hpp>
#include <libnet/io/tls/tls_options.hpp>
#include <libnet/io/tls/tls_stream.hpp>

#include <functional>
#include <memory>

namespace libnet::inline v0::io {

namespace detail {
struct TlsConfiguration;
}

/// What the connections of one or more servers share: certificates, keys of session tickets, limits.
///
/// Several threads may use one object at a time; servers that share a port must share it, too, or a session can't be
/// resumed by another one's thread. No secrets are kept on a disk, and there is no early data (0-RTT), which an
/// attacker could send again.
class TlsContext {
public:
    /// Reads the files.
    /// @throws boost::system::system_error  a file can't be read or holds something else, a key is not the
    ///         certificate's, or libnet was built without TLS (`operation_not_supported`); `what()` names the file. An
    ///         option out of its range (`invalid_argument`), which `what()` names
    explicit TlsContext(TlsOptions options);

    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    /// Reads the files again, for the connections to come; those that there are go on as they are. Tickets from before
    /// are not taken any more, so that who is no longer trusted has no way back in.
    /// @throws boost::system::system_error  as the constructor; then everything stays as it was
    void reload() { prepare_reload()(); }

    /// Reads the files again, and changes nothing yet: what is returned does that, cannot fail, and must not outlive this.
    /// @throws boost::system::system_error  as the constructor
    std::function<void()> prepare_reload();

    /// A stream over an accepted, non-blocking socket, which must outlive it.
    /// @throws std::bad_alloc
    std::unique_ptr<TlsStream> accept(int socket) const;

private:
    TlsOptions options_;
    struct Current;
    std::unique_ptr<Current> current_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/tls/tls_context.ipp>
#endif
