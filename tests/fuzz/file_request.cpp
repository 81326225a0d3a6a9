// Any lines as a path, a query and the fields of a request for a file: nothing outside the root is looked up, the
// part to send lies in the file, and no field breaks out of its line.

#include <libnet/engine/file_responder.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

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
    for_each_field(plan, [](std::string_view name, std::string_view value) {
        require(!name.empty() && value.find_first_of(std::string_view{"\r\n\0", 3}) == value.npos);
    });
    require(!plan.location.starts_with("//"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view text{reinterpret_cast<const char*>(data), size};
    FileRequest request{.method = "GET"};
    request.path = take_line(text);
    for (std::string_view* field : {&request.if_match, &request.if_none_match, &request.if_modified_since,
                                    &request.if_unmodified_since, &request.if_range, &request.range})
        *field = take_line(text);

    constexpr FileTime written{std::chrono::seconds{784'111'777}};
    constexpr FileTime now = written + std::chrono::hours{24};
    for (const std::uint64_t file_size : {0U, 1U, 1000U}) {
        for (const auto kind : {FileKind::regular, FileKind::directory}) {
            FileResponder responder;
            const auto action = responder.start(request);
            if (const auto* look_up = std::get_if<LookUp>(&action)) {
                check_name(look_up->name);
                require(responder.on_file({.kind = kind, .size = file_size, .modified = written}, now) ==
                        FileAction{Respond{}});
            }
            check_plan(responder.plan(), file_size);
        }
    }
    return 0;
}
