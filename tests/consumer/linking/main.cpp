#include <libnet/config.hpp>

int second_unit();

int main() { return second_unit(); }
