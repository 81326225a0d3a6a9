#include <libnet/wire/tls/client_hello.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace client_hello_tests {

using namespace libnet::wire;
using namespace std::string_literals;
using Kind = ClientHelloKind;

namespace {

/// Octets with their length in front, in `width` octets.
std::string vector_of(std::size_t width, const std::string& data)
{
    std::string out;
    for (auto left = width; left-- > 0;) out += static_cast<char>(data.size() >> (8 * left) & 0xFF);
    return out + data;
}

std::string extension(const std::string& type, const std::string& data) { return type + vector_of(2, data); }

std::string server_name(const std::string& name)
{
    return extension("\0\0"s, vector_of(2, "\0"s + vector_of(2, name)));
}

const std::string alpn = extension("\0\x10"s, "\0\3\2h2"s);

/// The body of a ClientHello with these extensions.
std::string body(const std::string& extensions)
{
    return "\3\3"s + std::string(32, 'r') + vector_of(1, std::string(32, 's')) + vector_of(2, "\x13\1\x13\2"s) +
           vector_of(1, "\0"s) + vector_of(2, extensions);
}

std::string message(const std::string& its_body) { return "\1" + vector_of(3, its_body); }

std::string record(const std::string& fragment) { return "\x16\3\1"s + vector_of(2, fragment); }

std::string hello_with(const std::string& extensions) { return record(message(body(extensions))); }

}  // namespace

TEST_CASE("a ClientHello names the server that is asked for", "[wire][tls]")
{
    CHECK(read_client_hello(hello_with(server_name("host.test"))) == ClientHello{Kind::complete, "host.test"});
    CHECK(read_client_hello(hello_with(alpn + server_name("Host.TEST") + alpn.substr(0, 0))).server_name ==
          "host.test");
    CHECK(read_client_hello(hello_with(alpn)) == ClientHello{Kind::complete, ""});
    CHECK(read_client_hello(hello_with("")) == ClientHello{Kind::complete, ""});
    // What follows belongs to whoever speaks TLS.
    CHECK(read_client_hello(hello_with(server_name("a.test")) + "\x14\3\3\0\1\1"s).server_name == "a.test");
    const auto encrypted = extension("\xfe\x0d"s, "...");
    CHECK(read_client_hello(hello_with(encrypted + server_name("outer.test"))) ==
          ClientHello{Kind::complete, "outer.test", true});
}

TEST_CASE("a ClientHello without extensions asks for no server", "[wire][tls]")
{
    const auto whole = body("");
    CHECK(read_client_hello(record(message(whole.substr(0, whole.size() - 2)))).kind == Kind::complete);
}

TEST_CASE("a ClientHello may come in pieces of every size", "[wire][tls]")
{
    const auto whole = hello_with(alpn + server_name("host.test"));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::string prefix = whole.substr(0, size);
        CHECK(read_client_hello(prefix) == ClientHello{});
    }
    const auto in_one = message(body(alpn + server_name("host.test")));
    for (std::size_t cut = 1; cut < in_one.size(); ++cut) {
        const auto records = record(in_one.substr(0, cut)) + record(in_one.substr(cut));
        CHECK(read_client_hello(records) == ClientHello{Kind::complete, "host.test"});
        CHECK(read_client_hello(records.substr(0, records.size() - 1)).kind == Kind::incomplete);
    }
}

TEST_CASE("what is no TLS is known at once", "[wire][tls]")
{
    CHECK(read_client_hello("").kind == Kind::incomplete);
    CHECK(read_client_hello("G").kind == Kind::not_tls);
    CHECK(read_client_hello("SSH-2.0-x\r\n").kind == Kind::not_tls);
    CHECK(read_client_hello("\x80\x2e\1\3\1"s).kind == Kind::not_tls);  // SSL 2
    CHECK(read_client_hello("\x16\2"s).kind == Kind::not_tls);
    CHECK(read_client_hello("\x16\3\5"s).kind == Kind::not_tls);
    CHECK(read_client_hello("\x15\3\1\0\2\2\x28"s).kind == Kind::not_tls);    // an alert
    CHECK(read_client_hello("\x16\3\3\0\4\2\0\0\0"s).kind == Kind::not_tls);  // a ServerHello
}

TEST_CASE("where two readers could find different servers the ClientHello is malformed", "[wire][tls]")
{
    const auto name = server_name("a.test");
    const auto list = [](const std::string& names) { return extension("\0\0"s, vector_of(2, names)); };
    const auto entry = [](const std::string& text) { return "\0"s + vector_of(2, text); };
    const std::string extensions[] = {
        name + server_name("b.test"),
        name + name,
        alpn + alpn,
        list(entry("a.test") + entry("b.test")),
        list(""),
        list("\1"s + vector_of(2, "a.test")),
        extension("\0\0"s, ""),
        extension("\0\0"s, vector_of(2, entry("a.test")) + "x"),
        extension("\0\0"s,
                  "\0\4\0\0\xff"
                  "a"s),
        server_name(""),
        server_name("a.test."),
        server_name("192.0.2.1"),
        server_name("2001:db8::1"),
        server_name("a\0.test"s),
        server_name("a test"),
        server_name("\xc3\xa4.test"),
        server_name("a..test"),
        server_name(std::string(254, 'a')),
        name + "\0"s,
        "\0\x10\xff\xff"s,
    };
    for (const auto& each : extensions) {
        INFO(each);
        CHECK(read_client_hello(hello_with(each)) == ClientHello{Kind::malformed, ""});
    }
}

TEST_CASE("wrong lengths make a ClientHello malformed", "[wire][tls]")
{
    const auto whole = body(server_name("a.test"));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const bool ends_before_extensions = size == whole.size() - (2 + server_name("a.test").size());
        const auto kind = read_client_hello(record(message(whole.substr(0, size)))).kind;
        CHECK(kind == (ends_before_extensions ? Kind::complete : Kind::malformed));
    }
    CHECK(read_client_hello(record(message(whole + "x"))).kind == Kind::malformed);
    CHECK(read_client_hello(record("")).kind == Kind::malformed);
    CHECK(read_client_hello("\x16\3\1\x40\1"s).kind == Kind::malformed);
    const auto in_one = message(whole);
    CHECK(read_client_hello(record(in_one.substr(0, 9)) + "\x15\3\1\0\2\2\x28"s).kind == Kind::malformed);
    CHECK(read_client_hello(record(in_one.substr(0, 9)) + record("") + record(in_one.substr(9))).kind ==
          Kind::malformed);
}

TEST_CASE("a ClientHello has limits", "[wire][tls]")
{
    CHECK(read_client_hello(record("\1\0\x50\0"s)).kind == Kind::too_long);
    const auto in_one = message(body(server_name("a.test")));
    std::string records;
    for (const char c : in_one) records += record(std::string(1, c));
    CHECK(read_client_hello(records).kind == Kind::too_long);
    CHECK(read_client_hello(records.substr(0, 6 * max_client_hello_records - 1)).kind == Kind::incomplete);
    const auto large = body(extension("\0\x15"s, std::string(16'000, '\0')) + server_name("a.test"));
    const auto large_message = message(large);
    CHECK(
        read_client_hello(record(large_message.substr(0, 16'000)) + record(large_message.substr(16'000))).server_name ==
        "a.test");
}

}  // namespace client_hello_tests
