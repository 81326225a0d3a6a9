// An upload that streams to the disk: up to a limit, with nothing half-written in sight, and resumed after a cut. HEAD tells
// how much has come (Upload-Offset), PATCH adds to it; the file appears when all of it (Upload-Length) is there.

#include <libnet/http_handlers.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include <unistd.h>

namespace asio = boost::asio;
namespace fs = std::filesystem;
using libnet::HttpCall, libnet::HttpFailure, libnet::HttpReply, std::string;

constexpr unsigned long long most = 1 << 30;  // octets of a file

unsigned long long number(std::string_view text) { return std::strtoull(string{text}.c_str(), nullptr, 10); }

HttpReply offset(const fs::path& part)
{
    auto reply = HttpReply::empty();
    reply.message().set("Upload-Offset", std::to_string(fs::exists(part) ? fs::file_size(part) : 0));
    return reply;
}

asio::awaitable<HttpReply> add(fs::path file, fs::path part, std::set<fs::path>& busy, HttpCall& call)
{  // where the connection is cut, `read` throws, and what has come stays
    if (!busy.insert(part).second) throw HttpFailure{409, "Another request adds to this file."};
    const std::shared_ptr<void> done{nullptr, [&](void*) { busy.erase(part); }};
    if (offset(part).message()["Upload-Offset"] != call["Upload-Offset"])
        throw HttpFailure{409, "HEAD tells the offset."};
    if (call["Content-Length"].empty()) throw HttpFailure{411, "Content-Length is needed."};
    if (number(call["Upload-Offset"]) + number(call["Content-Length"]) > std::min(most, number(call["Upload-Length"])))
        throw HttpFailure{413, "That is more than Upload-Length, or more than is taken."};
    std::ofstream out{part, std::ios::binary | std::ios::app};
    for (string piece = co_await call.read(); !piece.empty(); piece = co_await call.read())
        if (!(out << piece << std::flush)) throw HttpFailure{507, "The disk takes no more."};
    auto reply = offset(part);
    if (reply.message()["Upload-Offset"] == call["Upload-Length"]) fs::rename(part, file);
    co_return reply;
}

/// The whole answer to a request that asks for the end of the connection.
string ask(const asio::ip::tcp::endpoint& server, const string& request)
{
    asio::ip::tcp::iostream connection{server};
    string answer;
    connection << request << std::flush;
    std::getline(connection, answer, '\0');
    return answer;
}

int main()
{
    std::set<fs::path> busy;  // parts that are added to; outlives the handlers
    asio::io_context io{1};
    const fs::path folder = fs::temp_directory_path() / ("upload-" + std::to_string(::getpid()));
    fs::create_directory(folder);
    const auto loopback = asio::ip::address_v4::loopback();
    libnet::StaticFileServer files{io.get_executor(), {.root = folder, .address = loopback, .port = 0}};
    const auto part = [folder](HttpCall& call) { return folder / ('.' + string{call.parameter("name")} + ".part"); };
    files.handle("HEAD", "/uploads/{name}", [part](HttpCall& call) { return offset(part(call)); });
    const auto add_to = [&](HttpCall& call) { return add(folder / call.parameter("name"), part(call), busy, call); };
    files.handle("PATCH", "/uploads/{name}", add_to, {.max_body = most, .stream_body = true});
    asio::co_spawn(io, files.run(), [](std::exception_ptr) {});
    std::thread serving{[&io] { io.run(); }};
    const auto server = files.local_endpoint();
    const string fields = " HTTP/1.1\r\nHost: here\r\nConnection: close\r\nUpload-Length: 10\r\n";
    const string patch = "PATCH /uploads/a.txt" + fields;
    asio::ip::tcp::iostream{server} << patch << "Upload-Offset: 0\r\nContent-Length: 10\r\n\r\n01234" << std::flush;
    string answer = " 409 ";
    while (answer.find(" 409 ") != answer.npos)  // until the cut has been seen
        answer = ask(server, patch + "Upload-Offset: 5\r\nContent-Length: 9\r\n\r\n56789more");
    const bool refused = answer.find(" 413 ") != answer.npos;
    answer = ask(server, patch + "Upload-Offset: 5\r\nContent-Length: 5\r\n\r\n56789");
    answer += ask(server, "GET /a.txt" + fields + "\r\n");
    std::cout << answer << '\n';
    io.stop();
    serving.join();
    fs::remove_all(folder);
    return refused && answer.ends_with("0123456789") ? 0 : 1;
}
