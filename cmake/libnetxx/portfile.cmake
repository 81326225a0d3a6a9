# An overlay port that builds the tree that it lies in: vcpkg install libnetxx --overlay-ports=cmake
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

vcpkg_check_features(OUT_FEATURE_OPTIONS features
    FEATURES tls LIBNET_TLS idn LIBNET_IDN compression LIBNET_COMPRESSION)
vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS ${features} -DLIBNET_BUILD_APPS=OFF -DLIBNET_BUILD_EXAMPLES=OFF -DLIBNET_BUILD_TESTS=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(PACKAGE_NAME libnetxx CONFIG_PATH lib/cmake/libnetxx)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
