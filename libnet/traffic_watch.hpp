#pragma once
// Collects what servers do, from any number of threads, for a page that shows it.

#include <libnet/access_record.hpp>
#include <libnet/engine/http/traffic_history.hpp>
#include <libnet/io/tcp/endpoint_text.hpp>
#include <libnet/server_now.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0 {

/// Give `record` the requests of all servers, and call `take` once a second, in one thread. A request costs some 30 ns, and
/// as long as `watch(true)` counts, up to 1 us for the first 500 of a second and a sixteenth of that for the others.
class TrafficWatch {
public:
    TrafficWatch() = default;
    TrafficWatch(const TrafficWatch&) = delete;
    TrafficWatch& operator=(const TrafficWatch&) = delete;

    /// From any thread; each has a piece of its own, and waits for `take` only.
    void record(const AccessRecord& record)
    {
        auto& slot = slot_of_thread();
        const auto sample = sample_of(record);
        const auto end = std::chrono::floor<std::chrono::seconds>(record.started + record.duration);
        const std::lock_guard alone{slot.changing};
        slot.piece.add(sample, watched_.load(std::memory_order_relaxed), end.time_since_epoch().count());
    }

    /// Whether a page looks at what requests are about.
    void watch(bool watches) noexcept { watched_.store(watches, std::memory_order_relaxed); }

    /// What has come since it was called last.
    engine::TrafficPiece take()
    {
        engine::TrafficPiece sum;
        for (auto& slot : slots_) {
            engine::TrafficPiece piece;
            {
                const std::lock_guard alone{slot.changing};
                std::swap(piece, slot.piece);
            }
            sum.merge(piece);
        }
        return sum;
    }

private:
    struct alignas(64) Slot {
        std::mutex changing;
        engine::TrafficPiece piece;
    };
    static constexpr std::size_t most_slots = 16;  // more threads than that share them

    Slot& slot_of_thread() noexcept
    {
        static std::atomic<std::size_t> threads{0};
        thread_local const std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
        return slots_[number % most_slots];
    }

    static engine::TrafficSample sample_of(const AccessRecord& record) noexcept
    {
        engine::TrafficSample sample;
        sample.client = wire::unmapped(record.client.address());  // as the log has it
        sample.method = record.method;
        sample.target = record.target;
        sample.user_agent = record.user_agent;
        sample.reason = record.reason;
        sample.status = record.status;
        sample.duration = record.duration;
        sample.sent = record.bytes_sent;
        sample.received = record.bytes_received;
        sample.is_tunnel = record.status == 101 || (record.method == "CONNECT" && record.status == 200);
        if (!record.reason.empty()) sample.rule = record.rule;
        if (record.forwarding != nullptr) {
            sample.origin = record.forwarding->host;
            if (!record.reason.empty() && sample.rule.empty()) sample.rule = record.forwarding->rule;
        }
        return sample;
    }

    std::atomic<bool> watched_{false};
    std::array<Slot, most_slots> slots_;
};

/// What a page of a server tells.
struct TrafficReport {
    std::string_view name{}, version{};  ///< of the program
    std::uint64_t started = 0;           ///< seconds since the epoch
    bool draining = false;               ///< it ends
    std::size_t seconds = 0;             ///< of the history, the last ones
    std::uint64_t connections = 0;       ///< open now
};

/// Writes all of it as one JSON object.
inline std::string traffic_json(const TrafficReport& report, const engine::TrafficHistory& history,
                                const ServerNow& now)
{
    base::JsonWriter json;
    json.object().member("v", 1).member("name", report.name).member("version", report.version);
    json.member("started", report.started).member("draining", report.draining);
    json.member("connections", report.connections);
    history.write(json, report.seconds);
    json.key("open").array();
    for (const auto& one : now.connections) {
        constexpr std::string_view phases[] = {"idle", "request", "tunnel"};
        json.array().value(phases[static_cast<std::size_t>(one.phase)]);
        const auto address = wire::unmapped(one.client.address());
        // That of a Unix socket has no address: as the log has it.
        json.value(address.is_unspecified() ? "unix:" : io::to_text({address, one.client.port()}));
        json.value(one.since.count() / 1'000'000).value(one.method).value(one.target);
        json.value(one.sent).value(one.received).end_array();
    }
    json.end_array().key("amounts").array();
    for (const auto& [name, amount] : now.amounts) json.array().value(name).value(amount).end_array();
    json.end_array().key("names").array();
    for (const auto& name : now.names) json.value(name);
    json.end_array().end_object();
    return std::move(json).take();
}

}  // namespace libnet::inline v0
