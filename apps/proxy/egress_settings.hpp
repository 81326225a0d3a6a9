#pragma once
// The options of proxy++ about where its clients may go.

#include <apps/common/option_values.hpp>
#include <apps/common/options.hpp>
#include <apps/proxy/explain.hpp>
#include <libnet/access.hpp>

namespace libnet::apps {

/// Adds them to the group that the table is in.
inline void add_egress(Options& table, EgressOptions& egress, ExplainSettings& explained)
{
    table
        .flag("allow-private", "reach private, loopback and other addresses that aren't public, too",
              egress.allow_private)
        .value("egress", "FILE", "rules of who may go where, see README; SIGHUP reads them again", text("file name"),
               egress.rules_file)
        .list("connect-port", "PORT", "that CONNECT may reach; may be given several times (every port)", port(1),
              egress.connect_ports)
        .value("explain", "'METHOD URL'", "print how this request would be decided, and exit", explained_request(),
               explained.target)
        .value("as", "[USER@]ADDRESS", "whose request --explain is about (127.0.0.1)", explained_client(),
               explained.client);
}

}  // namespace libnet::apps
