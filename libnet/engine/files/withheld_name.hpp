#pragma once
// Names that hold what another name holds: its precompressed siblings, and what a rotation of logs makes of it.

#include <libnet/base/text.hpp>
#include <libnet/wire/http/content_coding.hpp>

#include <algorithm>
#include <string_view>

namespace libnet::inline v0::engine {

/// Whether a name is `file`, or an earlier or compressed form of it: "access.log", "access.log.gz", "access.log.1",
/// "access.log-20261128.gz".
inline bool is_form_of(std::string_view file, std::string_view name) noexcept
{
    if (file.empty() || !name.starts_with(file)) return false;
    for (const std::string_view suffix : {".gz", ".br", ".zst", ".xz", ".bz2"})
        if (name.size() > file.size() && name.ends_with(suffix)) {
            name.remove_suffix(suffix.size());
            break;
        }
    if (name.size() < file.size()) return false;
    const auto rest = name.substr(file.size());
    if (rest.empty()) return true;
    return rest.size() > 1 && (rest[0] == '.' || rest[0] == '-') && std::ranges::all_of(rest.substr(1), base::is_digit);
}

}  // namespace libnet::inline v0::engine
