#include <tests/lab/netsim/log.hpp>

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <map>
#include <string>
#include <utility>

namespace netsim {

namespace {

constexpr std::array<const char*, 5> did_names{"answered", "refused", "dropped", "unheard", "forged"};

}  // namespace

struct Log::State {
    State(const Scenario& scenario, std::FILE* file_) : file{file_}
    {
        for (const auto& node : scenario.epochs.front().network.nodes) nodes.push_back(node.name);
    }

    void flush()
    {
        if (file != nullptr) std::fwrite(buffer.data(), 1, buffer.size(), file);
        buffer.clear();
    }

    std::FILE* file;
    std::vector<std::string> nodes;
    fmt::memory_buffer buffer;
    std::map<std::pair<Did, Reason>, std::uint64_t> counts;
    std::uint64_t duplicate = 0, corrupt = 0, late = 0, reordered = 0, written = 0;
};

Log::Log(const Scenario& scenario, std::FILE* file) : state_{std::make_unique<State>(scenario, file)} {}
Log::~Log() = default;

void Log::start(Duration epoch)
{
    if (state_->file != nullptr)
        fmt::format_to(std::back_inserter(state_->buffer), "{{\"event\":\"start\",\"schema\":1,\"epoch_ns\":{}}}\n",
                       epoch.count());
}

void Log::write(const Record& record, std::optional<Duration> out)
{
    State& state = *state_;
    ++state.counts[{record.did, record.why}];
    if (out) {
        ++state.written;
        state.duplicate += record.duplicate;
        state.corrupt += record.corrupt;
        state.late += record.late;
        state.reordered += record.reordered;
    }
    if (state.file == nullptr) return;
    auto to = std::back_inserter(state.buffer);
    fmt::format_to(to, "{{\"in_ns\":{}", record.in.count());
    if (out) fmt::format_to(to, ",\"due_ns\":{},\"out_ns\":{}", record.due.count(), out->count());
    fmt::format_to(to,
                   ",\"version\":{},\"protocol\":{},\"ttl\":{},\"from\":\"{}\",\"to\":\"{}\",\"sport\":{},\"dport\":{},"
                   "\"node\":\"{}\",\"did\":\"{}\",\"why\":\"{}\"",
                   static_cast<unsigned>(record.version), record.protocol, record.ttl, record.source.to_string(),
                   record.destination.to_string(), record.source_port, record.destination_port,
                   state.nodes[record.node], did_names[static_cast<std::size_t>(record.did)], record.why);
    if (record.duplicate) fmt::format_to(to, ",\"duplicate\":true");
    if (record.corrupt) fmt::format_to(to, ",\"corrupt\":true");
    if (record.late) fmt::format_to(to, ",\"late\":true");
    if (record.reordered) fmt::format_to(to, ",\"reordered\":true");
    fmt::format_to(to, "}}\n");
    constexpr std::size_t enough = 32 * 1024;  // a larger write would hold up answers that are due
    if (state.buffer.size() >= enough) state.flush();
}

std::string Log::counters() const
{
    const State& state = *state_;
    std::string text = fmt::format("\"written\":{},\"duplicate\":{},\"corrupt\":{},\"late\":{},\"reordered\":{}",
                                   state.written, state.duplicate, state.corrupt, state.late, state.reordered);
    for (const auto& [fate, count] : state.counts)
        text += fmt::format(",\"{}: {}\":{}", did_names[static_cast<std::size_t>(fate.first)], fate.second, count);
    return text;
}

void Log::finish()
{
    fmt::format_to(std::back_inserter(state_->buffer), "{{\"event\":\"counters\",{}}}\n", counters());
    state_->flush();
    if (state_->file != nullptr) std::fflush(state_->file);
}

}  // namespace netsim
