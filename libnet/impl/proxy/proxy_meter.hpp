#pragma once
// What a request or a tunnel moves, counted against the limits of the rules.

#include <libnet/io/access/egress_limiter.hpp>
#include <libnet/io/loop/deadline.hpp>
#include <libnet/io/tcp/connection.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace libnet::inline v0::detail {

/// Has a connection go on when more may be moved.
class ProxyMeter {
public:
    /// The connection must outlive it.
    ProxyMeter(io::EgressMeter meter, io::Connection& connection)
        : meter_{std::move(meter)},
          resumes_{connection.wheel(), [&connection] { connection.go_on(); }}
    {}

    /// Nothing is to be moved for now; the connection goes on when something may be, or in a second: others of the same
    /// client change what there is.
    bool pauses()
    {
        const auto pause = meter_.pause();
        paused_ = pause != pause.zero();
        if (!paused_) resumes_.clear();
        else if (pause > longest) resumes_.expires_after(std::chrono::milliseconds{longest});
        else resumes_.expires_after(std::chrono::ceil<std::chrono::milliseconds>(pause));
        return paused_;
    }

    /// What `pauses` has said last.
    bool is_paused() const noexcept { return paused_; }

    /// A quota is used up.
    bool is_spent() const { return meter_.is_spent(); }

    void moved(std::uint64_t size) { meter_.moved(size); }

    /// So much may be moved at a time.
    std::size_t piece() const noexcept { return static_cast<std::size_t>(meter_.piece()); }

private:
    static constexpr std::chrono::seconds longest{1};

    io::EgressMeter meter_;
    io::Deadline resumes_;
    bool paused_ = false;
};

}  // namespace libnet::inline v0::detail
