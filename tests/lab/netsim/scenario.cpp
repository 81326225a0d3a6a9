#include <tests/lab/netsim/draft.hpp>
#include <tests/lab/netsim/values.hpp>

#include <fstream>

namespace netsim {

namespace {

constexpr std::size_t max_file = 1 << 20;

std::vector<Scenario::Interface> read_client(const Place& place)
{
    std::vector<Scenario::Interface> interfaces;
    for (const auto& element : place.elements()) {
        constexpr auto what = "an address with its prefix length, such as 10.0.0.2/24";
        const std::string text = element.node.IsScalar() ? element.node.Scalar() : "";
        const auto slash = text.find('/');
        boost::system::error_code error;
        const auto address = asio::ip::make_address(text.substr(0, slash), error);
        if (error || slash == std::string::npos) element.expected(what);
        const unsigned bits = address.is_v4() ? 32 : 128;
        const std::string digits = text.substr(slash + 1);
        const bool number = !digits.empty() && digits.size() <= 3 &&
                            std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
        const unsigned length = number ? static_cast<unsigned>(std::stoi(digits)) : bits + 1;
        if (length > bits) element.expected(what);
        for (const auto& other : interfaces)
            if (other.address.is_v4() == address.is_v4()) element.expected("one address of each family at the most");
        interfaces.push_back({address, length});
    }
    return interfaces;
}

Attacker read_attacker(const Place& place)
{
    using Kind = Attacker::Kind;
    Attacker attacker;
    bool given = false;
    Section section{place, "an attacker such as {kind: forged, from: 10.66.0.0/16, rate: 100/s}"};
    section.word("kind", [&](const Place& value) {
        attacker.kind =
            read_word<Kind>(value, {{"forged", Kind::forged}, {"replayed", Kind::replayed}, {"errors", Kind::errors}});
    });
    section.word("from", [&](const Place& value) {
        attacker.from = read_prefix(value);
        given = true;
    });
    section.word("identifier", [&](const Place& value) {
        attacker.right_identifier = read_word<bool>(value, {{"right", true}, {"wrong", false}});
    });
    section.word("rate", [&](const Place& value) { attacker.rate = read_rate(value); });
    section.word("start", [&](const Place& value) { attacker.start = read_duration(value); });
    section.word("stop", [&](const Place& value) { attacker.stop = read_duration(value); });
    section.finish();
    if (!given) place.expected("the word 'from': which addresses the attacker uses");
    return attacker;
}

std::string lower(std::string text)
{
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

void read_name(const Section::Entry& entry, DnsServer& dns)
{
    using Failure = DnsName::Failure;
    using Type = DnsRecord::Type;
    const std::string name = lower(entry.name);
    if (name.empty() || name.size() > 253) entry.key.expected("a name of 1 to 253 octets");
    DnsName special;
    std::uint32_t ttl = 60;
    std::vector<DnsRecord> records;
    Section section{entry.value, "what a name has, such as {a: 10.9.0.1}"};
    section.word("ttl", [&](const Place& value) { ttl = static_cast<std::uint32_t>(read_integer(value, 0, 604'800)); });
    section.word("delay", [&](const Place& value) { special.delay = read_duration(value); });
    section.word("failure", [&](const Place& value) {
        special.failure = read_word<Failure>(value, {{"none", Failure::none},
                                                     {"nxdomain", Failure::nxdomain},
                                                     {"servfail", Failure::servfail},
                                                     {"refused", Failure::refused},
                                                     {"silent", Failure::silent},
                                                     {"truncated", Failure::truncated}});
    });
    const auto record = [&](const char* word, Type type, auto read) {
        section.word(word, [&](const Place& value) {
            for (const auto& element : value.elements()) records.push_back({name, type, read(element), ttl});
        });
    };
    const auto address = [](bool v4) {
        return [v4](const Place& value) {
            if (read_address(value).is_v4() != v4) value.expected(v4 ? "an IPv4 address" : "an IPv6 address");
            return value.node.Scalar();
        };
    };
    record("a", Type::a, address(true));
    record("aaaa", Type::aaaa, address(false));
    record("cname", Type::cname, [](const Place& value) { return lower(read_text(value)); });
    record("ptr", Type::ptr, [](const Place& value) { return lower(read_text(value)); });
    record("txt", Type::txt, [](const Place& value) { return read_text(value); });
    section.finish();
    dns.records.insert(dns.records.end(), records.begin(), records.end());
    dns.names[name] = special;
}

void read_dns(const Place& place, DnsServer& dns)
{
    Section section{place, "a DNS server such as {names: {host.example: {a: 10.9.0.1}}}"};
    section.word("delay", [&](const Place& value) { dns.delay = read_duration(value); });
    section.word("names", [&](const Place& value) {
        Section names{value, "names"};
        for (const auto& entry : names.entries()) read_name(entry, dns);
    });
    section.finish();
}

struct Moment {
    Duration from{};
    Draft draft;
    Place place;
};

void read_change(const Place& place, std::vector<Moment>& moments)
{
    Section section{place, "a change such as {at: 2s, nodes: {r3: {down: true}}}"};
    std::optional<Duration> at;
    section.word("at", [&](const Place& value) { at = read_duration(value); });
    if (!at) place.expected("the word 'at': when the change happens");
    // Each change is a network of its own.
    constexpr std::size_t max_nodes_of_all = 100'000;
    if (moments.size() * moments.back().draft.nodes() > max_nodes_of_all)
        place.expected(fmt::format("fewer changes: at most {} nodes in all networks together", max_nodes_of_all));
    if (*at < moments.back().from) place.expected("changes in the order of their times");
    Moment moment{*at, moments.back().draft, place};
    moment.draft.read(section);
    section.finish();
    moments.push_back(std::move(moment));
}

Scenario read_document(const Place& whole)
{
    Scenario scenario;
    Section section{whole, "a scenario: a mapping with 'path' or 'links'"};
    section.word("seed", [&](const Place& value) { scenario.seed = read_integer(value, 0, ~std::uint64_t{0}); });
    scenario.client = {{asio::ip::make_address("10.0.0.2"), 24}, {asio::ip::make_address("fd00::2"), 64}};
    section.word("client", [&](const Place& value) { scenario.client = read_client(value); });
    std::vector<Moment> moments;
    moments.push_back({Duration{}, Draft{scenario.client}, whole});
    moments.front().draft.read_defaults(section);
    moments.front().draft.read(section);
    section.word("changes", [&](const Place& value) {
        for (const auto& element : value.elements()) read_change(element, moments);
    });
    section.word("attackers", [&](const Place& value) {
        for (const auto& element : value.elements()) scenario.attackers.push_back(read_attacker(element));
    });
    section.word("dns", [&](const Place& value) { read_dns(value, scenario.dns); });
    section.finish();

    for (auto& moment : moments) {
        const bool first = &moment == &moments.front();
        Network network = moment.draft.finish(moment.place, first);
        if (moment.draft.nodes() < moments.back().draft.nodes()) {
            moment.draft.adopt_nodes(moments.back().draft);
            network = moment.draft.finish(moment.place, false);
        }
        scenario.epochs.push_back({moment.from, std::move(network)});
    }
    return scenario;
}

}  // namespace

Scenario parse_scenario(const std::string& text, const std::string& file)
{
    if (text.size() > max_file)
        throw ScenarioError{fmt::format("{}:1: found {} octets: expected at most {}", file, text.size(), max_file)};
    try {
        const auto documents = YAML::LoadAll(text);
        const YAML::Node document = documents.empty() ? YAML::Node{} : documents.front();
        if (documents.size() > 1) throw ScenarioError{fmt::format("{}:1: found several documents: expected one", file)};
        if (!document.IsMap()) throw ScenarioError{fmt::format("{}:1: found no mapping: expected a scenario", file)};
        return read_document({document, &file});
    } catch (const YAML::Exception& error) {
        throw ScenarioError{fmt::format("{}:{}: {}: expected YAML", file, error.mark.line + 1, error.msg)};
    }
}

Scenario read_scenario(const std::string& path)
{
    std::ifstream in{path, std::ios::binary};
    std::string text(max_file + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!in.is_open() || in.bad()) throw ScenarioError{path + ":0: cannot be read: expected a scenario file"};
    text.resize(static_cast<std::size_t>(in.gcount()));
    return parse_scenario(text, path);
}

}  // namespace netsim
