// Strangers who can't see our probes, and send answers to them all the same: none is believed.

#include <libnet/base/bytes.hpp>
#include <libnet/base/checksum.hpp>
#include <libnet/engine/trace/trace_quote.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <tests/support/catch.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace trace_forgery_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace std::chrono_literals;

namespace {

using Octets = std::vector<std::byte>;

const auto ours = asio::ip::make_address_v4("192.0.2.7");
const auto theirs = asio::ip::make_address_v4("198.51.100.9");
constexpr std::uint16_t own_port = 40'000;

/// SplitMix64, for a million of forgeries.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_{seed} {}
    std::uint64_t operator()()
    {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }
    std::uint16_t word() { return static_cast<std::uint16_t>((*this)()); }

private:
    std::uint64_t state_;
};

/// A tracer's half, with as many probes to one destination under way as there may be.
struct Victim {
    explicit Victim(TraceProbe method) : set{{.method = method, .probes = 10, .window = 64}, 1, {.key = {3, 4}}}
    {
        sent.method = method;
        sent.port = method == TraceProbe::tcp ? 80 : 33'434;
        sent.own_ports = {own_port};
        sent.checksums = {0xBEEF};
        sent.mark = 0x51AB27C3;
        sent.payload_size = 32;
        sent.sources = {ours};
        set.add(theirs);
        const auto start = action::TimePoint{} + 1h;
        // Silent hops let the next ones go: in a second many are out.
        for (auto now = start; now < start + 1s; now += 50ms)
            for (;;) {
                const auto action = set.next(now);
                const auto* send = std::get_if<TraceSet::Send>(&action);
                if (send == nullptr) break;
                set.on_sent(*send, send->number, now);
                ++under_way;
            }
        at = start + 1s;
    }

    void hear(const Octets& error)
    {
        auto reply = read_trace_error(sent, error);
        if (!reply) return;
        ++read;
        reply->from = asio::ip::make_address_v4("203.0.113.66");
        reply->received = reply->read = at;
        set.on_reply(wire::IpVersion::v4, *reply);
    }

    TraceSent sent;
    TraceSet set;
    action::TimePoint at;
    std::size_t under_way = 0, read = 0;
};

/// What a stranger guesses.
struct Guess {
    bool knows_port = false;  ///< or the identifier
    std::size_t quote = 40;   ///< octets behind the IP header
};

/// A time exceeded about a probe as it could be: all that isn't public is guessed.
Octets forge(const TraceSent& sent, const Guess& guess, Dice& dice)
{
    Octets all(8 + 20 + 40);
    const std::span bytes{all};
    bytes[0] = std::byte{wire::icmp_type::time_exceeded};
    const auto ip = bytes.subspan(8);
    ip[0] = std::byte{0x45};
    base::store_be(ip, 2, std::uint16_t{60});
    ip[8] = std::byte{1};
    constexpr std::uint8_t tcp = 6, udp = 17, icmp = 1;
    const auto protocol = sent.method == TraceProbe::tcp ? tcp : sent.method == TraceProbe::icmp ? icmp : udp;
    ip[9] = std::byte{protocol};
    base::store_be(ip, 12, ours.to_uint());
    base::store_be(ip, 16, theirs.to_uint());
    const auto upper = ip.subspan(20);
    const auto port = guess.knows_port ? own_port : dice.word();
    const auto number = dice.word();
    if (protocol == udp) {
        base::store_be(upper, 0, port);
        base::store_be(upper, 2, sent.port);
        base::store_be(upper, 4, std::uint16_t{40});
        base::store_be(upper, 6, number);
        write_trace_payload(upper.subspan(8), dice(), number, static_cast<std::uint32_t>(dice()));
    } else if (protocol == icmp) {
        base::store_be(upper, 0, std::uint16_t{0x0800});
        base::store_be(upper, 2, dice.word());
        base::store_be(upper, 4, port);
        base::store_be(upper, 6, number);
        write_trace_payload(upper.subspan(8), dice(), number, static_cast<std::uint32_t>(dice()));
    } else {
        base::store_be(upper, 0, port);
        base::store_be(upper, 2, sent.port);
        base::store_be(upper, 4, static_cast<std::uint32_t>(dice()));
    }
    all.resize(8 + 20 + guess.quote);
    base::store_be(std::span{all}, 2, base::checksum(all));
    return all;
}

/// So many forgeries of each kind.
void attack(std::size_t each)
{
    for (const auto method : {TraceProbe::udp, TraceProbe::icmp, TraceProbe::tcp})
        for (const auto& guess : {Guess{}, Guess{.quote = 8}, Guess{.knows_port = true}}) {
            Victim victim{method};
            REQUIRE(victim.under_way >= 5);
            Dice dice{each};
            for (std::size_t i = 0; i < each; ++i) victim.hear(forge(victim.sent, guess, dice));
            INFO("method " << static_cast<int>(method) << ", quote " << guess.quote << ", port known "
                           << guess.knows_port);
            const auto& counters = victim.set.counters();
            CHECK(counters.answered == 0);
            CHECK(counters.forged + counters.unmatched + counters.anonymous == victim.read);
            // Who knows the port gets as far as the keyed identity, and no further. Of TCP everyone does: a quote from
            // another port is a translator's, with the whole sequence number (QuoteReader::prove_without_port has the odds).
            const bool all_judged = method == TraceProbe::tcp || (guess.knows_port && method == TraceProbe::udp);
            if (all_judged) CHECK(counters.forged + counters.unmatched == each);
        }
}

}  // namespace

TEST_CASE("forged errors are not believed, whatever the stranger guesses", "[engine][trace]") { attack(2'000); }

// By hand: a minute under the sanitizers.
TEST_CASE("of a million forged errors none is believed", "[.million]") { attack(1'000'000 / 9 + 1); }

}  // namespace trace_forgery_tests
