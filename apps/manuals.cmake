# Manual pages and completions, which the programs write themselves, from their tables of options.
set(pages "")
foreach(program ping++ trace++ httpd++ proxy++)
    set(man ${CMAKE_CURRENT_BINARY_DIR}/manuals/${program}.1)
    set(bash ${CMAKE_CURRENT_BINARY_DIR}/manuals/bash/${program})
    set(zsh ${CMAKE_CURRENT_BINARY_DIR}/manuals/zsh/_${program})
    set(fish ${CMAKE_CURRENT_BINARY_DIR}/manuals/fish/${program}.fish)
    file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/manuals/bash ${CMAKE_CURRENT_BINARY_DIR}/manuals/zsh
        ${CMAKE_CURRENT_BINARY_DIR}/manuals/fish)
    add_custom_command(OUTPUT ${man} ${bash} ${zsh} ${fish}
        COMMAND ${program} --print-man > ${man}
        COMMAND ${program} --print-completion bash > ${bash}
        COMMAND ${program} --print-completion zsh > ${zsh}
        COMMAND ${program} --print-completion fish > ${fish}
        DEPENDS ${program} VERBATIM)
    list(APPEND pages ${man} ${bash} ${zsh} ${fish})
    install(FILES ${man} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT tools)
    install(FILES ${bash} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT tools)
    install(FILES ${zsh} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT tools)
    install(FILES ${fish} DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT tools)
endforeach()
add_custom_target(manuals ALL DEPENDS ${pages})
