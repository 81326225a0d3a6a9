// A policy that is read from files, and read again.

#include <libnet/io/access/egress_control.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace egress_control_tests {

using namespace libnet;
using namespace libnet::test;
using V = engine::EgressVerdict;

namespace {

V verdict(const io::EgressControl& control, std::string_view host)
{
    const engine::EgressClient client{boost::asio::ip::make_address("10.0.0.1"), std::nullopt, {}};
    return control.policy()->judge(client, engine::egress_target(host, 443, "CONNECT", "")).verdict;
}

std::string error_of(const io::EgressOptions& options)
{
    try {
        const io::EgressControl control{options};
        return "none";
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("without files a policy opens the public internet", "[io][access]")
{
    const io::EgressControl control;
    CHECK(verdict(control, "example.com") == V::allowed);
    CHECK(verdict(control, "127.1") == V::loopback_address);
    const io::EgressControl open{{.allow_private = true, .connect_ports = {443}}};
    CHECK(verdict(open, "127.1") == V::allowed);
}

TEST_CASE("rules and the lists that they name are read again together, or not at all", "[io][access]")
{
    const TemporaryDirectory folder;
    const auto rules = folder.write("proxy.rules", "deny to @lists/ads.txt\n").string();
    const auto list = folder.write("lists/ads.txt", ".ads.test\n").string();
    io::EgressControl control{{.rules_file = rules}};
    CHECK(verdict(control, "x.ads.test") == V::rule_denied);
    CHECK(verdict(control, "tracker.test") == V::allowed);
    const auto kept = control.policy();

    folder.write("lists/ads.txt", ".ads.test\ntracker.test\n");
    CHECK(verdict(control, "tracker.test") == V::allowed);
    control.reload();
    CHECK(verdict(control, "tracker.test") == V::rule_denied);
    CHECK(kept->options().rules.rules.at(0).lists.at(0).list->names() == 1);

    folder.write("lists/ads.txt", "1.test\n2.test\n3.test\n4.test\n5.test\n6.test\nno host\n");
    std::string error;
    try {
        control.reload();
    } catch (const std::runtime_error& thrown) {
        error = thrown.what();
    }
    CHECK(error.find(rules) != std::string::npos);
    CHECK(error.find(list) != std::string::npos);
    CHECK(error.find("line 7: ") != std::string::npos);
    CHECK(verdict(control, "tracker.test") == V::rule_denied);  // the old list stays

    folder.write("lists/ads.txt", "new.test\n");
    folder.write("proxy.rules", "deny to @lists/ads.txt\nallow to nowhere to\n");
    CHECK_THROWS_AS(control.reload(), std::runtime_error);
    CHECK(verdict(control, "new.test") == V::allowed);
}

TEST_CASE("a file that can't be read is named", "[io][access]")
{
    const TemporaryDirectory folder;
    const auto missing = (folder.path() / "missing").string();
    CHECK(error_of({.rules_file = missing}).find(missing) != std::string::npos);
    const auto rules = folder.write("proxy.rules", "\ndeny to @missing.txt\n").string();
    const auto error = error_of({.rules_file = rules});
    CHECK(error.find("line 2: ") != std::string::npos);
    CHECK(error.find("missing.txt': No such file or directory") != std::string::npos);
    const auto absolute =
        folder.write("absolute.rules", "deny to @" + folder.write("a.txt", "a.test\n").string() + "\n").string();
    CHECK(verdict(io::EgressControl{{.rules_file = absolute}}, "a.test") == V::rule_denied);
}

TEST_CASE("a policy names the files that it was read from", "[io][access]")
{
    const TemporaryDirectory folder, elsewhere;
    const auto list = elsewhere.write("list", ".ads.test\n").string();
    const auto near = folder.write("near", ".near.test\n").string();
    const auto rules = folder.write("rules", "deny to @near\ndeny to @" + list + "\n").string();
    io::EgressControl control{{.rules_file = rules}};
    CHECK(control.files() == std::vector<std::string>{near, list, rules});
    folder.write("rules", "deny to @near\n");
    control.reload();
    CHECK(control.files() == std::vector<std::string>{near, rules});
    CHECK(io::EgressControl{}.files().empty());
}

}  // namespace egress_control_tests
