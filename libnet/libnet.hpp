#pragma once
/// @file
/// All of libnet: the four services, what programs need beside them, and single questions about paths and interfaces.
/// Each has a header of its own, which is quicker to compile.

#include <libnet/access_log.hpp>
#include <libnet/access_log_format.hpp>
#include <libnet/address_origins.hpp>
#include <libnet/config.hpp>
#include <libnet/event_log.hpp>
#include <libnet/forward_proxy.hpp>
#include <libnet/http_endpoint.hpp>
#include <libnet/icmp_pinger.hpp>
#include <libnet/interface_probe.hpp>
#include <libnet/name_keeper.hpp>
#include <libnet/narrow_links.hpp>
#include <libnet/node_inquiry.hpp>
#include <libnet/path_mtu.hpp>
#include <libnet/path_watcher.hpp>
#include <libnet/ping_dispatcher.hpp>
#include <libnet/ping_exporter.hpp>
#include <libnet/ping_hosts.hpp>
#include <libnet/ping_reachability.hpp>
#include <libnet/privileges.hpp>
#include <libnet/resolver.hpp>
#include <libnet/reverse_names.hpp>
#include <libnet/sandbox.hpp>
#include <libnet/server_admin.hpp>
#include <libnet/server_counters.hpp>
#include <libnet/server_group.hpp>
#include <libnet/service_notifier.hpp>
#include <libnet/static_file_server.hpp>
#include <libnet/stop_signals.hpp>
#include <libnet/successor.hpp>
#include <libnet/target_list.hpp>
#include <libnet/trace_exporter.hpp>
#include <libnet/tracer.hpp>
