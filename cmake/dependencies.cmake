# What libnet itself needs. The installed package configuration reads this file too, so that both agree.
include(CMakeFindDependencyMacro)

find_dependency(Boost 1.81 CONFIG)
find_dependency(Threads)

# c-ares ships a CMake configuration on some systems and a pkg-config file on all.
if(NOT TARGET PkgConfig::cares)
    find_dependency(PkgConfig)
    pkg_check_modules(cares REQUIRED IMPORTED_TARGET GLOBAL libcares)
endif()

# crypt(3): libxcrypt, which all systems of today have instead of the C library's.
if(NOT TARGET PkgConfig::libcrypt)
    find_dependency(PkgConfig)
    pkg_check_modules(libcrypt REQUIRED IMPORTED_TARGET GLOBAL libcrypt)
endif()

if(LIBNET_TLS)
    find_dependency(OpenSSL 3.0)
endif()

if(LIBNET_IDN AND NOT TARGET PkgConfig::libidn2)
    find_dependency(PkgConfig)
    pkg_check_modules(libidn2 REQUIRED IMPORTED_TARGET GLOBAL libidn2)
endif()

if(LIBNET_COMPRESSION AND NOT TARGET PkgConfig::compression)
    find_dependency(PkgConfig)
    pkg_check_modules(compression REQUIRED IMPORTED_TARGET GLOBAL zlib libbrotlienc libzstd)
endif()
