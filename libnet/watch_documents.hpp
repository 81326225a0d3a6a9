#pragma once
// What an exporter tells a page that shows what it watches, as JSON.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace libnet::inline v0 {

/// Asked on the exporter's thread, as long as it is there.
struct WatchDocuments {
    /// What has changed since `since`, which is 0 or what this gave the last time, and what to ask for then. Empty: nothing.
    ///
    ///     {"v":1,"version":"…","now":SECONDS,"interval":SECONDS,"all":true,"count":N,"rows":[[ID,"NAME","ADDRESS","STATE",
    ///      PROBES,LOST,P50,P95,"MORE",[BEGIN,END]],…]}
    ///
    /// `all`: rows that aren't there are gone. The numbers are the last hour's, times in microseconds; STATE is unknown, up or
    /// down; MORE is words on the path, or empty; BEGIN and END are those of the last outage, 0 where there is none.
    std::function<std::pair<std::string, std::uint64_t>(std::uint64_t since)> overview{};

    /// The last day of a row, for a strip of 96 cells: [[PROBES,LOST,P50],…]; empty: there is no such row.
    std::function<std::string(std::size_t id)> strip{};

    /// More of a row, as an object: "outages", and of a path "hops" and "changes"; empty: there is no such row.
    std::function<std::string(std::size_t id)> details{};
};

}  // namespace libnet::inline v0
