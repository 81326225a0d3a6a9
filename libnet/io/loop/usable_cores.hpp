#pragma once
// How many cores this process may use: what a daemon has threads for.

#include <libnet/base/text.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <sched.h>

namespace libnet::inline v0::io {

namespace detail {

/// "150000 100000", a line of cpu.max (the kernel's cgroup-v2.rst): one and a half cores, which is 2. 0: "max 100000", or no
/// such line.
inline unsigned cores_of_quota(std::string_view line)
{
    const auto space = line.find(' ');
    if (space == line.npos) return 0;
    const auto quota = base::parse_number<std::uint64_t>(line.substr(0, space));
    const auto period = base::parse_number<std::uint64_t>(line.substr(space + 1));
    if (!quota || !period || *period == 0) return 0;
    return static_cast<unsigned>(std::clamp<std::uint64_t>((*quota + *period - 1) / *period, 1, 256));
}

/// The least that the control group of this process and those around it allow; 0: any number. `group` is the group's path,
/// `root` where the file system of groups is.
inline unsigned cores_of_groups(const std::filesystem::path& root, std::filesystem::path group)
{
    unsigned least = 0;
    for (;; group = group.parent_path()) {
        std::ifstream file{root / group.relative_path() / "cpu.max"};
        std::string line;
        if (std::getline(file, line))
            if (const auto cores = cores_of_quota(line); cores > 0) least = least == 0 ? cores : std::min(least, cores);
        if (!group.has_relative_path()) return least;
    }
}

/// The path of this process in the one hierarchy of version 2, the line "0::/path" of cgroups(7); "/" where it can't be read.
inline std::string control_group()
{
    std::ifstream file{"/proc/self/cgroup"};
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("0::/") && line.find("/..") == line.npos) return line.substr(3);
    return "/";
}

}  // namespace detail

/// Those that the scheduler may put it on (sched_setaffinity(2), taskset, cpuset), but no more than its control group has time
/// for; at least 1, at most 256.
inline unsigned usable_cores()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    const bool known = ::sched_getaffinity(0, sizeof set, &set) == 0;
    const auto cores = std::clamp(known ? static_cast<unsigned>(CPU_COUNT(&set)) : 1U, 1U, 256U);
    const auto allowed = detail::cores_of_groups("/sys/fs/cgroup", detail::control_group());
    return allowed == 0 ? cores : std::min(cores, allowed);
}

}  // namespace libnet::inline v0::io
