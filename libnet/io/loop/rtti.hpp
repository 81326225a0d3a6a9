#pragma once
// Run-time type information is a matter of the whole program.
//
// Asio finds its services by their types where there is such information, and by other means with -fno-rtti. A program and a
// compiled libnet that differ in this would have two schedulers, and hang. They don't link, and the symbol's name says
// why: use libnetxx::headers, or compile libnet with the program's flags.

#include <libnet/config.hpp>

#if defined(__GXX_RTTI) && !defined(BOOST_ASIO_NO_TYPEID)
#  define LIBNETXX_DETAIL_SAME_RTTI libnetxx_program_and_library_are_both_compiled_with_rtti
#else
#  define LIBNETXX_DETAIL_SAME_RTTI libnetxx_program_and_library_are_both_compiled_without_rtti
#endif

#if defined(LIBNETXX_SEPARATE_COMPILATION)
extern "C" {
extern const char LIBNETXX_DETAIL_SAME_RTTI;
}

namespace libnet::inline v0::io::detail {

[[gnu::used]] static const char* const how_types_are_told_apart = &LIBNETXX_DETAIL_SAME_RTTI;

}  // namespace libnet::inline v0::io::detail
#endif
