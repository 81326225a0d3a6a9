"""Builds the tree that it lies in: conan create cmake/conan"""

import os
import re

from conan import ConanFile
from conan.tools.cmake import CMake, CMakeToolchain, CMakeDeps, cmake_layout
from conan.tools.files import copy, load


class Libnetxx(ConanFile):
    name = "libnetxx"
    license = "BSL-1.0"
    description = "Ping, traceroute, static file server and forward proxy as coroutine classes on Boost.Asio"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "tls": [True, False], "idn": [True, False], "compression": [True, False]}
    default_options = {"shared": False, "tls": True, "idn": True, "compression": True}

    def set_version(self):
        config = load(self, os.path.join(self.recipe_folder, "..", "..", "libnet", "config.hpp"))
        self.version = ".".join(re.findall(r"LIBNETXX_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)$", config, re.MULTILINE))

    def export_sources(self):
        tree = os.path.join(self.recipe_folder, "..", "..")
        for pattern in ("CMakeLists.txt", "LICENSE", "CHANGELOG.md", "libnet/*", "cmake/*"):
            copy(self, pattern, tree, self.export_sources_folder)

    def requirements(self):
        self.requires("boost/[>=1.81.0]", transitive_headers=True)
        self.requires("c-ares/[>=1.18]", transitive_headers=True)
        self.requires("libxcrypt/[>=4.4]")
        if self.options.tls:
            self.requires("openssl/[>=3.0]", transitive_headers=True)
        if self.options.idn:
            self.requires("libidn2/[>=2.3]")
        if self.options.compression:
            self.requires("zlib/[>=1.2]")
            self.requires("brotli/[>=1.0]")
            self.requires("zstd/[>=1.5]")

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        for part in ("TLS", "IDN", "COMPRESSION"):
            toolchain.variables["LIBNET_" + part] = bool(self.options.get_safe(part.lower()))
        for part in ("APPS", "EXAMPLES", "TESTS"):
            toolchain.variables["LIBNET_BUILD_" + part] = False
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()

    def package_info(self):
        self.cpp_info.set_property("cmake_find_mode", "none")  # the package brings its own configuration
        self.cpp_info.builddirs = [os.path.join("lib", "cmake", "libnetxx")]
        self.cpp_info.libs = ["net++"]
