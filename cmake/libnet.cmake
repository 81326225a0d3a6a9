# The library: what is compiled of it, its targets, and their installation.
#
# Debian's libnet1-dev owns libnet.a, libnet.so and libnet.pc, and Conan Center the target libnetxx::libnetxx. So what is
# installed is called libnet++ and libnetxx. Headers, <libnet/...>, and the namespace keep their name: libnet1's is <libnet.h>.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/libnet/*.hpp)
list(REMOVE_ITEM headers ${PROJECT_SOURCE_DIR}/libnet/impl/units/precompiled.hpp)
file(GLOB_RECURSE bodies CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/libnet/*.ipp)
file(GLOB_RECURSE units CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/libnet/impl/*.cpp)
set(lower_units ${units})
list(FILTER lower_units INCLUDE REGEX "/units/(config|wire|engine_[a-z]+)\\.cpp$")
list(REMOVE_ITEM units ${lower_units})

# libnet_component(NAME LIBRARY...): the target libnetxx::NAME, which links what its part of the library needs.
function(libnet_component name)
    add_library(libnetxx_${name} INTERFACE)
    add_library(libnetxx::${name} ALIAS libnetxx_${name})
    set_target_properties(libnetxx_${name} PROPERTIES EXPORT_NAME ${name})
    target_link_libraries(libnetxx_${name} INTERFACE ${ARGN})
endfunction()

# What every user of our headers is compiled with.
libnet_component(usage Boost::headers Threads::Threads)
target_compile_features(libnetxx_usage INTERFACE cxx_std_20)
target_sources(libnetxx_usage INTERFACE
    FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${headers}
    FILE_SET bodies TYPE HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${bodies})

# The libraries that some of it stands on.
set(lookups PkgConfig::cares)
set(servers PkgConfig::libcrypt)
if(LIBNET_TLS)
    list(APPEND servers OpenSSL::SSL)
    target_compile_definitions(libnetxx_usage INTERFACE LIBNETXX_TLS)
endif()
if(LIBNET_IDN)
    list(APPEND lookups PkgConfig::libidn2)
    target_compile_definitions(libnetxx_usage INTERFACE LIBNETXX_IDN)
endif()
set(compression)
if(LIBNET_COMPRESSION)
    set(compression PkgConfig::compression)
    target_compile_definitions(libnetxx_usage INTERFACE LIBNETXX_COMPRESSION)
endif()

# libnet_objects(NAME UNIT...): compiles them once, for the archive.
function(libnet_objects name)
    add_library(${name} OBJECT ${ARGN})
    target_link_libraries(${name} PRIVATE libnetxx_usage ${lookups} ${servers} ${compression})
    target_compile_definitions(${name} PRIVATE LIBNETXX_SEPARATE_COMPILATION)
    if(BUILD_SHARED_LIBS)
        set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    endif()
endfunction()

# An object is a subject, also where other targets compile several files as one: a program takes what it uses. All take
# config.cpp's, which says what version this is and how it was compiled.
libnet_objects(libnet_lower_floors ${lower_units})
libnet_objects(libnet_upper_floors ${units})
set_target_properties(libnet_lower_floors libnet_upper_floors PROPERTIES UNITY_BUILD OFF)

# The archive has an object for each subject, so that a program gets what it uses and links what that needs. Shared
# (BUILD_SHARED_LIBS), it is one file that needs everything.
add_library(libnet $<TARGET_OBJECTS:libnet_lower_floors> $<TARGET_OBJECTS:libnet_upper_floors>)
set_target_properties(libnet PROPERTIES
    LINKER_LANGUAGE CXX OUTPUT_NAME net++ EXPORT_NAME compiled VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})  # until 1.0.0, each minor version is another interface
target_link_libraries(libnet PUBLIC libnetxx_usage)
target_compile_definitions(libnet INTERFACE LIBNETXX_SEPARATE_COMPILATION)
if(PROJECT_IS_TOP_LEVEL)
    libnet_sanitize_undefined_fully(libnet_lower_floors libnet)
    target_precompile_headers(libnet_upper_floors PRIVATE ${PROJECT_SOURCE_DIR}/libnet/impl/units/precompiled.hpp)
endif()
get_target_property(kind libnet TYPE)
if(kind STREQUAL "SHARED_LIBRARY")
    target_link_libraries(libnet PRIVATE ${lookups} ${servers} ${compression})
    set(shown ${PROJECT_SOURCE_DIR}/cmake/libnet++.map)
    target_link_options(libnet PRIVATE LINKER:--version-script=${shown})
    set_property(TARGET libnet PROPERTY LINK_DEPENDS ${shown})
endif()

libnet_component(ping libnet)               # IcmpPinger, path MTU, interface probes
libnet_component(names libnet ${lookups})   # IcmpPinger with names
libnet_component(trace libnet ${lookups})   # Tracer, PathWatcher
libnet_component(files libnet ${lookups} ${servers} ${compression})
libnet_component(proxy libnet ${lookups} ${servers} ${compression})
libnet_component(libnetxx libnet ${lookups} ${servers} ${compression})
libnet_component(headers libnetxx_usage ${lookups} ${servers} ${compression})

# As a part of another project it installs nothing, unless it is told to.
if(NOT PROJECT_IS_TOP_LEVEL AND NOT LIBNET_INSTALL)
    return()
endif()
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/libnetxx)
install(TARGETS libnet libnetxx_usage libnetxx_ping libnetxx_names libnetxx_trace libnetxx_files libnetxx_proxy libnetxx_libnetxx
    libnetxx_headers EXPORT libnetxxTargets COMPONENT development FILE_SET HEADERS COMPONENT development
    FILE_SET bodies COMPONENT development)
install(EXPORT libnetxxTargets NAMESPACE libnetxx:: DESTINATION ${config_dir} COMPONENT development)
configure_package_config_file(
    ${PROJECT_SOURCE_DIR}/cmake/libnetxxConfig.cmake.in ${PROJECT_BINARY_DIR}/libnetxxConfig.cmake
    INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/libnetxxConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
    ${PROJECT_BINARY_DIR}/libnetxxConfig.cmake ${PROJECT_BINARY_DIR}/libnetxxConfigVersion.cmake
    ${PROJECT_SOURCE_DIR}/cmake/dependencies.cmake
    DESTINATION ${config_dir} COMPONENT development)

# The archive needs the libraries that it stands on; a shared library has named them itself.
set(needed "libcares libcrypt")
set(requires Requires)
if(kind STREQUAL "SHARED_LIBRARY")
    set(requires Requires.private)
endif()
set(definitions "-DLIBNETXX_SEPARATE_COMPILATION")
foreach(part "TLS:openssl" "IDN:libidn2" "COMPRESSION:zlib libbrotlienc libzstd")
    string(REGEX MATCH "^([A-Z]+):(.*)$" part ${part})
    if(LIBNET_${CMAKE_MATCH_1})
        string(APPEND definitions " -DLIBNETXX_${CMAKE_MATCH_1}")
        string(APPEND needed " ${CMAKE_MATCH_2}")
    endif()
endforeach()
file(RELATIVE_PATH to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${PROJECT_SOURCE_DIR}/cmake/libnet++.pc.in ${PROJECT_BINARY_DIR}/libnet++.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/libnet++.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${PROJECT_SOURCE_DIR}/libnet/README.md
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libnet++ COMPONENT development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/libnet/doc
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libnet++ COMPONENT development FILES_MATCHING PATTERN "*.md")
