#pragma once
// ping++ --mtu: the largest packet that gets through to each host, step by step.
//
// Exit codes: 0 every path's MTU was found, 1 a host doesn't answer (or the search had no probe left), 2 wrong usage,
// no such host, no permission, nothing can be sent.
//
// With --json, a line for each step, and a last one for each host:
//
//   {"event":"step","target":"example.net","address":"192.0.2.1","size":1500,"outcome":"too_big","from":"198.51.100.1",
//    "told_mtu":1400,"rtt_ms":4.2,"probes":1}
//        outcome: answered, too_big (a router says so), too_big_here (our own system does), silent
//   {"event":"mtu","schema":1,"target":…,"address":…,"mtu":1400,"limit":"router","told_by":"198.51.100.1",
//    "black_hole":false,"tcp_mss":1360,"probes":5,"rtt_ms":8.1,"error":null}
//        limit: interface, router, black_hole, unknown (at least `mtu`), no_answer (mtu is null); null: see error

#include <apps/ping/question.hpp>
#include <apps/ping/text_printer.hpp>
#include <libnet/path_mtu.hpp>
#include <libnet/wire/icmp/icmp.hpp>

namespace libnet::apps {

namespace asio = boost::asio;

class MtuQuestion final : public HostQuestion {
public:
    using HostQuestion::HostQuestion;

private:
    asio::awaitable<Verdict> ask() override
    {
        PathMtuFinder finder{executor(), address(), options()};
        if (!as_json() && !settings().quiet) print("searching the path MTU to {}\n", host_text());
        try {
            while (const auto step = co_await finder.next()) tell(*step);
        } catch (const boost::system::system_error& error) {
            if (error.code() == asio::error::operation_aborted) tell(finder.result());  // interrupted
            throw;
        }
        const PathMtu& result = finder.result();
        tell(result);
        co_return result.found() ? Verdict::good : Verdict::bad;
    }

    PathMtuOptions options() const
    {
        const auto& given = settings().options;
        PathMtuOptions result;
        result.timeout = given.timeout;
        result.source = given.source;
        result.interface = given.interface;
        result.access = given.access;
        result.traffic_class = given.traffic_class;
        result.mark = given.mark;
        return result;
    }

    /// What of a packet is left to TCP, without options: RFC 9293 section 3.7.1.
    static std::uint32_t tcp_segment_size(const PathMtu& path)
    {
        const std::uint32_t headers = path.address.is_v4() ? 40 : 60;
        return path.mtu - headers;  // 68 octets are the least that is ever found
    }

    void tell(const PathMtuStep& step)
    {
        if (settings().quiet) return;
        if (as_json()) return print_json(step);
        print("{:>6} bytes: {}\n", step.size, words(step));
    }

    std::string words(const PathMtuStep& step)
    {
        switch (step.outcome) {
        case PathMtuOutcome::answered:
            return fmt::format("answered, time={} ms", short_milliseconds(step.rtt));
        case PathMtuOutcome::too_big:
            return fmt::format("too big, says {}{}", show(step.from),
                               step.told ? fmt::format(": MTU {}", *step.told) : ", and no MTU");
        case PathMtuOutcome::too_big_here:
            return step.told ? fmt::format("too big for our own interface: MTU {}", *step.told)
                             : "too big for our own interface";
        case PathMtuOutcome::silent:
            break;
        }
        return fmt::format("no answer to {} probe{}", step.probes, step.probes == 1 ? "" : "s");
    }

    void tell(const PathMtu& path)
    {
        if (as_json()) return print_json(path);
        if (path.mtu == 0) return tell_silence(path);
        print("path MTU to {}: {}{} bytes\n", host_text(), path.found() ? "" : "at least ", path.mtu);
        if (!settings().quiet) print("{}\n", hints(path));
    }

    void tell_silence(const PathMtu& path)
    {
        const auto why = path.error ? fmt::format(" ({}, says {})", error_words(path), show(path.error->from)) : "";
        print("path MTU to {}: unknown, there is no answer{}\n", host_text(), why);
    }

    std::string hints(const PathMtu& path)
    {
        const auto size = tcp_segment_size(path);
        const auto segments = fmt::format("TCP segments (MSS) of up to {} bytes fit", size);
        switch (path.limit) {
        case PathMtuLimit::interface:
            return fmt::format("{}; nothing on the way takes less than our own interface.", segments);
        case PathMtuLimit::router:
            return fmt::format("{}; {} takes no more.", segments, show(path.told_by));
        case PathMtuLimit::black_hole:
            return fmt::format(
                "{}. Larger packets are dropped without a message (a black hole): TCP stalls there unless "
                "it searches itself\n(Linux: sysctl -w net.ipv4.tcp_mtu_probing=1), or its MSS is "
                "limited to {}.",
                segments, size);
        case PathMtuLimit::unknown:
        case PathMtuLimit::no_answer:
            break;
        }
        return fmt::format("{}; the search ended early.", segments);
    }

    static std::string_view error_words(const PathMtu& path)
    {
        return wire::icmp_words(wire::version_of(path.address), path.error->type, path.error->code);
    }

    void print_json(const PathMtuStep& step)
    {
        constexpr const char* outcomes[] = {"answered", "too_big", "too_big_here", "silent"};
        apps::print_json({{"event", "step"},
                          {"target", name()},
                          {"address", json_address()},
                          {"size", step.size},
                          {"outcome", outcomes[static_cast<std::size_t>(step.outcome)]},
                          {"from", known(step.from)},
                          {"told_mtu", step.told ? boost::json::value(*step.told) : nullptr},
                          {"rtt_ms", step.rtt.count() == 0 ? boost::json::value(nullptr) : milliseconds(step.rtt)},
                          {"probes", step.probes}});
    }

    void print_json(const PathMtu& path)
    {
        constexpr const char* limits[] = {"interface", "router", "black_hole", "unknown", "no_answer"};
        const bool any = path.mtu != 0;
        const auto error = path.error ? boost::json::value(error_words(path)) : nullptr;
        apps::print_json({{"event", "mtu"},
                          {"schema", 1},
                          {"target", name()},
                          {"address", json_address()},
                          {"mtu", any ? boost::json::value(path.mtu) : nullptr},
                          {"limit", limits[static_cast<std::size_t>(path.limit)]},
                          {"told_by", known(path.told_by)},
                          {"black_hole", path.black_hole()},
                          {"tcp_mss", any ? boost::json::value(tcp_segment_size(path)) : nullptr},
                          {"probes", path.probes},
                          {"rtt_ms", any ? boost::json::value(milliseconds(path.rtt)) : nullptr},
                          {"error", error}});
    }

    void tell_failure(const std::string& why) override
    {
        apps::print_json({{"event", "mtu"},
                          {"schema", 1},
                          {"target", name()},
                          {"address", json_address()},
                          {"mtu", nullptr},
                          {"limit", nullptr},
                          {"told_by", nullptr},
                          {"black_hole", false},
                          {"tcp_mss", nullptr},
                          {"probes", 0},
                          {"rtt_ms", nullptr},
                          {"error", why}});
    }
};

}  // namespace libnet::apps
