// Every scenario there is, as trace++ sees it and as traceroute, mtr and scamper do: each hop where they differ is in a table,
// with the reason.

#include <tests/support/catch.hpp>
#include <tests/support/simulated.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace rivals_tests {

using namespace libnet::test;

namespace {

/// A host of a scenario.
struct Place {
    std::string scenario, host;
    int max_ttl;                 ///< some hops more than there are
    std::string by_chance = {};  ///< why two programs that are both right may see different things here
    int settles_after = 0;       ///< seconds: the path changes before
};

/// Those that take long come first.
const std::vector<Place> places{
    {"changes", "10.9.0.1", 5, {}, 8},
    {"grows", "10.9.0.1", 7, {}, 5},
    {"twenty_hops", "10.9.0.1", 22},
    {"long_path", "10.9.0.1", 22},
    {"answers", "10.9.0.5", 4},
    {"altered", "10.9.0.1", 12},
    {"broken", "10.9.0.1", 9},
    {"name_server", "10.9.0.1", 6},
    {"rate_limited", "10.9.0.1", 5,
     "the second hop complains ten times a second, and the eleventh probe gets no answer"},
    {"attacker", "10.9.0.1", 4,
     "an echo reply with the payload of a request is believed from any address, and netsim has much to do"},
    {"impaired", "10.20.0.1", 5, "a tenth of the probes is lost"},
    {"impaired", "10.20.7.1", 5},
    {"loss", "10.9.0.1", 5, "a fifth of the probes is lost, and a tenth of the answers"},
    {"answers", "10.9.0.1", 4},
    {"answers", "10.9.0.2", 4},
    {"answers", "10.9.0.3", 4},
    {"answers", "10.9.0.4", 4},
    {"answers", "10.9.0.6", 4},
    {"dns", "10.9.0.1", 4},
    {"dns", "10.0.53.1", 4},
    {"extensions", "10.9.0.1", 7},
    {"mtu", "10.9.0.1", 5},
    {"mtu", "10.9.0.2", 6},
    {"mtu_chain", "10.9.0.1", 8},
    {"mtu_chain", "10.9.0.2", 8},
    {"mtu_chain", "10.9.0.3", 8},
    {"mtu_chain", "10.9.0.4", 6},
    {"multipath", "10.9.0.1", 8},
    {"plain", "10.9.0.1", 7},
    {"sweep", "10.32.0.14", 4},
    {"dead_resolver", "10.9.0.1", 4},
    {"diamonds", "10.9.0.1", 7},
    {"diamond_service", "10.9.0.1", 6},
    {"flow_labels", "fd09::1", 7},
    {"flow_label_service", "fd09::1", 6},
    {"losing", "10.9.0.1", 6, "a third of the probes is lost, and a third of the answers"},
    {"methods", "10.9.0.1", 6},
    {"origins", "198.51.100.1", 6},
    {"quotes_eight", "10.9.0.1", 7},
    {"slow_limit", "10.9.0.1", 6, "the second hop complains once a second, and the third probe gets no answer"},
    {"translated_host", "10.9.0.1", 5},
};

/// A hop at which a rival sees something else than trace++ does. "-": nothing.
struct Difference {
    std::string scenario, host, rival;
    int ttl;
    std::string ours, theirs;
    std::string reason = {};

    std::string words() const
    {
        return scenario + ' ' + host + ' ' + rival + " hop " + std::to_string(ttl) + ": ours " + ours + ", theirs " +
               theirs;
    }
};

const std::string other_port = "a socket is told of errors that quote its own port; by the cookie they are known, too";
const std::string translated =
    "a socket is told of errors that quote its own address; by the cookie they are known, too";
const std::string from_elsewhere = "an echo reply from another address is not one of the host's to it";
const std::string host_says_exceeded = "to it, a host that says time exceeded is a router; it has no end for that path";

const std::vector<Difference> explained{
    {"altered", "10.9.0.1", "traceroute", 8, "10.255.8.1", "-", other_port},
    {"altered", "10.9.0.1", "traceroute -U", 8, "10.255.8.1", "-", other_port},
    {"altered", "10.9.0.1", "traceroute -T", 8, "10.255.8.1", "-", other_port},
    {"altered", "10.9.0.1", "traceroute", 10, "10.9.0.1", "-", translated},
    {"altered", "10.9.0.1", "traceroute -U", 10, "10.9.0.1", "-", translated},
    {"broken", "10.9.0.1", "traceroute", 6, "10.255.6.1", "-", other_port},
    {"broken", "10.9.0.1", "traceroute -T", 6, "10.255.6.1", "-", other_port},
    {"translated_host", "10.9.0.1", "traceroute", 3, "10.9.0.1", "-", translated},
    {"translated_host", "10.9.0.1", "traceroute -U", 3, "10.9.0.1", "-", translated},
    {"answers", "10.9.0.3", "traceroute -I", 2, "10.66.0.3", "-", from_elsewhere},
    {"answers", "10.9.0.3", "scamper", 2, "10.66.0.3", "-", from_elsewhere},
    {"answers", "10.9.0.3", "mtr", 3, "-", "10.66.0.3", "to it, the path ends where its own address answers"},
    {"answers", "10.9.0.3", "mtr", 4, "-", "10.66.0.3", "to it, the path ends where its own address answers"},
    {"answers", "10.9.0.4", "traceroute", 3, "-", "10.9.0.4", host_says_exceeded},
    {"answers", "10.9.0.4", "traceroute", 4, "-", "10.9.0.4", host_says_exceeded},
    {"answers", "10.9.0.4", "traceroute -U", 3, "-", "10.9.0.4", host_says_exceeded},
    {"answers", "10.9.0.4", "traceroute -U", 4, "-", "10.9.0.4", host_says_exceeded},
    {"answers", "10.9.0.4", "traceroute -I", 3, "-", "10.9.0.4", host_says_exceeded},
    {"answers", "10.9.0.4", "traceroute -I", 4, "-", "10.9.0.4", host_says_exceeded},
};

/// Who answered at which TTL, with its annotation ("10.9.0.1 !X"). Silent hops have no entry.
using Path = std::map<int, std::string>;

/// " 2  10.255.2.1  4.123 ms !P", of traceroute and trace++.
Path read_lines(std::istream& in)
{
    Path path;
    std::string line;
    std::getline(in, line);  // "... to HOST"
    while (std::getline(in, line)) {
        std::istringstream words{line};
        int ttl = 0;
        std::string address;
        if (!(words >> ttl >> address) || address == "*") continue;
        for (std::string word; words >> word;)
            if (word.starts_with('!')) address += ' ' + word;
        path[ttl] = address;
    }
    return path;
}

/// "  2.|-- 10.255.2.1   0.0%     1 ...", of mtr.
Path read_report(std::istream& in)
{
    Path path;
    for (std::string line; std::getline(in, line);) {
        std::istringstream words{line};
        int ttl = 0;
        std::string separator, address;
        if (words >> ttl >> separator >> address && address != "???") path[ttl] = address;
    }
    return path;
}

/// Of scamper's JSON.
Path read_json(std::istream& in)
{
    Path path;
    for (std::string line; std::getline(in, line);) {
        const auto object = boost::json::parse(line).as_object();
        const auto* hops = object.if_contains("hops");
        if (hops == nullptr) continue;
        for (const auto& hop : hops->as_array())
            path[static_cast<int>(hop.at("probe_ttl").as_int64())] = std::string{hop.at("addr").as_string()};
    }
    return path;
}

/// What all programs have seen of a place: by name, as in the table.
struct Seen {
    std::map<std::string, Path> ours, theirs;
    Finished run;
};

/// All of them at the same time, in one network; two that send from the same port one after the other. They wait for longer
/// than a busy machine takes.
constexpr auto script = R"(
trace=$1 host=$2 max=$3 out=$4
sleep "$5"
both() {
    name=$1 port=$2
    shift 2
    "$trace" -n -q 1 -w 5,0,0 -m "$max" --max-gap 0 "$@" ${port:+--sport $port} "$host" >"$out/ours$name" 2>"$out/err$name"
    traceroute -n -q 1 -w 5,0,0 -m "$max" "$@" ${port:+--sport=$port} "$host" >"$out/theirs$name"
}
both '' '' &
both ' -I' '' -I &
both ' -U' 40000 -U &
both ' -T' 40000 -T &
mtr -n --report -c 1 -i 0.3 -G 3 -m "$max" "$host" >"$out/mtr" &
scamper -O json -c "trace -P icmp-paris -q 1 -w 3 -m $max" -i "$host" >"$out/scamper" &
wait
cat "$out"/err* >&2
)";

Seen look(const Place& place)
{
    const TemporaryDirectory directory;
    const auto& out = directory.path();
    Seen seen;
    seen.run = simulate(scenario(place.scenario),
                        {"sh", "-c", script, "sh", program("trace++"), place.host, std::to_string(place.max_ttl),
                         out.string(), std::to_string(place.settles_after)})
                   .tool;
    for (const std::string method : {"", " -I", " -U", " -T"}) {
        std::ifstream ours{out / ("ours" + method)}, theirs{out / ("theirs" + method)};
        seen.ours["traceroute" + method] = read_lines(ours);
        seen.theirs["traceroute" + method] = read_lines(theirs);
    }
    std::ifstream mtr{out / "mtr"}, scamper{out / "scamper"};
    seen.theirs["mtr"] = read_report(mtr);
    seen.theirs["scamper"] = read_json(scamper);
    // These tell no annotations.
    auto echo = seen.ours["traceroute -I"];
    for (auto& [ttl, who] : echo) who = who.substr(0, who.find(' '));
    seen.ours["mtr"] = seen.ours["scamper"] = echo;
    return seen;
}

/// Many networks at a time: nearly all of the time they wait.
std::vector<Seen> look_at_all()
{
    std::vector<Seen> all(places.size());
    std::atomic<std::size_t> next{0};
    std::vector<std::jthread> workers;
    for (int i = 0; i < 8; ++i)
        workers.emplace_back([&] {
            for (auto at = next++; at < places.size(); at = next++) all[at] = look(places[at]);
        });
    workers.clear();
    return all;
}

std::string at(const Path& path, int ttl)
{
    const auto found = path.find(ttl);
    return found == path.end() ? "-" : found->second;
}

std::vector<Difference> differences(const Place& place, const Seen& seen)
{
    std::vector<Difference> all;
    for (const auto& [rival, theirs] : seen.theirs) {
        const auto& ours = seen.ours.at(rival);
        for (int ttl = 1; ttl <= place.max_ttl; ++ttl)
            if (at(ours, ttl) != at(theirs, ttl))
                all.push_back({place.scenario, place.host, rival, ttl, at(ours, ttl), at(theirs, ttl)});
    }
    return all;
}

bool is_echo(const Difference& difference)
{
    return difference.rival == "traceroute -I" || difference.rival == "mtr" || difference.rival == "scamper";
}

/// Where chance decides: nothing is seen in place of something, or a forged echo reply has been believed.
bool can_be_chance(const Place& place, const Difference& difference)
{
    const bool echo = is_echo(difference);
    const bool forged = difference.theirs.starts_with("10.66.") || difference.ours.starts_with("10.66.");
    return !place.by_chance.empty() && (difference.ours == "-" || difference.theirs == "-" || (echo && forged));
}

/// Of another flow than ours, which routers that share load send another way: traceroute's UDP probes are flows of their own,
/// each program has a checksum of its own in its echo requests, and each socket a flow label.
bool is_of_another_flow(const Difference& difference)
{
    const bool udp = difference.rival == "traceroute";
    if (difference.scenario.starts_with("flow_label")) return true;
    if (difference.scenario == "diamonds") return udp || is_echo(difference);
    return udp && (difference.scenario == "multipath" || difference.scenario == "diamond_service");
}

using Words = std::set<std::string>;

Words unexplained_by_chance(const Place& place, const Seen& seen)
{
    Words words;
    for (const auto& difference : differences(place, seen))
        if (!can_be_chance(place, difference) && !is_of_another_flow(difference)) words.insert(difference.words());
    return words;
}

Words in_the_table(const Place& place)
{
    Words words;
    for (const auto& difference : explained)
        if (difference.scenario == place.scenario && difference.host == place.host) words.insert(difference.words());
    return words;
}

std::string lines(const Words& words)
{
    std::string text;
    for (const auto& line : words) text += line + '\n';
    return text;
}

}  // namespace

TEST_CASE("every scenario has a place here")
{
    std::set<std::string> covered;
    for (const auto& place : places) covered.insert(place.scenario);
    for (const auto& file : std::filesystem::directory_iterator{std::filesystem::path{scenario("plain")}.parent_path()})
        CHECK(covered.contains(file.path().stem().string()));
}

TEST_CASE("on every scenario, trace++ sees what its rivals see, or there is a reason")
{
    auto all = look_at_all();
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto& place = places[i];
        const auto expected = in_the_table(place);
        // On a busy machine an answer may come too late: who has missed one looks again, alone.
        for (int again = 0; again < 2 && unexplained_by_chance(place, all[i]) != expected; ++again)
            all[i] = look(place);
        INFO(place.scenario << ' ' << place.host << all[i].run.err);
        CHECK(all[i].run.err.empty());
        CHECK(lines(unexplained_by_chance(place, all[i])) == lines(expected));
        for (const auto& [rival, path] : all[i].ours) {
            if (place.by_chance.empty()) CHECK(!path.empty());
            const bool echo = rival != "traceroute" && rival != "traceroute -U" && rival != "traceroute -T";
            for (const auto& [ttl, who] : path)
                if (!echo) CHECK_FALSE(who.starts_with("10.66."));
        }
    }
}

}  // namespace rivals_tests
