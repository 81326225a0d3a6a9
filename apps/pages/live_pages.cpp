// The server's side of the pages. Beast is read here, and in no other file of the programs.

#include <apps/pages/live_pages.hpp>
#include <libnet/config.hpp>
#include <libnet/endpoint_handlers.hpp>
#include <libnet/wire/http/query.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <unistd.h>

namespace libnet::apps {

namespace asio = boost::asio;

namespace {

constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

/// Names the files: FNV-1a is enough to tell one build from another.
std::string build_of_pages()
{
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const auto& file : page_files())
        for (const char c : file.content) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return LIBNETXX_VERSION "-" + std::to_string(hash);
}

std::string message(const LiveNews& news)
{
    static const std::string build = build_of_pages();
    std::string text = "{\"build\":\"" + build + "\",\"next\":" + std::to_string(news.next);
    if (news.document) text.append(",\"document\":").append(*news.document);
    return text += '}';
}

std::string_view type_of(std::string_view name)
{
    if (name.ends_with(".css")) return "text/css; charset=utf-8";
    if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
    if (name.ends_with(".svg")) return "image/svg+xml";
    return "text/html; charset=utf-8";
}

asio::awaitable<HttpEndpointAnswer> file_answer(std::string name)
{
    HttpEndpointAnswer answer;
    for (const auto& file : page_files())
        if (file.name == name) answer.body = file.content;
    answer.content_type = type_of(name);
    answer.policy = policy;
    answer.more = [] { return std::string{}; };  // so that it is compressed where the client takes that
    co_return answer;
}

asio::awaitable<HttpEndpointAnswer> poll_answer(const HttpEndpointRequest& request, const LiveSource& source)
{
    HttpEndpointAnswer answer;
    answer.content_type = "application/json";
    std::uint64_t since = 0;
    if (const auto query = wire::Query::parse(request.query))
        if (const auto given = query->find("since"))
            std::from_chars(given->data(), given->data() + given->size(), since);
    auto asking = source(since);
    const auto news = co_await std::move(asking);
    answer.body = message(news);
    answer.more = [] { return std::string{}; };
    co_return answer;
}

/// Pages have nothing to say; this is for pings, and the end.
asio::awaitable<void> hear(WebSocket& socket)
{
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    for (boost::beast::flat_buffer said;; said.clear()) {
        const auto [error, size] = co_await socket.async_read(said, token);
        if (error) co_return;
    }
}

/// What is written before the client has taken what came last waits here, and becomes one document with what follows. That is
/// why no WebSocketGroup sends to the pages: each page gets what is new since the document that it has, from the first one, which
/// is everything, on. Pages that have the same share a document.
asio::awaitable<void> tell(WebSocket& socket, const LiveSource& source)
{
    constexpr std::chrono::milliseconds pause{200};
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    asio::steady_timer timer{socket.get_executor()};
    socket.text(true);
    for (std::uint64_t since = 0;;) {
        auto asking = source(since);
        auto news = co_await std::move(asking);
        since = news.next;
        if (news.document) {
            const auto text = message(news);
            news.document.reset();  // it may be large, and the client slow
            const auto [failed, size] = co_await socket.async_write(asio::buffer(text), token);
            if (failed) co_return;
        }
        timer.expires_after(pause);
        const auto [error] = co_await timer.async_wait(token);
        if (error) co_return;
    }
}

/// `||` waits for one that doesn't throw.
asio::awaitable<void> tell_safely(WebSocket& socket, const LiveSource& source, std::exception_ptr& failure)
{
    try {
        auto telling = tell(socket, source);
        co_await std::move(telling);
    } catch (...) {
        failure = std::current_exception();
    }
}

/// Tells until the client has left or is told no more. Neither end is a failure: only what the source throws is.
asio::awaitable<void> converse(WebSocket& socket, const LiveSource& source)
{
    using asio::experimental::awaitable_operators::operator||;
    std::exception_ptr failure;
    auto telling = tell_safely(socket, source, failure);
    auto first = hear(socket) || std::move(telling);  // the end of one cancels the other
    co_await std::move(first);
    if (failure) std::rethrow_exception(failure);
}

/// The number of a row.
std::optional<std::size_t> read_id(std::string_view text)
{
    std::size_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return id;
}

std::string parameter(const HttpEndpointRequest& request, std::string_view name)
{
    const auto query = wire::Query::parse(request.query);
    const auto* const value = query ? query->find(name) : nullptr;
    return value == nullptr ? std::string{} : *value;
}

HttpEndpointAnswer json_answer(std::string text)
{
    HttpEndpointAnswer answer;
    answer.content_type = "application/json";
    answer.body = std::move(text);
    answer.more = [] { return std::string{}; };
    return answer;
}

asio::awaitable<HttpEndpointAnswer> strips_answer(const HttpEndpointRequest& request, const WatchDocuments& documents)
{
    constexpr int most = 32;
    const auto ids = parameter(request, "ids");
    std::string text{"{"};
    std::string_view left{ids};
    for (int i = 0; i < most && !left.empty(); ++i) {
        const auto comma = std::min(left.find(','), left.size());
        const auto id = read_id(left.substr(0, comma));
        left.remove_prefix(std::min(comma + 1, left.size()));
        const auto strip = id ? documents.strip(*id) : std::string{};
        if (strip.empty()) continue;
        if (text.size() > 1) text += ',';
        text.append("\"").append(std::to_string(*id)).append("\":").append(strip);
    }
    text += '}';
    co_return json_answer(std::move(text));
}

asio::awaitable<HttpEndpointAnswer> target_answer(const HttpEndpointRequest& request, const WatchDocuments& documents)
{
    const auto id = read_id(parameter(request, "id"));
    auto text = id ? documents.details(*id) : std::string{};
    const bool known = !text.empty();
    auto answer = json_answer(known ? std::move(text) : std::string{"null"});
    if (!known) answer.status = 404;
    co_return answer;
}

asio::awaitable<HttpEndpointAnswer> foreign_host()
{
    HttpEndpointAnswer answer;
    answer.status = 403;
    answer.body =
        "Forbidden: this page isn't served under the name in the request's Host field. Ask for it by the address "
        "or the name of this machine, or give the name to the program with --page-name.\n";
    co_return answer;
}

/// Answers where the Host is one of these. Only what isn't a browser sends none, and to HTTP/1.0 alone.
HttpEndpointHandler for_hosts(const engine::KnownHosts& hosts, HttpEndpointHandler handler)
{
    return [hosts, handler = std::move(handler)](const HttpEndpointRequest& request) {
        const auto* const host = request.fields.find("host");
        return host == nullptr || hosts.allows(host->value) ? handler(request) : foreign_host();
    };
}

void mount_socket(HttpEndpoint& endpoint, LiveSource source, const engine::KnownHosts& hosts)
{
    EndpointHandlers handlers{endpoint};
    WebSocketOptions options;
    options.max_message = 1024;
    options.max_open = 16;
    options.allows_host = [hosts](std::string_view host) { return hosts.allows(host); };
    const auto live = [source = std::move(source)](WebSocket& socket, HttpCall&) { return converse(socket, source); };
    handlers.websocket("/live", live, options);
}

}  // namespace

engine::KnownHosts page_hosts(std::vector<std::string> names)
{
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0') {
        const std::string_view own{name.data()};
        names.emplace_back(own.substr(0, own.find('.')));
        names.emplace_back(own);
    }
    return engine::KnownHosts{std::move(names)};
}

void mount_live_page(HttpEndpoint& endpoint, std::string_view name, LiveSource source, const engine::KnownHosts& hosts)
{
    const std::string page{name};
    const auto on = [&](std::string path, HttpEndpointHandler handler) {
        endpoint.on(std::move(path), for_hosts(hosts, std::move(handler)));
    };
    on("/", [page](const HttpEndpointRequest&) { return file_answer(page + ".html"); });
    for (const auto& file : page_files())
        if (file.name == page + ".js" || file.name.starts_with("page."))
            on("/" + std::string{file.name},
               [&file](const HttpEndpointRequest&) { return file_answer(std::string{file.name}); });
    on("/live.json", [source](const HttpEndpointRequest& request) { return poll_answer(request, source); });
    mount_socket(endpoint, std::move(source), hosts);
}

void mount_watch_page(HttpEndpoint& endpoint, std::string_view name, const WatchDocuments& documents,
                      const engine::KnownHosts& hosts)
{
    const auto source = [overview = documents.overview](std::uint64_t since) -> asio::awaitable<LiveNews> {
        auto [text, next] = overview(since);
        LiveNews news{.next = next};
        if (!text.empty()) news.document = std::make_shared<const std::string>(std::move(text));
        co_return news;
    };
    mount_live_page(endpoint, name, source, hosts);
    const auto on = [&](std::string path, HttpEndpointHandler handler) {
        endpoint.on(std::move(path), for_hosts(hosts, std::move(handler)));
    };
    on("/watch.js", [](const HttpEndpointRequest&) { return file_answer("watch.js"); });
    on("/strips.json", [documents](const HttpEndpointRequest& request) { return strips_answer(request, documents); });
    on("/target.json", [documents](const HttpEndpointRequest& request) { return target_answer(request, documents); });
}

}  // namespace libnet::apps
