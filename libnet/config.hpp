#pragma once
// How libnet is compiled, and which version this is.
//
// libnet::libnet (CMake) compiles the bodies once and defines LIBNETXX_SEPARATE_COMPILATION for everybody who links it.
// libnet::headers leaves it undefined: each header then includes its own body, and every function is inline.

/// The version's three numbers (https://semver.org). The build reads them here.
#define LIBNETXX_VERSION_MAJOR 0
#define LIBNETXX_VERSION_MINOR 1
#define LIBNETXX_VERSION_PATCH 0

/// The version as one number to compare with, in the preprocessor too: 1.2.3 is 10203.
///
///     #if LIBNETXX_VERSION_NUMBER >= 200  // 0.2.0 and newer
#define LIBNETXX_VERSION_NUMBER \
  (LIBNETXX_VERSION_MAJOR * 10'000 + LIBNETXX_VERSION_MINOR * 100 + LIBNETXX_VERSION_PATCH)

#define LIBNETXX_DETAIL_TEXT_OF(major, minor, patch) #major "." #minor "." #patch
#define LIBNETXX_DETAIL_VERSION(major, minor, patch) LIBNETXX_DETAIL_TEXT_OF(major, minor, patch)

/// The same in text: "0.1.0".
#define LIBNETXX_VERSION LIBNETXX_DETAIL_VERSION(LIBNETXX_VERSION_MAJOR, LIBNETXX_VERSION_MINOR, LIBNETXX_VERSION_PATCH)

#if defined(LIBNETXX_SEPARATE_COMPILATION)
#  define LIBNETXX_DECL
#else
#  define LIBNETXX_DECL inline
#endif
