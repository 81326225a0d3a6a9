#pragma once
// What the linker looks for, to find out that a program is of one piece: see libnet/config.hpp.

#include <libnet/config.hpp>
#include <libnet/io/loop/rtti.hpp>

#if defined(LIBNETXX_SEPARATE_COMPILATION)

extern "C" {
const char libnetxx_is_either_header_only_or_compiled_in_one_program = 0;
const char LIBNETXX_DETAIL_SAME_VERSION = 0;
const char LIBNETXX_DETAIL_SAME_RTTI = 0;
}

#endif
