#pragma once
// Proves that clients are who they say they are, by a file of bearer tokens.

#include <libnet/config.hpp>
#include <libnet/engine/access/token_table.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::io {

/// The bearer tokens of a server, as engine::TokenTable reads them. Several threads may use one object at a time. It needs the
/// library with TLS, whose OpenSSL has SHA-256.
class TokenFile {
public:
    /// Reads the file.
    /// @throws std::runtime_error  it can't be read, or a line isn't valid: `what()` names the file and the line; or the library was
    /// built without TLS
    explicit TokenFile(std::string file);

    /// Reads the file again, as Authenticator::prepare_reload does.
    std::function<void()> prepare_reload();

    /// Whose token this is; nothing: nobody's.
    std::optional<std::string> find(std::string_view token) const;

private:
    using Tokens = std::shared_ptr<const engine::TokenTable>;
    Tokens read() const;

    const std::string file_;
    mutable std::mutex mutex_;  // of what follows
    Tokens tokens_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/access/token_file.ipp>
#endif
