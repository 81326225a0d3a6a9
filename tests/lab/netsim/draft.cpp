#include <tests/lab/netsim/draft.hpp>
#include <tests/lab/netsim/node_words.hpp>
#include <tests/lab/netsim/routes.hpp>
#include <tests/lab/netsim/values.hpp>

namespace netsim {

namespace {

constexpr std::size_t max_nodes = 10'000;

bool is_name(const std::string& text)
{
    return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    });
}

void read_link_words(Section& section, Link& link)
{
    using TooBig = Link::TooBig;
    section.word("down", [&](const Place& value) { link.down = read_flag(value); });
    section.word("mtu", [&](const Place& value) { link.mtu = read_integer(value, 68, 65'535); });
    section.word("too-big", [&](const Place& value) {
        link.too_big = read_word<TooBig>(
            value, {{"told", TooBig::told}, {"told-zero", TooBig::told_zero}, {"black-hole", TooBig::black_hole}});
    });
}

/// The directions of a link: `there` and what differs on the way `back`. A link is written from either end.
void read_directions(Section& section, Link& link, bool swapped)
{
    Impairment& there = swapped ? link.back : link.there;
    Impairment& back = swapped ? link.there : link.back;
    read_impairment(section, there);
    read_impairment(section, back);
    section.word("back", [&](const Place& value) {
        Section differs{value, "what differs on the way back, such as {delay: 20ms}"};
        read_impairment(differs, back);
        differs.finish();
    });
}

}  // namespace

Draft::Draft(const std::vector<Scenario::Interface>& client_interfaces)
{
    DraftNode self;
    self.node.name = "client";
    for (const auto& interface : client_interfaces) self.node.addresses.push_back(interface.address);
    nodes_.push_back(self);
    names_.emplace("client", client);
}

void Draft::read_defaults(Section& section)
{
    section.word("node", [&](const Place& value) {
        Section defaults{value, "what holds for all nodes, such as {icmp: {quote: 28}}"};
        read_node(defaults, node_default_);
        defaults.finish();
        if (!node_default_.addresses.empty() || !node_default_.ranges.empty())
            value.expected("no addresses: nodes can't share them");
    });
    section.word("link", [&](const Place& value) {
        Section defaults{value, "what holds for all links, such as {delay: 5ms}"};
        read_link_words(defaults, link_default_);
        read_directions(defaults, link_default_, false);
        defaults.finish();
    });
}

void Draft::read(Section& section)
{
    introduce_names(section);
    section.word("nodes", [&](const Place& value) { read_nodes(value); });
    section.word("path", [&](const Place& value) { read_paths(value); });
    section.word("links", [&](const Place& value) {
        for (const auto& element : value.elements()) read_link(element);
    });
}

// --- nodes -------------------------------------------------------------------------------------------------------

NodeIndex Draft::introduce(const Place& name)
{
    const std::string text = name.node.IsScalar() ? name.node.Scalar() : "";
    if (!is_name(text)) name.expected("the name of a node: letters, digits, '-', '_' and '.'");
    const auto [entry, fresh] = names_.emplace(text, static_cast<NodeIndex>(nodes_.size()));
    if (!fresh) return entry->second;
    if (nodes_.size() == max_nodes) name.expected(fmt::format("at most {} nodes", max_nodes));
    DraftNode node;
    node.node = node_default_;
    node.node.name = text;
    node.place = name;
    const auto number = static_cast<unsigned>(nodes_.size());
    node.node.addresses = {
        asio::ip::address_v4{0x0AFF0001U + ((number & 0xFFU) << 8) - (number >> 8 << 16)},
        asio::ip::make_address(fmt::format("fd00:255:{}::1", number)),
    };
    nodes_.push_back(node);
    return entry->second;
}

NodeIndex Draft::known(const Place& name) const
{
    const auto found = names_.find(name.node.IsScalar() ? name.node.Scalar() : "");
    if (found == names_.end()) name.expected("a node that 'nodes' or 'path' knows");
    return found->second;
}

void Draft::introduce_names(Section& section)
{
    section.word("path", [&](const Place& value) {
        for (const auto& element : value.elements()) {
            for (const auto& name : element.elements()) introduce(name);
        }
    });
    section.word("nodes", [&](const Place& value) {
        Section nodes{value, "nodes by name"};
        for (const auto& entry : nodes.entries()) {
            if (entry.name == "client") entry.key.expected("another name: 'client' is where the tools run");
            introduce(entry.key);
        }
    });
}

void Draft::read_nodes(const Place& place)
{
    Section nodes{place, "nodes by name"};
    for (const auto& entry : nodes.entries()) {
        DraftNode& node = nodes_[known(entry.key)];
        Section section{entry.value, "what a node is like, such as {address: 10.1.0.1}"};
        read_node(section, node.node);
        section.word("address", [&](const Place& value) { node.addressed = value; });
        section.word("balance", [&](const Place& value) { read_balance(value, node); });
        section.finish();
    }
}

void Draft::read_balance(const Place& place, DraftNode& node)
{
    using By = Balance::By;
    node.node.balance = {};
    node.balance.clear();
    Section section{place, "how it balances, such as {by: five-tuple, over: [r2, r3]}"};
    section.word("by", [&](const Place& value) {
        node.node.balance.by = read_word<By>(value, {{"five-tuple", By::five_tuple},
                                                     {"flow-label", By::flow_label},
                                                     {"addresses", By::addresses},
                                                     {"packet", By::packet}});
    });
    section.word("icmp-checksum", [&](const Place& value) { node.node.balance.icmp_checksum = read_flag(value); });
    section.word("over", [&](const Place& value) {
        if (value.node.IsMap()) {
            Section weights{value, "weights by name"};
            for (const auto& entry : weights.entries()) node.balance.emplace_back(entry.key, read_number(entry.value));
        } else {
            for (const auto& name : value.elements()) node.balance.emplace_back(name, 1.0);
        }
    });
    section.finish();
}

// --- links -------------------------------------------------------------------------------------------------------

Draft::DraftLink& Draft::link_between(NodeIndex a, NodeIndex b)
{
    const Ends ends{std::min(a, b), std::max(a, b)};
    const auto [found, fresh] = link_index_.emplace(ends, links_.size());
    if (fresh) {
        links_.push_back({ends, {}});
        links_.back().second.link = link_default_;
        links_.back().second.link.a = ends.first;
        links_.back().second.link.b = ends.second;
    }
    return links_[found->second].second;
}

void Draft::read_paths(const Place& place)
{
    for (auto& [ends, link] : links_) link.of_path = false;  // this path replaces the one before
    const bool several = place.node.IsSequence() && place.node.size() > 0 && place.node[0].IsSequence();
    if (!several) return read_path(place);
    for (const auto& path : place.elements()) read_path(path);
}

void Draft::read_path(const Place& place)
{
    std::vector<NodeIndex> path{client};
    for (const auto& name : place.elements()) {
        const NodeIndex node = known(name);
        if (std::find(path.begin(), path.end(), node) != path.end())
            name.expected("a path that visits each node once: this is a loop");
        link_between(path.back(), node).of_path = true;
        path.push_back(node);
    }
    if (path.size() == 1) place.expected("a list of nodes, such as [r1, r2, host]");
}

void Draft::read_link(const Place& place)
{
    Section section{place, "a link such as {between: [r1, r2], delay: 10ms}"};
    std::optional<std::pair<NodeIndex, NodeIndex>> ends;
    section.word("between", [&](const Place& value) {
        const auto names = value.elements();
        if (names.size() != 2) value.expected("two nodes, such as [r1, r2]");
        ends = {known(names[0]), known(names[1])};
        if (ends->first == ends->second) value.expected("two different nodes: this is a loop");
    });
    if (!ends) place.expected("the word 'between', which names both ends");
    DraftLink& draft = link_between(ends->first, ends->second);
    draft.described = true;
    const bool swapped = draft.link.a != ends->first;
    read_link_words(section, draft.link);
    read_directions(section, draft.link, swapped);
    section.word("addresses", [&](const Place& value) { read_link_addresses(value, draft.link, swapped); });
    section.finish();
}

void Draft::read_link_addresses(const Place& place, Link& link, bool swapped)
{
    constexpr auto what = "a pair of addresses of one family for each family, such as [[10.2.0.1, 10.2.0.2]]";
    const bool several = place.node.IsSequence() && place.node.size() > 0 && place.node[0].IsSequence();
    for (const auto& pair : several ? place.elements() : std::vector<Place>{place}) {
        const auto ends = pair.elements();
        if (ends.size() != 2) pair.expected(what);
        auto first = read_address(ends[0]), second = read_address(ends[1]);
        if (first.is_v4() != second.is_v4()) pair.expected(what);
        if (swapped) std::swap(first, second);
        (first.is_v4() ? link.a4 : link.a6) = first;
        (first.is_v4() ? link.b4 : link.b6) = second;
    }
}

// --- the whole ---------------------------------------------------------------------------------------------------

void Draft::adopt_nodes(const Draft& later)
{
    for (std::size_t i = nodes_.size(); i < later.nodes_.size(); ++i) {
        nodes_.push_back(later.nodes_[i]);
        nodes_.back().balance.clear();
        names_.emplace(nodes_.back().node.name, static_cast<NodeIndex>(i));
    }
}

void Draft::resolve_balance(DraftNode& node)
{
    node.node.balance.over.clear();
    const NodeIndex at = names_.at(node.node.name);
    for (const auto& [name, weight] : node.balance) {
        const NodeIndex over = known(name);
        const auto link = link_index_.find({std::min(at, over), std::max(at, over)});
        const bool linked =
            link != link_index_.end() && (links_[link->second].second.of_path || links_[link->second].second.described);
        if (over == client || !linked) name.expected("a node that '" + node.node.name + "' has a link to");
        node.node.balance.over.push_back({over, weight});
    }
}

Network Draft::finish(const Place& whole, bool everything)
{
    Network network;
    for (auto& node : nodes_) resolve_balance(node);
    for (const auto& node : nodes_) network.nodes.push_back(node.node);
    for (const auto& [ends, link] : links_)
        if (link.of_path || link.described) network.links.push_back(link.link);
    if (network.links.empty()) whole.wrong("there is no network: expected 'path' or 'links'");
    check_addresses(whole);
    check_prefixes();
    check_circles();
    if (everything) check_reachable(network);
    return network;
}

void Draft::check_addresses(const Place& whole) const
{
    std::map<Address, std::string> owners;
    const auto claim = [&](const Address& address, const std::string& name, const Place& place) {
        const auto [owner, fresh] = owners.emplace(address, name);
        if (!fresh)
            place.wrong(fmt::format("address {} of '{}' is used twice, by '{}' too: expected another one",
                                    address.to_string(), name, owner->second));
    };
    for (const auto& node : nodes_)
        for (const auto& address : node.node.addresses) {
            const bool given = node.addressed.file != nullptr;
            claim(address, node.node.name, given ? node.addressed : node.place.file == nullptr ? whole : node.place);
        }
    for (const auto& [ends, draft] : links_) {
        const Link& link = draft.link;
        for (const auto& [address, end] :
             {std::pair{link.a4, link.a}, {link.a6, link.a}, {link.b4, link.b}, {link.b6, link.b}}) {
            const DraftNode& node = nodes_[end];
            const auto& own = node.node.addresses;
            if (!address || std::find(own.begin(), own.end(), *address) != own.end()) continue;
            claim(*address, node.node.name, node.place.file == nullptr ? whole : node.place);
        }
    }
}

void Draft::check_prefixes() const
{
    std::map<std::pair<Address, unsigned>, NodeIndex> owners;
    for (NodeIndex i = 0; i < nodes_.size(); ++i) {
        for (const auto& range : nodes_[i].node.ranges) {
            const auto [owner, fresh] = owners.emplace(std::pair{range.prefix.network, range.prefix.length}, i);
            if (!fresh)
                nodes_[i].place.wrong(
                    fmt::format("prefix {}/{} of '{}' is used twice, by '{}' too: expected another one",
                                range.prefix.network.to_string(), range.prefix.length, nodes_[i].node.name,
                                nodes_[owner->second].node.name));
        }
    }
}

/// Choices that lead back to where they were made would send packets around for ever.
void Draft::check_circles() const
{
    enum class Mark { fresh, open, done };
    std::vector<Mark> marks(nodes_.size(), Mark::fresh);
    const auto visit = [&](const auto& self, NodeIndex at) -> void {
        marks[at] = Mark::open;
        for (std::size_t i = 0; i < nodes_[at].node.balance.over.size(); ++i) {
            const NodeIndex next = nodes_[at].node.balance.over[i].node;
            if (marks[next] == Mark::open)
                nodes_[at].balance[i].first.expected("balancing that leads onwards: this is a loop");
            if (marks[next] == Mark::fresh) self(self, next);
        }
        marks[at] = Mark::done;
    };
    for (NodeIndex i = 0; i < nodes_.size(); ++i)
        if (marks[i] == Mark::fresh) visit(visit, i);
}

void Draft::check_reachable(const Network& network) const
{
    Routes routes{network};
    const Tree& tree = routes.tree_to(client);
    for (NodeIndex i = 1; i < nodes_.size(); ++i)
        if (nodes_[i].place.file != nullptr && tree.next[i] == no_link)
            nodes_[i].place.expected("a node that can be reached from the client: there is no link to it");
}

}  // namespace netsim
