#pragma once
// Proves that clients are who they say they are, by an htpasswd file.

#include <libnet/base/recent_set.hpp>
#include <libnet/base/siphash.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/access/user_table.hpp>
#include <libnet/wire/http/basic_credentials.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::io {

/// Whether a password is the one that a hash was made of; the hash may be of any kind that engine::UserTable takes.
/// Takes as long as the hash was made to take: a tenth of a second is usual.
bool password_matches(const std::string& password, const std::string& hash);

/// The users of a server. Several threads may use one object at a time.
///
/// Hashes of passwords are slow on purpose. So `verify` belongs on a thread that may wait, and what it has found right
/// is remembered (a keyed hash of it, in memory, for the last thousand or so), so that `recall` knows it at once.
class Authenticator {
public:
    /// Reads the file.
    /// @throws std::runtime_error  it can't be read, or a line isn't valid; `what()` names the file and the line
    explicit Authenticator(std::string file);

    /// Reads the file again.
    /// @throws std::runtime_error  as the constructor; then the users stay as they were
    void reload() { prepare_reload()(); }

    /// Reads the file again, and changes nothing yet: what is returned does that, cannot fail, and must not outlive this.
    /// @throws std::runtime_error  as the constructor
    std::function<void()> prepare_reload();

    /// Reads the file again if it has changed, which is looked for once a second at most; a bad one changes nothing.
    void refresh(std::chrono::steady_clock::time_point now) noexcept;

    /// True: `verify` has found these right before, and they still are. False: it has to be asked.
    bool recall(const wire::BasicCredentials& credentials);

    /// Whether there is such a user with such a password. Slow, and as slow for every user: see engine::UserTable::samples.
    bool verify(const wire::BasicCredentials& credentials);

private:
    using Users = std::shared_ptr<const engine::UserTable>;
    using Fingerprint = std::pair<std::uint64_t, std::uint64_t>;
    struct FingerprintHash {
        std::size_t operator()(const Fingerprint& print) const noexcept
        {
            return static_cast<std::size_t>(print.first);
        }
    };

    /// What tells one content of a file from the next.
    struct Version {
        std::uint64_t inode = 0;
        std::int64_t size = -1, seconds = 0, nanoseconds = 0;
        friend bool operator==(const Version&, const Version&) = default;
    };

    Version version() const noexcept;
    Users users();
    Fingerprint fingerprint(const wire::BasicCredentials& credentials, std::string_view hash) const;

    const std::string file_;
    const base::SipKey key_, other_key_;
    std::mutex mutex_;  // of what follows
    Users users_;
    Version version_;
    std::chrono::steady_clock::time_point looked_{};
    engine::RecentSet<Fingerprint, FingerprintHash> proven_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/access/authenticator.ipp>
#endif
