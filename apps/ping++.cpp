// ping++: sends ICMP echo requests to hosts and tells what comes back, in lines or to Prometheus.

#include <apps/common/run.hpp>
#include <apps/ping/exporter.hpp>
#include <apps/ping/fping/main.hpp>
#include <apps/ping/iputils/main.hpp>
#include <apps/ping/mtu_mode.hpp>
#include <apps/ping/personality.hpp>
#include <apps/ping/probe_mode.hpp>
#include <apps/ping/session.hpp>

namespace {

namespace asio = boost::asio;
using namespace libnet;

asio::awaitable<int> ping_all(apps::PingSettings& settings)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto session = std::make_shared<apps::PingSession>(executor, settings);
    const int exit_code = co_await session->run();
    co_return exit_code;
}

template <typename Question>
asio::awaitable<int> ask_all(const apps::PingSettings& settings)
{
    const auto executor = co_await asio::this_coro::executor;
    Question question{executor, settings};
    const int exit_code = co_await question.run();
    co_return exit_code;
}

}  // namespace

int main(int argc, char** argv)
{
    const auto invocation = apps::invocation_of(argc, argv);
    if (invocation.as == apps::Personality::fping) return apps::fping::run_as_fping(invocation);
    if (invocation.as == apps::Personality::iputils) return apps::iputils::run_as_ping(invocation);
    apps::PingSettings settings;
    apps::Options table{"ping++", "HOST...", "Sends ICMP echo requests to hosts and tells what comes back."};
    if (const auto exit_code = apps::read_ping_settings(table, settings, argc, argv)) return *exit_code;
    if (settings.questions.mtu) return apps::run("ping++", ask_all<apps::MtuQuestion>(settings));
    if (settings.questions.probe) return apps::run("ping++", ask_all<apps::InterfaceQuestion>(settings));
    if (settings.exporter.listens()) return apps::export_pings(settings, table, {argv, argv + argc});
    return apps::run("ping++", ping_all(settings));
}
