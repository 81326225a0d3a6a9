#include <tests/lab/netsim/addresses.hpp>
#include <tests/lab/netsim/routes.hpp>

#include <algorithm>
#include <deque>

namespace netsim {

Routes::Routes(const Network& network)
    : network_{network},
      links_of_(network.nodes.size()),
      plain_(network.nodes.size())
{
    for (LinkIndex i = 0; i < network.links.size(); ++i) {
        links_of_[network.links[i].a].push_back(i);
        links_of_[network.links[i].b].push_back(i);
    }
    for (NodeIndex node = 0; node < network.nodes.size(); ++node) {
        for (const auto& address : network.nodes[node].addresses) addresses_.emplace(address, node);
        for (const auto& range : network.nodes[node].ranges) ranges_.emplace_back(&range, node);
    }
    for (const Link& link : network.links) {
        for (const auto& address : {link.a4, link.a6})
            if (address) addresses_.emplace(*address, link.a);
        for (const auto& address : {link.b4, link.b6})
            if (address) addresses_.emplace(*address, link.b);
    }
    nowhere_ = {no_node, {}, std::vector<LinkIndex>(network.nodes.size(), no_link), {}};
    if (!links_of_[client].empty()) nowhere_.next[client] = links_of_[client].front();
    std::stable_sort(ranges_.begin(), ranges_.end(), [](const auto& one, const auto& other) {
        return one.first->prefix.length > other.first->prefix.length;
    });
}

std::optional<Routes::Owner> Routes::owner_of(const Address& address) const
{
    if (const auto found = addresses_.find(address); found != addresses_.end()) return Owner{found->second, nullptr};
    for (const auto& [range, node] : ranges_)
        if (contains(range->prefix, address)) return Owner{node, range};
    return std::nullopt;
}

LinkIndex Routes::link_between(NodeIndex a, NodeIndex b) const
{
    for (const LinkIndex link : links_of_[a])
        if (other_end(link, a) == b) return link;
    return no_link;
}

const Tree& Routes::tree_without(const Tree& from, NodeIndex left)
{
    auto excluded = from.excluded;
    excluded.push_back(left);
    return tree(from.owner, std::move(excluded));
}

const Tree& Routes::tree(NodeIndex owner, std::vector<NodeIndex> excluded)
{
    const bool plain = excluded.empty();
    if (plain && plain_[owner] != nullptr) return *plain_[owner];
    auto key = std::pair{owner, std::move(excluded)};
    auto found = trees_.find(key);
    if (found == trees_.end()) {
        Tree searched = search(owner, key.second);
        found = trees_.emplace(std::move(key), std::move(searched)).first;
    }
    if (plain) plain_[owner] = &found->second;
    return found->second;
}

/// Breadth first, from the owner outwards.
Tree Routes::search(NodeIndex owner, std::vector<NodeIndex> excluded) const
{
    constexpr auto unreached = ~std::uint32_t{0};
    Tree tree{owner, std::move(excluded), std::vector<LinkIndex>(links_of_.size(), no_link),
              std::vector<std::uint32_t>(links_of_.size(), unreached)};
    tree.distance[owner] = 0;
    std::deque<NodeIndex> edge{owner};
    while (!edge.empty()) {
        const NodeIndex node = edge.front();
        edge.pop_front();
        for (const LinkIndex link : links_of_[node]) {
            const NodeIndex other = other_end(link, node);
            const bool avoided = std::find(tree.excluded.begin(), tree.excluded.end(), other) != tree.excluded.end();
            if (avoided || other == client || tree.distance[other] != unreached) {
                if (other == client && tree.distance[client] == unreached) {  // reached, but never passed through
                    tree.distance[client] = tree.distance[node] + 1;
                    tree.next[client] = link;
                }
                continue;
            }
            tree.distance[other] = tree.distance[node] + 1;
            tree.next[other] = link;
            edge.push_back(other);
        }
    }
    return tree;
}

}  // namespace netsim
