// Any order of answers, refusals and time: a trace sends within its window, tells each probe once and in order, and
// ends.

#include <libnet/engine/trace/trace_engine.hpp>

#include <algorithm>
#include <cstdlib>
#include <span>

using namespace libnet;
using namespace libnet::engine;

namespace {

void require(bool condition)
{
    if (!condition) std::abort();
}

/// Gives the input away byte by byte, then zeros.
class Input {
public:
    explicit Input(std::span<const std::uint8_t> bytes) : bytes_{bytes} {}
    bool empty() const { return bytes_.empty(); }
    std::uint8_t next()
    {
        if (bytes_.empty()) return 0;
        const auto byte = bytes_.front();
        bytes_ = bytes_.subspan(1);
        return byte;
    }

private:
    std::span<const std::uint8_t> bytes_;
};

TraceOptions read_options(Input& input)
{
    TraceOptions options;
    options.max_ttl = static_cast<std::uint8_t>(std::max<int>(1, input.next() % 16));
    options.first_ttl = static_cast<std::uint8_t>(1 + input.next() % options.max_ttl);
    options.probes = static_cast<std::uint8_t>(1 + input.next() % 4);
    options.window = static_cast<std::uint16_t>(1 + input.next() % 8);
    return options;
}

/// One thing that may happen to the engine from outside.
void happen(TraceEngine& engine, Input& input, TraceProbeId last_sent, TraceEngine::TimePoint now)
{
    const auto what = input.next();
    const TraceProbeId probe{static_cast<std::uint8_t>(input.next() % 18), static_cast<std::uint8_t>(input.next() % 5)};
    const std::chrono::milliseconds time{input.next()};
    if (what < 200) engine.on_answer(probe, {{}, time, static_cast<TraceAnswer>(what % 3), {}});
    else if (what < 254) engine.on_not_sent(what % 2 == 0 ? last_sent : probe, now + time);
    else engine.on_send_failed(asio::error::network_unreachable);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    Input input{{data, size}};
    const auto options = read_options(input);
    TraceEngine engine{options, {}};
    TraceEngine::TimePoint now{};
    TraceProbeId last_sent{};
    std::size_t told = 0;
    for (;;) {
        const auto action = engine.next(now);
        if (std::holds_alternative<trace_action::Done>(action)) break;
        if (const auto* send = std::get_if<trace_action::Send>(&action)) {
            last_sent = *send;
            require(last_sent.ttl <= options.max_ttl && last_sent.index < options.probes);
        } else if (const auto* report = std::get_if<trace_action::Report>(&action)) {
            const auto [ttl, probe] = std::visit(
                [](const auto& of) {
                    return std::pair{of.ttl, of.probe};
                },
                report->outcome);
            require(ttl == options.first_ttl + told / options.probes && probe == 1 + told % options.probes);
            ++told;
        } else {
            const auto deadline = std::get<trace_action::WaitUntil>(action).deadline;
            require(deadline > now);
            now = input.empty() ? deadline : now + std::chrono::milliseconds{input.next()};
        }
        if (!input.empty()) happen(engine, input, last_sent, now);
    }
    std::size_t in_path = 0;
    for (const auto& hop : engine.path().hops) in_path += hop.probes.size();
    require(in_path == told);
    require(engine.path().stop_reason != TraceStop::interrupted);
    return 0;
}
