#pragma once
/// @file
/// All of libnet: the four services, and single questions about paths and interfaces. Each has a header of its own,
/// which is quicker to compile.

#include <libnet/config.hpp>
#include <libnet/forward_proxy.hpp>
#include <libnet/http_endpoint.hpp>
#include <libnet/icmp_pinger.hpp>
#include <libnet/interface_probe.hpp>
#include <libnet/path_mtu.hpp>
#include <libnet/resolver.hpp>
#include <libnet/static_file_server.hpp>
#include <libnet/tracer.hpp>
