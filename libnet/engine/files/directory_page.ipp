#pragma once

#include <libnet/base/text.hpp>
#include <libnet/engine/files/directory_page.hpp>
#include <libnet/engine/files/directory_words.ipp>
#include <libnet/engine/http/error_page.hpp>
#include <libnet/wire/http/uri_path.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace libnet::inline v0::engine {

namespace detail {

/// On a narrow screen a name has a line of its own, with size and date below it.
inline constexpr std::string_view directory_style =
    R"(<style>
:root { color-scheme: light dark; --line: #d8dee4; --dim: #59636e; --link: #0757ba; --hover: #f3f5f7; }
@media (prefers-color-scheme: dark) {
  :root { --line: #30363d; --dim: #9aa4af; --link: #79b8ff; --hover: #1c2128; background: #0d1117; color: #e6edf3; }
}
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.25rem; font-weight: 600; overflow-wrap: anywhere; margin: .5rem .75rem 1rem; }
a { color: var(--link); text-decoration: none; }
a:hover, button:hover { text-decoration: underline; }
button { font: inherit; color: var(--link); background: none; border: 0; padding: 0; cursor: pointer; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-weight: 600; font-size: .875rem; white-space: nowrap; }
th, td { padding: .5rem .75rem; vertical-align: top; border-bottom: 1px solid var(--line); }
td:first-child { overflow-wrap: anywhere; }
tbody tr:hover { background: var(--hover); }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--dim); width: 1%; }
th.n { color: inherit; }
.d { font-weight: 600; }
p { color: var(--dim); font-size: .875rem; margin: 1rem .75rem; }
@media (max-width: 36rem) {
  body { padding: .75rem; }
  h1, p { margin-left: .25rem; margin-right: .25rem; }
  thead tr, tbody tr { display: grid; grid-template-columns: 1fr auto; border-bottom: 1px solid var(--line); }
  thead tr { grid-template-columns: 1fr auto auto; }
  thead th:nth-child(2) { order: 2; }
  th, td { border: 0; padding: .5rem .25rem; width: auto; }
  tbody td:first-child { grid-column: 1 / -1; padding-bottom: 0; }
  tbody .n { padding-top: 0; font-size: .875rem; }
  tbody .n:nth-child(2) { order: 2; }
  tbody .n:nth-child(3) { text-align: left; }
}
</style>
)";

/// "980 B", "4.2 KiB", "120 MiB".
LIBNETXX_DECL std::string readable_size(std::uint64_t bytes)
{
    constexpr std::array<const char*, 7> units{" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
    std::size_t unit = 0;
    std::uint64_t whole = bytes, tenths = 0;
    while (whole >= 1024) {
        tenths = whole % 1024 * 10 / 1024;
        whole /= 1024;
        ++unit;
    }
    std::string text = std::to_string(whole);
    if (unit > 0 && whole < 10) (text += '.') += std::to_string(tenths);
    return text += units[unit];
}

/// The path with a link to each directory on the way.
LIBNETXX_DECL void append_breadcrumbs(std::string& html, std::string_view path)
{
    html += "<h1><a href=\"/\">/</a>";
    for (std::size_t begin = 1; begin < path.size();) {
        const auto end = std::min(path.find('/', begin), path.size());
        const auto so_far = wire::encode_path(path.substr(0, end)) + '/';
        html += "<a href=\"";
        append_escaped(html, so_far);
        html += "\">";
        append_escaped(html, path.substr(begin, end - begin));
        html += "</a>/";
        begin = end + 1;
    }
    html += "</h1>\n";
}

struct ListingColumn {
    ListingOrder::By by;
    std::string_view key, title, shown_class;
};

/// A column's heading, which sorts by it, and the other way round when that is so already.
LIBNETXX_DECL void append_heading(std::string& html, const ListingColumn& column, ListingOrder order)
{
    using Direction = ListingOrder::Direction;
    const bool sorted = column.by == order.by;
    const bool down = sorted && order.direction == Direction::up;  // what a click makes of it
    html += "<th";
    if (!column.shown_class.empty()) ((html += " class=\"") += column.shown_class) += '"';
    if (sorted) html += order.direction == Direction::up ? " aria-sort=\"ascending\"" : " aria-sort=\"descending\"";
    ((html += "><button name=\"sort\" value=\"") += column.key) += down ? "-desc\">" : "\">";
    html += column.title;
    if (sorted) html += order.direction == Direction::up ? " ▲" : " ▼";
    html += "</button></th>";
}

LIBNETXX_DECL void append_row(std::string& html, const DirectoryEntry& entry)
{
    const bool directory = entry.kind == FileKind::directory;
    html += directory ? "<tr><td class=\"d\"><a href=\"./" : "<tr><td><a href=\"./";
    append_escaped(html, entry_reference(entry));  // "./": else a name with a colon would begin with a scheme
    html += "\">";
    append_escaped(html, entry.name);
    html += directory
                ? "/</a></td><td class=\"n\">–</td><td class=\"n\"><time datetime=\""
                : "</a></td><td class=\"n\">" + readable_size(entry.size) + "</td><td class=\"n\"><time datetime=\"";
    append_timestamp(html, entry.modified);
    html += "\">";
    append_minute(html, entry.modified, ' ');
    html += "</time></td></tr>\n";
}

/// The digits that begin a text, without zeros in front of a number.
LIBNETXX_DECL std::string_view leading_number(std::string_view text) noexcept
{
    const auto end = std::ranges::find_if_not(text, base::is_digit);
    auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits;
}

/// Below, at, or above zero: as people sort. Without regard to case, and digits together are one number.
LIBNETXX_DECL int compare_naturally(std::string_view a, std::string_view b) noexcept
{
    const auto sign = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
    while (!a.empty() && !b.empty()) {
        if (base::is_digit(a.front()) && base::is_digit(b.front())) {
            const auto one = leading_number(a), other = leading_number(b);
            if (one.size() != other.size()) return sign(one.size(), other.size());
            if (one != other) return sign(one, other);
            a = one.empty() ? a.substr(std::min(a.find_first_not_of('0'), a.size()))
                            : std::string_view{one.end(), a.end()};
            b = other.empty() ? b.substr(std::min(b.find_first_not_of('0'), b.size()))
                              : std::string_view{other.end(), b.end()};
            continue;
        }
        const auto x = static_cast<unsigned char>(base::to_lower(a.front()));
        const auto y = static_cast<unsigned char>(base::to_lower(b.front()));
        if (x != y) return sign(x, y);
        a.remove_prefix(1);
        b.remove_prefix(1);
    }
    return sign(a.size(), b.size());
}

/// "2 directories, 1 file, 4.2 KiB".
LIBNETXX_DECL std::string summary_of(const DirectoryContent& content)
{
    std::size_t directories = 0, files = 0;
    std::uint64_t bytes = 0;
    for (const auto& entry : content.entries) {
        ++(entry.kind == FileKind::directory ? directories : files);
        bytes += entry.size;
    }
    std::string text = content.complete ? "" : "The first ";
    text += std::to_string(directories) + (directories == 1 ? " directory, " : " directories, ");
    text += std::to_string(files) + (files == 1 ? " file, " : " files, ") + readable_size(bytes);
    return text + (content.complete ? "" : "; there are more");
}

}  // namespace detail

LIBNETXX_DECL ListingOrder read_listing_order(std::string_view query) noexcept
{
    ListingOrder order;
    while (!query.empty()) {
        const auto part = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(part.size() + 1, query.size()));
        auto key = part.starts_with("sort=") ? part.substr(5) : std::string_view{};
        if (part == "order=desc" || key.ends_with("-desc")) order.direction = ListingOrder::Direction::down;
        key = key.substr(0, key.find('-'));
        if (key == "size") order.by = ListingOrder::By::size;
        else if (key == "modified") order.by = ListingOrder::By::modified;
    }
    return order;
}

LIBNETXX_DECL void sort_entries(std::vector<DirectoryEntry>& entries, ListingOrder order)
{
    const auto by_name = [](const DirectoryEntry& a, const DirectoryEntry& b) {
        const int compared = detail::compare_naturally(a.name, b.name);
        return compared != 0 ? compared < 0 : a.name < b.name;
    };
    std::ranges::sort(entries, [&](const DirectoryEntry& a, const DirectoryEntry& b) {
        if (a.kind != b.kind) return a.kind == FileKind::directory;
        const auto& first = order.direction == ListingOrder::Direction::up ? a : b;
        const auto& second = order.direction == ListingOrder::Direction::up ? b : a;
        if (order.by == ListingOrder::By::size && a.size != b.size) return first.size < second.size;
        if (order.by == ListingOrder::By::modified && a.modified != b.modified) return first.modified < second.modified;
        return order.by == ListingOrder::By::name ? by_name(first, second) : by_name(a, b);
    });
}

LIBNETXX_DECL std::string make_listing(std::string_view path, DirectoryContent content, const ListingStyle& style)
{
    if (style.dot_files == DotFiles::refuse)
        std::erase_if(content.entries, [](const DirectoryEntry& entry) { return entry.name.starts_with('.'); });
    sort_entries(content.entries, style.order);
    std::string text;
    if (style.format == ListingFormat::json) append_directory_json(text, path, content);
    else append_directory_page(text, path, content, style.order);
    return text;
}

LIBNETXX_DECL void append_directory_page(std::string& html, std::string_view path, const DirectoryContent& content,
                                         ListingOrder order)
{
    using By = ListingOrder::By;
    html +=
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>";
    append_escaped(html, path);
    html += "</title>\n";
    html += detail::directory_style;
    detail::append_breadcrumbs(html, path);
    html += "<form><table>\n<thead><tr>";
    detail::append_heading(html, {By::name, "name", "Name", ""}, order);
    detail::append_heading(html, {By::size, "size", "Size", "n"}, order);
    detail::append_heading(html, {By::modified, "modified", "Modified (UTC)", "n"}, order);
    html += "</tr></thead>\n<tbody>\n";
    if (path != "/")
        html += "<tr><td class=\"d\"><a href=\"../\">../</a></td><td class=\"n\"></td><td class=\"n\"></td></tr>\n";
    for (const auto& entry : content.entries) detail::append_row(html, entry);
    html += "</tbody>\n</table></form>\n<p>";
    html += detail::summary_of(content);
    html += "</p>\n</html>\n";
}

}  // namespace libnet::inline v0::engine
