// Any lines as a path and the fields of a request for a file, of sites that use every option: nothing outside the root
// is looked up, the parts to send lie in the file and add up to the length, and no field breaks out of its line.

#include <libnet/engine/files/file_responder.hpp>
#include <libnet/engine/files/site.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

using namespace libnet;
using namespace libnet::engine;

namespace {

void require(bool condition)
{
    if (!condition) std::abort();
}

std::string_view take_line(std::string_view& text)
{
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

void check_name(std::string_view name)
{
    const std::string framed = '/' + std::string{name} + '/';
    require(framed.find("/../") == framed.npos && framed.find("/./") == framed.npos);
    require(framed.find("//") == framed.npos || name.empty());
    require(name.find('\0') == name.npos);
}

void check_plan(const ResponsePlan& plan, std::uint64_t size)
{
    require(plan.status >= 200 && plan.status < 600);
    if (plan.content == ResponsePlan::Content::file)
        require(plan.length <= size && plan.first <= size - plan.length && (plan.status != 206 || plan.length > 0));
    if (plan.content == ResponsePlan::Content::parts) {
        std::uint64_t text = 0, total = 0;
        for (const auto& part : plan.parts) {
            require(part.length <= size && part.first <= size - part.length);
            text += part.text;
            total += part.text + part.length;
        }
        require(text == plan.page.size() && total == plan.length && total - text <= size);
    }
    for_each_field(plan, [](std::string_view name, std::string_view value) {
        require(!name.empty() && value.find_first_of(std::string_view{"\r\n\0", 3}) == value.npos);
    });
    require(!plan.location.starts_with("//"));
}

const Site& busy_site()
{
    static const Site site{
        {.index = {"index.html", "main.html"},
         .listing = DirectoryListing::on,
         .clean_urls = CleanUrls::on,
         .compression = SiteCompression::on,
         .fallback = "app.html",
         .error_pages = {{404, "404.html"}, {416, "416.html"}},
         .redirects = {{"/old/*", "/new/*"}, {"/x*", "/*"}, {"/y", "/z?a=b#c"}, {"/z", "https://a.example/#c"}},
         .headers = {{"*.css", "X-A", "b"}, {"/a/*", "Cache-Control", "no-store"}},
         .cors_origins = {"https://a.example"}}};
    return site;
}

/// Answers every question alike.
void run(const Site& site, const FileRequest& request, const FileFacts& facts, bool siblings)
{
    constexpr FileTime now{std::chrono::seconds{784'198'177}};
    FileResponder responder;
    std::uint64_t size = facts.size;  // of the file or listing that was found last
    auto action = responder.start(site, request);
    for (int steps = 0; !std::holds_alternative<Respond>(action); ++steps) {
        require(steps < 20);
        if (const auto* list = std::get_if<ListDirectory>(&action)) {
            const auto page = make_listing(list->path, {.entries = {{.name = "a<b", .size = 5}}}, list->style);
            size = page.size();
            action = responder.on_listing(size, 7, now);
            continue;
        }
        if (const auto* encode = std::get_if<Encode>(&action)) {
            check_name(encode->name);
            action = responder.on_file({.size = facts.size / 2}, now);
            continue;
        }
        const auto name = std::get<LookUp>(action).name;
        check_name(name);
        const bool sibling = name.ends_with(".br") || name.ends_with(".gz") || name.ends_with(".zst");
        if (sibling && !siblings) action = responder.on_failure(LookUpFailure::not_found);
        else action = responder.on_file(facts, now);
        size = facts.size;
    }
    check_plan(responder.plan(), size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view text{reinterpret_cast<const char*>(data), size};
    FileRequest request{.method = "GET"};
    request.path = take_line(text);
    for (std::string_view* field :
         {&request.if_match, &request.if_none_match, &request.if_modified_since, &request.if_unmodified_since,
          &request.if_range, &request.range, &request.accept_encoding, &request.accept})
        *field = take_line(text);

    static const Site plain_site;
    constexpr FileTime written{std::chrono::seconds{784'111'777}};
    for (const auto* site : {&plain_site, &busy_site()})
        for (const std::uint64_t file_size : {0U, 1U, 1000U})
            for (const auto kind : {FileKind::regular, FileKind::directory})
                run(*site, request, {.kind = kind, .size = file_size, .modified = written, .hash = 1},
                    kind == FileKind::regular);
    return 0;
}
