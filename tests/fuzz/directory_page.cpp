// Any names in a directory: its page and its JSON have the same shape as for harmless names.

#include <libnet/base/utf8.hpp>
#include <libnet/engine/files/directory_page.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

using namespace libnet::engine;

namespace {

void require(bool condition)
{
    if (!condition) std::abort();
}

/// The path of the directory and the names in it, by slashes. Every other one is a directory.
DirectoryContent content_of(std::string_view text)
{
    DirectoryContent content;
    while (!text.empty()) {
        const auto name = text.substr(0, text.find('/'));
        text.remove_prefix(std::min(name.size() + 1, text.size()));
        const auto kind = content.entries.size() % 2 == 0 ? FileKind::regular : FileKind::directory;
        if (!name.empty()) content.entries.push_back({.name = std::string{name}, .kind = kind});
    }
    return content;
}

DirectoryContent harmless(DirectoryContent content)
{
    for (auto& entry : content.entries) entry.name = std::string(1, 'x');
    return content;
}

/// What in HTML and JSON is not text.
std::string marks_of(std::string_view html)
{
    std::string marks;
    std::ranges::copy_if(html, std::back_inserter(marks), [](char c) { return c == '<' || c == '>' || c == '"'; });
    return marks;
}

/// JSON without what its strings hold.
std::string without_strings(std::string_view json)
{
    std::string rest;
    bool inside = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (json[i] == '"') inside = !inside;
        if (inside) require(static_cast<unsigned char>(json[i]) >= 0x20 && json[i] != 0x7F);
        if (inside && json[i] == '\\') ++i;
        if (!inside) rest += json[i];
    }
    require(!inside);
    return rest;
}

std::string page_of(const DirectoryContent& content)
{
    std::string html;
    append_directory_page(html, "/a/", content, {});
    return html;
}

std::string json_of(const DirectoryContent& content)
{
    std::string json;
    append_directory_json(json, "/a/", content);
    return json;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    auto content = content_of({reinterpret_cast<const char*>(data), size});
    for (const auto by : {ListingOrder::By::size, ListingOrder::By::modified, ListingOrder::By::name})
        sort_entries(content.entries, {by, ListingOrder::Direction::up});
    const auto plain = harmless(content);
    require(marks_of(page_of(content)) == marks_of(page_of(plain)));
    const auto json = json_of(content);
    require(without_strings(json) == without_strings(json_of(plain)));
    require(libnet::base::to_utf8(json) == json);
    // No reference leaves the directory.
    for (const std::string_view scheme : {"\"href\":\"javascript:", "\"href\":\"/", "\"href\":\"?", "\"href\":\"#"})
        require(json.find(scheme) == json.npos);
    return 0;
}
