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
    step(${CMAKE_COMMAND} --install ${build} --prefix ${work}/prefix)
endif()
set(flags "-O0")
if(sanitize AND way STREQUAL "find_package")
    set(flags "${flags} -fsanitize=${sanitize}")  # the installed library was built so
endif()
step(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/project -B ${work}/build -G Ninja
    -D way=${way} -D libnet_source=${source} -D CMAKE_PREFIX_PATH=${work}/prefix -D CMAKE_CXX_FLAGS=${flags})
step(${CMAKE_COMMAND} --build ${work}/build --target consumer)
step(${work}/build/consumer)
