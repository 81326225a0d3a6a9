#pragma once
// What a directory's page and its JSON say in the same words.

#include <libnet/engine/files/directory_page.hpp>
#include <libnet/wire/http/uri_path.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <string>

namespace libnet::inline v0::engine::detail {

LIBNETXX_DECL void append_padded(std::string& text, int number, int width)
{
    std::array<char, 12> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    const auto size = static_cast<std::size_t>(end - digits.data());
    for (auto padded = static_cast<int>(size); padded < width; ++padded) text += '0';
    text.append(digits.data(), size);
}

/// "2026-11-25", `between`, "03:18" in UTC.
LIBNETXX_DECL void append_minute(std::string& text, FileTime time, char between)
{
    using namespace std::chrono;
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{floor<seconds>(time - day)};
    append_padded(text, static_cast<int>(date.year()), 4);
    append_padded(text += '-', static_cast<int>(static_cast<unsigned>(date.month())), 2);
    append_padded(text += '-', static_cast<int>(static_cast<unsigned>(date.day())), 2);
    append_padded(text += between, static_cast<int>(clock.hours().count()), 2);
    append_padded(text += ':', static_cast<int>(clock.minutes().count()), 2);
}

/// "2026-11-25T03:18:22Z", RFC 3339.
LIBNETXX_DECL void append_timestamp(std::string& text, FileTime time)
{
    append_minute(text, time, 'T');
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count() % 60;
    append_padded(text += ':', static_cast<int>(seconds < 0 ? seconds + 60 : seconds), 2);
    text += 'Z';
}

/// The relative reference of an entry, without a "./" in front.
LIBNETXX_DECL std::string entry_reference(const DirectoryEntry& entry)
{
    auto reference = wire::encode_path(entry.name).substr(1);
    if (entry.kind == FileKind::directory) reference += '/';
    return reference;
}

}  // namespace libnet::inline v0::engine::detail
