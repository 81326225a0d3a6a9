#pragma once
// The paths to many destinations at once: --targets FILE, and ranges of addresses.
//
// JSON Lines: for each destination the `path` event of apps/trace/json_report.hpp, in the order in which they end, an `error`
// for each line of FILE that is no host, and one `summary` at the end, whatever happens:
//
//   {"event":"error","reason":"hosts:7: 'what?' is no host: give a name, an address or a range"}
//   {"event":"summary","schema":2,"targets":256,"traced":256,"reached":250,"failed":0,"sent":4810,"seconds":5.102,
//    "interrupted":false}

#include <apps/common/progress_line.hpp>
#include <apps/trace/descriptions.hpp>
#include <apps/trace/exit_codes.hpp>
#include <apps/trace/many_targets.hpp>
#include <apps/trace/one_pass.hpp>
#include <apps/trace/send_trouble.hpp>
#include <libnet/base/permutation.hpp>
#include <libnet/io/loop/random_key.hpp>
#include <libnet/tracer.hpp>

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace libnet::apps {

namespace asio = boost::asio;

/// What came of all of them.
struct ManyCounts {
    std::uint64_t targets = 0;  ///< as far as their words make sense
    std::uint64_t traced = 0;
    std::uint64_t reached = 0;
    std::uint64_t failed = 0;  ///< without an address, or nothing could be sent
};

/// Reports paths as they become known. Where autonomous systems are shown, a path waits a moment for them.
class ManyReport {
public:
    ManyReport(const asio::any_io_executor& executor, const TraceSettings& settings, ProgressLine& progress)
        : settings_{settings},
          progress_{progress},
          json_{settings},
          csv_{settings},
          descriptions_{executor, settings},
          settled_{executor}
    {}

    void add(ManyTargets::Target target, TracePath path, std::size_t packet_size)
    {
        if (settings_.origins)
            for (const auto& hop : path.hops)
                for (const auto& outcome : hop.probes)
                    if (const auto* answer = std::get_if<TraceHop>(&outcome)) descriptions_.look_up(answer->from);
        waiting_.push_back({std::move(target), std::move(path), packet_size, Clock::now() + patience});
        show_ready(false);
    }

    /// A line of the list that is no host.
    void add_mistake(const std::string& why)
    {
        if (settings_.format == TraceFormat::json) print_json({{"event", "error"}, {"reason", why}});
        complain(settings_.program(), why);
    }

    void add_unknown(const UnknownTarget& unknown)
    {
        if (settings_.format == TraceFormat::json) {
            json_.begin_unknown(unknown.name);
            json_.end({}, unknown.why, describe());
        }
        complain(settings_.program(), unknown.why);
    }

    /// Completes when all are shown, after `patience` at the latest.
    asio::awaitable<void> finish()
    {
        while (!waiting_.empty()) {
            settled_.expires_after(std::chrono::milliseconds{10});
            co_await settled_.async_wait(asio::use_awaitable);
            show_ready(false);
        }
    }

    void show_now() { show_ready(true); }

    void summary(const ManyCounts& counts, std::uint64_t sent, std::chrono::duration<double> took, bool interrupted)
    {
        if (settings_.format == TraceFormat::json)
            print_json({{"event", "summary"},
                        {"schema", trace_schema},
                        {"targets", counts.targets},
                        {"traced", counts.traced},
                        {"reached", counts.reached},
                        {"failed", counts.failed},
                        {"sent", sent},
                        {"seconds", took.count()},
                        {"interrupted", interrupted}});
        if (settings_.format == TraceFormat::text && counts.targets != 0)
            print("\n{} of {} paths, {} reached, {} probes in {:.1f} s\n", counts.traced, counts.targets,
                  counts.reached, sent, took.count());
    }

private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds patience{2000};  // no line waits for another one here

    struct Waiting {
        ManyTargets::Target target;
        TracePath path;
        std::size_t packet_size;
        Clock::time_point due;
    };

    Describe describe() const
    {
        return [this](const asio::ip::address& address) { return descriptions_.of(address); };
    }

    bool is_settled(const TracePath& path) const
    {
        return std::ranges::all_of(path.hops, [this](const TracePathHop& hop) {
            return std::ranges::all_of(hop.probes, [this](const TraceOutcome& outcome) {
                const auto* answer = std::get_if<TraceHop>(&outcome);
                return answer == nullptr || descriptions_.is_settled(answer->from);
            });
        });
    }

    void show_ready(bool all)
    {
        while (!waiting_.empty()) {
            const auto& first = waiting_.front();
            if (!all && settings_.origins && Clock::now() < first.due && !is_settled(first.path)) return;
            show(first);
            waiting_.pop_front();
        }
    }

    void show(const Waiting& one)
    {
        progress_.clear();
        if (settings_.format == TraceFormat::json) {
            json_.begin(one.target.name, one.target.address, one.packet_size);
            return json_.end(one.path, {}, describe());
        }
        if (settings_.format == TraceFormat::csv) return show(csv_, one);
        if (std::exchange(begun_, true)) print_text("\n");
        TextReport text{settings_};
        show(text, one);
        if (one.path.error)
            complain(settings_.program(),
                     fmt::format("{}: {}", printable(one.target.name), why_not_sent(one.path.error)));
    }

    void show(TraceReport& report, const Waiting& one)
    {
        report.begin(one.target.name, one.target.address, one.packet_size);
        for (const auto& hop : one.path.hops)
            for (const auto& outcome : hop.probes) report.probe(outcome, describe());
        report.end(one.path, {}, describe());
    }

    const TraceSettings& settings_;
    ProgressLine& progress_;
    JsonReport json_;
    CsvReport csv_;
    bool begun_ = false;
    std::deque<Waiting> waiting_;
    Descriptions descriptions_;
    asio::steady_timer settled_;
};

/// Traces all of them, in an order that no router sees a pattern in.
class ManyPaths {
public:
    ManyPaths(const asio::any_io_executor& executor, const TraceSettings& settings)
        : executor_{executor},
          settings_{settings},
          report_{executor, settings, progress_}
    {}

    /// Completes with the exit code.
    asio::awaitable<int> run()
    {
        const auto begin = Clock::now();
        std::exception_ptr failure;
        bool interrupted = false;
        try {
            co_await trace();
            co_await report_.finish();
        } catch (const std::exception& error) {
            const auto* system = dynamic_cast<const boost::system::system_error*>(&error);
            interrupted = system != nullptr && system->code() == asio::error::operation_aborted;
            failure = std::current_exception();
        }
        report_.show_now();
        progress_.clear();
        report_.summary(counts_, tracer_ ? tracer_->counters().sent : 0, Clock::now() - begin, interrupted);
        if (failure) std::rethrow_exception(failure);
        if (counts_.failed != 0) co_return trace_exit::failed;
        co_return counts_.reached == counts_.targets ? trace_exit::reached : trace_exit::not_reached;
    }

private:
    using Clock = std::chrono::steady_clock;

    asio::awaitable<void> trace()
    {
        const auto finder = std::make_shared<TargetFinder>(executor_, settings_, settings_.words);
        co_await TargetFinder::run(finder);
        for (const auto& why : settings_.bad_words) report_.add_mistake(why);
        for (const auto& unknown : finder->unknown()) report_.add_unknown(unknown);
        counts_.failed = settings_.bad_words.size() + finder->unknown().size();
        targets_ = finder->take_targets();
        counts_.targets = targets_.size();
        if (targets_.size() == 0) co_return;
        options_ = settings_.trace;
        set_packet_size(options_, settings_, targets_.at(0).address);
        tracer_.emplace(executor_, options_);
        order_.emplace(targets_.size(), io::random_key());
        for (;;) {
            fill();
            const auto event = co_await tracer_->next();
            if (!event) co_return;
            if (const auto* done = std::get_if<TraceDone>(&*event)) on_done(*done);
            progress_.show([this] { return progress(); });
        }
    }

    /// As many as can begin within a second: the tracer chooses among them, and the others cost no memory.
    void fill()
    {
        const auto room = std::size_t{256} + static_cast<std::size_t>(options_.rate);
        while (next_ < targets_.size() && under_way_.size() < room) {
            auto target = targets_.at(order_->at(next_++));
            try {
                const auto handle = tracer_->add(target.address);
                under_way_.emplace(handle, std::move(target));
            } catch (const boost::system::system_error& error) {  // such as an address family that this host has not
                ++counts_.failed;
                report_.add_mistake(fmt::format("{}: {}", target.address.to_string(), reason_of(error)));
            }
        }
    }

    void on_done(const TraceDone& done)
    {
        const auto found = under_way_.find(done.target);
        ++counts_.traced;
        if (done.path.reached()) ++counts_.reached;
        if (done.path.error) ++counts_.failed;
        report_.add(std::move(found->second), done.path, packet_size(options_, done.path.target));
        under_way_.erase(found);
    }

    std::string progress() const
    {
        return fmt::format("{} of {} paths, {} reached, {} probes", counts_.traced, counts_.targets, counts_.reached,
                           tracer_->counters().sent);
    }

    asio::any_io_executor executor_;
    const TraceSettings& settings_;
    ProgressLine progress_;
    ManyReport report_;
    ManyTargets targets_;
    TraceOptions options_;
    std::optional<base::Permutation> order_;
    std::optional<Tracer> tracer_;
    std::uint64_t next_ = 0;  // place in the order
    std::unordered_map<TraceTarget, ManyTargets::Target> under_way_;
    ManyCounts counts_;
};

inline asio::awaitable<int> trace_many(const TraceSettings& settings)
{
    const auto executor = co_await asio::this_coro::executor;
    ManyPaths paths{executor, settings};
    co_return co_await paths.run();
}

}  // namespace libnet::apps
