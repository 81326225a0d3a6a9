#pragma once
// How libnet is compiled, and which version this is.
//
// libnet::libnet (CMake) compiles the bodies once and defines LIBNETXX_SEPARATE_COMPILATION for everybody who links it.
// libnet::headers leaves it undefined: each header then includes its own body, and every function is inline.

#define LIBNETXX_VERSION "0.1.0"

#if defined(LIBNETXX_SEPARATE_COMPILATION)
#  define LIBNETXX_DECL
#else
#  define LIBNETXX_DECL inline
#endif
