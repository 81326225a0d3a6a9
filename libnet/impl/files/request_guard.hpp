#pragma once
// Whether a request of a StaticFileServer is answered at all: how often the client asks, what for, and who it is.

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
#include <libnet/wire/http/uri_path.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::detail {

/// What the guards of a server share.
struct RequestGuardShare {
    RequestGuardShare(const io::Executor& executor, std::shared_ptr<io::AccessControl> access_control,
                      std::shared_ptr<io::ClientLimiter> client_limiter)
        : access{std::move(access_control)},
          limiter{std::move(client_limiter)},
          threads{executor, 1}
    {}

    const std::shared_ptr<io::AccessControl> access;   // null: everybody may have everything
    const std::shared_ptr<io::ClientLimiter> limiter;  // null: as often as they like
    io::DiskThreads threads;                           // one, which looks after passwords
    std::size_t waiting = 0;                           // requests whose password is being looked after
};

/// The guard of one connection.
class RequestGuard {
public:
    /// Counts the connection.
    RequestGuard(RequestGuardShare& share, const boost::asio::ip::address& client);
    ~RequestGuard();
    RequestGuard(const RequestGuard&) = delete;
    RequestGuard& operator=(const RequestGuard&) = delete;

    /// False: the client has too many of them.
    bool admits_connection() const noexcept { return admitted_; }

    /// What counts the bytes that the connection sends; null: they aren't limited.
    io::SendMeter* meter() noexcept { return meter_ ? &*meter_ : nullptr; }

    using Verdict = engine::AccessVerdict;

    /// Judges a request, by its path and by how often the client asks. The views are valid until the next one is judged.
    io::Task<Verdict> judge(const wire::RequestHead& request);

    /// Files are judged, too.
    bool has_rules() const noexcept { return share_.access != nullptr; }

    /// Judges a file that is to answer the request which was judged last. The views are valid until the next judgement.
    io::Task<Verdict> judge_file(std::string_view name, const wire::RequestHead& request);

    /// The user of the request that was judged last; empty: nobody has logged in.
    std::string_view user() const noexcept { return user_; }

private:
    engine::Access judge_user(std::string_view name) const;
    io::Task<Verdict> log_in(const wire::RequestHead& request);
    io::Task<Verdict> look_after_password();
    Verdict too_often(io::ClientLimiter::Wait wait);
    Verdict ask_for_login() const;

    RequestGuardShare& share_;
    const boost::asio::ip::address client_;
    const engine::ClientKey key_;
    wire::FilePath path_;
    wire::BasicCredentials credentials_;
    std::string user_, seconds_;
    std::optional<io::SendMeter> meter_;
    bool admitted_ = true;
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/files/request_guard.ipp>
#endif
