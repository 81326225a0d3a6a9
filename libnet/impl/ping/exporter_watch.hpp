#pragma once
// What a PingExporter tells its page.

#include <libnet/base/json_writer.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/ping/day_history.hpp>
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
    void forget() noexcept { revisions_.forget(); }

    /// As WatchDocuments::overview.
    std::pair<std::string, std::uint64_t> overview(std::uint64_t since)
    {
        const auto second = ExporterTarget::second_now();
        if (second != looked_) look(second);
        const bool all = revisions_.begins_anew(since);
        if (!all && since == revisions_.last()) return {{}, since};
        base::JsonWriter json;
        json.object().member("v", 1).member("version", LIBNETXX_VERSION).member("now", second);
        json.member("interval", std::chrono::duration<double>{interval_}.count()).member("all", all);
        json.member("count", targets_.size()).key("rows").array();
        targets_.for_each([&](std::size_t id, ExporterTarget& target) {
            if (all || target.row.revision > since) write_row(json, id, target, second);
        });
        json.end_array().end_object();
        return {std::move(json).take(), revisions_.last()};
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
    void look(std::int64_t second)
    {
        looked_ = second;
        targets_.for_each([&](std::size_t id, ExporterTarget& target) {
            // A name that gets an address, or another one, is news as well.
            const auto news = (target.day() ? target.day()->news() : 0) + target.starts();
            revisions_.look(target.row, id, news, second);
        });
    }

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
    engine::RowRevisions revisions_;
    std::int64_t looked_ = 0;
};

}  // namespace libnet::inline v0::detail
