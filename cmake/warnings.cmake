# Warnings of our own code. Boost and the other dependencies are system headers and stay silent.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion)

option(LIBNET_WARNINGS_AS_ERRORS "A warning fails the build" OFF)
if(LIBNET_WARNINGS_AS_ERRORS)
    add_compile_options(-Werror)
endif()
