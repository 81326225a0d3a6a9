#pragma once
// Bodies of libnet/engine/trace/hop_verdict.hpp.

#include <libnet/engine/trace/hop_verdict.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace libnet::inline v0 {

LIBNETXX_DECL std::string_view name_of(HopKind kind) noexcept
{
    switch (kind) {
    case HopKind::forwards:
        return "forwards";
    case HopKind::reached:
        return "reached";
    case HopKind::silent:
        return "silent";
    case HopKind::rate_limited:
        return "rate-limited";
    case HopKind::losing:
        return "losing";
    case HopKind::unreachable:
        return "unreachable";
    case HopKind::filtered:
        return "filtered";
    case HopKind::loop:
        return "loop";
    }
    return "";
}

namespace detail {

/// Lost probes among those that were sent.
struct LossCount {
    double lost = 0;
    double sent = 0;

    double share() const noexcept { return sent == 0 ? 0 : lost / sent; }
    LossCount& operator+=(const LossCount& other) noexcept
    {
        lost += other.lost;
        sent += other.sent;
        return *this;
    }
};

/// The logarithm of a binomial's likelihood at its best share.
LIBNETXX_DECL double log_likelihood(const LossCount& count) noexcept
{
    const double answered = count.sent - count.lost;
    const auto term = [&count](double part) { return part <= 0 ? 0 : part * std::log(part / count.sent); };
    return term(count.lost) + term(answered);
}

/// How much better two shares explain the numbers than one: distributed as chi-squared with one degree of freedom, if
/// there is one share only. 0 where `later` loses less.
LIBNETXX_DECL double rise_evidence(const LossCount& earlier, const LossCount& later) noexcept
{
    if (earlier.sent == 0 || later.sent == 0 || later.share() <= earlier.share()) return 0;
    LossCount both = earlier;
    both += later;
    return 2 * (log_likelihood(earlier) + log_likelihood(later) - log_likelihood(both));
}

/// Chance exceeds this in one case of 3,000: one of a thousand for a path, as several places are looked at.
constexpr double significant_rise = 13;

/// Finds the hops that answer seldom, and what the path loses up to each of the others.
class LossAnalysis {
public:
    struct Piece {  // of hops that share their loss, by their indices
        std::size_t first = 0, last = 0;
        LossCount count{};
    };

    explicit LossAnalysis(std::span<const HopEvidence> hops) : limited_(hops.size()), counts_(hops.size())
    {
        for (std::size_t i = 0; i < hops.size(); ++i) {
            const bool counts = hops[i].received != 0 && hops[i].sent != 0;
            if (!counts) continue;
            counts_[i] = {static_cast<double>(hops[i].sent - hops[i].received), static_cast<double>(hops[i].sent)};
            judged_.push_back(i);
        }
        find_limited();
        cut(0, judged_.size());
    }

    bool is_limited(std::size_t hop) const { return limited_[hop]; }
    const std::vector<Piece>& pieces() const noexcept { return pieces_; }

    /// What the hops behind one lose that shows that it is limited.
    const LossCount& behind(std::size_t hop) const { return behind_.at(hop); }

private:
    /// From the end backward. The hops behind are kept as pieces whose loss rises (the isotonic fit), so that each hop is
    /// compared with those that come next, and not with a loss far behind them.
    void find_limited()
    {
        behind_.resize(limited_.size());
        std::vector<LossCount> rising;  // the last one comes first on the path
        std::vector<std::size_t> kept;
        for (auto at = judged_.rbegin(); at != judged_.rend(); ++at) {
            auto count = counts_[*at];
            if (!rising.empty() && rise_evidence(rising.back(), count) > significant_rise) {
                limited_[*at] = true;
                behind_[*at] = rising.back();
                continue;
            }
            kept.push_back(*at);
            while (!rising.empty() && rising.back().share() <= count.share()) {
                count += rising.back();
                rising.pop_back();
            }
            rising.push_back(count);
        }
        judged_.assign(kept.rbegin(), kept.rend());
    }

    LossCount sum(std::size_t first, std::size_t end) const
    {
        LossCount total;
        for (std::size_t i = first; i < end; ++i) total += counts_[judged_[i]];
        return total;
    }

    /// Cuts the judged hops [first, end) where their loss rises most clearly, and the parts again.
    void cut(std::size_t first, std::size_t end)
    {
        if (first == end) return;
        std::size_t best = end;
        double most = significant_rise;
        for (std::size_t at = first + 1; at < end; ++at) {
            const double evidence = rise_evidence(sum(first, at), sum(at, end));
            if (evidence <= most) continue;
            most = evidence;
            best = at;
        }
        if (best == end) {
            pieces_.push_back({judged_[first], judged_[end - 1], sum(first, end)});
            return;
        }
        cut(first, best);
        cut(best, end);
    }

    std::vector<bool> limited_;
    std::vector<LossCount> counts_;
    std::vector<LossCount> behind_;
    std::vector<std::size_t> judged_;
    std::vector<Piece> pieces_;
};

LIBNETXX_DECL std::string percent_text(double share)
{
    const double percent = share * 100;
    auto text = std::to_string(percent);
    text.erase(text.find('.') + (percent < 9.95 ? 2 : 0));
    return text + " %";
}

LIBNETXX_DECL std::string bounds_text(const base::ShareInterval& bounds)
{
    return percent_text(bounds.low) + " to " + percent_text(bounds.high);
}

LIBNETXX_DECL std::string answers_text(const HopEvidence& hop)
{
    return "answers " + std::to_string(hop.received) + " of " + std::to_string(hop.sent) + " probes";
}

LIBNETXX_DECL base::ShareInterval bounds_of(const LossCount& count)
{
    return base::wilson_interval(static_cast<std::uint64_t>(count.lost), static_cast<std::uint64_t>(count.sent));
}

/// Fewer are lost by chance too easily to say that nothing answers.
constexpr std::uint64_t enough_probes = 3;

/// What doesn't depend on how much is lost; nullopt: it does.
LIBNETXX_DECL std::optional<HopVerdict> judge_plain(std::span<const HopEvidence> hops, std::size_t at,
                                                    std::optional<std::size_t> last_answer)
{
    const auto& hop = hops[at];
    if (hop.loop_of != 0)
        return HopVerdict{HopKind::loop,
                          0,
                          {},
                          "the same router as hop " + std::to_string(hop.loop_of) + ": packets come here again"};
    if (hop.unreachable > hop.received)
        return HopVerdict{hop.prohibited ? HopKind::filtered : HopKind::unreachable,
                          0,
                          {},
                          "refuses " + std::to_string(hop.unreachable) + " of " + std::to_string(hop.sent) +
                              (hop.prohibited ? " probes as prohibited" : " probes as unreachable")};
    if (hop.received != 0) return std::nullopt;
    const auto none = "answers none of " + std::to_string(hop.sent) + " probes";
    const bool last_ones = !last_answer || at > *last_answer;
    const bool told = last_answer && (hops[*last_answer].reached || hops[*last_answer].unreachable != 0);
    if (last_ones && !told && hop.sent >= enough_probes)
        return HopVerdict{HopKind::filtered, 0, {}, none + ", and so do all later hops"};
    return HopVerdict{HopKind::silent, 0, {}, none + (last_ones ? "" : ", later hops answer")};
}

}  // namespace detail

LIBNETXX_DECL std::vector<HopVerdict> judge_hops(std::span<const HopEvidence> hops)
{
    const detail::LossAnalysis analysis{hops};
    std::optional<std::size_t> last_answer;
    for (std::size_t i = 0; i < hops.size(); ++i)
        if (hops[i].received + hops[i].unreachable != 0) last_answer = i;

    std::vector<HopVerdict> verdicts;
    const auto& pieces = analysis.pieces();
    std::size_t piece = 0;
    for (std::size_t i = 0; i < hops.size(); ++i) {
        while (piece + 1 < pieces.size() && i >= pieces[piece + 1].first) ++piece;
        HopVerdict verdict{.kind = hops[i].reached ? HopKind::reached : HopKind::forwards};
        if (auto plain = detail::judge_plain(hops, i, last_answer)) {
            verdict = *std::move(plain);
        } else if (analysis.is_limited(i)) {
            const auto& behind = analysis.behind(i);
            verdict.kind = HopKind::rate_limited;
            verdict.evidence = detail::answers_text(hops[i]) + ", later hops lose " +
                               detail::percent_text(behind.share()) + " (" +
                               detail::bounds_text(detail::bounds_of(behind)) + ')';
        } else {
            const auto bounds = detail::bounds_of(pieces[piece].count);
            verdict.evidence = detail::answers_text(hops[i]);
            const bool begins = i == pieces[piece].first;
            const auto clear = piece == 0 ? detail::rise_evidence({0, pieces[0].count.sent}, pieces[0].count) : 1e9;
            if (begins && clear > detail::significant_rise) {
                verdict.kind = HopKind::losing;
                verdict.evidence = "from here on the path loses " + detail::percent_text(pieces[piece].count.share()) +
                                   " (" + detail::bounds_text(bounds) + ')';
            }
        }
        if (!pieces.empty() && i >= pieces.front().first) {
            verdict.path_loss = pieces[piece].count.share();
            verdict.path_loss_bounds = detail::bounds_of(pieces[piece].count);
        }
        verdicts.push_back(std::move(verdict));
    }
    return verdicts;
}

}  // namespace libnet::inline v0
