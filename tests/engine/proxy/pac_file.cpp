#include <libnet/engine/proxy/pac_file.hpp>
#include <tests/support/catch.hpp>

#include <memory>
#include <string>
#include <utility>

namespace pac_file_tests {

using namespace libnet::engine;

namespace {

std::string file(std::string_view rules, bool allow_private = false)
{
    EgressPolicyOptions options;
    options.allow_private = allow_private;
    options.rules = parse_egress_rules(rules, [](const auto&) { return std::make_shared<const EgressList>(); });
    return pac_file(EgressPolicy{std::move(options)}, "PROXY proxy.test:8888");
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("a proxy that reaches private addresses gets everything", "[engine][proxy]")
{
    CHECK(file("", true) ==
          "function FindProxyForURL(url, host) {\n    var proxy = \"PROXY proxy.test:8888\";\n"
          "    host = host.toLowerCase().replace(/\\.$/, \"\");\n    return proxy;\n}\n");
}

TEST_CASE("private services come before what goes directly", "[engine][proxy]")
{
    const auto script = file("private registry.internal 10.1.2.0/24\nprivate .lab 10.2.0.0/16\n");
    const auto service = script.find("if (host == \"registry.internal\") return proxy;");
    CHECK(service != script.npos);
    CHECK(has(script, "if (host == \"lab\" || dnsDomainIs(host, \".lab\")) return proxy;"));
    CHECK(service < script.find("DIRECT"));
    CHECK(has(script, "isPlainHostName(host)"));
    CHECK(script.ends_with("    return proxy;\n}\n"));
}

TEST_CASE("names that go by a parent go through the proxy", "[engine][proxy]")
{
    const auto some = file("allow to intranet .corp.test proxy=corp\nallow to a.test proxy=direct\n");
    CHECK(has(some, "if (host == \"intranet\") return proxy;"));
    CHECK(has(some, "if (host == \"corp.test\" || dnsDomainIs(host, \".corp.test\")) return proxy;"));
    CHECK_FALSE(has(some, "a.test"));
    CHECK(has(some, "isPlainHostName(host)"));
    for (const auto* rules : {"default proxy=corp\n", "allow proxy=corp\n", "allow to @list proxy=corp,direct\n"}) {
        INFO(rules);
        const auto all = file(rules);
        CHECK_FALSE(has(all, "isPlainHostName"));
        CHECK(has(all, "if (host == \"localhost\") return \"DIRECT\";"));
    }
    CHECK(has(file("default proxy=direct\n"), "isPlainHostName"));
}

}  // namespace pac_file_tests
