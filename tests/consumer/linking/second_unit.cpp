#include <libnet/config.hpp>

int second_unit() { return 0; }
