# A program that is wrongly put together is an error of the linker whose text says why: see libnet/config.hpp. And the same
# program, put together rightly, links and runs.
set(work ${build}/tests/consumer/linking)
file(REMOVE_RECURSE ${work})
file(MAKE_DIRECTORY ${work})

# unit(NAME MODE INCLUDE): compiles it to NAME_MODE.o, with the headers of INCLUDE.
function(unit name mode include)
    set(flags -DLIBNETXX_SEPARATE_COMPILATION)
    if(mode STREQUAL "headers")
        set(flags "")
    elseif(mode STREQUAL "no_rtti")
        list(APPEND flags -fno-rtti)
    endif()
    execute_process(COMMAND ${compiler} -std=c++20 ${flags} -I${include} -I${source} -c
            ${CMAKE_CURRENT_LIST_DIR}/linking/${name}.cpp -o ${work}/${name}_${mode}.o
        COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# unit_of_standard(NUMBER): the headers of all classes compile in that C++, without a warning.
function(unit_of_standard number)
    file(WRITE ${work}/standard.cpp "#include <libnet/libnet.hpp>\n")
    execute_process(COMMAND ${compiler} -std=c++${number} -DLIBNETXX_SEPARATE_COMPILATION -Wall -Wextra -Wpedantic -Werror -I${source}
            -fsyntax-only ${work}/standard.cpp
        COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# link(WHY OBJECT...): the program can't be linked, and the linker's words have WHY in them. Empty: it can, and runs.
function(link why)
    list(TRANSFORM ARGN PREPEND ${work}/)
    list(TRANSFORM ARGN REPLACE "^.*/library$" ${library})
    execute_process(COMMAND ${compiler} ${linker} ${sanitizer} ${ARGN} -o ${work}/program
        RESULT_VARIABLE result OUTPUT_VARIABLE words ERROR_VARIABLE words)
    if(NOT why)
        if(result)
            message(FATAL_ERROR "${ARGN}: ${words}")
        endif()
        execute_process(COMMAND ${work}/program COMMAND_ERROR_IS_FATAL ANY)
    elseif(NOT result OR NOT words MATCHES "${why}")
        message(FATAL_ERROR "${ARGN}: ${result}, without ${why}: ${words}")
    endif()
endfunction()

# refused(WHY FLAG...): the headers say in words what they can't be compiled with.
function(refused why)
    execute_process(COMMAND ${compiler} ${ARGN} -I${source} -E -x c++ ${source}/libnet/icmp_pinger.hpp
        RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE words)
    if(NOT result OR NOT words MATCHES "libnet\\+\\+ ${why}")
        message(FATAL_ERROR "${ARGN}: ${result}, without ${why}: ${words}")
    endif()
endfunction()
file(WRITE ${work}/boost_1_80/boost/version.hpp "#define BOOST_VERSION 108000\n")
refused("needs C\\+\\+20" -std=c++17)
refused("needs Boost 1.81" -std=c++20 -I${work}/boost_1_80)
refused("needs g\\+\\+ 12" -std=c++20 -U__GNUC__ -D__GNUC__=11)
refused("is for Linux" -std=c++20 -U__linux__)
refused("needs Asio's epoll" -std=c++20 -DBOOST_ASIO_DISABLE_EPOLL)

# A newer standard than that of the build: who is compiled by it can use the library.
unit_of_standard(23)

# The headers of another version.
file(READ ${source}/libnet/config.hpp config)
string(REGEX REPLACE "VERSION_PATCH [0-9]+" "VERSION_PATCH 4711" config "${config}")
file(WRITE ${work}/newer/libnet/config.hpp "${config}")

foreach(name main second_unit)
    unit(${name} compiled ${source})
    unit(${name} headers ${source})
    unit(${name} no_rtti ${source})
    unit(${name} newer ${work}/newer)
endforeach()
set(sanitizer "")
if(sanitize)
    set(sanitizer -fsanitize=${sanitize})
endif()
foreach(linker "" -fuse-ld=gold -fuse-ld=lld)
    execute_process(COMMAND ${compiler} ${linker} -Wl,--version RESULT_VARIABLE missing OUTPUT_QUIET ERROR_QUIET)
    if(missing)
        continue()
    endif()
    link("" main_compiled.o second_unit_compiled.o library)
    link("" main_headers.o second_unit_headers.o)
    set(mixed libnetxx_is_either_header_only_or_compiled_in_one_program)
    link(${mixed} main_compiled.o second_unit_headers.o library)
    link(${mixed} main_headers.o second_unit_compiled.o library)
    link(libnetxx_program_and_library_are_both_compiled_without_rtti main_no_rtti.o second_unit_no_rtti.o library)
    link(libnetxx_headers_and_library_are_both_of_version_[0-9_]+4711 main_newer.o second_unit_newer.o library)
    link(libnetxx_headers_and_library_are_both_of_version_[0-9_]+4711 main_newer.o second_unit_compiled.o library)
endforeach()
