#pragma once
// A search for the largest packet that gets through to a host unfragmented, decided without a socket or a clock.
//
// Theory of operation. Two sizes enclose the MTU: a packet of `low` octets was answered, one of `high` octets isn't.
// The search is over when nothing lies between them; everything else only chooses the next size well:
//
//   - A small packet first: without an answer to it there is nothing to search, and its round trip tells how long to
//     wait for the others.
//   - Then the largest one that could be sent: most paths take what our own interface takes.
//   - When a router says that a packet is too big, and which MTU its link has (RFC 1191, RFC 8201), that size is the next one,
//     and then the one above it. What is told only ever chooses sizes: a router that tells nothing, too much or too
//     little costs probes, and never changes the result.
//   - When packets vanish, the MTUs of common links lie nearer than the middle (RFC 8899 section 5.3.2), then the middle.
//   - Any packet may be lost by chance, so that silence takes several probes to believe; and when it is all that the result
//     rests upon, as many again, with growing pauses.
//
// Answers that come late count: they take back what silence seemed to say.

#include <libnet/base/siphash.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/action.hpp>
#include <libnet/engine/query/path_mtu_result.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <ostream>
#include <span>
#include <variant>
#include <vector>

namespace libnet::inline v0::engine {

namespace asio = boost::asio;

/// The size of the first packet in octets: every link takes it (RFC 791 section 3.2), of IPv6 all the more.
constexpr std::uint32_t smallest_path_mtu = 68;

/// No link with a smaller MTU exists: 68 octets for IPv4 (RFC 791 section 3.2), 1280 for IPv6 (RFC 8200 section 5). Who
/// tells less is not believed.
constexpr std::uint32_t least_told_mtu(wire::IpVersion version) noexcept
{
    return version == wire::IpVersion::v4 ? smallest_path_mtu : 1280;
}

/// Octets of an echo request's IP and ICMP headers.
constexpr std::uint32_t echo_headers_size(wire::IpVersion version) noexcept
{
    return version == wire::IpVersion::v4 ? 28 : 48;
}

/// The largest packet that can be: the total length of IPv4, the payload length of IPv6, are 16 bits.
constexpr std::uint32_t largest_packet(wire::IpVersion version) noexcept
{
    return version == wire::IpVersion::v4 ? 65'535 : 65'575;
}

struct PathMtuSearchOptions {
    std::uint32_t ceiling = 65'535;                              ///< no packet is larger: smallest_path_mtu or more
    std::chrono::nanoseconds timeout = std::chrono::seconds{1};  ///< the longest that a probe waits; more than 0
    std::uint32_t attempts = 3;      ///< probes of one size that must vanish before it counts as too big; 1 or more
    std::uint32_t max_probes = 100;  ///< in all; 1 or more, and less than 65,536
    base::SipKey key{};              ///< random: the cookies in the probes are made with it
    std::uint16_t first_sequence = 0;
};

/// An echo request that makes a packet of `size` octets. Its payload begins with the cookie.
struct PathMtuProbe {
    std::uint16_t sequence = 0;
    std::uint32_t size = 0;
    std::uint64_t cookie = 0;
    friend bool operator==(const PathMtuProbe&, const PathMtuProbe&) = default;
};

/// What the caller must do next: see engine/action.hpp. When it is done, see PathMtuSearch::result.
namespace path_mtu_action {
using Send = action::Send<PathMtuProbe>;
using Report = action::Report<PathMtuStep>;
using action::Done, action::TimePoint, action::WaitUntil;
}  // namespace path_mtu_action

using PathMtuAction =
    std::variant<path_mtu_action::Send, path_mtu_action::Report, path_mtu_action::WaitUntil, path_mtu_action::Done>;

/// Searches for the MTU of one path.
///
/// Call `next(now)` and do what it says, until it says `Done`; hand over what comes in between. An answer counts when it
/// comes from the target, to a probe of ours, and brings back its whole payload with the cookie. An error counts when it
/// quotes the cookie, or is too short to (RFC 792 lets routers quote eight octets only).
///
/// It measures the way there with packets that come back as large as they went: a way back that loses large packets looks
/// like a black hole. Of paths that are used at the same time, the narrowest one decides in the end.
///
/// Memory and time are bounded by the options. Throws nothing but `std::bad_alloc`.
class PathMtuSearch {
public:
    using TimePoint = path_mtu_action::TimePoint;

    PathMtuSearch(asio::ip::address target, PathMtuSearchOptions options);

    PathMtuAction next(TimePoint now);

    /// An echo reply came.
    void on_reply(const asio::ip::address& from, std::uint16_t sequence, std::span<const std::byte> payload,
                  TimePoint received);

    /// What an ICMP error says.
    struct Error {
        asio::ip::address destination{};  ///< of the packet that it quotes
        std::uint16_t sequence = 0;
        std::span<const std::byte> payload{};  ///< as far as it is quoted
        PathMtuError error{};
        std::optional<std::uint32_t> mtu{};  ///< as wire::icmp_mtu reads it
        TimePoint received{};
    };
    /// An ICMP error came about a probe.
    void on_error(const Error& error);

    /// Our own system refused to send this probe because of its size. `mtu` is what it has, where it says so.
    void on_refused(std::uint16_t sequence, std::optional<std::uint32_t> mtu);

    /// This probe couldn't be sent now (there was no room for it): another one goes out at `retry`.
    void on_not_sent(std::uint16_t sequence, TimePoint retry);

    /// What is known up to now.
    const PathMtu& result() const noexcept { return result_; }

private:
    struct Probe {
        std::uint32_t size = 0;
        TimePoint sent{};
        bool settled = false;  ///< its answer or error came
    };
    /// Why `high_` doesn't get through.
    enum class Barrier : std::uint8_t { own, told, silent };

    std::optional<std::uint32_t> choose();
    std::ptrdiff_t likely_count() const;
    std::optional<std::uint32_t> likely_between() const;
    PathMtuAction send(TimePoint now);
    void on_silence();
    void on_too_big(Probe& probe, const Error& error);
    void lower(std::uint32_t size, Barrier barrier);
    void drop_trial_if_moot();
    void finish(bool exact);

    Probe* open_probe(std::uint16_t sequence);
    std::uint64_t cookie_of(std::uint16_t sequence) const;
    std::size_t payload_size(const Probe& probe) const;
    std::chrono::nanoseconds patience() const;
    void report(PathMtuStep step);

    PathMtuSearchOptions options_;
    wire::IpVersion version_;
    PathMtu result_;
    std::vector<Probe> probes_;        ///< by their sequence, less the first one
    std::deque<PathMtuStep> reports_;  ///< not told yet
    std::uint32_t low_ = 0;            ///< was answered; 0: nothing was
    std::uint32_t high_;               ///< doesn't get through
    std::uint32_t own_limit_;          ///< the largest size that our own system sends
    Barrier barrier_ = Barrier::own;   ///< of `high_`
    bool confirmed_ = false;           ///< `high_` was silent in a second round, too
    std::uint32_t hint_;               ///< the next size, if it lies between
    std::uint32_t told_ = 0;           ///< the last MTU that a router told and that could be true
    asio::ip::address teller_;         ///< the last one who said that a probe is too big
    std::chrono::nanoseconds longest_rtt_{};

    std::optional<std::uint32_t> trial_;  ///< the size that is being tried
    std::uint32_t attempts_ = 0;          ///< probes of the trial
    TimePoint deadline_{};                ///< until when the last of them waits
    std::optional<TimePoint> not_before_;
    bool done_ = false;
};

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const PathMtuProbe& probe);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/query/path_mtu_search.ipp>
#endif
