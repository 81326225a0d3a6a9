#include <libnet/engine/proxy/parent_probe.hpp>
#include <tests/support/catch.hpp>

#include <string>
#include <string_view>

namespace parent_probe_tests {

using namespace libnet::engine;
using namespace std::string_literals;
using F = ParentFinding;

namespace {

std::string probe_of(const ParentProxy& parent)
{
    std::string probe;
    append_parent_probe(probe, parent);
    return probe;
}

}  // namespace

TEST_CASE("a parent of HTTP is asked what it can do, which it answers itself", "[engine][proxy]")
{
    auto parent = parse_parent_proxy("corp=http://proxy.test:3128");
    CHECK(probe_of(parent) ==
          "OPTIONS * HTTP/1.1\r\nHost: proxy.test:3128\r\nMax-Forwards: 0\r\nConnection: close\r\n\r\n");
    set_parent_login(parent, "Bearer abc\n");
    CHECK(probe_of(parent).find("\r\nProxy-Authorization: Bearer abc\r\n") != std::string::npos);
    parent.preface = ParentPreface::proxy_v1;
    CHECK(probe_of(parent).starts_with("PROXY UNKNOWN\r\nOPTIONS * "));
    parent.preface = ParentPreface::proxy_v2;
    CHECK(probe_of(parent).starts_with("\r\n\r\n\0\r\nQUIT\n\x20"s));
    CHECK(probe_of(parse_parent_proxy("far=http://[2001:db8::1]")).find("\r\nHost: [2001:db8::1]:3128\r\n") !=
          std::string::npos);
}

TEST_CASE("any status shows that a parent of HTTP works, and nothing else does", "[engine][proxy]")
{
    const auto parent = parse_parent_proxy("http://proxy.test");
    for (const char* const begin : {"", "H", "HTTP/1.", "HTTP/1.1 200 OK"})
        CHECK(read_parent_probe(parent, begin) == F::unknown);
    for (const char* const answer : {"HTTP/1.1 200 OK\r\n", "HTTP/1.0 400 \r\n", "HTTP/1.1 407 x\r\n\r\n<html>"})
        CHECK(read_parent_probe(parent, answer) == F::works);
    for (const char* const other : {"SSH-2.0-x\r\n", "HTTQ", "\x05", "<html>"})
        CHECK(read_parent_probe(parent, other) == F::broken);
    CHECK(read_parent_probe(parent, "HTTP/1.1 " + std::string(longest_parent_answer, 'a')) == F::broken);
}

TEST_CASE("a parent of SOCKS5 is greeted, and has to take a method", "[engine][proxy]")
{
    auto parent = parse_parent_proxy("socks5://proxy.test");
    CHECK(probe_of(parent) == "\x05\x01\x00"s);
    CHECK(read_parent_probe(parent, "") == F::unknown);
    CHECK(read_parent_probe(parent, "\x05") == F::unknown);
    CHECK(read_parent_probe(parent, "\x05\x00"s) == F::works);
    CHECK(read_parent_probe(parent, "\x05\xff") == F::broken);
    CHECK(read_parent_probe(parent, "HTTP/1.1 400 ") == F::broken);
    set_parent_login(parent, "alice:secret");
    CHECK(probe_of(parent) == "\x05\x02\x00\x02"s);
    CHECK(read_parent_probe(parent, "\x05\x02") == F::works);
}

}  // namespace parent_probe_tests
