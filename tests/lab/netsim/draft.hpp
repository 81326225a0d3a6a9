#pragma once
// A network while its scenario is being read: names, paths and links that later words may still change.

#include <tests/lab/netsim/section.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace netsim {

/// What `nodes`, `path` and `links` say. A change of the scenario is read into a copy.
class Draft {
public:
    explicit Draft(const std::vector<Scenario::Interface>& client_interfaces);

    void read_defaults(Section& section);  ///< `node` and `link`
    void read(Section& section);           ///< `nodes`, `path`, `links`

    /// The network as it stands. Throws ScenarioError for what can't be: an address used twice, balancing in a circle.
    /// `everything` also for nodes that can't be reached.
    Network finish(const Place& whole, bool everything);

    std::size_t nodes() const { return nodes_.size(); }
    /// A node that is known by its name from a later moment on exists before, too, without links.
    void adopt_nodes(const Draft& later);

private:
    struct DraftNode {
        Node node;
        Place place;      ///< where it is first spoken of
        Place addressed;  ///< where it was given its addresses
        std::vector<std::pair<Place, double>> balance;
    };
    struct DraftLink {
        Link link;
        bool of_path = false;  ///< only there because a path says so
        bool described = false;
    };
    using Ends = std::pair<NodeIndex, NodeIndex>;  ///< the smaller one first

    NodeIndex introduce(const Place& name);
    NodeIndex known(const Place& name) const;
    void introduce_names(Section& section);
    void read_nodes(const Place& place);
    void read_balance(const Place& place, DraftNode& node);
    void read_paths(const Place& place);
    void read_path(const Place& place);
    void read_link(const Place& place);
    void read_link_addresses(const Place& place, Link& link, bool swapped);
    DraftLink& link_between(NodeIndex a, NodeIndex b);

    void resolve_balance(DraftNode& node);
    void check_addresses(const Place& whole) const;
    void check_prefixes() const;
    void check_circles() const;
    void check_reachable(const Network& network) const;

    std::vector<DraftNode> nodes_;
    std::map<std::string, NodeIndex> names_;
    std::vector<std::pair<Ends, DraftLink>> links_;
    std::map<Ends, std::size_t> link_index_;
    Node node_default_;
    Link link_default_;
};

}  // namespace netsim
