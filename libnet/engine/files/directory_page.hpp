#pragma once
// What a directory without an index shows: a page for people, and JSON for programs.

#include <libnet/config.hpp>
#include <libnet/engine/files/file_facts.hpp>
#include <libnet/engine/files/site_options.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::engine {

/// A file or directory in a directory.
struct DirectoryEntry {
    std::string name;  ///< without a slash; any other octets
    FileKind kind = FileKind::regular;
    std::uint64_t size = 0;  ///< bytes, of a file
    FileTime modified{};
};

/// What is in a directory.
struct DirectoryContent {
    std::vector<DirectoryEntry> entries{};
    bool complete = true;  ///< false: there are more than the limit
};

/// How a listing is sorted. Directories come before files in every case.
struct ListingOrder {
    enum class By : std::uint8_t { name, size, modified } by = By::name;
    enum class Direction : std::uint8_t { up, down } direction = Direction::up;
    friend bool operator==(const ListingOrder&, const ListingOrder&) = default;
};

/// Whom a listing is for.
enum class ListingFormat : std::uint8_t { html, json };

/// What a listing looks like, and what it leaves out.
struct ListingStyle {
    ListingOrder order{};
    ListingFormat format = ListingFormat::html;
    DotFiles dot_files = DotFiles::refuse;
    friend bool operator==(const ListingStyle&, const ListingStyle&) = default;
};

/// The text of a listing: `append_directory_page` or `append_directory_json`, sorted. May take long.
std::string make_listing(std::string_view path, DirectoryContent content, const ListingStyle& style);

/// Reads the query of a listing's address: "sort=size&order=desc", or "sort=size-desc". By name, upwards, where it says
/// nothing else.
ListingOrder read_listing_order(std::string_view query) noexcept;

/// Sorts entries. Names are compared without regard to ASCII case, and numbers in them as such (IMG_2 before IMG_10); equal
/// ones go by name.
void sort_entries(std::vector<DirectoryEntry>& entries, ListingOrder order);

/// Appends an HTML page. It is sorted by the buttons of a form, which programs that follow links don't press: a mirror has
/// each directory once. `path` is the directory's, decoded, with a slash at both ends. Every name is escaped, and
/// links are relative to the directory.
void append_directory_page(std::string& html, std::string_view path, const DirectoryContent& content,
                           ListingOrder order);

/// Appends JSON:
///
///     {"path":"/docs/","complete":true,"entries":[
///     {"name":"a b.txt","href":"a%20b.txt","type":"file","size":12,"modified":"2026-11-25T03:18:22Z"}]}
///
/// Directories have the type "directory", a slash at the end of their href, and no size. Octets of a name that are no
/// UTF-8 are shown as U+FFFD; the href, a reference relative to the directory, has them as they are.
void append_directory_json(std::string& json, std::string_view path, const DirectoryContent& content);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/files/directory_json.ipp>
#  include <libnet/engine/files/directory_page.ipp>
#endif
