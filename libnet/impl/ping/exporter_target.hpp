#pragma once
// A host that an exporter watches, with the numbers that its events make.

#include <libnet/engine/ping/day_history.hpp>
#include <libnet/engine/ping/response_histogram.hpp>
#include <libnet/engine/ping/watch_table.hpp>
#include <libnet/ping_dispatcher.hpp>
#include <libnet/wire/open_metrics.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace libnet::inline v0::detail {

/// The labels of a target's samples.
struct ExporterLabels {
    wire::MetricLabels all;   ///< as long as it is pinged
    wire::MetricLabels host;  ///< of what is told of its name alone
};

/// The probes that were told of as lost last, and when: more may be told of one afterwards.
class RecentLosses {
public:
    static constexpr std::size_t most = 64;

    void add(PingTarget target, std::uint64_t sequence, std::int64_t second)
    {
        if (losses_.size() == most) losses_.erase(losses_.begin());
        losses_.push_back({target, sequence, second});
    }

    /// When it was lost; it is forgotten then. Nothing: it isn't known as lost.
    std::optional<std::int64_t> take(PingTarget target, std::uint64_t sequence)
    {
        const auto found = std::ranges::find_if(
            losses_, [&](const Loss& loss) { return loss.sequence == sequence && loss.target == target; });
        if (found == losses_.end()) return std::nullopt;
        const auto second = found->second;
        losses_.erase(found);
        return second;
    }

private:
    struct Loss {
        PingTarget target;
        std::uint64_t sequence = 0;
        std::int64_t second = 0;
    };
    std::vector<Loss> losses_;  // most targets have none
};

/// Collects what PingStatistics doesn't: buckets, reasons, the last TTL. Counts from zero when the address changes,
/// for then its labels are others.
class ExporterTarget : public PingListener {
public:
    enum class Remembers : std::uint8_t { nothing, day };

    explicit ExporterTarget(const std::string& name, Remembers remembers = Remembers::nothing)
        : name_{name},
          labels_{std::make_shared<const ExporterLabels>(ExporterLabels{{}, {{"host", name}}})}
    {
        if (remembers == Remembers::day) day_ = std::make_unique<engine::DayHistory>();
    }

    static std::int64_t second_now()
    {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch().count();
    }

    const std::string& name() const noexcept { return name_; }

    /// Nothing yet, or nothing any more: the host is unresolved.
    const std::optional<boost::asio::ip::address>& address() const noexcept { return address_; }
    PingTarget handle() const noexcept { return handle_; }

    /// It is pinged from now on.
    void start(const boost::asio::ip::address& address, PingTarget handle, const wire::MetricLabels& labels)
    {
        address_ = address;
        handle_ = handle;
        labels_ = std::make_shared<const ExporterLabels>(ExporterLabels{labels, labels_->host});
        counted_ = {};
        ++starts_;
    }

    /// The last 24 hours, whatever address it had; null: nothing is remembered.
    engine::DayHistory* day() const noexcept { return day_.get(); }
    std::uint32_t starts() const noexcept { return starts_; }  ///< how often `start` was called
    engine::WatchTable::Row row{};                             ///< of a page that shows it

    /// What its events have told so far.
    struct Counted {
        engine::ResponseHistogram responses;               ///< in time and late
        std::uint64_t in_time = 0;                         ///< of these
        std::uint64_t timed_out = 0;                       ///< given up; those that were late are among them
        std::optional<int> ttl;                            ///< of the last response
        std::map<std::string_view, std::uint64_t> errors;  ///< by their words, which are a fixed set
        std::map<std::string, std::uint64_t> send_errors;  ///< by what the system says
    };
    const Counted& counted() const noexcept { return counted_; }
    const std::shared_ptr<const ExporterLabels>& labels() const noexcept { return labels_; }

    std::uint64_t failed_lookups = 0;

    void on_event(const PingEvent& event) override
    {
        std::visit([this](const auto& e) { count(e); }, event);
    }

private:
    void count(const PingReply& reply)
    {
        ++counted_.in_time;
        counted_.responses.add(reply.rtt);
        if (reply.ttl) counted_.ttl = reply.ttl;
        if (day_) day_->on_answer(second_now(), microseconds(reply.rtt));
    }
    void count(const PingLate& late)
    {
        counted_.responses.add(late.rtt);
        if (late.ttl) counted_.ttl = late.ttl;
        if (!day_) return;
        if (const auto lost = losses_.take(late.target, late.sequence))
            day_->on_late_answer(*lost, second_now(), microseconds(late.rtt));
    }
    void count(const PingLost& lost)
    {
        ++counted_.timed_out;
        if (!day_) return;
        const auto second = second_now();
        day_->on_loss(second);
        losses_.add(lost.target, lost.sequence, second);
    }
    void count(const auto&) {}  // the pinger's own statistics have the rest
    void count(const PingError& error)
    {
        ++counted_.errors[error.words()];
        // The probe may have been told of as lost before.
        if (day_ && !losses_.take(error.target, error.sequence)) day_->on_loss(second_now());
    }
    void count(const PingSendError& failed)
    {
        ++counted_.send_errors[failed.error.message()];
        if (day_) day_->on_loss(second_now());
    }

    static std::uint64_t microseconds(std::chrono::nanoseconds time)
    {
        return static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0) / 1000);
    }

    std::string name_;
    std::optional<boost::asio::ip::address> address_;
    PingTarget handle_;
    std::shared_ptr<const ExporterLabels> labels_;  ///< a scrape that is under way shares them
    Counted counted_;
    std::unique_ptr<engine::DayHistory> day_;
    RecentLosses losses_;
    std::uint32_t starts_ = 0;
};

}  // namespace libnet::inline v0::detail
