#pragma once
// How libnet is compiled, and which version this is.
//
// libnetxx::libnetxx (CMake) compiles the bodies once and defines LIBNETXX_SEPARATE_COMPILATION for all that link it.
// libnetxx::headers leaves it undefined: each header then includes its own body, and every function is inline.

#include <boost/version.hpp>

// What it can't be compiled with is said here in words: elsewhere it would be pages about templates.
#if !defined(__linux__)
#  error "libnet++ is for Linux: it uses epoll, error queues of sockets, openat2 and sendfile"
#endif
#if __cplusplus < 202002L
#  error "libnet++ needs C++20 or newer: compile with -std=c++20 (CMake: target_compile_features(... cxx_std_20))"
#endif
#if defined(__clang__) ? __clang_major__ < 14 : defined(__GNUC__) && __GNUC__ < 12
#  error "libnet++ needs g++ 12 or clang 14, or newer: older ones don't compile its coroutines rightly"
#endif
#if BOOST_VERSION < 108100
#  error "libnet++ needs Boost 1.81 or newer (Debian 12: libboost1.81-dev)"
#endif
#if defined(BOOST_ASIO_DISABLE_EPOLL)
#  error "libnet++ needs Asio's epoll: don't define BOOST_ASIO_DISABLE_EPOLL"
#endif

/// The version's three numbers (https://semver.org). The build reads them here.
#define LIBNETXX_VERSION_MAJOR 0
#define LIBNETXX_VERSION_MINOR 1
#define LIBNETXX_VERSION_PATCH 0

/// The version as one number to compare with, in the preprocessor too: 1.2.3 is 10203, so that each of the last two numbers
/// has two digits.
///
///     #if LIBNETXX_VERSION_NUMBER >= 200  // 0.2.0 and newer
#define LIBNETXX_VERSION_NUMBER (LIBNETXX_VERSION_MAJOR * 10000 + LIBNETXX_VERSION_MINOR * 100 + LIBNETXX_VERSION_PATCH)

#define LIBNETXX_DETAIL_TEXT_OF(major, minor, patch) #major "." #minor "." #patch
#define LIBNETXX_DETAIL_VERSION(major, minor, patch) LIBNETXX_DETAIL_TEXT_OF(major, minor, patch)

/// The same in text: "0.1.0".
#define LIBNETXX_VERSION LIBNETXX_DETAIL_VERSION(LIBNETXX_VERSION_MAJOR, LIBNETXX_VERSION_MINOR, LIBNETXX_VERSION_PATCH)

#if defined(LIBNETXX_SEPARATE_COMPILATION)
#  define LIBNETXX_DECL
#else
#  define LIBNETXX_DECL inline
#endif

// Two mistakes would be silent, and end in a crash: a program in which some files include the bodies and others link
// them, and a library that is older or newer than its headers. Each becomes an error of the linker that has the reason
// in a symbol's name. In one mode the first symbol is thread-local, in the other it isn't, which linkers refuse to mix;
// the second one is defined by a library of this version only.
#define LIBNETXX_DETAIL_PASTE(major, minor, patch) \
  libnetxx_headers_and_library_are_both_of_version_##major##_##minor##_##patch
#define LIBNETXX_DETAIL_VERSIONED(major, minor, patch) LIBNETXX_DETAIL_PASTE(major, minor, patch)
#define LIBNETXX_DETAIL_SAME_VERSION \
  LIBNETXX_DETAIL_VERSIONED(LIBNETXX_VERSION_MAJOR, LIBNETXX_VERSION_MINOR, LIBNETXX_VERSION_PATCH)

extern "C" {
#if defined(LIBNETXX_SEPARATE_COMPILATION)
extern const char libnetxx_is_either_header_only_or_compiled_in_one_program;
extern const char LIBNETXX_DETAIL_SAME_VERSION;
#else
inline constinit thread_local const char libnetxx_is_either_header_only_or_compiled_in_one_program = 0;
#endif
}

namespace libnet::inline v0::detail {

#if defined(LIBNETXX_SEPARATE_COMPILATION)
[[gnu::used]] static const char* const how_it_is_linked[] = {&libnetxx_is_either_header_only_or_compiled_in_one_program,
                                                             &LIBNETXX_DETAIL_SAME_VERSION};
#else
[[gnu::used]] static const char* how_it_is_linked()
{
    return &libnetxx_is_either_header_only_or_compiled_in_one_program;
}
#endif

}  // namespace libnet::inline v0::detail
