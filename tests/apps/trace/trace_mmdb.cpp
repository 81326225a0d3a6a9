// trace++ --mmdb: what files say about addresses.

#include <tests/support/catch.hpp>
#include <tests/support/mmdb_file.hpp>
#include <tests/support/process.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/json.hpp>

#include <string>

namespace trace_mmdb_tests {

using namespace libnet;
using test::MmdbValue;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

test::Finished trace(test::Arguments arguments)
{
    arguments.insert(arguments.begin(), test::program("trace++"));
    return test::run(arguments);
}

constexpr std::uint32_t loopback = 0x7F000000;

std::string networks()
{
    return test::mmdb_file(
        loopback, 8,
        MmdbValue::map({{"autonomous_system_number", MmdbValue::number(64500)},
                        {"autonomous_system_organization", MmdbValue::text("Example \x1b[31mNet")}}));
}

std::string places()
{
    return test::mmdb_file(
        loopback, 8,
        MmdbValue::map({{"country", MmdbValue::map({{"iso_code", MmdbValue::text("DE")}})},
                        {"city", MmdbValue::map({{"names", MmdbValue::map({{"en", MmdbValue::text("Berlin")}})}})}}));
}

/// False, and a message about it, where the program has been built without the library.
bool is_built_in()
{
    const auto result = trace({"--mmdb", "/no/such", "127.0.0.1"});
    if (!contains(result.err, "this build has no libmaxminddb")) return true;
    WARN("SKIPPED: trace++ was built without libmaxminddb");
    return false;
}

}  // namespace

TEST_CASE("trace++ --mmdb shows networks and places from files, and nothing that a terminal would obey",
          "[apps][trace]")
{
    if (!is_built_in()) return;
    const test::TemporaryDirectory directory;
    const auto network = directory.write("asn.mmdb", networks()).string();
    const auto place = directory.write("city.mmdb", places()).string();
    const auto text = trace({"-n", "-q", "1", "--mmdb", network, "--mmdb", place, "127.0.0.1"});
    INFO(text.out << text.err);
    CHECK(text.exit_code == 0);
    CHECK(contains(text.out, " 1  127.0.0.1 [AS64500 Example \\x1B[31mNet, DE Berlin]  "));
    const auto lines = trace({"-n", "-q", "1", "--json", "--mmdb", place, "127.0.0.1"});
    const auto hop = boost::json::parse(lines.out.substr(0, lines.out.find('\n')));
    CHECK(hop.at("mmdb") == "DE Berlin");
    const auto report = trace({"-n", "--report", "1", "--mmdb", place, "127.0.0.1"});
    CHECK(contains(report.out, "127.0.0.1 [DE Berlin]"));
    // An address that the file doesn't know has nothing to show.
    const auto other = trace({"-n", "-q", "1", "-6", "--mmdb", place, "::1"});
    CHECK(other.exit_code == 0);
    CHECK_FALSE(contains(other.out, "["));
}

TEST_CASE("trace++ --mmdb refuses what is no such file", "[apps][trace]")
{
    if (!is_built_in()) return;
    const test::TemporaryDirectory directory;
    const auto none = directory.write("none.mmdb", "this is text").string();
    for (const auto& file : {std::string{"/no/such"}, none, std::string{"/"}}) {
        const auto result = trace({"-n", "--mmdb", file, "127.0.0.1"});
        CHECK(result.exit_code == 2);
        CHECK(result.err.starts_with("trace++: --mmdb: "));
    }
    auto cut = places();
    cut.resize(cut.size() / 2);
    CHECK(trace({"-n", "--mmdb", directory.write("cut.mmdb", cut).string(), "127.0.0.1"}).exit_code == 2);
}

}  // namespace trace_mmdb_tests
