#pragma once
// How libnet is compiled, and which version this is.
//
// libnet::libnet (CMake) compiles the bodies once and defines LIBNET_SEPARATE_COMPILATION for everybody who links it.
// libnet::headers leaves it undefined: each header then includes its own body, and every function is inline.

#define LIBNET_VERSION "0.1.0"

#if defined(LIBNET_SEPARATE_COMPILATION)
#  define LIBNET_DECL
#else
#  define LIBNET_DECL inline
#endif
