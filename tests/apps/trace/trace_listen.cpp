// trace++ --listen as Prometheus meets it.

#include <libnet/config.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/exporter.hpp>

#include <string>

namespace trace_listen_tests {

using namespace libnet::test;

TEST_CASE("an exporter of paths tells of each hop and target", "[apps][exporter]")
{
    Exporter exporter{{"-4", "--interval", "0.1", "127.0.0.1", "localhost", "nowhere.invalid"}, "trace++"};
    const std::string hop = R"({target="127.0.0.1",ttl="1",hop="127.0.0.1"})";
    const auto samples = exporter.wait_for("libnet_trace_hop_received_total" + hop, 3);
    CHECK(samples["libnet_trace_hop_received_total" + hop] >= 3);
    CHECK(samples["libnet_trace_hop_sent_total" + hop] == samples["libnet_trace_hop_received_total" + hop]);
    CHECK(samples["libnet_trace_hop_path_loss_ratio" + hop] == 0);
    CHECK(samples[R"(libnet_trace_hop_rtt_seconds{target="127.0.0.1",ttl="1",hop="127.0.0.1",quantile="0.95"})"] > 0);
    CHECK(samples[R"(libnet_trace_hop_verdict{target="127.0.0.1",ttl="1",hop="127.0.0.1",verdict="reached"})"] == 1);
    CHECK(samples[R"(libnet_trace_distance_hops{target="127.0.0.1"})"] == 1);
    CHECK(samples[R"(libnet_trace_path_changes_total{target="127.0.0.1"})"] == 0);
    CHECK(samples[R"(libnet_trace_unresolved{target="nowhere.invalid"})"] == 1);
    CHECK(samples[R"(libnet_trace_unresolved{target="localhost"})"] == 0);
    CHECK(samples["libnet_trace_build_info{version=\"" LIBNETXX_VERSION "\"}"] == 1);
    const auto localhost = exporter.wait_for(R"(libnet_trace_rounds_total{target="localhost"})", 1);
    CHECK(localhost[R"(libnet_trace_reached_rounds_total{target="localhost"})"] >= 1);
    CHECK(curl({exporter.url("/-/healthy")}).out == "healthy\n");

    const auto taken = run({program("trace++"), "--listen", exporter.port(), "127.0.0.1"});
    CHECK(taken.exit_code == 2);
    CHECK(taken.err.find("choose another --listen") != std::string::npos);
    const auto done = exporter.stop();
    CHECK(done.exit_code == 0);
    CHECK(done.out.empty());
}

}  // namespace trace_listen_tests
