#pragma once
// Which printer a run of ping++ has.

#include <apps/ping/csv_printer.hpp>
#include <apps/ping/json_printer.hpp>
#include <apps/ping/reachability_printer.hpp>
#include <apps/ping/text_printer.hpp>
#include <apps/ping/watch_printer.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace libnet::apps {

namespace asio = boost::asio;

inline std::unique_ptr<PingPrinter> make_ping_printer(asio::any_io_executor executor, const PingSettings& settings,
                                                      const IcmpPinger& pinger, std::size_t hosts,
                                                      ShownAddresses& names)
{
    if (settings.lists()) return std::make_unique<ReachabilityPrinter>(settings);
    if (settings.format == PingFormat::json) return std::make_unique<JsonPingPrinter>(settings);
    if (settings.format == PingFormat::csv) return std::make_unique<CsvPingPrinter>(settings);
    auto text = std::make_unique<TextPingPrinter>(settings, pinger, hosts, names);
    if (!settings.watch) return text;
    const auto obstacle = screen_obstacle();
    if (obstacle.empty()) return std::make_unique<WatchPrinter>(executor, settings, std::move(text));
    complain("ping++", fmt::format("--watch: {}: this is what there is without it", obstacle));
    return text;
}

}  // namespace libnet::apps
