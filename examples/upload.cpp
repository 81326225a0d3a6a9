// An upload that streams to the disk: up to a limit, with nothing half-written in sight, and resumed after a cut. HEAD tells
// how much has come (Upload-Offset), PATCH adds to it; the file appears when all of it (Upload-Length) is there.

#include <libnet/http_handlers.hpp>
#include <libnet/testing/test_connection.hpp>

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

#include <unistd.h>

namespace asio = boost::asio;
namespace fs = std::filesystem;
using libnet::HttpCall, libnet::HttpFailure, libnet::HttpReply, libnet::StaticFileServer, std::string;
constexpr unsigned long long most = 1 << 30;  // octets of a file
const fs::path folder = fs::temp_directory_path() / ("upload-" + std::to_string(::getpid()));

unsigned long long number(const string& text) { return std::strtoull(text.c_str(), nullptr, 10); }
fs::path part_of(HttpCall& call) { return folder / ('.' + string{call.parameter("name")} + ".part"); }

HttpReply offset(HttpCall& call)
{
    auto reply = HttpReply::empty();
    reply.message().set("Upload-Offset", std::to_string(fs::exists(part_of(call)) ? fs::file_size(part_of(call)) : 0));
    return reply;
}

asio::awaitable<HttpReply> add(HttpCall& call)
{
    static std::set<fs::path> busy;
    const auto part = part_of(call);
    if (!busy.insert(part).second) throw HttpFailure{409, "Another request adds to this file."};
    const std::shared_ptr<void> done{nullptr, [part](void*) { busy.erase(part); }};
    if (offset(call).message()["Upload-Offset"] != call["Upload-Offset"]) throw HttpFailure{409, "HEAD tells which."};
    if (call["Content-Length"].empty()) throw HttpFailure{411, "Content-Length is needed."};
    if (number(call["Upload-Offset"]) + number(call["Content-Length"]) > std::min(most, number(call["Upload-Length"])))
        throw HttpFailure{413, "That is more than Upload-Length, or more than is taken."};
    std::ofstream out{part, std::ios::binary | std::ios::app};
    for (string piece = co_await call.read(); !piece.empty(); piece = co_await call.read())  // throws where it is cut
        if (!(out << piece << std::flush)) throw HttpFailure{507, "The disk takes no more."};
    auto reply = offset(call);
    if (reply.message()["Upload-Offset"] == call["Upload-Length"]) fs::rename(part, folder / call.parameter("name"));
    co_return reply;
}

int main()
{
    asio::io_context io{1};
    fs::create_directory(folder);
    StaticFileServer files{io.get_executor(), {.root = folder, .address = asio::ip::address_v4::loopback(), .port = 0}};
    files.handle("HEAD", "/uploads/{name}", offset);
    files.handle("PATCH", "/uploads/{name}", add, {.max_body = most, .stream_body = true});
    asio::co_spawn(io, files.run(), [](std::exception_ptr) {});
    const auto ask = [&](const string& request, bool cut_off = false) {
        libnet::testing::TestConnection client{io};
        files.serve(client.take_server_end());
        client.send(request);
        if (cut_off) client.shut_down();
        return client.receive_all();
    };
    const string fields = " HTTP/1.1\r\nHost: here\r\nConnection: close\r\nUpload-Length: 10\r\n";
    const string patch = "PATCH /uploads/a.txt" + fields + "Upload-Offset: ";
    string answers = ask(patch + "0\r\nContent-Length: 10\r\n\r\n01234", true);
    for (const auto& request : {"HEAD /uploads/a.txt" + fields + "\r\n", patch + "5\r\nContent-Length: 6\r\n\r\n567890",
                                patch + "5\r\nContent-Length: 5\r\n\r\n56789", "GET /a.txt" + fields + "\r\n"})
        answers += ask(request);
    std::cout << answers << '\n';
    fs::remove_all(folder);
    return answers.find(" 413 ") != answers.npos && answers.ends_with("0123456789") ? 0 : 1;
}
