#include <tests/lab/netsim/loop.hpp>

#include <poll.h>
#include <sys/prctl.h>

namespace netsim {

/// Takes what the simulation decides: what is due at once leaves at once.
class Loop::Outgoing final : public Sink {
public:
    explicit Outgoing(Loop& loop) : loop_{loop} {}

    void answer(const Record& record, std::span<const std::byte> packet) override
    {
        if (record.due > record.in) return loop_.departures_.push(record, packet);
        const Duration out = loop_.now();
        loop_.device_.write(packet);
        loop_.log_.write(record, out);
    }
    void drop(const Record& record) override { loop_.log_.write(record, std::nullopt); }

private:
    Loop& loop_;
};

Loop::Loop(const Scenario& scenario, TunDevice& device, Log& log, bool spin)
    : device_{device},
      log_{log},
      simulation_{scenario},
      start_{std::chrono::steady_clock::now()},
      spin_{spin}
{
    log_.start(std::chrono::system_clock::now().time_since_epoch());
}

Duration Loop::now() const { return std::chrono::steady_clock::now() - start_; }

void Loop::read_all()
{
    constexpr int batch = 64;  // then what is due has its turn
    Outgoing outgoing{*this};
    for (int i = 0; i < batch; ++i) {
        const std::size_t size = device_.read(buffer_);
        if (size == 0) return;
        simulation_.on_packet(std::span{buffer_}.first(size), now(), outgoing);
    }
}

void Loop::write_due()
{
    constexpr int batch = 64;
    for (int i = 0; i < batch && !departures_.empty(); ++i) {
        const Duration out = now();
        if (departures_.next_due() > out) return;
        departures_.pop([&](const Record& record, std::span<const std::byte> packet) {
            device_.write(packet);
            log_.write(record, out);
        });
    }
}

/// False: it is time to stop.
bool Loop::wait(std::array<int, 2> stops)
{
    // The kernel wakes us some tens of microseconds late: the last of them are polled for.
    constexpr Duration awake = std::chrono::microseconds{150};
    std::optional<Duration> next = simulation_.next_deadline();
    if (!departures_.empty() && (!next || departures_.next_due() < *next)) next = departures_.next_due();
    Duration sleep = next ? *next - now() - awake : Duration{std::chrono::seconds{1}};
    if (spin_ || sleep < Duration{}) sleep = {};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(sleep);
    const timespec limit{seconds.count(), (sleep - seconds).count()};
    pollfd watched[] = {{device_.descriptor(), POLLIN, 0}, {stops[0], POLLIN, 0}, {stops[1], POLLIN, 0}};
    ::ppoll(watched, std::size(watched), &limit, nullptr);
    return watched[1].revents == 0 && watched[2].revents == 0;
}

void Loop::run(std::array<int, 2> stops)
{
    ::prctl(PR_SET_TIMERSLACK, 1);  // nanosecond: by default the kernel may wake us 50 us later than we ask
    Outgoing outgoing{*this};
    while (wait(stops)) {
        read_all();
        simulation_.advance(now(), outgoing);
        write_due();
    }
}

}  // namespace netsim
