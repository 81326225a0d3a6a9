#pragma once
// What a TraceExporter remembers of a path for its page.

#include <libnet/base/json_writer.hpp>
#include <libnet/engine/ping/day_history.hpp>
#include <libnet/engine/ping/watch_table.hpp>
#include <libnet/engine/trace/path_watch.hpp>
#include <libnet/path_watcher.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace libnet::inline v0::detail {

/// The last day of a target, round by round, and the changes of the path to it.
struct WatchedPath {
    static constexpr std::size_t most_changes = 20;

    engine::DayHistory day{};
    engine::WatchTable::Row row{};
    boost::asio::ip::address address{};  ///< unspecified: it has none yet
    std::uint32_t moves = 0;             ///< counts up with addresses and changes
    std::deque<PathChange> changes{};

    static std::int64_t second_of(std::chrono::system_clock::time_point time)
    {
        return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    }
    static std::int64_t second_now() { return second_of(std::chrono::system_clock::now()); }

    /// Its target has this address from now on.
    void begin(const boost::asio::ip::address& now)
    {
        address = now;
        ++moves;
    }

    /// A round is an answer where the destination has answered in it.
    void on_round(const PathRound& round)
    {
        const auto now = second_now();
        const auto time = time_of(round.path);
        if (time.count() < 0) day.on_loss(now);
        else day.on_answer(now, static_cast<std::uint64_t>(time.count() / 1000));
        if (!round.change) return;
        ++moves;
        changes.push_front(*round.change);
        if (changes.size() > most_changes) changes.pop_back();
    }

    /// What a page should be told of at once, counted.
    std::uint32_t news() const noexcept { return day.news() + moves; }

    /// As WatchDocuments::overview has it. `watch` is null as long as there is no address.
    void write_row(base::JsonWriter& json, std::size_t id, const std::string& name, const PathWatch* watch,
                   std::int64_t second)
    {
        constexpr std::string_view states[] = {"unknown", "up", "down"};
        const auto hour = day.summary(second, 60);
        json.array().value(id).value(name).value(address.is_unspecified() ? std::string{} : address.to_string());
        json.value(states[static_cast<std::size_t>(day.state())]);
        json.value(hour.ended).value(hour.lost).value(hour.p50).value(hour.p95).value(words(watch));
        const auto last = day.outages().empty() ? engine::DayHistory::Outage{} : day.outages().back();
        json.array().value(last.begin).value(last.end).end_array().end_array();
    }

    std::string details(const std::string& name, const PathWatch* watch) const
    {
        base::JsonWriter json;
        json.object().member("name", name).key("outages");
        day.write_outages(json);
        json.key("hops").array();
        if (watch != nullptr) write_hops(json, *watch);
        json.end_array().key("changes").array();
        for (const auto& change : changes) {
            json.array().value(second_of(change.at)).value(int{change.first_ttl}).value(int{change.last_ttl});
            write_routers(json, change.before);
            write_routers(json, change.after);
            json.end_array();
        }
        json.end_array().end_object();
        return std::move(json).take();
    }

private:
    /// The shortest time to the destination; negative: it didn't answer.
    static std::chrono::nanoseconds time_of(const TracePath& path)
    {
        std::chrono::nanoseconds best{-1};
        for (const auto& hop : path.hops)
            for (const auto& probe : hop.probes) {
                const auto* const answer = std::get_if<TraceHop>(&probe);
                const bool counts = answer != nullptr && answer->kind == TraceAnswer::reached;
                if (counts && (best.count() < 0 || answer->rtt < best)) best = answer->rtt;
            }
        return best;
    }

    std::string words(const PathWatch* watch) const
    {
        if (watch == nullptr) return "no address";
        std::string text = watch->distance() == 0 ? "not reached" : std::to_string(int{watch->distance()}) + " hops";
        if (watch->changes() > 0) text += ", " + std::to_string(watch->changes()) + " changes";
        return text;
    }

    static void write_hops(base::JsonWriter& json, const PathWatch& watch)
    {
        const auto verdicts = watch.verdicts();
        const auto& hops = watch.hops();
        for (std::size_t i = 0; i < hops.size(); ++i) {
            const auto numbers = hops[i].statistics.numbers();
            json.array().value(int{hops[i].ttl}).array();
            for (const auto& router : hops[i].routers) json.value(router.address.to_string());
            json.end_array().value(numbers.sent).value(numbers.received);
            json.value(numbers.p50.count() / 1000).value(numbers.p95.count() / 1000);
            json.value(name_of(verdicts[i].kind)).end_array();
        }
    }

    static void write_routers(base::JsonWriter& json, const PathRouters& routers)
    {
        json.array();
        for (const auto& router : routers) json.value(router ? router->to_string() : std::string{"*"});
        json.end_array();
    }
};

}  // namespace libnet::inline v0::detail
