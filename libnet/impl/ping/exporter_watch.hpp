#pragma once
// What a PingExporter tells its page.

#include <libnet/base/json_writer.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/ping/day_history.hpp>
#include <libnet/engine/ping/watch_table.hpp>
#include <libnet/impl/ping/exporter_targets.hpp>
#include <libnet/watch_documents.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::detail {

/// The targets, as a page sees them; they must outlive it.
class ExporterWatch {
public:
    ExporterWatch(const ExporterTargets& targets, std::chrono::nanoseconds interval)
        : targets_{targets},
          interval_{interval}
    {}

    /// Targets have gone.
    void forget() noexcept { table_.forget(); }

    /// As WatchDocuments::overview.
    std::pair<std::string, std::uint64_t> overview(std::uint64_t since)
    {
        const auto second = ExporterTarget::second_now();
        const std::chrono::duration<double> interval{interval_};
        return table_.overview(since, second, {LIBNETXX_VERSION, interval.count(), targets_.size()}, [&](auto&& visit) {
            targets_.for_each([&](std::size_t id, ExporterTarget& target) {
                // A name that gets an address, or another one, is news as well.
                const auto news = (target.day() ? target.day()->news() : 0) + target.starts();
                visit(id, target.row, news, [&](base::JsonWriter& json) { write_row(json, id, target, second); });
            });
        });
    }

    std::string strip(std::size_t id) const
    {
        auto* const target = targets_.find({id});
        if (target == nullptr || !target->day()) return {};
        base::JsonWriter json;
        target->day()->write_strip(json, ExporterTarget::second_now(), 96, 15);
        return std::move(json).take();
    }

    std::string details(std::size_t id) const
    {
        auto* const target = targets_.find({id});
        if (target == nullptr || !target->day()) return {};
        base::JsonWriter json;
        json.object().member("name", target->name()).key("outages");
        target->day()->write_outages(json);
        json.end_object();
        return std::move(json).take();
    }

private:
    static void write_row(base::JsonWriter& json, std::size_t id, ExporterTarget& target, std::int64_t second)
    {
        constexpr std::string_view states[] = {"unknown", "up", "down"};
        auto& day = *target.day();
        const auto hour = day.summary(second, 60);
        json.array().value(id).value(target.name());
        json.value(target.address() ? target.address()->to_string() : std::string{});
        json.value(states[static_cast<std::size_t>(day.state())]);
        json.value(hour.ended).value(hour.lost).value(hour.p50).value(hour.p95).value("");
        const auto last = day.outages().empty() ? engine::DayHistory::Outage{} : day.outages().back();
        json.array().value(last.begin).value(last.end).end_array().end_array();
    }

    const ExporterTargets& targets_;
    const std::chrono::nanoseconds interval_;
    engine::WatchTable table_;
};

}  // namespace libnet::inline v0::detail
