# LIBNET_SANITIZE: empty, "address" (g++: the net under its coroutine bugs), "thread" or "fuzzer" (both clang).
set(LIBNET_SANITIZE "" CACHE STRING "Sanitizer of the whole build: address, thread, fuzzer, or empty")

if(LIBNET_SANITIZE STREQUAL "address")
    add_compile_options(-fsanitize=address -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address)
    find_program(LIBNET_GOLD ld.gold)  # half as long as GNU ld
    if(LIBNET_GOLD)
        add_link_options(-fuse-ld=gold)
    endif()
elseif(LIBNET_SANITIZE STREQUAL "thread")
    add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
    add_link_options(-fsanitize=thread)
elseif(LIBNET_SANITIZE STREQUAL "fuzzer")
    add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=function -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
elseif(LIBNET_SANITIZE)
    message(FATAL_ERROR "LIBNET_SANITIZE is '${LIBNET_SANITIZE}': address, thread, fuzzer or nothing is expected")
endif()

# The three lower floors have no Asio code, so that UndefinedBehaviorSanitizer costs them seconds only. What links them
# needs its runtime, too.
function(libnet_sanitize_undefined_fully target linked)
    if(LIBNET_SANITIZE STREQUAL "address")
        target_compile_options(${target} PRIVATE -fsanitize=undefined -fno-sanitize-recover=undefined)
        target_link_options(${linked} PUBLIC -fsanitize=undefined)
    endif()
endfunction()

# In tests, checks of pointers would be a third of the compile time; AddressSanitizer sees what such a pointer leads to.
function(libnet_sanitize_undefined target)
    if(LIBNET_SANITIZE STREQUAL "address")
        target_compile_options(${target} PRIVATE -fsanitize=undefined -fno-sanitize-recover=undefined
            -fno-sanitize=null,alignment,object-size,vptr,nonnull-attribute,returns-nonnull-attribute,pointer-overflow)
        target_link_options(${target} PRIVATE -fsanitize=undefined)
    endif()
endfunction()
