#pragma once
// The metrics of the process itself, under the names that all of Prometheus' client libraries use.

#include <libnet/io/loop/give_memory_back.hpp>
#include <libnet/wire/open_metrics.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <system_error>

#include <sys/resource.h>
#include <sys/stat.h>

namespace libnet::inline v0::io {

namespace detail {

inline double cpu_seconds()
{
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// From proc(5). To list them takes milliseconds where there are thousands; since Linux 6.2 their number is the directory's size.
inline std::uint64_t open_descriptors()
{
    struct stat folder {};
    if (::stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0) return static_cast<std::uint64_t>(folder.st_size);
    std::error_code none;
    const std::filesystem::directory_iterator all{"/proc/self/fd", none};
    return static_cast<std::uint64_t>(std::distance(begin(all), end(all)));
}

inline const auto process_started = std::chrono::system_clock::now();

}  // namespace detail

/// Adds the families `process_…`.
inline void write_process_metrics(wire::MetricsWriter& writer)
{
    using wire::MetricType;
    const auto single = [&](MetricType type, std::string_view name, std::string_view help, std::string_view unit,
                            auto value) {
        writer.family(type, name, help, unit);
        writer.add({}, value);
    };
    const std::chrono::duration<double> started = detail::process_started.time_since_epoch();
    single(MetricType::counter, "process_cpu_seconds", "User and system CPU time spent.", "seconds",
           detail::cpu_seconds());
    single(MetricType::gauge, "process_resident_memory_bytes", "Resident memory.", "bytes", resident_memory());
    single(MetricType::gauge, "process_open_fds", "Open file descriptors.", "", detail::open_descriptors());
    single(MetricType::gauge, "process_start_time_seconds", "When the process started, since the Unix epoch.",
           "seconds", started.count());
}

}  // namespace libnet::inline v0::io
