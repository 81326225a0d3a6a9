#pragma once
// Bodies of libnet/engine/query/path_mtu_search.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/engine/ping/ping_payload.hpp>
#include <libnet/engine/query/path_mtu_search.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace libnet::inline v0::engine {

namespace detail {

/// MTUs that links and tunnels have: the ends of a search are mostly among them. Those of RFC 1191 section 7.1, the
/// least one of IPv6 (1280), WireGuard (1420, 1440), VXLAN (1450), L2TP (1454, 1460), GRE (1476), IP in IP (1480),
/// PPPoE (1492), Ethernet (1500) and its jumbo frames, 802.11 (2304), and round numbers that people set for VPNs.
constexpr std::array<std::uint32_t, 25> likely_path_mtus{296,  576,  1006, 1280, 1300, 1360,   1380,  1400, 1420,
                                                         1440, 1450, 1454, 1460, 1472, 1476,   1480,  1492, 1500,
                                                         2304, 4352, 8166, 9000, 9216, 17'914, 32'000};

/// Routers answer from a slow path: however short the round trip is, a probe waits this long.
constexpr std::chrono::nanoseconds shortest_mtu_wait = std::chrono::milliseconds{200};

LIBNETXX_DECL bool says_too_big(wire::IpVersion version, std::uint8_t type, std::uint8_t code)
{
    constexpr std::uint8_t fragmentation_needed = 4;
    if (version == wire::IpVersion::v6) return type == wire::icmpv6_type::packet_too_big;
    return type == wire::icmp_type::destination_unreachable && code == fragmentation_needed;
}

}  // namespace detail

LIBNETXX_DECL PathMtuSearch::PathMtuSearch(asio::ip::address target, PathMtuSearchOptions options)
    : options_{options},
      version_{wire::version_of(target)},
      high_{options.ceiling + 1},
      own_limit_{options.ceiling},
      hint_{options.ceiling}
{
    result_.address = std::move(target);
}

LIBNETXX_DECL PathMtuAction PathMtuSearch::next(TimePoint now)
{
    for (;;) {
        if (!reports_.empty()) {
            const path_mtu_action::Report report{std::move(reports_.front())};
            reports_.pop_front();
            return report;
        }
        if (done_) return path_mtu_action::Done{};
        if (not_before_ && now < *not_before_) return path_mtu_action::WaitUntil{*not_before_};
        not_before_.reset();
        if (trial_ && attempts_ > 0 && now < deadline_) return path_mtu_action::WaitUntil{deadline_};
        if (trial_ && attempts_ == options_.attempts) {
            on_silence();
            continue;
        }
        if (!trial_) {
            trial_ = choose();
            attempts_ = 0;
        }
        const bool exact = !trial_;
        if (trial_ && probes_.size() < options_.max_probes) return send(now);
        finish(exact);
    }
}

LIBNETXX_DECL std::optional<std::uint32_t> PathMtuSearch::choose()
{
    if (low_ == 0) return smallest_path_mtu;
    if (low_ + 1 >= high_) {
        // What the last router told agrees with what gets through: its rate limit keeps it from repeating that.
        const bool proven = barrier_ != Barrier::silent || told_ == low_;
        if (proven || std::exchange(confirmed_, true)) return std::nullopt;
        return high_;
    }
    if (low_ < hint_ && hint_ < high_) return hint_;
    if (low_ == told_) return low_ + 1;
    // A size that links have gets through, a larger one is dropped in silence: most likely it is the path's. An octet more
    // says so with one silence, where excluding the larger ones would take more than two.
    constexpr std::ptrdiff_t excluded_by_two = 4;
    const bool likely_low = std::ranges::binary_search(detail::likely_path_mtus, low_);
    if (likely_low && barrier_ == Barrier::silent && likely_count() > excluded_by_two) return low_ + 1;
    if (const auto likely = likely_between()) return likely;
    if (likely_low) return low_ + 1;
    return low_ + (high_ - low_) / 2;
}

/// How many likely sizes are still in question.
LIBNETXX_DECL std::ptrdiff_t PathMtuSearch::likely_count() const
{
    const auto& table = detail::likely_path_mtus;
    return std::ranges::lower_bound(table, high_) - std::ranges::upper_bound(table, low_);
}

/// The middle one of the likely sizes that are still in question; of two the smaller one, for silence takes its time.
LIBNETXX_DECL std::optional<std::uint32_t> PathMtuSearch::likely_between() const
{
    const auto& table = detail::likely_path_mtus;
    const auto first = std::ranges::upper_bound(table, low_);
    const auto last = std::ranges::lower_bound(table, high_);
    if (first >= last) return std::nullopt;
    return first[(last - first - 1) / 2];
}

LIBNETXX_DECL PathMtuAction PathMtuSearch::send(TimePoint now)
{
    const auto sequence = static_cast<std::uint16_t>(options_.first_sequence + probes_.size());
    probes_.push_back({*trial_, now});
    result_.probes = static_cast<std::uint32_t>(probes_.size());
    auto wait = patience();
    // In the second round with growing pauses, for a router may limit how often it says something.
    for (std::uint32_t i = 0; confirmed_ && i < attempts_ && wait < options_.timeout; ++i) wait *= 2;
    deadline_ = now + std::min(wait, options_.timeout);
    ++attempts_;
    return path_mtu_action::Send{{sequence, *trial_, cookie_of(sequence)}};
}

LIBNETXX_DECL std::chrono::nanoseconds PathMtuSearch::patience() const
{
    if (low_ == 0) return options_.timeout;
    return std::min(options_.timeout, std::max(detail::shortest_mtu_wait, 3 * longest_rtt_));
}

LIBNETXX_DECL void PathMtuSearch::on_silence()
{
    const auto size = *trial_;
    trial_.reset();
    report({.size = size, .outcome = PathMtuOutcome::silent});
    if (low_ == 0) finish(true);
    else lower(size, Barrier::silent);
}

LIBNETXX_DECL void PathMtuSearch::on_reply(const asio::ip::address& from, std::uint16_t sequence,
                                           std::span<const std::byte> payload, TimePoint received)
{
    Probe* probe = open_probe(sequence);
    if (probe == nullptr || from != result_.address) return;
    if (judge_payload(cookie_of(sequence), payload_size(*probe), payload) != PayloadVerdict::genuine) return;
    probe->settled = true;
    const auto rtt = received - probe->sent;
    longest_rtt_ = std::max(longest_rtt_, std::min<std::chrono::nanoseconds>(rtt, options_.timeout));
    report({.size = probe->size, .outcome = PathMtuOutcome::answered, .from = from, .rtt = rtt});
    low_ = result_.mtu = std::max(low_, probe->size);
    if (low_ >= high_) {  // it was late, or the path has changed
        high_ = own_limit_ + 1;
        barrier_ = Barrier::own;
    }
    drop_trial_if_moot();
}

LIBNETXX_DECL void PathMtuSearch::on_error(const Error& error)
{
    Probe* probe = open_probe(error.sequence);
    if (probe == nullptr || error.destination != result_.address) return;
    const auto payload = payload_size(*probe);
    const bool quotes_cookie = error.payload.size() >= cookie_size(payload);
    if (quotes_cookie && !has_cookie(cookie_of(error.sequence), payload, error.payload)) return;
    if (!wire::icmp_means_dropped(version_, error.error.type)) return;
    probe->settled = true;
    if (detail::says_too_big(version_, error.error.type, error.error.code)) on_too_big(*probe, error);
    else result_.error = error.error;
}

LIBNETXX_DECL void PathMtuSearch::on_too_big(Probe& probe, const Error& error)
{
    const auto told = error.mtu.value_or(0);
    report({.size = probe.size,
            .outcome = PathMtuOutcome::too_big,
            .from = error.error.from,
            .told = told == 0 ? std::nullopt : std::optional{told},
            .rtt = error.received - probe.sent});
    if (probe.size == smallest_path_mtu) return;  // nonsense
    teller_ = error.error.from;
    if (told >= least_told_mtu(version_) && told < probe.size) hint_ = told_ = told;
    lower(probe.size, Barrier::told);
}

LIBNETXX_DECL void PathMtuSearch::on_refused(std::uint16_t sequence, std::optional<std::uint32_t> mtu)
{
    Probe* probe = open_probe(sequence);
    if (probe == nullptr) return;
    probe->settled = true;
    report({.size = probe->size, .outcome = PathMtuOutcome::too_big_here, .told = mtu});
    if (probe->size == smallest_path_mtu) return;
    const auto told = mtu.value_or(0);
    const bool credible = told >= smallest_path_mtu && told < probe->size;
    own_limit_ = credible ? told : probe->size - 1;
    if (credible) hint_ = told;
    lower(own_limit_ + 1, Barrier::own);
}

/// This size doesn't get through.
LIBNETXX_DECL void PathMtuSearch::lower(std::uint32_t size, Barrier barrier)
{
    // So much got through before: the path has changed, or there are several.
    if (size <= low_) low_ = result_.mtu = smallest_path_mtu;
    if (size < high_) confirmed_ = false;
    if (size < high_ || (size == high_ && barrier_ == Barrier::silent)) barrier_ = barrier;
    high_ = std::min(high_, size);
    drop_trial_if_moot();
}

LIBNETXX_DECL void PathMtuSearch::drop_trial_if_moot()
{
    if (!trial_ || low_ == 0) return;
    const bool confirms = *trial_ == high_ && barrier_ == Barrier::silent;
    if (*trial_ <= low_ || (*trial_ >= high_ && !confirms)) trial_.reset();
}

LIBNETXX_DECL void PathMtuSearch::on_not_sent(std::uint16_t sequence, TimePoint retry)
{
    Probe* probe = open_probe(sequence);
    if (probe == nullptr || trial_ != probe->size || attempts_ == 0) return;
    probe->settled = true;
    --attempts_;
    deadline_ = not_before_.emplace(retry);
}

LIBNETXX_DECL void PathMtuSearch::finish(bool exact)
{
    done_ = true;
    trial_.reset();
    for (const auto& step : result_.steps)
        if (step.outcome == PathMtuOutcome::answered && step.size == low_) result_.rtt = step.rtt;
    if (low_ == 0) result_.limit = PathMtuLimit::no_answer;
    else if (!exact) result_.limit = PathMtuLimit::unknown;
    else if (barrier_ == Barrier::own) result_.limit = PathMtuLimit::interface;
    else if (barrier_ == Barrier::silent && told_ != low_) result_.limit = PathMtuLimit::black_hole;
    else result_.limit = PathMtuLimit::router;
    if (result_.limit == PathMtuLimit::router) result_.told_by = teller_;
}

LIBNETXX_DECL PathMtuSearch::Probe* PathMtuSearch::open_probe(std::uint16_t sequence)
{
    const auto index = static_cast<std::uint16_t>(sequence - options_.first_sequence);
    if (done_ || index >= probes_.size() || probes_[index].settled) return nullptr;
    return &probes_[index];
}

LIBNETXX_DECL std::uint64_t PathMtuSearch::cookie_of(std::uint16_t sequence) const
{
    std::array<std::byte, sizeof sequence> octets{};
    base::store_be(std::span<std::byte>{octets}, 0, sequence);
    return base::siphash(options_.key, octets);
}

LIBNETXX_DECL std::size_t PathMtuSearch::payload_size(const Probe& probe) const
{
    return probe.size - echo_headers_size(version_);
}

LIBNETXX_DECL void PathMtuSearch::report(PathMtuStep step)
{
    step.probes = static_cast<std::uint32_t>(std::ranges::count(probes_, step.size, &Probe::size));
    result_.steps.push_back(step);
    reports_.push_back(std::move(step));
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const PathMtuProbe& probe)
{
    return out << '#' << probe.sequence << ", " << probe.size << " octets";
}

}  // namespace libnet::inline v0::engine
