# Builds and runs tests/consumer/project against libnet: see CMakeLists.txt beside this file.
set(ENV{CXX} ${compiler})
set(work ${build}/tests/consumer/${way})
file(REMOVE_RECURSE ${work})

function(step)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(result)
        message(FATAL_ERROR "${ARGN}\n${output}")
    endif()
endfunction()

if(way STREQUAL "find_package")
    step(${CMAKE_COMMAND} --install ${build} --prefix ${work}/prefix --component development)
endif()
set(link_flags "")
if(sanitize AND way STREQUAL "find_package")
    set(link_flags -fsanitize=${sanitize})  # the installed library was built so
endif()
step(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/project -B ${work}/build -G Ninja
    -D way=${way} -D libnet_source=${source} -D CMAKE_PREFIX_PATH=${work}/prefix
    -D "CMAKE_CXX_FLAGS=${flags} -O0 -g0" -D CMAKE_EXE_LINKER_FLAGS=${link_flags})
step(${CMAKE_COMMAND} --build ${work}/build --target consumer)
step(${work}/build/consumer)

# Any number of files can include all of it: what it defines in one is a definition that others may have, too.
file(GLOB_RECURSE object ${work}/build/CMakeFiles/consumer.dir/*.o)
execute_process(COMMAND ${nm} -g --defined-only -C ${object} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[0-9a-f]+ [A-TX-Z] [^\n]*" strong "${symbols}")
list(FILTER strong EXCLUDE REGEX " T (main|hops_to\\(.*)$")
if(strong OR NOT symbols MATCHES " T main\n")
    message(FATAL_ERROR "these are defined in each file that includes the library: ${strong}")
endif()
if(NOT way STREQUAL "find_package")
    return()
endif()

# Who only pings links no library that ping doesn't need.
step(${CMAKE_COMMAND} --build ${work}/build --target ping_only)
step(${work}/build/ping_only)
execute_process(COMMAND ldd ${work}/build/ping_only OUTPUT_VARIABLE libraries COMMAND_ERROR_IS_FATAL ANY)
if(libraries MATCHES "lib(ssl|crypto|crypt|cares|idn2|z|brotli[a-z]*|zstd)\\.")
    message(FATAL_ERROR "a program that only pings links ${CMAKE_MATCH_0}:\n${libraries}")
endif()

# And the same with pkg-config alone.
file(GLOB_RECURSE description ${work}/prefix/libnet++.pc)
get_filename_component(directory ${description} DIRECTORY)
set(ENV{PKG_CONFIG_PATH} ${directory})
execute_process(COMMAND pkg-config --cflags --libs libnet++
    OUTPUT_VARIABLE words OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(words UNIX_COMMAND "${words}")
if(sanitize)
    list(APPEND link_flags -fsanitize=undefined)  # as the lower floors are
endif()
step(${compiler} -std=c++20 -O0 ${link_flags} ${CMAKE_CURRENT_LIST_DIR}/project/ping_only.cpp ${words} -o ${work}/by_pkg_config)
step(${work}/by_pkg_config)
