#pragma once
// The name of a network interface, as options take it: InterfaceName.

#include <libnet/wire/ip/interface_name.hpp>
