#pragma once
// ping++ --probe IFACE: asks hosts whether an interface of theirs is up (RFC 8335).
//
// Exit codes: 0 it is on every host, 1 it isn't, or the host doesn't say, 2 wrong usage, no such host, no permission,
// nothing can be sent.
//
// With --json, a line for each host:
//
//   {"event":"probe","schema":1,"target":"example.net","address":"192.0.2.1","interface":"eth0","identified_by":"name",
//    "place":"node","outcome":"answered","code":0,"reason":"No Error","active":true,"ipv4":true,"ipv6":true,
//    "neighbour":null,"rtt_ms":0.12,"probes":1,"error":null}
//        identified_by: name, index, address; place: node, neighbour; neighbour: "Reachable" and so on
//        outcome: answered, no_answer, unreachable; null: nothing could be sent, see error

#include <apps/ping/question.hpp>
#include <apps/ping/text_printer.hpp>
#include <libnet/interface_probe.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <cctype>

namespace libnet::apps {

namespace asio = boost::asio;

class InterfaceQuestion final : public HostQuestion {
public:
    using HostQuestion::HostQuestion;

private:
    const ProbedInterface& interface() const { return *settings().questions.probe; }

    asio::awaitable<Verdict> ask() override
    {
        const auto id = interface().id;
        const auto given = options();
        const auto target = address();
        const auto from = executor();
        const InterfaceState state = co_await probe_interface(from, target, id, given);
        if (as_json()) print_json(state);
        else tell(state);
        co_return state.works() ? Verdict::good : Verdict::bad;
    }

    InterfaceProbeOptions options() const
    {
        const auto& given = settings().options;
        InterfaceProbeOptions result;
        result.timeout = given.timeout;
        result.place = interface().place;
        result.ttl = given.ttl;
        result.source = given.source;
        result.interface = given.interface;
        result.access = given.access;
        result.traffic_class = given.traffic_class;
        result.mark = given.mark;
        return result;
    }

    bool is_neighbour() const { return interface().place == InterfacePlace::neighbour; }

    void tell(const InterfaceState& state)
    {
        const auto what = printable(wire::interface_text(interface().id));
        const auto who = is_neighbour() ? fmt::format("neighbour {} of {}", what, host_text())
                                        : fmt::format("{} on {}", what, host_text());
        print("{}: {}\n", who, words(state));
        if (state.outcome != InterfaceState::Outcome::no_answer || settings().quiet) return;
        complain("ping++", fmt::format("{}: most hosts must be told to answer (Linux, about its own interfaces: sysctl "
                                       "-w net.ipv4.icmp_echo_enable_probe=1)",
                                       printable(name())));
    }

    std::string words(const InterfaceState& state)
    {
        switch (state.outcome) {
        case InterfaceState::Outcome::no_answer:
            return fmt::format("no answer to {} questions", state.probes);
        case InterfaceState::Outcome::unreachable:
            return fmt::format("{}, says {}", error_words(state), show(state.error->from));
        case InterfaceState::Outcome::answered:
            break;
        }
        const auto time = short_milliseconds(state.rtt);
        if (state.code != InterfaceCode::no_error)
            return fmt::format("{}, time={} ms", lower(wire::extended_echo_words(state.code)), time);
        if (is_neighbour()) return fmt::format("{}, time={} ms", lower(wire::neighbour_words(state.neighbour)), time);
        return fmt::format("{}, {}, time={} ms", state.active ? "active" : "not active", protocols(state), time);
    }

    static std::string protocols(const InterfaceState& state)
    {
        if (state.ipv4 && state.ipv6) return "IPv4 and IPv6 running";
        if (state.ipv4) return "IPv4 running";
        return state.ipv6 ? "IPv6 running" : "neither IPv4 nor IPv6 running";
    }

    static std::string lower(std::string_view words)
    {
        std::string text{words};
        for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        return text;
    }

    static std::string_view error_words(const InterfaceState& state)
    {
        return wire::icmp_words(wire::version_of(state.address), state.error->type, state.error->code);
    }

    boost::json::object json_head() const
    {
        constexpr const char* kinds[] = {"name", "index", "address"};
        return {{"event", "probe"},
                {"schema", 1},
                {"target", name()},
                {"address", json_address()},
                {"interface", wire::interface_text(interface().id)},
                {"identified_by", kinds[interface().id.index()]},
                {"place", is_neighbour() ? "neighbour" : "node"}};
    }

    void print_json(const InterfaceState& state)
    {
        constexpr const char* outcomes[] = {"answered", "no_answer", "unreachable"};
        const bool answered = state.outcome == InterfaceState::Outcome::answered;
        const bool neighbour = state.neighbour != NeighbourState::none;
        const auto if_answered = [&](boost::json::value value) {
            return answered ? std::move(value) : boost::json::value(nullptr);
        };
        auto line = json_head();
        line["outcome"] = outcomes[static_cast<std::size_t>(state.outcome)];
        line["code"] = if_answered(static_cast<unsigned>(state.code));
        line["reason"] = if_answered(boost::json::value(wire::extended_echo_words(state.code)));
        line["active"] = if_answered(state.active);
        line["ipv4"] = if_answered(state.ipv4);
        line["ipv6"] = if_answered(state.ipv6);
        line["neighbour"] = neighbour ? boost::json::value(wire::neighbour_words(state.neighbour)) : nullptr;
        line["rtt_ms"] = if_answered(milliseconds(state.rtt));
        line["probes"] = state.probes;
        line["error"] = state.error ? boost::json::value(error_words(state)) : nullptr;
        apps::print_json(line);
    }

    void tell_failure(const std::string& why) override
    {
        auto line = json_head();
        for (const char* key : {"outcome", "code", "reason", "active", "ipv4", "ipv6", "neighbour", "rtt_ms"})
            line[key] = nullptr;
        line["probes"] = 0;
        line["error"] = why;
        apps::print_json(line);
    }
};

}  // namespace libnet::apps
