#pragma once
// Whether a request is answered at all: how often the client asks, what for, and who it is. It stands in front of every
// handler of HTTP connections.

#include <libnet/config.hpp>
#include <libnet/engine/access/access_verdict.hpp>
#include <libnet/engine/access/client_table.hpp>
#include <libnet/io/access/access_control.hpp>
#include <libnet/io/access/client_limiter.hpp>
#include <libnet/io/access/send_meter.hpp>
#include <libnet/io/loop/disk_threads.hpp>
#include <libnet/io/loop/executor.hpp>
#include <libnet/wire/http/basic_credentials.hpp>
#include <libnet/wire/http/http_request.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::io {

/// How clients are asked who they are (RFC 9110 section 11).
struct GuardWords {
    unsigned status;               ///< of the answer that asks
    std::string_view challenge;    ///< its field
    std::string_view credentials;  ///< the field of the request that tells
};
inline constexpr GuardWords origin_words{401, "WWW-Authenticate", "Authorization"};
inline constexpr GuardWords proxy_words{407, "Proxy-Authenticate", "Proxy-Authorization"};

/// What the guards of a server share.
struct RequestGuardShare {
    RequestGuardShare(const Executor& executor, std::shared_ptr<AccessControl> access_control,
                      std::shared_ptr<ClientLimiter> client_limiter, const GuardWords& how = origin_words)
        : access{std::move(access_control)},
          limiter{std::move(client_limiter)},
          words{how},
          threads{executor, 1}
    {}

    const std::shared_ptr<AccessControl> access;   // null: every client may have everything
    const std::shared_ptr<ClientLimiter> limiter;  // null: clients may ask any number of times
    const GuardWords words;
    DiskThreads threads;      // one, which checks passwords
    std::size_t waiting = 0;  // requests whose password is being checked
};

/// The guard of one connection.
class RequestGuard {
public:
    /// When the connection counts against its client's limit.
    enum class Counts : std::uint8_t {
        at_once,     ///< from now on
        by_request,  ///< while it has a request, for whose that is: see `stand_for`
    };

    RequestGuard(RequestGuardShare& share, const asio::ip::address& client, Counts counts = Counts::at_once);
    ~RequestGuard();
    RequestGuard(const RequestGuard&) = delete;
    RequestGuard& operator=(const RequestGuard&) = delete;

    /// False: the client has too many of them.
    bool admits_connection() const noexcept { return admitted_; }

    /// From now on the connection, its requests and what it sends are this client's, of whom a proxy has told. False: that
    /// client has too many connections.
    bool stand_for(const asio::ip::address& client);

    /// No request is under way: a connection that counts by them doesn't count for now.
    void rest() noexcept;

    /// What counts the bytes that the connection sends; null: they aren't limited.
    SendMeter* meter() noexcept { return meter_ ? &*meter_ : nullptr; }

    using Verdict = engine::AccessVerdict;

    /// Judges a request by how often the client asks, and then by what the rules are about: `name`, or nothing. Nothing comes
    /// back where a password has to be checked, which `judge_name` goes on with. The views are valid until the next
    /// judgement.
    std::optional<Verdict> judge(const wire::RequestHead& request, std::optional<std::string_view> name);

    /// There are rules.
    bool has_rules() const noexcept { return share_.access != nullptr; }

    /// Judges a name that the answer to the request which was judged last depends on, such as that of a file. The views are
    /// valid until the next judgement; `name` must be so until this completes.
    Task<Verdict> judge_name(std::string_view name, const wire::RequestHead& request);

    /// Whether a user and password are right that have come before a request, with the same limits. A request that brings
    /// them afterwards isn't asked for them again. The status of what isn't granted is not 0.
    Task<Verdict> log_in(wire::BasicCredentials credentials);

    /// The user of the request that was judged last; empty: there was no log-in.
    std::string_view user() const noexcept { return user_; }

    /// The rule that refused what was judged last, as it was written; empty: none did, or it wasn't written.
    std::string_view rule() const noexcept { return rule_; }

private:
    std::optional<Verdict> judge_at_once(std::string_view name, const wire::RequestHead& request);
    std::optional<Verdict> judge_token(std::string_view name, const wire::RequestHead& request);
    engine::Access judge_user(std::string_view name);
    bool reads_credentials(const wire::RequestHead& request);
    Task<Verdict> check_password();
    Verdict verdict_of(engine::Access access) const;
    Verdict too_often(ClientLimiter::Wait wait);
    Verdict ask_for_login() const;

    RequestGuardShare& share_;
    const Counts counts_;
    asio::ip::address client_;
    engine::ClientKey key_;
    wire::BasicCredentials credentials_;
    std::string user_, rule_, seconds_;
    std::optional<SendMeter> meter_;
    bool admitted_ = true;
    bool counted_ = false;  // by the limiter, for `key_`
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/access/request_guard.ipp>
#endif
