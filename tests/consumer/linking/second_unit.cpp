#include <libnet/config.hpp>
#include <libnet/io/loop/rtti.hpp>

int second_unit() { return 0; }
