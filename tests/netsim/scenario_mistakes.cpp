// Each mistake is told with its line, what stands there, and what was expected.

#include <tests/lab/netsim/scenario.hpp>
#include <tests/support/catch.hpp>

namespace scenario_mistakes_tests {

using namespace netsim;

namespace {

std::string mistake(const std::string& text)
{
    try {
        parse_scenario(text, "s");
    } catch (const ScenarioError& error) {
        return error.what();
    }
    return "none";
}

struct Case {
    const char* text;
    const char* begins;
    const char* contains;
};

}  // namespace

TEST_CASE("mistakes in a scenario")
{
    const auto [text, begins, contains] = GENERATE(values<Case>({
        {"", "s:1: ", "expected a scenario"},
        {"just words", "s:1: ", "expected a scenario"},
        {"path: [a, b", "s:1: ", "expected YAML"},
        {"path: [a]\npaht: [b]", "s:2: found 'paht'", "expected one of: "},
        {"seed: 1", "s:1: ", "expected 'path' or 'links'"},
        {"path: []", "s:1: ", "expected a list of nodes"},
        {"path: [a, b, a]", "s:1: found 'a'", "this is a loop"},
        {"path: [a]\npath: [b]", "s:2: 'path' stands here a second time", "expected it once"},
        {"path: [a]\nseed: many", "s:2: found 'many'", "a whole number"},
        {"path: [a]\nnodes:\n  a: {dealy: 5ms}", "s:3: found 'dealy'", "expected one of: delay, jitter"},
        {"path: [a]\nnodes:\n  a: {delay: 5}", "s:3: found '5'", "a duration"},
        {"path: [a]\nnodes:\n  a: {delay: -5ms}", "s:3: found '-5ms'", "a duration"},
        {"path: [a]\nnodes:\n  a: {loss: 200%}", "s:3: found '200%'", "a share"},
        {"path: [a]\nnodes:\n  a: {address: 10.0.0}", "s:3: found '10.0.0'", "an IPv4 or IPv6 address"},
        {"path: [a]\nnodes:\n  a: {prefix: 10.0.0.1/8}", "s:3: found '10.0.0.1/8'", "host bits zero"},
        {"path: [a]\nnodes:\n  a: {prefix: 10.0.0.0/33}", "s:3: found '10.0.0.0/33'", "a prefix"},
        {"path: [a]\nnodes:\n  a: {icmp: {rate: 10}}", "s:3: found '10'", "a rate such as 10/s"},
        {"path: [a]\nnodes:\n  a: {icmp: {quote: some}}", "s:3: found 'some'", "a whole number"},
        {"path: [a]\nnodes:\n  a: {icmp: {from: above}}", "s:3: found 'above'", "incoming, outgoing, loopback"},
        {"path: [a]\nnodes:\n  a: {echo: {error: 300/1}}", "s:3: found '300/1'", "an ICMP error"},
        {"path: [a]\nnodes:\n  a: {tcp: {80x: reset}}", "s:3: found '80x'", "a whole number, 0 to 65535"},
        {"path: [a]\nnodes:\n  client: {delay: 1ms}", "s:3: found 'client'", "another name"},
        {"path: [a b]", "s:1: found 'a b'", "the name of a node"},
        {"path: [a]\nnodes:\n  a: {address: 10.1.0.1}\n  b: {address: 10.1.0.1}\nlinks: [{between: [a, b]}]",
         "s:4: ", "is used twice"},
        {"path: [a]\nnodes:\n  a: {address: 10.0.0.2}", "s:3: ", "is used twice"},
        {"path: [a, b]\nnodes:\n  a: {prefix: 10.0.0.0/8}\n  b: {prefix: 10.0.0.0/8}", "s:1: prefix", "is used twice"},
        {"path: [a]\nnodes:\n  a: {address: 224.0.0.1}", "s:3: found '224.0.0.1'", "an address of one host"},
        {"path: [a]\nnodes:\n  a: {echo: {}}", "s:3: ", "one of 'answer' and 'error'"},
        {"path: [a]\nseed: \"1\\n2\"", "s:2: found '1?2'", "a whole number"},
        {"path: [a]\n---\npath: [b]", "s:1: ", "several documents"},
        {"path: [a]\nnodes:\n  b: {delay: 1ms}", "s:3: found 'b'", "can be reached"},
        {"path: [a]\nlinks:\n  - {between: [a, nowhere]}", "s:3: found 'nowhere'",
         "a node that 'nodes' or 'path' knows"},
        {"path: [a]\nlinks:\n  - {between: [a, a]}", "s:3: ", "this is a loop"},
        {"path: [a]\nlinks:\n  - {delay: 1ms}", "s:3: ", "the word 'between'"},
        {"path: [a]\nlinks:\n  - {between: [client, a], mtu: 10}", "s:3: found '10'", "68 to 65535"},
        {"path: [a, b]\nnodes:\n  a: {balance: {over: [c]}}", "s:3: found 'c'", "a node that 'nodes' or 'path' knows"},
        {"path: [a, b, c]\nnodes:\n  a: {balance: {over: [c]}}", "s:3: found 'c'", "has a link to"},
        {"path: [a, b]\nnodes:\n  a: {balance: {over: [b]}}\n  b: {balance: {over: [a]}}", "s:4: found 'a'",
         "this is a loop"},
        {"path: [a]\nchanges:\n  - {nodes: {a: {down: true}}}", "s:3: ", "the word 'at'"},
        {"path: [a]\nchanges:\n  - {at: 2s}\n  - {at: 1s}", "s:4: ", "in the order of their times"},
        {"path: [a]\nattackers: [{kind: forged}]", "s:2: ", "the word 'from'"},
        {"path: [a]\ndns: {names: {x: {a: \"fd00::1\"}}}", "s:2: found 'fd00::1'", "an IPv4 address"},
        {"path: [a]\nclient: [10.0.0.2]", "s:2: found '10.0.0.2'", "prefix length"},
        {"path: [a]\nnodes: {a: {icmp: {extensions: {object: {data: \"0g\"}}}}}", "s:2: found '0g'", "hexadecimal"},
    }));
    const auto told = mistake(text);
    INFO(text << "\n" << told);
    CHECK(told.starts_with(begins));
    CHECK(told.find(contains) != std::string::npos);
}

TEST_CASE("a file that is no scenario costs neither time nor memory")
{
    CHECK(mistake(std::string(2 << 20, 'x')).find("expected at most") != std::string::npos);
    CHECK(mistake(std::string(10'000, '[')).find("s:") == 0);
    std::string aliases = "a: &a [x, x]\n";
    for (char c = 'b'; c < 'z'; ++c)
        aliases +=
            std::string{c} + ": &" + c + " [*" + static_cast<char>(c - 1) + ", *" + static_cast<char>(c - 1) + "]\n";
    CHECK(mistake(aliases).find("expected one of") != std::string::npos);
    CHECK(mistake("path: [&a a, *a]").find("this is a loop") != std::string::npos);
    std::string changes = "path: [a]\nnodes:\n";
    for (int i = 0; i < 100; ++i) changes += "  n" + std::to_string(i) + ": {}\n";
    changes += "links:\n";
    for (int i = 0; i < 100; ++i) changes += "  - {between: [a, n" + std::to_string(i) + "]}\n";
    changes += "changes:\n";
    for (int i = 0; i < 2000; ++i) changes += "  - {at: 1s}\n";
    CHECK(mistake(changes).find("fewer changes") != std::string::npos);
    std::string words;
    for (int i = 0; i < 50'000; ++i) words += "w" + std::to_string(i) + ": 1\n";
    CHECK(mistake(words).find("expected one of") != std::string::npos);
    CHECK_THROWS_AS(read_scenario("/does/not/exist"), ScenarioError);
    CHECK_THROWS_AS(read_scenario("/"), ScenarioError);
}

}  // namespace scenario_mistakes_tests
