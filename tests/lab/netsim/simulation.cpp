#include <tests/lab/netsim/addresses.hpp>
#include <tests/lab/netsim/attack.hpp>
#include <tests/lab/netsim/dns.hpp>
#include <tests/lab/netsim/flow.hpp>
#include <tests/lab/netsim/journey.hpp>
#include <tests/lab/netsim/packet_writing.hpp>
#include <tests/lab/netsim/simulation.hpp>
#include <tests/lab/netsim/token_bucket.hpp>

namespace netsim {

struct Simulation::State {
    using Stage = Journey::Stage;

    explicit State(const Scenario& scenario_)
        : scenario{scenario_},
          random{scenario_.seed},
          buckets(scenario_.epochs.front().network.nodes.size()),
          turns(buckets.size()),
          attack{scenario_.attackers}
    {
        for (const auto& epoch : scenario.epochs) routes.push_back(std::make_unique<Routes>(epoch.network));
    }

    void begin(Duration now);
    void travel(const Packet& packet, Journey journey, Sink& sink);
    bool leave(const Packet& packet, Journey& journey, Sink& sink);
    bool arrive(const Packet& packet, Journey& journey, Sink& sink);
    bool settle(const Packet& packet, Journey& journey, Sink& sink);
    NodeIndex balanced(const Packet& packet, NodeIndex node);
    LinkIndex next_link(const Packet& packet, Journey& journey);

    void answer(const Packet& packet, const Journey& journey, Sink& sink);
    void answer_with(const Answer& answer, const Packet& packet, const Journey& journey, Sink& sink);
    void answer_dns(const Packet& packet, Journey journey, const Address& from, Sink& sink);
    struct Complaint {
        std::uint8_t type, code;
        Reason why;
        std::uint32_t info = 0;
    };
    void complain(const Complaint& complaint, const Address& from, const Packet& packet, const Journey& journey,
                  Sink& sink);
    void complain_on_the_way(const Complaint& complaint, const Packet& packet, const Journey& journey, Sink& sink);
    std::optional<Address> address_of_router(const Packet& packet, const Journey& journey);
    void send_back(Did did, Reason why, const Packet& packet, Journey journey, Sink& sink);
    void drop(Did did, Reason why, const Packet& packet, const Journey& journey, Sink& sink);

    const Network& network() const { return current->network(); }
    const Node& node(NodeIndex index) const { return network().nodes[index]; }
    Record record_of(const Packet& packet, const Journey& journey, Did did, Reason why) const;

    const Scenario& scenario;
    Random random;
    std::vector<std::unique_ptr<Routes>> routes;  ///< by epoch
    Routes* current = nullptr;                    ///< of the packet that is looked at
    Duration read{};                              ///< when it was read
    std::vector<TokenBucket> buckets;             ///< by node
    std::vector<std::uint64_t> turns;             ///< of nodes that balance packet by packet
    std::vector<Journey> copies;
    Bytes reply;
    Attack attack;
};

namespace {

bool is_icmp_error(const Packet& packet)
{
    if (packet.protocol != protocol::icmp_of(packet.version) || packet.payload.empty()) return false;
    const auto type = std::to_integer<unsigned>(packet.payload[0]);
    if (packet.version == IpVersion::v6) return type < 128;
    return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/// The numbers of an ICMP error in both families.
struct Codes {
    std::uint8_t type4, code4, type6, code6;
    std::uint8_t type(const Packet& packet) const { return packet.version == IpVersion::v4 ? type4 : type6; }
    std::uint8_t code(const Packet& packet) const { return packet.version == IpVersion::v4 ? code4 : code6; }
};
constexpr Codes time_exceeded{11, 0, 3, 0}, no_route{3, 0, 1, 0}, too_big{3, 4, 2, 0}, port_unreachable{3, 3, 1, 4},
    protocol_unreachable{3, 2, 4, 1};

std::optional<Address> first_address(const Node& node, IpVersion version)
{
    for (const auto& address : node.addresses)
        if (libnet::wire::version_of(address) == version) return address;
    return std::nullopt;
}

const Impairment& direction(const Link& link, NodeIndex from) { return link.a == from ? link.there : link.back; }

/// One of `one_in` hosts answers, always the same ones.
bool is_there(const HostRange& range, const Address& address, std::uint64_t seed)
{
    if (range.one_in <= 1) return true;
    std::array<std::byte, 16> octets{};
    store_address(octets, 0, address);
    return libnet::base::siphash({seed, range.one_in}, octets) % range.one_in == 0;
}

}  // namespace

// --- there -------------------------------------------------------------------------------------------------------

void Simulation::State::begin(Duration now)
{
    std::size_t epoch = 0;
    while (epoch + 1 < scenario.epochs.size() && scenario.epochs[epoch + 1].from <= now) ++epoch;
    current = routes[epoch].get();
    read = now;
}

void Simulation::State::travel(const Packet& packet, Journey journey, Sink& sink)
{
    for (;;) {
        if (journey.stage == Stage::leave && !leave(packet, journey, sink)) return;
        if (journey.stage == Stage::arrive && !arrive(packet, journey, sink)) return;
        if (!settle(packet, journey, sink)) return;
    }
}

NodeIndex Simulation::State::balanced(const Packet& packet, NodeIndex at)
{
    const Balance& balance = node(at).balance;
    if (balance.by == Balance::By::packet) {
        // An even sequence that visits all branches by turns: the golden ratio's multiples.
        return choose_branch(balance, ++turns[at] * 0x9E3779B97F4A7C15U);
    }
    return choose_branch(balance, flow_hash(packet, balance.by, balance.icmp_checksum, scenario.seed, at));
}

LinkIndex Simulation::State::next_link(const Packet& packet, Journey& journey)
{
    const NodeIndex at = journey.here().node;
    if (node(at).balance.over.empty() || journey.tree->owner == no_node) return journey.tree->next[at];
    const NodeIndex chosen = balanced(packet, at);
    const Tree& onwards = current->tree_without(*journey.tree, at);
    const LinkIndex link = current->link_between(at, chosen);
    const bool leads_there = chosen == journey.tree->owner || onwards.next[chosen] != no_link;
    if (link == no_link || !leads_there) return journey.tree->next[at];
    journey.tree = &onwards;
    return link;
}

bool Simulation::State::leave(const Packet& packet, Journey& journey, Sink& sink)
{
    const NodeIndex from = journey.here().node;
    const LinkIndex index = next_link(packet, journey);
    if (index == no_link || journey.steps == Journey::max_steps) {
        complain_on_the_way({no_route.type(packet), no_route.code(packet), "no route"}, packet, journey, sink);
        return false;
    }
    const Link& link = network().links[index];
    if (link.down) {
        drop(Did::dropped, "down", packet, journey, sink);
        return false;
    }
    if (packet.bytes.size() > link.mtu && packet.dont_fragment) {
        const auto mtu = link.too_big == Link::TooBig::told_zero ? 0 : static_cast<std::uint32_t>(link.mtu);
        if (link.too_big == Link::TooBig::black_hole || from == client)
            drop(Did::dropped, "mtu", packet, journey, sink);
        else complain_on_the_way({too_big.type(packet), too_big.code(packet), "mtu", mtu}, packet, journey, sink);
        return false;
    }
    journey.way[journey.steps++] = {current->other_end(index, from), index};
    journey.stage = Stage::arrive;
    if (pass(direction(link, from), journey, random, copies)) return true;
    drop(Did::dropped, "loss", packet, journey, sink);
    return false;
}

bool Simulation::State::arrive(const Packet& packet, Journey& journey, Sink& sink)
{
    const Node& here = node(journey.here().node);
    journey.stage = Stage::settle;
    if (here.down || !pass(here.impairment, journey, random, copies)) {
        drop(Did::dropped, here.down ? "down" : "loss", packet, journey, sink);
        return false;
    }
    return true;
}

bool Simulation::State::settle(const Packet& packet, Journey& journey, Sink& sink)
{
    const Node& here = node(journey.here().node);
    journey.stage = Stage::leave;
    if (journey.here().node == journey.tree->owner) {
        answer(packet, journey, sink);
        return false;
    }
    if (!here.forwards) {
        drop(Did::dropped, "does not forward", packet, journey, sink);
        return false;
    }
    if (journey.ttl <= 1) {
        complain_on_the_way({time_exceeded.type(packet), time_exceeded.code(packet), "ttl"}, packet, journey, sink);
        return false;
    }
    --journey.ttl;
    if (here.rewrites_source) journey.source_seen = first_address(here, packet.version);
    return true;
}

// --- answers -----------------------------------------------------------------------------------------------------

void Simulation::State::answer(const Packet& packet, const Journey& journey, Sink& sink)
{
    const Node& here = node(journey.here().node);
    if (journey.corrupt) return drop(Did::dropped, "corrupt", packet, journey, sink);
    if (journey.range != nullptr && !is_there(*journey.range, packet.destination, scenario.seed))
        return drop(Did::dropped, "no host", packet, journey, sink);
    if (packet.echo_request) return answer_with(here.echo, packet, journey, sink);
    const bool has_ports = packet.source_port != 0 || packet.destination_port != 0;
    if (packet.protocol == protocol::udp && has_ports) {
        const auto at_port = here.udp_ports.find(packet.destination_port);
        return answer_with(at_port == here.udp_ports.end() ? here.udp : at_port->second, packet, journey, sink);
    }
    if (packet.protocol == protocol::tcp && packet.payload.size() >= tcp_header_size) {
        const auto at_port = here.tcp_ports.find(packet.destination_port);
        return answer_with(at_port == here.tcp_ports.end() ? here.tcp : at_port->second, packet, journey, sink);
    }
    const bool known = packet.protocol == protocol::udp || packet.protocol == protocol::tcp ||
                       packet.protocol == protocol::icmp_of(packet.version);
    if (known) return drop(Did::dropped, "not answered", packet, journey, sink);
    complain({protocol_unreachable.type(packet), protocol_unreachable.code(packet), "protocol unreachable"},
             packet.destination, packet, journey, sink);
}

void Simulation::State::answer_with(const Answer& answer, const Packet& packet, const Journey& journey, Sink& sink)
{
    using Kind = Answer::Kind;
    const bool v4 = packet.version == IpVersion::v4;
    const Address from = (v4 ? answer.from4 : answer.from6).value_or(packet.destination);
    const auto hops = static_cast<unsigned>(journey.steps - 2);
    constexpr std::uint8_t syn = 0x02, rst = 0x04;
    Kind kind = answer.kind;
    if (kind == Kind::reply && packet.protocol == protocol::udp) kind = Kind::port_unreachable;
    if (kind == Kind::reply && packet.protocol == protocol::tcp) kind = Kind::syn_ack;
    const bool opens = (packet.tcp_flags & syn) != 0;
    if (kind == Kind::syn_ack && !opens) kind = (packet.tcp_flags & rst) != 0 ? Kind::silence : Kind::reset;
    switch (kind) {
    case Kind::silence:
        return drop(Did::dropped, "silence", packet, journey, sink);
    case Kind::port_unreachable:
        return complain({port_unreachable.type(packet), port_unreachable.code(packet), "port unreachable"}, from,
                        packet, journey, sink);
    case Kind::error:
        return complain({v4 ? answer.type : answer.type6, v4 ? answer.code : answer.code6, "error"}, from, packet,
                        journey, sink);
    case Kind::dns:
        return answer_dns(packet, journey, from, sink);
    case Kind::reply:
        build_echo_reply(packet, from, hops, reply);
        return send_back(Did::answered, "echo", packet, journey, sink);
    case Kind::syn_ack:
    case Kind::reset:
        if ((packet.tcp_flags & rst) != 0) return drop(Did::dropped, "reset", packet, journey, sink);
        build_tcp_reply(packet, from, kind == Kind::syn_ack, hops, reply);
        return send_back(Did::answered, kind == Kind::syn_ack ? "syn-ack" : "reset", packet, journey, sink);
    }
}

void Simulation::State::answer_dns(const Packet& packet, Journey journey, const Address& from, Sink& sink)
{
    const auto answer = answer_query(scenario.dns, packet.payload.subspan(udp_header_size));
    if (!answer) return drop(Did::dropped, "silence", packet, journey, sink);
    journey.at += answer->delay;
    build_udp_reply(packet, from, answer->message, static_cast<unsigned>(journey.steps - 2), reply);
    send_back(Did::answered, "dns", packet, journey, sink);
}

std::optional<Address> Simulation::State::address_of_router(const Packet& packet, const Journey& journey)
{
    using From = IcmpBehaviour::From;
    const NodeIndex at = journey.here().node;
    const From from = node(at).icmp.from;
    const LinkIndex index = from == From::incoming   ? journey.here().link
                            : from == From::outgoing ? journey.tree->next[at]
                                                     : no_link;
    const auto loopback = first_address(node(at), packet.version);
    if (index == no_link) return loopback;
    const Link& link = network().links[index];
    const bool v4 = packet.version == IpVersion::v4;
    const auto& address = link.a == at ? (v4 ? link.a4 : link.a6) : (v4 ? link.b4 : link.b6);
    return address ? address : loopback;
}

void Simulation::State::complain_on_the_way(const Complaint& complaint, const Packet& packet, const Journey& journey,
                                            Sink& sink)
{
    if (journey.here().node == client) return drop(Did::dropped, complaint.why, packet, journey, sink);
    const auto from = address_of_router(packet, journey);
    if (!from) return drop(Did::dropped, "no address", packet, journey, sink);
    complain(complaint, *from, packet, journey, sink);
}

void Simulation::State::complain(const Complaint& complaint, const Address& from, const Packet& packet,
                                 const Journey& journey, Sink& sink)
{
    const NodeIndex at = journey.here().node;
    const IcmpBehaviour& behaviour = node(at).icmp;
    if (packet.destination.is_multicast()) return drop(Did::dropped, "multicast", packet, journey, sink);
    if (is_icmp_error(packet)) return drop(Did::dropped, "about an error", packet, journey, sink);
    if (behaviour.silent) return drop(Did::dropped, "silent", packet, journey, sink);
    if (!buckets[at].take(behaviour.rate, behaviour.burst, journey.at))
        return drop(Did::dropped, "rate limit", packet, journey, sink);
    const ErrorMessage error{
        complaint.type, complaint.code,     complaint.info, from, static_cast<std::uint8_t>(journey.ttl),
        &behaviour,     journey.source_seen};
    build_error(packet, error, static_cast<unsigned>(journey.steps - 2), reply);
    send_back(Did::refused, complaint.why, packet, journey, sink);
}

// --- and back ----------------------------------------------------------------------------------------------------

/// The same nodes in reverse order. The copies that arise on the way carry the same answer.
void Simulation::State::send_back(Did did, Reason why, const Packet& packet, Journey journey, Sink& sink)
{
    const auto record = [&](Did what, Reason reason, NodeIndex at, const Journey& of) {
        Record result = record_of(packet, of, what, reason);
        result.node = at;
        return result;
    };
    const NodeIndex answered_by = journey.here().node;
    journey.stage = Stage::leave;
    journey.corrupt = false;  // what happened to the question doesn't show in the answer
    std::vector<Journey> answers;
    const auto lost_on_the_way = [&](Journey& answer) -> Reason {
        while (answer.steps > 1 || answer.stage == Stage::arrive) {
            if (answer.stage == Stage::leave) {
                const auto [from, link] = answer.here();
                --answer.steps;
                answer.stage = Stage::arrive;
                if (network().links[link].down) return "down";
                if (!pass(direction(network().links[link], from), answer, random, answers)) return "loss";
            } else {
                const NodeIndex at = answer.here().node;
                answer.stage = Stage::leave;
                if (at != client && node(at).down) return "down";
                if (at != client && !pass(node(at).impairment, answer, random, answers)) return "loss";
            }
        }
        return {};
    };
    for (;;) {
        if (const Reason lost = lost_on_the_way(journey); !lost.empty()) {
            sink.drop(record(Did::unheard, lost, answered_by, journey));
        } else {
            const Record told = record(did, why, answered_by, journey);
            if (!attack.idle()) attack.on_reply(told, reply);
            if (journey.corrupt) {
                Bytes damaged = reply;
                corrupt_packet(damaged, random());
                sink.answer(told, damaged);
            } else {
                sink.answer(told, reply);
            }
        }
        if (answers.empty()) return;
        journey = answers.back();
        answers.pop_back();
    }
}

void Simulation::State::drop(Did did, Reason why, const Packet& packet, const Journey& journey, Sink& sink)
{
    sink.drop(record_of(packet, journey, did, why));
}

Record Simulation::State::record_of(const Packet& packet, const Journey& journey, Did did, Reason why) const
{
    Record record;
    record.in = read;
    record.due = journey.at;
    record.version = packet.version;
    record.protocol = packet.protocol;
    record.ttl = packet.ttl;
    record.source = packet.source;
    record.destination = packet.destination;
    record.source_port = packet.source_port;
    record.destination_port = packet.destination_port;
    record.node = journey.here().node;
    record.did = did;
    record.why = why;
    record.duplicate = journey.duplicate;
    record.corrupt = journey.corrupt;
    record.late = journey.late;
    record.reordered = journey.reordered;
    return record;
}

// --- from outside ------------------------------------------------------------------------------------------------

Simulation::Simulation(const Scenario& scenario) : state_{std::make_unique<State>(scenario)} {}
Simulation::~Simulation() = default;

void Simulation::on_packet(std::span<const std::byte> bytes, Duration now, Sink& sink)
{
    const auto packet = parse_packet(bytes);
    if (!packet) return;
    State& state = *state_;
    state.begin(now);
    if (!state.attack.idle()) state.attack.on_request(*packet);
    Journey journey;
    journey.at = now;
    journey.ttl = packet->ttl;
    const auto owner = state.current->owner_of(packet->destination);
    journey.tree = owner ? &state.current->tree_to(owner->node) : nullptr;
    if (journey.tree == nullptr || journey.tree->next[client] == no_link)
        journey.tree = &state.current->tree_to_nowhere();
    if (owner) journey.range = owner->range;
    state.travel(*packet, journey, sink);
    while (!state.copies.empty()) {
        const Journey copy = state.copies.back();
        state.copies.pop_back();
        state.travel(*packet, copy, sink);
    }
}

std::optional<Duration> Simulation::next_deadline() const { return state_->attack.next_deadline(); }

void Simulation::advance(Duration now, Sink& sink) { state_->attack.advance(now, sink); }

}  // namespace netsim
