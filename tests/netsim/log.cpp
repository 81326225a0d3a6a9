#include <tests/lab/netsim/log.hpp>
#include <tests/support/catch.hpp>

#include <array>
#include <memory>
#include <vector>

namespace log_tests {

namespace {

using namespace netsim;
using namespace std::chrono_literals;

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

Scenario two_nodes()
{
    Scenario scenario;
    scenario.epochs.emplace_back();
    for (const char* name : {"client", "r1"}) {
        scenario.epochs.front().network.nodes.emplace_back();
        scenario.epochs.front().network.nodes.back().name = name;
    }
    return scenario;
}

Record expired()
{
    Record record;
    record.in = 1ms;
    record.due = 11ms;
    record.protocol = 17;
    record.ttl = 1;
    record.source = asio::ip::make_address("10.0.0.2");
    record.destination = asio::ip::make_address("10.9.0.1");
    record.source_port = 40'000;
    record.destination_port = 33'434;
    record.node = 1;
    record.did = Did::refused;
    record.why = "ttl";
    return record;
}

std::vector<std::string> lines_of(std::FILE* file)
{
    std::vector<std::string> lines;
    std::rewind(file);
    std::array<char, 1024> line{};
    while (std::fgets(line.data(), static_cast<int>(line.size()), file) != nullptr) lines.emplace_back(line.data());
    return lines;
}

}  // namespace

TEST_CASE("The log tells of each packet when it came, when its answer left, and why")
{
    const std::unique_ptr<std::FILE, CloseFile> file{std::tmpfile()};
    REQUIRE(file);
    Log log{two_nodes(), file.get()};
    log.start(5s);
    log.write(expired(), 12ms);
    Record lost = expired();
    lost.did = Did::dropped;
    lost.why = "loss";
    log.write(lost, std::nullopt);
    log.finish();

    const auto lines = lines_of(file.get());
    REQUIRE(lines.size() == 4U);
    CHECK(lines[0].find("\"epoch_ns\":5000000000") != std::string::npos);
    for (const char* part :
         {"\"in_ns\":1000000,", "\"due_ns\":11000000,", "\"out_ns\":12000000,", "\"ttl\":1,", "\"to\":\"10.9.0.1\"",
          "\"sport\":40000,", "\"node\":\"r1\"", "\"did\":\"refused\"", "\"why\":\"ttl\""})
    {
        CAPTURE(part, lines[1]);
        CHECK(lines[1].find(part) != std::string::npos);
    }
    CHECK(lines[2].find("\"did\":\"dropped\",\"why\":\"loss\"") != std::string::npos);
    CHECK(lines[2].find("out_ns") == std::string::npos);
    CHECK(lines[3].find("\"event\":\"counters\"") != std::string::npos);
}

TEST_CASE("Without a file, the log only counts")
{
    Log log{two_nodes(), nullptr};
    log.start(5s);
    log.write(expired(), 12ms);
    log.write(expired(), 13ms);
    log.finish();
    CHECK(log.counters().find("\"refused: ttl\":2") != std::string::npos);
    CHECK(log.counters().find("\"written\":2") != std::string::npos);
}

}  // namespace log_tests
