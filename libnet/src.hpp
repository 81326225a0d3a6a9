#pragma once
/// @file
/// All of libnet's bodies. With LIBNET_SEPARATE_COMPILATION defined everywhere and no CMake, one source file of a
/// program includes this one; libnet::libnet and libnet::headers don't need it.
