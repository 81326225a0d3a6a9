# What libnet itself needs. The installed package configuration reads this file too, so that both agree.
include(CMakeFindDependencyMacro)

find_dependency(Boost 1.81 CONFIG)
find_dependency(Threads)

# c-ares ships a CMake configuration on some systems and a pkg-config file on all.
if(NOT TARGET PkgConfig::cares)
    find_dependency(PkgConfig)
    pkg_check_modules(cares REQUIRED IMPORTED_TARGET GLOBAL libcares)
endif()

if(LIBNET_TLS)
    find_dependency(OpenSSL 3.0)
endif()
