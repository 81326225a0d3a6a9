# The two targets, from the same files, and their installation.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/libnet)
file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/libnet/*.hpp)
list(REMOVE_ITEM headers ${PROJECT_SOURCE_DIR}/libnet/impl/units/precompiled.hpp)
file(GLOB_RECURSE bodies CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/libnet/*.ipp)
file(GLOB_RECURSE units CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/libnet/impl/*.cpp)

# libnet_usage(target scope): what every user of our headers needs.
function(libnet_usage target scope)
    target_compile_features(${target} ${scope} cxx_std_20)
    target_link_libraries(${target} ${scope} Boost::headers PkgConfig::cares PkgConfig::libcrypt Threads::Threads)
    if(LIBNET_TLS)
        target_link_libraries(${target} ${scope} OpenSSL::SSL)
        target_compile_definitions(${target} ${scope} LIBNETXX_TLS)
    endif()
    if(LIBNET_IDN)
        target_link_libraries(${target} ${scope} PkgConfig::libidn2)
        target_compile_definitions(${target} ${scope} LIBNETXX_IDN)
    endif()
    if(LIBNET_COMPRESSION)
        target_link_libraries(${target} ${scope} PkgConfig::compression)
        target_compile_definitions(${target} ${scope} LIBNETXX_COMPRESSION)
    endif()
    target_sources(${target} ${scope}
        FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${headers}
        FILE_SET bodies TYPE HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${bodies})
endfunction()

add_library(libnet_headers INTERFACE)
add_library(libnet::headers ALIAS libnet_headers)
set_target_properties(libnet_headers PROPERTIES EXPORT_NAME headers)
libnet_usage(libnet_headers INTERFACE)

add_library(libnet STATIC ${units})
add_library(libnet::libnet ALIAS libnet)
libnet_usage(libnet PUBLIC)
if(PROJECT_IS_TOP_LEVEL)
    set(lower_floors ${units})
    list(FILTER lower_floors INCLUDE REGEX "/units/(wire|engine_[a-z]+)\\.cpp$")
    libnet_sanitize_undefined_units(libnet ${lower_floors})
    target_precompile_headers(libnet PRIVATE ${PROJECT_SOURCE_DIR}/libnet/impl/units/precompiled.hpp)
    set_source_files_properties(${lower_floors} ${PROJECT_SOURCE_DIR}/libnet/impl/units/config.cpp
        PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endif()
target_compile_definitions(libnet PUBLIC LIBNETXX_SEPARATE_COMPILATION)

install(TARGETS libnet libnet_headers EXPORT libnetTargets FILE_SET HEADERS FILE_SET bodies)
install(EXPORT libnetTargets NAMESPACE libnet:: DESTINATION ${config_dir})
configure_package_config_file(
    ${PROJECT_SOURCE_DIR}/cmake/libnetConfig.cmake.in ${PROJECT_BINARY_DIR}/libnetConfig.cmake
    INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/libnetConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
    ${PROJECT_BINARY_DIR}/libnetConfig.cmake ${PROJECT_BINARY_DIR}/libnetConfigVersion.cmake
    ${PROJECT_SOURCE_DIR}/cmake/dependencies.cmake
    DESTINATION ${config_dir})
