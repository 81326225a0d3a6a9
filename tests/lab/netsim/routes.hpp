#pragma once
// Which node an address belongs to, and the way there.

#include <tests/lab/netsim/model.hpp>

#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

namespace netsim {

using LinkIndex = std::uint32_t;
constexpr LinkIndex no_link = ~LinkIndex{0};
constexpr NodeIndex no_node = ~NodeIndex{0};

/// The next links towards one node, from everywhere: the way with the fewest links, ties in the order of the file.
/// Where a node balances, the way goes on in another tree, which never comes back to that node.
struct Tree {
    NodeIndex owner = 0;
    std::vector<NodeIndex> excluded;
    std::vector<LinkIndex> next;          ///< by node; `no_link`: there is no way from here
    std::vector<std::uint32_t> distance;  ///< in links
};

/// The routes of one network, computed as they are needed.
class Routes {
public:
    explicit Routes(const Network& network);

    /// The node that answers for an address: the one that has it, or else the one with the longest prefix around it.
    struct Owner {
        NodeIndex node = 0;
        const HostRange* range = nullptr;  ///< null: one of its own addresses
    };
    std::optional<Owner> owner_of(const Address& address) const;

    /// The tree towards a node.
    const Tree& tree_to(NodeIndex owner) { return tree(owner, {}); }

    /// The tree for addresses that belong to no node: as far as the first router, which knows no way either.
    const Tree& tree_to_nowhere() const { return nowhere_; }

    /// The same as `from` without the ways that come back to `left`.
    const Tree& tree_without(const Tree& from, NodeIndex left);

    const Network& network() const noexcept { return network_; }
    NodeIndex other_end(LinkIndex link, NodeIndex node) const
    {
        const Link& l = network_.links[link];
        return l.a == node ? l.b : l.a;
    }
    /// The link between two nodes; `no_link`: there is none.
    LinkIndex link_between(NodeIndex a, NodeIndex b) const;

private:
    const Tree& tree(NodeIndex owner, std::vector<NodeIndex> excluded);
    Tree search(NodeIndex owner, std::vector<NodeIndex> excluded) const;

    const Network& network_;
    Tree nowhere_;
    std::vector<std::vector<LinkIndex>> links_of_;
    std::unordered_map<Address, NodeIndex> addresses_;
    std::vector<std::pair<const HostRange*, NodeIndex>> ranges_;  ///< the longest prefix first
    std::vector<const Tree*> plain_;                              ///< by owner, nothing excluded
    std::map<std::pair<NodeIndex, std::vector<NodeIndex>>, Tree> trees_;
};

}  // namespace netsim
